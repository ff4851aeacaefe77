"""From the arguments a model wrote to a checked call of one of our tools.

Form is mended by the tool's own schema: a number in quotes where a number belongs, a box where a
point belongs. Nothing is filled in, and nothing is left out that means something.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.reading.json_text import read_json
from agent.dialects.reading.points import read_position
from agent.step import ToolCall
from tools.errors import AgentMistakeError, BadArgumentsError, UnreadableReplyError
from tools.geometry import ModelPoint, Projection, Space
from tools.registry import Registry
from tools.schema import POINT_FORMAT

_AMOUNT = re.compile(
    r"\s{0,3}([+-]?\d{1,9}(?:\.\d{0,9})?)\s{0,3}(?:s|secs?|seconds?|秒)?\s{0,3}", re.IGNORECASE
)
_TRUE: Final = {"true": True, "yes": True, "false": False, "no": False}
COMMENTARY: Final = frozenset(
    {"thought", "reason", "reasoning", "explanation", "description", "conclusion", "label"}
)
"""Arguments in which models talk; dropped where a tool has no argument of that name."""


@dataclass(frozen=True)
class Aim:
    """How the positions in a reply lie on the device.

    Attributes:
        projection: From the picture that was shown.
        space: What the model's numbers mean.
    """

    projection: Projection
    space: Space

    def place(self, value: JsonValue) -> list[JsonValue]:
        """The device pixel at ``value``, as ``[x, y]``.

        Raises:
            BadArgumentsError: It is no position.
            OffScreenError: It is not on the screen.
        """
        x, y = read_position(value)
        point = self.projection.to_device(ModelPoint(x=x, y=y, space=self.space))
        return [point.x, point.y]


def fit_call(
    name: str,
    arguments: Mapping[str, JsonValue],
    tools: Registry,
    aim: Aim,
    *,
    said: str = "",
    names: Mapping[str, str] | None = None,
) -> ToolCall:
    """A call of ``name`` that its schema accepts.

    Args:
        name: The tool.
        arguments: By the tool's own names, positions as the model wrote them.
        tools: What is offered.
        aim: Where positions lead.
        said: What the model called it, for messages; ``name`` if empty.
        names: The tool's argument names to those the model knows, for messages.

    Raises:
        UnknownToolError: There is no such tool.
        BadArgumentsError: The arguments do not fit; one line for each problem.
        OffScreenError: A position is not on the screen.
    """
    entry, names = tools.get(name), names or {}
    properties = _mapping(entry.parameters.get("properties"))
    fitted: dict[str, JsonValue] = {}
    for key, value in arguments.items():
        schema = properties.get(key)
        if schema is None:
            if key not in COMMENTARY and value is not None:
                fitted[key] = value  # the schema refuses it, in words
        elif value is not None or _takes_null(schema):
            try:
                fitted[key] = _fit(value, _mapping(schema), _mapping(entry.parameters), aim)
            except BadArgumentsError as error:
                raise _misfit(said or name, [f"{names.get(key, key)}: {error}"]) from None
    _, problems = entry.schema.validate(fitted)
    if problems:
        raise _misfit(said or name, [_renamed(line, names) for line in problems])
    return ToolCall(name=name, arguments=fitted)


def _misfit(said: str, problems: list[str]) -> AgentMistakeError:
    lines = [f"{said} cannot be called like this:", *(f"- {line}" for line in problems)]
    return BadArgumentsError("\n".join(lines))


def _renamed(problem: str, names: Mapping[str, str]) -> str:
    where, colon, what = problem.partition(":")
    head, dot, rest = where.partition(".")
    return f"{names.get(head, head)}{dot}{rest}{colon}{what}"


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _takes_null(schema: object) -> bool:
    options = _mapping(schema).get("anyOf", [])
    return any(_mapping(option).get("type") == "null" for option in options)


def _fit(value: JsonValue, schema: dict[str, Any], root: dict[str, Any], aim: Aim) -> JsonValue:
    if "$ref" in schema:
        definitions = _mapping(root.get("$defs"))
        schema = _mapping(definitions.get(str(schema["$ref"]).rpartition("/")[2]))
    if schema.get("format") == POINT_FORMAT:
        return list(aim.place(value))
    if "anyOf" in schema:
        options = [_mapping(option) for option in schema["anyOf"]]
        options = [option for option in options if option.get("type") != "null"]
        one = len(options) == 1 and value is not None
        return _fit(value, options[0], root, aim) if one else value
    if isinstance(value, str) and schema.get("type") == "array":
        value = _listed(value)
    if isinstance(value, list) and schema.get("type") == "array":
        return [_fit(part, _item(schema, place), root, aim) for place, part in enumerate(value)]
    if isinstance(value, dict) and schema.get("type") == "object":
        inner, other = _mapping(schema.get("properties")), schema.get("additionalProperties")
        return {
            key: _fit(part, _mapping(inner.get(key, other)), root, aim)
            for key, part in value.items()
        }
    return _fit_scalar(value, schema)


def _listed(text: str) -> JsonValue:
    """A list that was written as a text."""
    if not text.lstrip().startswith("["):
        return text
    try:
        return read_json(text).value
    except UnreadableReplyError:
        return text


def _item(schema: dict[str, Any], place: int) -> dict[str, Any]:
    first = schema.get("prefixItems", [])
    return _mapping(first[place] if place < len(first) else schema.get("items"))


def _fit_scalar(value: JsonValue, schema: dict[str, Any]) -> JsonValue:
    kind = schema.get("type")
    if isinstance(value, str):
        if kind in ("number", "integer") and (amount := _AMOUNT.fullmatch(value)):
            number = float(amount[1])
            return int(number) if number.is_integer() else number
        if kind == "boolean":
            return _TRUE.get(value.strip().lower(), value)
        if "enum" in schema and value not in schema["enum"]:
            plain = re.sub(r"[\s-]+", "_", value.strip().lower())
            return plain if plain in schema["enum"] else value
    if kind == "string" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
