"""The ShareGPT form, as LLaMA-Factory reads it.

A row has ``conversations`` (``from`` human or gpt, ``value``), ``system`` and ``images``; each
``<image>`` in a value stands for the next picture. ``dataset_info.json`` beside it names the
columns. Sources: ``data/README.md`` of LLaMA-Factory (columns and tags, paths relative to
``media_dir``, which is ``dataset_dir`` unless it is set), its ``data/converter.py`` (human and gpt
take turns, and end with gpt) and ``data/processor/supervised.py`` (``mask_history``: only the last
reply is learned).
"""

import re
from typing import Final

from pydantic import JsonValue

from agent.export.form import ROWS_FILE, Form, Keep, whole_text
from agent.export.samples import Sample
from agent.model import ImagePart, Message, TextPart

_IMAGE: Final = "<image>"
_PLACEHOLDER = re.compile(r"<(?=(?:image|video|audio)>)")
_FROM: Final = {"user": "human", "assistant": "gpt"}


def _row(sample: Sample, keep: Keep) -> dict[str, JsonValue]:
    messages = sample.request.messages
    turns: list[JsonValue] = [
        {"from": _FROM[message.role], "value": _value(message)}
        for message in messages
        if message.role != "system"
    ]
    turns.append({"from": "gpt", "value": _plain(whole_text(sample.reply))})
    return {
        "id": sample.name,
        "system": "".join(_plain(each.text) for each in messages if each.role == "system"),
        "conversations": turns,
        "images": [keep(image) for message in messages for image in message.images],
    }


def _value(message: Message) -> str:
    pieces: list[str] = []
    for part in message.parts:
        if isinstance(part, TextPart):
            pieces.append(_plain(part.text))
        elif isinstance(part, ImagePart):
            pieces.append(_IMAGE)
    return "".join(pieces)


def _plain(text: str) -> str:
    """``text`` in which nothing stands for a picture: a goal may speak of ``<image>``."""
    return _PLACEHOLDER.sub("< ", text)


SHAREGPT: Final = Form(
    "sharegpt",
    native=False,
    row=_row,
    beside={
        "dataset_info.json": {
            "tapwright": {
                "file_name": ROWS_FILE,
                "formatting": "sharegpt",
                "columns": {
                    "messages": "conversations",
                    "system": "system",
                    "images": "images",
                },
                "tags": {
                    "role_tag": "from",
                    "content_tag": "value",
                    "user_tag": "human",
                    "assistant_tag": "gpt",
                },
            }
        }
    },
)
