"""How numbers, durations and names stand in a task file, where everything is text at first.

Each is a marker for ``Annotated``: it reads the text, writes it again, and tells the JSON Schema
what an editor may accept. The schema allows a ``${name}`` in the place of any value, because it is
filled in before a value is read.
"""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)", re.ASCII)
_LONGEST_S = 24 * 3600.0
_REFERENCE = {"type": "string", "pattern": r"\$\{"}
_ANY_TEXT = {"type": ["string", "number", "boolean"]}
LATE = re.compile("\ufdd0([A-Za-z_][A-Za-z0-9_]*)\ufdd1")
"""A name that is filled in at run time, as it stands in the texts of a case."""


def shown(value: object) -> str:
    """``value`` as a message shows it: a text in quotes and short, else what it is."""
    if isinstance(value, str):
        text = LATE.sub(r"${\1}", value)
        return repr(text if len(text) <= 60 else f"{text[:60]}…") if text else "nothing"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else repr(value)


def wrong(
    message: str, *, at: str | tuple[str | int, ...] = (), hint: str = ""
) -> PydanticCustomError:
    """A mistake to raise in a validator.

    Args:
        message: What is wrong, as a sentence about the value: ``must be text``.
        at: The keys below the value that lead to what is wrong; empty for the value itself. A last
            ``[key]`` means the key before it and not its value.
        hint: What to do about it.
    """
    path = (at,) if isinstance(at, str) else at
    told = {"message": message, "at": path, "hint": hint}
    return PydanticCustomError("task", "{message}", told)  # a template: braces stay as they are


@dataclass(frozen=True)
class Spelling:
    """A marker for ``Annotated`` that says how values of a type are spelt.

    Attributes:
        read: Makes the value of what stands there; raises what :func:`wrong` makes.
        schema: JSON Schema of the spellings.
        write: Makes what stands there of a value.
    """

    read: Callable[[object], object]
    schema: Callable[[], dict[str, Any]]
    write: Callable[[Any], str] = str

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        """The reader, and the writer for dumping."""
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The spellings."""
        return self.schema()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"must be a text, not {shown(value)}")
    return value


def _words(value: object) -> str:
    text = _text(value)
    if not text.strip():
        raise wrong("must not be empty")
    return text


def _pattern(value: object) -> str:
    text = _words(value)
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise wrong(f"must be a regular expression, and {shown(text)} is none: {error}") from None
    return text


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value not in {"true", "false"}:
        raise wrong(f"must be true or false, not {shown(value)}")
    return value == "true"


def _reason(value: object) -> str:
    """For ``skip``: a reason, never a mere true or false."""
    text = _words(value)
    if text.lower() in {"true", "false", "yes", "no"}:
        raise wrong(f"must say why, not {shown(text)}", hint='Write skip: "waits for issue 12".')
    return text


def _duration(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            hint = f"Write {value}s for seconds." if str(value).isdecimal() else ""
            message = f"must be a time such as 500ms, 10s or 2m, not {shown(value)}"
            raise wrong(message, hint=hint)
        seconds = round(float(found[1]) * _UNITS[found[2]], 3)
    if not 0 < seconds <= _LONGEST_S:
        raise wrong(f"must be more than 0 and at most 24 hours, not {shown(value)}")
    return seconds


def _written_duration(seconds: float) -> str:
    return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds * 1000:.0f}ms"


def name(what: str, pattern: str, allowed: str) -> Spelling:
    """A name of a kind, spelt by a regular expression.

    Args:
        what: What is named.
        pattern: The expression for the whole of it.
        allowed: The same in words.
    """
    compiled = re.compile(pattern)

    def read(value: object) -> str:
        text = _text(value)
        if compiled.fullmatch(text) is None:
            raise wrong(f"must be {what} ({allowed}), not {shown(text)}")
        return text

    return Spelling(read, lambda: {**_ANY_TEXT, "pattern": f"^(?:{pattern})$"})


def whole(low: int, high: int) -> Spelling:
    """A whole number from ``low`` to ``high``."""

    def read(value: object) -> int:
        number = value
        if isinstance(value, str) and re.fullmatch(r"0|[1-9][0-9]{0,8}", value):
            number = int(value)
        if not isinstance(number, int) or isinstance(number, bool) or not low <= number <= high:
            allowed = f"a whole number from {low} to {high}" if low < high else str(low)
            message = f"must be {allowed}, not {shown(value)}"
            raise wrong(message)
        return number

    return Spelling(
        read,
        lambda: {
            "anyOf": [
                {"type": "integer", "minimum": low, "maximum": high},
                _as_text(low, high),
                _REFERENCE,
            ]
        },
    )


def _as_text(low: int, high: int) -> dict[str, Any]:
    """JSON Schema of a number that stands in quotes; of a long range only its form can be said."""
    if high - low <= 20:
        return {"enum": [str(number) for number in range(low, high + 1)]}
    return {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}


def part() -> Spelling:
    """A part of a whole: more than 0, at most 1."""

    def read(value: object) -> float:
        number = value
        if isinstance(value, str) and re.fullmatch(r"[01](\.[0-9]{1,6})?", value):
            number = float(value)
        if not isinstance(number, int | float) or isinstance(number, bool) or not 0 < number <= 1:
            raise wrong(f"must be a part between 0 and 1, such as 0.5, not {shown(value)}")
        return float(number)

    return Spelling(
        read,
        lambda: {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^[01](\.[0-9]+)?$"},
                _REFERENCE,
            ]
        },
    )


def one_of(*choices: str) -> Spelling:
    """One of some words."""

    def read(value: object) -> str:
        if value not in choices:
            close = difflib.get_close_matches(str(value).lower(), choices, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else ""
            told = ", ".join(choices)
            raise wrong(f"must be one of {told}, not {shown(value)}", hint=hint)
        return str(value)

    return Spelling(read, lambda: {"anyOf": [{"enum": list(choices)}, _REFERENCE]})


TEXT = Spelling(_text, lambda: dict(_ANY_TEXT))
WORDS = Spelling(_words, lambda: {**_ANY_TEXT, "pattern": r"\S"})
PATTERN = Spelling(_pattern, lambda: {**_ANY_TEXT, "pattern": r"\S", "format": "regex"})
REASON = Spelling(_reason, lambda: {"type": "string", "pattern": r"\S"})
TRUTH = Spelling(
    _truth,
    lambda: {"anyOf": [{"type": "boolean"}, {"enum": ["true", "false"]}, _REFERENCE]},
    lambda value: "true" if value else "false",
)
DURATION = Spelling(
    _duration,
    lambda: {"anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?(ms|s|m|h)$"}, _REFERENCE]},
    _written_duration,
)
