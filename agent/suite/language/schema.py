"""The JSON Schema of one document of a task file, made from the models, for editors."""

import json
from typing import Any

from agent.suite.language.task import Task

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def task_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a task as it is written.

    It accepts a value as YAML types it and as a text. What it cannot say (regular expressions of
    Python, ``${names}``, whether a used task is there) only the loader knows.
    """
    made = Task.model_json_schema(mode="validation", by_alias=True)
    return {
        "$schema": _DIALECT,
        "title": "A Tapwright task",
        "description": "One document of a *.task.yaml file.",
        **_tidied({name: value for name, value in made.items() if name != "description"}),
    }


def schema_text() -> str:
    """The schema as it stands in ``tasks/task.schema.json``."""
    return json.dumps(task_schema(), indent=1, ensure_ascii=False) + "\n"


def _tidied(value: Any, *, names: bool = False) -> Any:  # noqa: ANN401 - JSON of any shape
    """Without titles that repeat names, without defaults, and without ``null``.

    Args:
        value: A schema, or a mapping of names to schemas.
        names: Whether its keys are names of the language and not words of JSON Schema.
    """
    if isinstance(value, list):
        return [_tidied(each) for each in value if each != {"type": "null"}]
    if not isinstance(value, dict):
        return value
    tidy = {
        key: _tidied(each, names=key in {"properties", "$defs"} and not names)
        for key, each in value.items()
        if names or key not in {"title", "default"}
    }
    if not names and isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].replace("``", "`").split())
    if not names and len(choice := tidy.get("anyOf", ())) == 1:
        del tidy["anyOf"]
        tidy = {**choice[0], **tidy}
    return tidy
