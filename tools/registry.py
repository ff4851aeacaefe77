"""Tools: functions offered to a model by name and JSON schema, called with checked arguments."""

import difflib
import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args, overload

from pydantic import JsonValue, ValidationError

from tools.action import Action, points_of
from tools.errors import BadArgumentsError, ToolDefinitionError, UnknownToolError
from tools.outcome import Finish, Note, Outcome, Question, ToolContext
from tools.schema import CallSchema, describe_call, return_types

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_ACTIONS: Final[Mapping[type, str]] = {
    cls: cls.model_fields["kind"].default for cls in get_args(get_args(Action)[0])
}
_OTHER_OUTCOMES: Final[tuple[type, ...]] = (Note, Question, Finish, str)
ToolFunction = Callable[..., Outcome]


@dataclass(frozen=True, eq=False)
class Tool:
    """A function that a model may call.

    Attributes:
        name: How it is called; unique in a registry.
        needs: Kinds of action that a device must be able to perform for it.
        schema: What it takes, and what it says of itself.
        function: What is called.
        returns: The classes it may return.
    """

    name: str
    needs: frozenset[str]
    schema: CallSchema
    function: ToolFunction
    returns: tuple[type, ...]

    @property
    def description(self) -> str:
        """What it does, as a model is told."""
        return self.schema.description

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """JSON schema of its arguments; a point is an array with ``format: point``."""
        return self.schema.parameters

    @property
    def points(self) -> frozenset[str]:
        """Names of the arguments that are points of the screen."""
        return self.schema.points

    @property
    def origin(self) -> str:
        """Where its function is written, for people: module and name, file and line."""
        function = inspect.unwrap(self.function)
        called = f"{function.__module__}.{getattr(function, '__qualname__', self.name)}"
        code = getattr(function, "__code__", None)
        return f"{called} ({code.co_filename}:{code.co_firstlineno})" if code else called

    def __call__(self, *args: object, **kwargs: object) -> Outcome:
        """Call the function as it was written, for use in Python."""
        return self.function(*args, **kwargs)


@overload
def tool(function: ToolFunction, /) -> Tool: ...
@overload
def tool(
    *, name: str = "", needs: Collection[str] | None = None
) -> Callable[[ToolFunction], Tool]: ...
def tool(
    function: ToolFunction | None = None,
    /,
    *,
    name: str = "",
    needs: Collection[str] | None = None,
) -> Tool | Callable[[ToolFunction], Tool]:
    """Make a tool of a function, from its signature, type hints and Google docstring.

    The function takes typed arguments and, if it likes, one ``ToolContext``, which a model does not
    see. It returns an action, a ``Note``, ``Question`` or ``Finish``, or a string for the model.

    Args:
        function: The function, when used without brackets.
        name: What to call it, if not as the function.
        needs: Kinds of action it may return; by default those of its return annotation.

    Raises:
        ToolDefinitionError: Signature, hints and docstring do not fit together.
    """
    if function is not None:
        return _define(function, name, needs)
    return lambda decorated: _define(decorated, name, needs)


def _define(function: ToolFunction, name: str, needs: Collection[str] | None) -> Tool:
    called = name or getattr(function, "__name__", "")
    if not _NAME.fullmatch(called):
        raise ToolDefinitionError(
            f"{called!r} is no name for a tool: small letters, digits and underscores, at most 64."
        )
    schema = describe_call(function, called)
    returns = return_types(function, called)
    for member in returns:
        if member not in _ACTIONS and member not in _OTHER_OUTCOMES:
            raise ToolDefinitionError(
                f"Tool {called!r} returns {getattr(member, '__name__', member)}; a tool returns an "
                "action, a Note, a Question, a Finish or a string."
            )
    if needs is None:
        chosen = frozenset(_ACTIONS[member] for member in returns if member in _ACTIONS)
        if len(chosen) == len(_ACTIONS):
            raise ToolDefinitionError(
                f"Tool {called!r} may return any action: say which with @tool(needs=...)."
            )
    else:
        chosen = frozenset(needs)
        if unknown := sorted(chosen - set(_ACTIONS.values())):
            raise ToolDefinitionError(
                f"Tool {called!r} needs {unknown}: there are no such actions."
            )
    return Tool(called, chosen, schema, function, returns)


class Registry:
    """The tools that are offered, by name.

    Args:
        tools: In the order in which a model is to see them.

    Raises:
        ToolDefinitionError: Two of them have the same name.
    """

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, Tool] = {}
        for entry in tools:
            if entry.name in self._tools:
                first = self._tools[entry.name].origin
                raise ToolDefinitionError(
                    f"There are two tools called {entry.name!r}: {first} and {entry.origin}.",
                    hint="Name one of them otherwise, with @tool(name=...), or leave it out.",
                )
            self._tools[entry.name] = entry
        self._given: tuple[str, dict[str, JsonValue], str] | None = None

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(self._tools)

    def get(self, name: str) -> Tool:
        """The tool called ``name``.

        Raises:
            UnknownToolError: There is none; close names are in the message.
        """
        if name not in self._tools:
            close = difflib.get_close_matches(name, self._tools, n=3)
            meant = f" Did you mean {' or '.join(close)}?" if close else ""
            offered = ", ".join(self._tools)
            raise UnknownToolError(f"There is no tool {name!r}.{meant} There are: {offered}.")
        return self._tools[name]

    def offered(self, supports: Collection[str]) -> "Registry":
        """Those tools whose actions are all in ``supports``."""
        return Registry(entry for entry in self if entry.needs <= set(supports))

    def give(self, name: str, arguments: Mapping[str, JsonValue], answer: str) -> None:
        """Have the next call come to ``answer``, if it is this one: the tool is not called.

        So a run that is performed again has the answers that it had, of tools too that are not
        offered any more. Whatever is called next, it holds for that call only.

        Args:
            name: The tool.
            arguments: All that it is called with.
            answer: What it is to answer.
        """
        self._given = (name, dict(arguments), answer)

    def resolve(
        self, name: str, arguments: Mapping[str, JsonValue], context: ToolContext
    ) -> Outcome:
        """Check the arguments and call the tool; nothing is done to the screen yet.

        A call whose answer was given (see ``give``) comes to that answer.

        Args:
            name: The tool.
            arguments: As they came from JSON; not one is converted or filled in silently.
            context: The screen the call was decided on.

        Raises:
            UnknownToolError: No such tool is offered.
            BadArgumentsError: The arguments do not fit; one line for each problem.
            OffScreenError: The action touches a point outside the screen.
            ToolDefinitionError: The tool returned something it did not declare.
        """
        given, self._given = self._given, None
        if given is not None and given[:2] == (name, dict(arguments)):
            return given[2]
        entry = self.get(name)
        typed, problems = entry.schema.validate(arguments)
        if problems:
            raise BadArgumentsError(_bad_arguments(name, problems))
        if entry.schema.context:
            typed[entry.schema.context] = context
        try:
            outcome = entry.function(**typed)
        except ValidationError as error:  # the tool built an action out of its bounds
            found = [f"{problem['msg']}" for problem in error.errors(include_url=False)]
            raise BadArgumentsError(_bad_arguments(name, found)) from error
        if not isinstance(outcome, entry.returns):
            raise ToolDefinitionError(
                f"Tool {name!r} returned a {type(outcome).__name__}, which it does not declare."
            )
        if not isinstance(outcome, Note | Question | Finish | str):
            for point in points_of(outcome):
                point.require_within(context.observation.size)
        return outcome

    def openai_tools(self) -> list[dict[str, JsonValue]]:
        """The tools as OpenAI function definitions, in order."""
        return [
            {
                "type": "function",
                "function": {
                    "name": entry.name,
                    "description": entry.description,
                    "parameters": entry.parameters,
                },
            }
            for entry in self
        ]


def _bad_arguments(name: str, problems: list[str]) -> str:
    return "\n".join([f"{name} cannot be called like this:", *(f"- {line}" for line in problems)])
