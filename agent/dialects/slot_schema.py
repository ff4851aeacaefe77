"""The JSON schema of the action slot, for back ends that can hold a model to it.

Everything is bounded: texts, numbers and positions, so that not even random weights run on and on.
"""

from collections.abc import Mapping
from typing import Any, Final

from agent.dialects.words import Vocabulary, Word, parameters_for
from tools.geometry import Size, Space
from tools.registry import Registry, Tool

MAX_TEXT: Final = 1000
_REF_DEPTH: Final = 6
_SAYS: Final = frozenset({"description", "title", "default", "$defs", "format"})


def point_schema(space: Space, shown: Size) -> dict[str, Any]:
    """A position: two whole numbers within the picture."""
    norm = space is Space.NORM1000
    limits = (1000, 1000) if norm else (shown.width - 1, shown.height - 1)
    return {
        "type": "array",
        "prefixItems": [{"type": "integer", "minimum": 0, "maximum": limit} for limit in limits],
        "items": False,
        "minItems": 2,
        "maxItems": 2,
    }


def call_schema(
    function: str, vocabulary: Vocabulary, tools: Registry, point: Mapping[str, Any]
) -> dict[str, Any]:
    """One call: of ``function`` with one of the words, or of a tool that no word stands for."""
    calls = []
    if words := vocabulary.offered(tools):
        options = [_of_word(word, tools, point) for word in words]
        calls.append(_named(function, {"anyOf": options}))
    calls.extend(tool_schema(tool, point) for tool in vocabulary.others(tools))
    return {"anyOf": calls}


def tool_schema(tool: Tool, point: Mapping[str, Any]) -> dict[str, Any]:
    """One call of ``tool`` as ``{"name": …, "arguments": …}``."""
    return _named(tool.name, _bounded_parameters(tool, point))


def _named(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return _object({"name": {"const": name}, "arguments": arguments}, ["name", "arguments"])


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _of_word(word: Word, tools: Registry, point: Mapping[str, Any]) -> dict[str, Any]:
    action = {"action": {"const": word.word}}
    if word.pick is not None:
        picks = {word.pick.by: {"enum": list(word.choices(tools))}}
        return _object({**action, **picks}, ["action", word.pick.by])
    known = _bounded_parameters(tools.get(word.tool), point)
    if word.word in (
        "scroll",
        "hscroll",
    ):  # its amount is in pixels, the tool's in parts of the screen
        pixels = {"type": "integer", "minimum": -5000, "maximum": 5000}
        return _object(
            {**action, "pixels": pixels, "coordinate": dict(point)}, ["action", "pixels"]
        )
    if "keys" in word.takes:
        name = {"type": "string", "minLength": 1, "maxLength": 20}
        keys = {"type": "array", "items": name, "minItems": 1, "maxItems": 4}
        return _object({**action, "keys": keys}, ["action", "keys"])
    properties, required = dict(action), ["action"]
    done: set[str] = set()
    for theirs, ours in word.takes.items():
        if ours not in done and ours in known["properties"]:
            done.add(ours)
            properties[theirs] = known["properties"][ours]
            # A word that fixes an argument ends the task: then its text is what it is for.
            if ours in known.get("required", []) or word.fixed:
                required.append(theirs)
    return _object(properties, required)


def _bounded_parameters(tool: Tool, point: Mapping[str, Any]) -> dict[str, Any]:
    parameters = parameters_for(tool, point)
    bounded = _bounded(parameters, parameters.get("$defs", {}), 0)
    return {"properties": {}, **bounded} if isinstance(bounded, dict) else {}


def _bounded(schema: Any, definitions: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401
    """``schema`` with references put in their place, texts bounded, and nothing for readers."""
    if isinstance(schema, list):
        return [_bounded(part, definitions, depth) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        inner = definitions.get(name, {}) if depth < _REF_DEPTH else {}
        return _bounded(inner, definitions, depth + 1)
    written = {
        key: {name: _bounded(part, definitions, depth) for name, part in value.items()}
        if key == "properties"
        else _bounded(value, definitions, depth)
        for key, value in schema.items()
        if key not in _SAYS
    }
    if written.get("type") == "string" and not {"enum", "const"} & written.keys():
        written.setdefault("maxLength", MAX_TEXT)
    return written
