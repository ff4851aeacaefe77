"""An example for each argument of a tool: one that its schema accepts when a model copies it.

Only texts are left empty, for the model to fill in, and positions, which every family writes in
its own way.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from pydantic import JsonValue

from tools.schema import POINT_FORMAT

_DEEPEST: Final = 6
_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


def is_point(schema: Mapping[str, Any]) -> bool:
    """Whether a settled ``schema`` is that of a position."""
    return schema.get("format") == POINT_FORMAT


def settled(schema: object, root: Mapping[str, Any]) -> dict[str, Any]:
    """``schema`` of an argument without references and choices: the one kind an example is of.

    Args:
        schema: Of the argument. Of several kinds that of the default is taken, else the first.
        root: The whole schema of the tool, with its definitions.
    """
    kept = _mapping(schema)
    for _ in range(_DEEPEST):
        if "$ref" in kept:
            inner = _mapping(root.get("$defs")).get(str(kept["$ref"]).rpartition("/")[2])
            kept = {**_mapping(inner), **_without(kept, "$ref")}
        elif options := _options(kept):
            rest = _without(kept, "anyOf", "oneOf")
            taken = [{**settled(option, root), **rest} for option in options]
            usual = [each for each in taken if fits(each.get("default"), each)]
            kept = (usual or taken)[0]
        else:
            break
    return kept


def kinds(schema: object, root: Mapping[str, Any]) -> int:
    """Of how many kinds the argument may be, ``null`` not counted."""
    kept = _mapping(schema)
    if "$ref" in kept:
        kept = _mapping(_mapping(root.get("$defs")).get(str(kept["$ref"]).rpartition("/")[2]))
    return max(1, len(_options(kept)))


def example(schema: object, root: Mapping[str, Any], point: str, depth: int = 0) -> JsonValue:
    """A value that ``schema`` accepts, but for texts and positions, which are to be filled in.

    It is the default where that is one of the values allowed, else the first choice, else a
    number within the bounds; of lists and objects the least that is asked for.

    Args:
        schema: Of the argument.
        root: The whole schema of the tool.
        point: Stands for a position inside of a list or an object.
        depth: How far inside this is.
    """
    kept = settled(schema, root)
    if is_point(kept) or depth > _DEEPEST:
        return point
    if fits(usual := kept.get("default"), kept):
        return usual
    choices = [choice for choice in kept.get("enum", [kept.get("const")]) if choice is not None]
    return choices[0] if choices else _made(kept, root, point, depth + 1)


def _made(schema: Mapping[str, Any], root: Mapping[str, Any], point: str, depth: int) -> JsonValue:
    match schema.get("type"):
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "array":
            first = schema.get("prefixItems", ())
            count = len(first) or max(1, schema.get("minItems", 1))
            inner = [first[place] if first else schema.get("items") for place in range(count)]
            return [example(each, root, point, depth) for each in inner]
        case "object":
            inside, needed = _mapping(schema.get("properties")), schema.get("required", ())
            return {name: example(inside.get(name), root, point, depth) for name in needed}
        case _:
            return ""


def fits(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether ``value`` is of the kind and within the bounds of a settled ``schema``."""
    if value is None or ("enum" in schema and value not in schema["enum"]):
        return False
    known = _KINDS.get(str(schema.get("type")), ())
    if not isinstance(value, known) or (isinstance(value, bool) and bool not in known):
        return False
    if isinstance(value, str | list):
        least, most = ("minLength", "maxLength") if isinstance(value, str) else _COUNTS
        return bool(schema.get(least, 0) <= len(value) <= schema.get(most, math.inf))
    return not isinstance(value, int | float) or _within(value, schema)


_COUNTS: Final = ("minItems", "maxItems")


def _within(value: float, schema: Mapping[str, Any]) -> bool:
    step = schema.get("multipleOf")
    return (
        math.isfinite(value)
        and schema.get("minimum", -math.inf) <= value <= schema.get("maximum", math.inf)
        and schema.get("exclusiveMinimum", -math.inf) < value
        and value < schema.get("exclusiveMaximum", math.inf)
        and (not step or math.isclose(value / step, round(value / step), abs_tol=1e-9))
    )


def _number(schema: Mapping[str, Any]) -> float:
    """One, or what is allowed near the bounds, or in the middle between them."""
    unit = schema.get("multipleOf") or 1
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    edges = [edge for edge in (low, high) if edge is not None]
    found = [unit, *(unit * (edge // unit + more) for edge in edges for more in (0, 1, -1))]
    found += [*edges, *([(low + high) / 2] if len(edges) > 1 else [])]
    whole = schema.get("type") == "integer"
    usable = [round(each) if float(each).is_integer() else each for each in found]
    usable = [each for each in usable if isinstance(each, int) or not whole]
    return next((each for each in usable if _within(each, schema)), 1)


def _options(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    options = [_mapping(option) for option in schema.get("anyOf", schema.get("oneOf", ()))]
    return [option for option in options if option.get("type") != "null"]


def _mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _without(schema: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in names}
