"""A JSON schema that an answer has to fit: read from a file, told to the model, checked."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.reading.json_text import read_json
from tools.errors import UnreadableReplyError, UsageError

_FENCED = re.compile(r"```+[ \t]*[a-zA-Z_+-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_LONGEST_PROBLEM: Final = 300
_MOST_BYTES: Final = 1024 * 1024


class FormError(UsageError):
    """A JSON schema that was given cannot be used."""


@dataclass(frozen=True)
class Fitted:
    """An answer that fits.

    Attributes:
        value: As in JSON.
    """

    value: JsonValue


@dataclass(frozen=True)
class Unfit:
    """Why an answer does not fit, a sentence for model and person."""

    problem: str


class Form:
    """A JSON schema.

    Args:
        schema: The schema, draft 2020-12 unless its ``$schema`` says otherwise.

    Raises:
        FormError: It is no valid schema, or refers to something outside itself.
    """

    def __init__(self, schema: dict[str, JsonValue]) -> None:
        from jsonschema import SchemaError
        from jsonschema.validators import Draft202012Validator, validator_for
        from referencing import Registry

        kind = validator_for(schema, default=Draft202012Validator)
        try:
            kind.check_schema(schema)
        except SchemaError as error:
            raise FormError(f"This is no valid JSON schema: {_short(error.message)}.") from None
        self.schema = schema
        # An empty registry: nothing is ever fetched for a "$ref".
        self._validator = kind(schema, registry=Registry())
        self.check_references()

    @classmethod
    def read(cls, path: Path) -> "Form":
        """The schema in ``path``.

        Raises:
            FormError: It cannot be read, or is no valid schema.
        """
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise FormError(f"The JSON schema {str(path)!r} is larger than 1 MB.")
            schema = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            reason = error.strerror or str(error)
            raise FormError(f"The JSON schema {str(path)!r} cannot be read: {reason}.") from None
        except (ValueError, RecursionError) as error:
            where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
            raise FormError(f"{str(path)!r} is no JSON{where}.") from None
        if not isinstance(schema, dict):
            raise FormError(f"{str(path)!r} is no JSON schema: it is no object.")
        return cls(schema)

    def check_references(self) -> None:
        """Try the schema on something.

        Raises:
            FormError: A ``$ref`` in it leads nowhere, or outside.
        """
        for trial in _TRIALS:
            self._problem(trial)

    def check(self, text: str) -> Fitted | Unfit:
        """The value in ``text``, a reply without its thoughts, if it fits."""
        read = _value_in(text)
        if read is None:
            return Unfit("There is no JSON in the answer.")
        problem = self._problem(read.value)
        return Unfit(problem) if problem else read

    def _problem(self, value: JsonValue) -> str:
        from jsonschema.exceptions import best_match
        from referencing.exceptions import Unresolvable

        try:
            worst: Any = best_match(self._validator.iter_errors(value))
        except Unresolvable as error:
            raise FormError(
                f"The JSON schema refers to {error.ref!r}, which is not in it.",
                hint="Put everything into the one file; nothing is fetched.",
            ) from None
        except RecursionError:
            raise FormError("The JSON schema refers to itself without end.") from None
        if worst is None:
            return ""
        where = "".join(f"[{step!r}]" for step in worst.absolute_path)
        return f"{f'at {where}: ' if where else ''}{_short(worst.message)}"


_TRIALS: Final[tuple[JsonValue, ...]] = (None, True, 0, "", [], {}, [{}], [""])


def _value_in(text: str) -> Fitted | None:
    """The JSON value that an answer is, or that is in it: in a fence, or where it begins."""
    fenced = _FENCED.search(text)
    for part in (text.strip(), *([fenced[1].strip()] if fenced else [])):
        try:
            return Fitted(json.loads(part, parse_constant=_no_constant))
        except (ValueError, RecursionError):
            continue
    whole = fenced[1] if fenced else text
    start = re.search(r"[\[{｛［]", whole)
    if start is None:
        return None
    try:
        read = read_json(whole, start.start())
    except UnreadableReplyError:
        return None
    return Fitted(read.value)


def _no_constant(name: str) -> JsonValue:
    raise ValueError(name)


def _short(message: str) -> str:
    plain = " ".join(message.split())
    return plain if len(plain) <= _LONGEST_PROBLEM else f"{plain[:_LONGEST_PROBLEM]}…"
