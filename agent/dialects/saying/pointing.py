"""From device px to the numbers that a model of a family would say, in any arguments of a tool."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

from tools.errors import OffScreenError, UnsayableError
from tools.geometry import Point, Projection, Space
from tools.registry import Tool
from tools.schema import POINT_FORMAT

_LAST: Final = 999
"""The last number of the grid that every family knows; some are told it ends there."""
_PAIR: Final = 2


@dataclass(frozen=True)
class Pointing:
    """How positions on the device lie in the picture that is shown.

    Attributes:
        projection: From the picture to the device.
        space: What the family's numbers mean.
    """

    projection: Projection
    space: Space

    def numbers(self, value: JsonValue) -> list[JsonValue]:
        """What a model says for the device pixel ``[x, y]``: two whole numbers.

        Raises:
            UnsayableError: It is no pixel of the screen.
        """
        if not isinstance(value, list) or len(value) != _PAIR:
            raise UnsayableError(f"{value!r} is no point of the screen.")
        x, y = value
        if not (_is_whole(x) and _is_whole(y)):
            raise UnsayableError(f"{value!r} is no point of the screen.")
        try:
            named = self.projection.to_model(Point(x=int(str(x)), y=int(str(y))), self.space)
        except OffScreenError as error:
            raise UnsayableError(str(error)) from None
        if self.space is Space.NORM1000:
            return [min(int(named.x), _LAST), min(int(named.y), _LAST)]
        return [int(named.x), int(named.y)]


def _is_whole(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def pointed(
    arguments: Mapping[str, JsonValue], tool: Tool, pointing: Pointing
) -> dict[str, JsonValue]:
    """``arguments`` of ``tool`` with every device pixel in them as a model names it.

    Raises:
        UnsayableError: A point is not on the screen.
    """
    properties = _mapping(tool.parameters.get("properties"))
    return {
        key: _pointed(value, _mapping(properties.get(key)), tool.parameters, pointing)
        for key, value in arguments.items()
    }


def _pointed(
    value: JsonValue, schema: Mapping[str, Any], root: Mapping[str, Any], pointing: Pointing
) -> JsonValue:
    if "$ref" in schema:
        definitions = _mapping(root.get("$defs"))
        schema = _mapping(definitions.get(str(schema["$ref"]).rpartition("/")[2]))
    if value is None:
        return None
    if schema.get("format") == POINT_FORMAT:
        return pointing.numbers(value)
    options = [_mapping(option) for option in schema.get("anyOf", ())]
    options = [option for option in options if option.get("type") != "null"]
    if len(options) == 1:
        return _pointed(value, options[0], root, pointing)
    if isinstance(value, list):
        return [
            _pointed(part, _item(schema, place), root, pointing) for place, part in enumerate(value)
        ]
    if isinstance(value, dict):
        inner, other = _mapping(schema.get("properties")), schema.get("additionalProperties")
        return {
            key: _pointed(part, _mapping(inner.get(key, other)), root, pointing)
            for key, part in value.items()
        }
    return value


def _item(schema: Mapping[str, Any], place: int) -> Mapping[str, Any]:
    first = schema.get("prefixItems", ())
    return _mapping(first[place] if place < len(first) else schema.get("items"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
