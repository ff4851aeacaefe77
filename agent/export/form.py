"""What a format of training data is: how one sample becomes one line, and what goes beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from agent.export.samples import Sample
from agent.model import ImagePart, Reply

ROWS_FILE: Final = "train.jsonl"
Keep = Callable[[ImagePart], str]
"""Keeps a picture and returns its path, relative to the folder of the export."""


@dataclass(frozen=True)
class Form:
    """A format of training data.

    Attributes:
        name: As the person names it.
        native: Whether it holds tool calls as such; else the whole reply as text.
        row: Writes one sample as one JSON object.
        beside: Further JSON files that its readers want, by name.
    """

    name: str
    native: bool
    row: Callable[[Sample, Keep], dict[str, JsonValue]]
    beside: Mapping[str, JsonValue] = field(default_factory=dict)


def whole_text(reply: Reply) -> str:
    """All that a model writes, its reasoning in the tags that the Qwen chat templates put it in.

    The templates of the Thinking models take a reply apart at ``</think>`` and put the two line
    breaks in themselves (``chat_template.jinja`` of Qwen3-VL-Thinking).
    """
    if not reply.reasoning.strip():
        return reply.text
    return f"<think>\n{reply.reasoning.strip()}\n</think>\n\n{reply.text}"
