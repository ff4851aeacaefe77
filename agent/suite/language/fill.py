"""Puts values in the place of ``${names}``, after YAML was read and in texts only.

A value that is put in is text for ever: nothing in it is read as YAML, as a key or as another
``${name}``. Names whose values are known only while a case runs (what ``extract`` reads) are kept
as marks that no file can hold, and are filled in by :func:`resolve`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import ValidationError

from agent.suite.language import nodes
from agent.suite.language.form import Written
from agent.suite.language.nodes import Document, Listing, Node, Scalar
from agent.suite.language.problem import MOST, Problem, suggestion
from agent.suite.language.spelling import LATE, shown
from tools.errors import TaskError

Environment = Callable[[str], str | None]
"""The value of a variable of the environment; ``None`` if it is not set."""
MAX_FILLED = 1024 * 1024
"""Characters that all texts of one case may come to."""
_MARK = re.compile(r"\$\$\{|\$\{(?P<name>[^{}\n]*)(?P<end>\}?)")
_NAME = re.compile(r"(?:(?P<where>env|secret)\.)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
_ODD = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)
_SECRET = "<secret:"  # noqa: S105 - how a secret is named, never what it is
M = TypeVar("M", bound=Written)


@dataclass
class Scope:
    """The names that a text may use; it grows while a task is filled in from top to bottom.

    Attributes:
        secrets: Secrets that were declared.
        environment: Where ``${env.NAME}`` is looked up.
        values: Names and what stands for them.
        late: Names whose values are known only at run time.
    """

    secrets: frozenset[str]
    environment: Environment
    values: dict[str, str] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)


@dataclass
class Room:
    """How much may still be made for one case, with all that it uses.

    Attributes:
        left: Characters; each text takes one more than it has, and each value what it is long.
    """

    left: int = MAX_FILLED


@dataclass
class Filler:
    """Fills the nodes of one document, and keeps what is wrong with them.

    Attributes:
        document: The document.
        room: How much may still be made.
        problems: What was found so far.
    """

    document: Document
    room: Room
    problems: list[Problem] = field(default_factory=list)

    def fill(self, node: Node, scope: Scope) -> Node:
        """``node`` with every text in it filled; keys stay as they are."""
        match node:
            case Scalar():
                return self._scalar(node, scope)
            case Listing():
                return Listing(node.at, tuple(self.fill(each, scope) for each in node.items))
            case nodes.Mapping():
                pairs = ((key, self.fill(value, scope)) for key, value in node.entries)
                return nodes.Mapping(node.at, tuple(pairs))

    def _scalar(self, scalar: Scalar, scope: Scope) -> Scalar:
        if not self._take_room(scalar, len(scalar.text) + 1):
            return replace(scalar, text=late("unknown"))
        if not has_mark(scalar.text):
            return scalar
        places = self._places(scalar)
        pieces, end = [], 0
        for found in _MARK.finditer(scalar.text):
            value = self._value(found, next(places, scalar.at), scope)
            if not self._take_room(scalar, len(value)):  # before it is put together
                return replace(scalar, text=late("unknown"))
            pieces += [scalar.text[end : found.start()], value]
            end = found.end()
        return replace(scalar, text="".join([*pieces, scalar.text[end:]]))

    def _take_room(self, scalar: Scalar, size: int) -> bool:
        before, self.room.left = self.room.left, self.room.left - size
        if self.room.left < 0 <= before:
            message = f"the texts of this case come to more than {MAX_FILLED:,} characters."
            self._complain(scalar.at, message)
        return self.room.left >= 0

    def _places(self, scalar: Scalar) -> Iterator[int]:
        """Where each mark stands in the file; unknown ones (by escapes) are left out."""
        written = self.document.source.text[scalar.at : scalar.end]
        return (scalar.at + found.start() for found in _MARK.finditer(written))

    def _value(self, found: re.Match[str], at: int, scope: Scope) -> str:
        if found["name"] is None:
            return "${"
        name = _NAME.fullmatch(found["name"])
        if name is None or not found["end"]:
            hint = "Write ${name}; for the characters themselves write $${"
            return self._complain(at, f"{shown(found[0])} is no name of a value.", hint)
        match name["where"]:
            case "secret":
                return self._secret(name["name"], at, scope)
            case "env":
                return self._variable(name["name"], at, scope)
            case _:
                return self._named(name["name"], at, scope)

    def _named(self, name: str, at: int, scope: Scope) -> str:
        if name in scope.values:
            return scope.values[name]
        if name in scope.late:
            return late(name)
        known = {*scope.values, *scope.late} if len(self.problems) < MOST else ()
        hint = suggestion(name, known) or "Give it a value in vars or params."
        return self._complain(at, f"${{{name}}} has no value here.", hint)

    def _secret(self, name: str, at: int, scope: Scope) -> str:
        if name in scope.secrets:
            return f"{_SECRET}{name}>"
        known = scope.secrets if len(self.problems) < MOST else ()
        hint = suggestion(name, known) or f"Add secrets: [{name}]."
        return self._complain(at, f"the secret {name!r} is not declared.", hint)

    def _variable(self, name: str, at: int, scope: Scope) -> str:
        value = scope.environment(name)
        if value is None:
            hint = f"Set it: {name}=… agent test …"
            return self._complain(at, f"{name} is not set in the environment.", hint)
        if _ODD.search(value) is not None:
            return self._complain(at, f"the value of {name} in the environment is no plain text.")
        return value

    def _complain(self, at: int, message: str, hint: str = "") -> str:
        """Keep a problem; return what stands for the value, so that nothing else is told of it."""
        self.problems.append(Problem(self.document.source.place(at), message, hint))
        return late("unknown")


def late(name: str) -> str:
    """How a name whose value comes at run time stands in the texts of a case."""
    return f"\ufdd0{name}\ufdd1"


def has_mark(text: str) -> bool:
    """Whether ``text`` holds a ``${name}`` or an escaped one."""
    return "${" in text


def has_reference(text: str) -> bool:
    """Whether ``text`` holds a ``${name}`` that is not escaped, or stands for a later value."""
    marks = _MARK.finditer(text) if has_mark(text) else ()
    return LATE.search(text) is not None or any(each["name"] is not None for each in marks)


def readable(text: str) -> str:
    """A text of a case for people: what is filled in at run time reads ``${name}`` again."""
    return LATE.sub(r"${\1}", text)


def resolve(model: M, values: Mapping[str, str]) -> M:
    """Fill in what was read at run time.

    Args:
        model: A step, a check, or a part of one.
        values: What ``extract`` steps have read so far, by name.

    Raises:
        TaskError: A name has no value yet, or with its value the step is none any more (a regular
            expression, a key). Or the value looks like the name of a secret: it was read from a
            screen, and must not have a secret typed.
    """
    written = model.model_dump(by_alias=True, exclude_unset=True)
    if not _any_late(written):
        return model
    try:
        return type(model).model_validate(_resolved(written, values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        about = ".".join(str(part) for part in first["loc"])
        raise TaskError(f"With what was read at run time, {about} {first['msg']}.") from None


def _any_late(value: object) -> bool:
    match value:
        case str():
            return LATE.search(value) is not None
        case list() | tuple():
            return any(map(_any_late, value))
        case dict():
            return any(map(_any_late, value.values()))
        case _:
            return False


def _resolved(value: object, values: Mapping[str, str]) -> object:
    match value:
        case str():
            return LATE.sub(lambda found: _read_value(found[1], values), value)
        case list() | tuple():
            return [_resolved(each, values) for each in value]
        case dict():
            return {key: _resolved(each, values) for key, each in value.items()}
        case _:
            return value


def _read_value(name: str, values: Mapping[str, str]) -> str:
    if name not in values:
        raise TaskError(f"${{{name}}} has no value yet: no extract step has read it.")
    if _SECRET in values[name]:
        raise TaskError(f"The value of ${{{name}}} looks like the name of a secret; it is refused.")
    return values[name]
