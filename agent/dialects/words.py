"""The action words of a family and the tools of ours that they stand for.

A family was trained on its own words: ``click``, ``system_button``, ``Launch``. A vocabulary is
told to the model as far as the tools behind it are offered, and reads what comes back. Tools that
no word stands for, those of third parties included, are offered under their own names.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.reading.fit import COMMENTARY, Aim, fit_call
from agent.dialects.saying.pointing import Pointing
from agent.step import ToolCall
from tools.errors import BadArgumentsError, UnknownToolError
from tools.registry import Registry, Tool

Arguments = Mapping[str, JsonValue]
Route = Callable[[Arguments, Aim], tuple[str, dict[str, JsonValue]]]
"""Finds tool and arguments where a table cannot say; raises BadArgumentsError."""
Telling = Callable[[str, Arguments, Pointing], dict[str, JsonValue] | None]
"""The way back of a route: from a tool's name and its arguments, points already as the family's
numbers and nothing empty, to the word's own arguments; ``None`` if the word does not say that."""
_CLOSE: Final = 0.6
_KEYS: Final = {
    "return": "enter", "ret": "enter", "backspace": "delete", "del": "delete", "esc": "escape",
    "pageup": "page_up", "pagedown": "page_down", "arrowup": "up", "arrowdown": "down",
    "arrowleft": "left", "arrowright": "right", "arrow_up": "up", "arrow_down": "down",
    "arrow_left": "left", "arrow_right": "right", "dpad_up": "up", "dpad_down": "down",
    "dpad_left": "left", "dpad_right": "right", "volume_mute": "mute",
}  # fmt: skip
"""Other names of keys, in small letters."""


@dataclass(frozen=True)
class Pick:
    """A word whose meaning hangs on one argument: which button, success or failure.

    Attributes:
        by: That argument.
        options: Its values, as told to the model, to a tool and fixed arguments.
        also: Other values that models write, in small letters, to the one they mean.
    """

    by: str
    options: Mapping[str, tuple[str, Arguments]]
    also: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Word:
    """One action word.

    Attributes:
        word: As the family writes it.
        says: What it does, as the model is told.
        tool: The tool it stands for; empty with ``pick``.
        takes: The family's argument names to the tool's; several may mean the same.
        fixed: Arguments that the word implies.
        pick: For a word that stands for several tools.
        route: For one that needs more than a table; then ``tool`` is what it needs at least.
        tells: The way back, for words with a route.
        also: Other words that models use for it.
        shown: What the family was trained to be shown in place of a value, by its argument.
    """

    word: str
    says: str
    tool: str = ""
    takes: Mapping[str, str] = field(default_factory=dict)
    fixed: Arguments = field(default_factory=dict)
    pick: Pick | None = None
    route: Route | None = None
    tells: Telling | None = None
    also: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def tools(self) -> frozenset[str]:
        """Every tool it may come to."""
        if self.pick is None:
            return frozenset({self.tool})
        return frozenset(tool for tool, _ in self.pick.options.values())

    def offered(self, tools: Registry) -> bool:
        """Whether any of its tools is there."""
        return any(name in tools for name in self.tools)

    def choices(self, tools: Registry) -> tuple[str, ...]:
        """Values of the argument that picks, as far as their tools are there."""
        options = self.pick.options if self.pick is not None else {}
        return tuple(value for value, (tool, _) in options.items() if tool in tools)


class Vocabulary:
    """The words of a family.

    Args:
        words: In the order in which the model is told.
        arguments: All argument names of the family; those a word does not take are ignored there,
            as models like to fill in all of them.
    """

    def __init__(self, words: Sequence[Word], arguments: Sequence[str]) -> None:
        self.words = tuple(words)
        self._arguments = frozenset(arguments)
        self._by_word = {_plain(also): word for word in words for also in word.also}
        self._by_word |= {_plain(word.word): word for word in words}

    def offered(self, tools: Registry) -> tuple[Word, ...]:
        """The words whose tools are there."""
        return tuple(word for word in self.words if word.offered(tools))

    def others(self, tools: Registry) -> tuple[Tool, ...]:
        """The tools that no word stands for."""
        covered = frozenset().union(*(word.tools for word in self.words))
        return tuple(
            tool
            for tool in tools
            if tool.name not in covered and _plain(tool.name) not in self._by_word
        )

    def knows(self, word: str, tools: Registry) -> bool:
        """Whether ``word`` is one of these, or the name of a tool."""
        return _plain(word) in self._by_word or word in tools

    def argument_names(self, word: str) -> tuple[str, ...]:
        """The arguments of ``word`` in their order, one name for each; none if it is unknown."""
        known = self._by_word.get(_plain(word))
        names: dict[str, str] = {}
        for theirs, ours in known.takes.items() if known is not None else ():
            names.setdefault(ours, theirs)
        return tuple(names.values())

    def call(self, word: str, arguments: Arguments, tools: Registry, aim: Aim) -> ToolCall:
        """The call that ``word`` with ``arguments`` comes to.

        Raises:
            UnknownToolError: There is no such word or tool, or it is not offered here.
            BadArgumentsError: The arguments do not fit.
            OffScreenError: It points outside the screen.
        """
        known = self._by_word.get(_plain(word))
        if known is None or (word in tools and not _fits(known, arguments)):
            if word not in tools:
                raise self._unknown(word, tools)
            return fit_call(word, arguments, tools, aim)
        if not known.offered(tools):
            raise self._unknown(word, tools)
        tool, given = self._resolved(known, arguments, tools, aim)
        if tool == "press_key" and isinstance(key := given.get("key"), str):
            plain = _plain(key).removeprefix("keycode_")
            given["key"] = _KEYS.get(plain, plain)
        names = {ours: theirs for theirs, ours in reversed(tuple(known.takes.items()))}
        return fit_call(tool, given, tools, aim, said=known.word, names=names)

    def _resolved(
        self, word: Word, arguments: Arguments, tools: Registry, aim: Aim
    ) -> tuple[str, dict[str, JsonValue]]:
        if word.route is not None:
            return word.route(arguments, aim)
        tool, fixed = word.tool, word.fixed
        if word.pick is not None:
            tool, fixed = _picked(word, word.pick, arguments, tools)
        given: dict[str, JsonValue] = {}
        for key, value in arguments.items():
            ours = word.takes.get(key)
            if ours is not None:
                given.setdefault(ours, value)
            elif key not in self._arguments and key not in COMMENTARY and value is not None:
                known = ", ".join(word.takes) or "no arguments"
                raise BadArgumentsError(
                    f"{word.word} cannot be called like this:\n"
                    f"- {key}: there is no such argument; it takes {known}"
                )
        return tool, {**given, **fixed}

    def _unknown(self, word: str, tools: Registry) -> UnknownToolError:
        names = [known.word for known in self.offered(tools)]
        names += [tool.name for tool in self.others(tools)]
        close = difflib.get_close_matches(word[:64], names, n=3, cutoff=_CLOSE)
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
        return UnknownToolError(
            f"There is no action {word[:64]!r}.{meant} There are: {', '.join(names)}."
        )


def _plain(word: str) -> str:
    return word.strip().lower().replace(" ", "_").replace("-", "_")


def _fits(word: Word, arguments: Arguments) -> bool:
    """Whether the arguments are the family's; a tool's own name may be a family's word too."""
    picks = {word.pick.by} if word.pick is not None else set()
    return not arguments or bool((word.takes.keys() | picks) & arguments.keys())


def _picked(word: Word, pick: Pick, arguments: Arguments, tools: Registry) -> tuple[str, Arguments]:
    value = arguments.get(pick.by)
    options = {_plain(option): option for option in word.choices(tools)}
    wanted = _plain(value) if isinstance(value, str) else ""
    option = options.get(_plain(pick.also.get(wanted, wanted)))
    if option is None:
        what = "is missing" if value is None else f"there is no {str(value)[:40]!r}"
        raise BadArgumentsError(
            f"{word.word} cannot be called like this:\n"
            f"- {pick.by}: {what}; it is one of {', '.join(options.values())}"
        )
    return pick.options[option]


def parameters_for(tool: Tool, point: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of ``tool`` with every position described by ``point``."""
    written = _pointed(tool.parameters, dict(point))
    return written if isinstance(written, dict) else {}


def _pointed(schema: Any, point: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON of any form
    if isinstance(schema, list):
        return [_pointed(part, point) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "point":
        kept = {key: schema[key] for key in ("description", "default") if key in schema}
        return {**point, **kept}
    return {key: _pointed(part, point) for key, part in schema.items()}
