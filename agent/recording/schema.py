"""The JSON Schema of one line of ``events.jsonl``, made from the models and their docstrings."""

import json
from typing import Any

import docstring_parser

from agent.recording.format import EVENTS, FORMAT_VERSION

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of an event as this version writes it.

    Every field is always written, so every field is required.
    """
    made = EVENTS.json_schema(mode="serialization")
    kinds = {name: _described(each) for name, each in made.pop("$defs").items()}
    return {
        "$schema": _DIALECT,
        "title": f"An event of a Tapwright recording, format {FORMAT_VERSION}",
        "description": "One line of events.jsonl.",
        **_untitled(made),
        "$defs": kinds,
    }


def schema_text() -> str:
    """The schema as it stands in ``docs/recording.schema.json``."""
    return json.dumps(event_schema(), indent=1, ensure_ascii=False) + "\n"


def _described(kind: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a docstring as descriptions of the properties they speak of."""
    plain: dict[str, Any] = _untitled(kind)
    if "properties" not in plain:
        return plain
    told = docstring_parser.parse(kind.get("description", ""))
    plain["required"] = list(plain["properties"])
    if told.short_description:
        said = [told.short_description, told.long_description or ""]
        plain["description"] = " ".join("\n".join(said).split())
    for each in told.params:
        if each.arg_name in plain["properties"] and each.description:
            words = " ".join(each.description.split())
            plain["properties"][each.arg_name]["description"] = words
    return plain


def _untitled(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Without the titles that only repeat the names."""
    if isinstance(value, list):
        return [_untitled(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _untitled(each)
        for name, each in value.items()
        if not (name == "title" and isinstance(each, str))
    }
