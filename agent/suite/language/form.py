"""The shape that all parts of a task file share, and how a step or a condition names a thing."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator

from agent.suite.language.spelling import (
    DURATION,
    PATTERN,
    TEXT,
    TRUTH,
    WORDS,
    shown,
    whole,
    wrong,
)

Text = Annotated[str, TEXT]
Words = Annotated[str, WORDS]
Pattern = Annotated[str, PATTERN]
Truth = Annotated[bool, TRUTH]
Seconds = Annotated[float, DURATION]
Grid = Annotated[int, whole(0, 1000)]
"""A position on the norm1000 grid that is laid over the screen."""


def _told(schema: dict[str, Any], kind: type[BaseModel]) -> None:
    """Say in the JSON Schema what the validators below hold."""
    assert issubclass(kind, Written)  # noqa: S101 - it is set for this class only
    schema.update(kind.schema_rules())
    if kind.shorthand:
        long = dict(schema)
        short = {**schema["properties"][kind.shorthand]}
        described: dict[str, Any] = {
            name: long.pop(name) for name in ("title", "description") if name in long
        }
        schema.clear()
        schema.update(described, anyOf=[short, long])


class Written(BaseModel):
    """A mapping of a task file: frozen, no unknown keys, made from texts."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, json_schema_extra=_told
    )

    shorthand: ClassVar[str] = ""
    """The key whose value may stand alone in the place of the mapping."""
    synonyms: ClassVar[dict[str, str]] = {}
    """What people write for a key, and the key."""

    beside: ClassVar[tuple[str, ...]] = ()
    """Keys that stand beside a mapping of this one, and that people write into it."""

    @model_validator(mode="before")
    @classmethod
    def _at_length(cls, value: object) -> object:
        if cls.shorthand and isinstance(value, str):
            return {cls.shorthand: value}
        if not isinstance(value, dict | cls):
            raise wrong(f"must be a mapping, not {shown(value)}", hint=cls._with_colon(value))
        return value

    @classmethod
    def _with_colon(cls, value: object) -> str:
        """How a text was meant that begins with one of the keys; empty for any other value."""
        first, _, rest = value.partition(" ") if isinstance(value, str) else ("", "", "")
        key = cls.synonyms.get(first, first)
        if key not in map(cls.spelt, cls.model_fields):
            return ""
        return f"Write {key}: {rest}" if rest else f"Write {key}: with a colon."

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """What the JSON Schema of this mapping says besides its keys."""
        return {}

    @classmethod
    def spelt(cls, field: str) -> str:
        """How ``field`` is spelt in a file."""
        return cls.model_fields[field].alias or field

    def given(self, fields: Sequence[str]) -> list[str]:
        """Those of ``fields`` that have a value, as they are spelt in a file."""
        return [self.spelt(name) for name in fields if getattr(self, name) not in (None, ())]


def exactly_one(model: Written, fields: Sequence[str], what: str) -> None:
    """Hold that one of ``fields`` is given.

    Args:
        model: The mapping.
        fields: Names of fields.
        what: What they are to the person: ``verb``.
    """
    given = model.given(fields)
    names = ", ".join(map(model.spelt, fields))
    if not given:
        raise wrong(f"needs a {what}, one of: {names}")
    if len(given) > 1:
        raise wrong(f"has one {what}, not {' and '.join(given)}", at=given[1])


def one_required(kind: type[Written], fields: Sequence[str]) -> dict[str, Any]:
    """The JSON Schema of :func:`exactly_one`."""
    return {"oneOf": [{"required": [kind.spelt(name)]} for name in fields]}


def some_required(kind: type[Written], fields: Sequence[str]) -> dict[str, Any]:
    """The JSON Schema of "at least one of ``fields``"."""
    return {"anyOf": [{"required": [kind.spelt(name)]} for name in fields]}


_WHERE = ("below", "above", "right_of", "left_of")
_WHAT = ("text", "description", "id", "hint", "kind")


class Target(Written):
    """A thing on the screen. All that is said of it must hold.

    It is looked up in the UI tree, then, where ``patch`` is given, in the picture; a ``text`` that
    is found in neither is a description, with which the policy is asked.
    """

    shorthand = "text"

    text: Words | None = None
    """What it shows or is called: its text, description or hint. Exact, else without regard to case
    and spaces, else a part of it."""
    description: Words | None = None
    """What a screen reader says of it."""
    id: Words | None = None
    """Its resource id, whole or the part after the slash."""
    hint: Words | None = None
    """Label or placeholder of an input field."""
    kind: Words | None = None
    """Kind of element: ``Button``, ``EditText``, ``Switch``."""
    index: Annotated[int, whole(1, 1000)] | None = None
    """Which of several, in reading order, from 1. Without it there must be one only."""
    below: "Target | None" = None
    """What it is below of; the nearest is meant."""
    above: "Target | None" = None
    """What it is above of."""
    right_of: "Target | None" = None
    """What it is right of."""
    left_of: "Target | None" = None
    """What it is left of."""
    at: tuple[Grid, Grid] | None = None
    """A point, ``[x, y]`` on a grid of 0 to 1000 over the screen. Stands alone."""
    patch: Words | None = None
    """A picture of it: a PNG, by its path from the folder of the task file. Stands alone."""

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        alone = self.given(("at", "patch"))
        others = [*self.given((*_WHAT, *_WHERE, "index")), *alone[1:]]
        if alone and others:
            raise wrong(
                f"cannot have {others[0]!r} beside {alone[0]!r}, which stands alone", at=others[0]
            )
        if not alone and not self.given((*_WHAT, *_WHERE)):
            names = ", ".join((*_WHAT, *_WHERE, "at", "patch"))
            raise wrong(f"needs at least one of: {names}")
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """Something must be named; a point and a picture stand alone."""
        others = {
            each: [name for name in (*_WHAT, *_WHERE, "index", "at", "patch") if name != each]
            for each in ("at", "patch")
        }
        return {
            **some_required(cls, (*_WHAT, *_WHERE, "at", "patch")),
            "dependentSchemas": {
                each: {"not": some_required(cls, names)} for each, names in others.items()
            },
        }


class NodeState(Target):
    """A thing on the screen and the state it is in."""

    enabled: Truth | None = None
    """Whether it can be used."""
    checked: Truth | None = None
    """Whether a switch is on or a box is ticked."""
    selected: Truth | None = None
    """Whether it is the one that is chosen."""
    focused: Truth | None = None
    """Whether it is the one that is typed into."""


class Condition(Written):
    """What may be true of the screen now. All that is said must hold."""

    shorthand = "text"

    text: Words | None = None
    """A text that must be visible."""
    gone: Words | None = None
    """A text that must not be visible."""
    app: Words | None = None
    """The app that must be in front, by its package."""
    node: NodeState | None = None
    """A thing that must be there, and its state."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.given(_CONDITIONS):
            raise wrong(f"needs at least one of: {', '.join(_CONDITIONS)}")
        return self

    @classmethod
    def schema_rules(cls) -> dict[str, Any]:
        """Something must be said."""
        return some_required(cls, _CONDITIONS)


_CONDITIONS = ("text", "gone", "app", "node")


class TextMatch(Written):
    """What a text must be like. All that is said must hold."""

    equals: Text | None = None
    """The whole of it, white space at both ends aside."""
    contains: Text | None = None
    """A part of it, to the letter."""
    lacks: Words | None = None
    """What must not be a part of it."""
    matches: Pattern | None = None
    """A regular expression of Python that is found in it."""

    @property
    def asks(self) -> bool:
        """Whether anything is said of the text."""
        return bool(self.given(MATCHES))


MATCHES = ("equals", "contains", "lacks", "matches")


def something_matched(match: TextMatch) -> None:
    """Hold that ``match`` says anything."""
    if not match.asks:
        raise wrong(f"needs at least one of: {', '.join(MATCHES)}")
