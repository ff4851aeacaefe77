"""Writes tasks as a task file, with the shorthands that a person would use."""

from collections.abc import Sequence
from typing import Any

import yaml

from agent.suite.language.form import Written
from agent.suite.language.task import Task

HINT = "# yaml-language-server: $schema={schema}\n"


def task_text(tasks: Sequence[Task], *, schema: str = "") -> str:
    """A task file that reads as ``tasks``.

    Args:
        tasks: One document each. Their texts are written as they are: a ``${`` that is meant to the
            letter must be ``$${`` in them already.
        schema: Path of the JSON Schema from the file's folder, for editors; empty: no such line.
    """
    documents = [
        yaml.dump(written(task), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
        for task in tasks
    ]
    return (HINT.format(schema=schema) if schema else "") + "---\n".join(documents)


def written(model: Written) -> dict[str, Any]:
    """``model`` as a mapping of a task file: what was set, in the shortest spelling."""
    short = _short(model)
    return short if isinstance(short, dict) else {model.shorthand: short}


def _short(value: object) -> Any:  # noqa: ANN401 - any value of a task file
    if isinstance(value, list | tuple):
        return [_short(each) for each in value]
    if not isinstance(value, Written):
        return value
    dumped = value.model_dump(by_alias=True, exclude_unset=True)
    entries = {
        key: _short(getattr(value, name)) if _holds_models(getattr(value, name)) else dumped[key]
        for name in type(value).model_fields
        if (key := value.spelt(name)) in dumped and dumped[key] is not None
    }
    if value.shorthand and set(entries) == {value.shorthand}:
        only = entries[value.shorthand]
        return only if isinstance(only, str) else entries
    if not entries and not type(value).model_fields:
        return "true"
    return _listed(entries)


def _holds_models(value: object) -> bool:
    items = value if isinstance(value, tuple) else (value,)
    return any(isinstance(each, Written) for each in items)


def _listed(value: Any) -> Any:  # noqa: ANN401 - any value of a task file
    if isinstance(value, dict):
        return {key: _listed(each) for key, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, list | tuple) else value


class _Dumper(yaml.SafeDumper):
    """Writes every value as text; words that YAML would bend in other programs stand in quotes."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - as in PyYAML
        return True
