"""TRL's conversational prompt-completion form with pictures.

A row has ``prompt`` and ``completion``, both lists of messages whose content is a list of parts,
and ``images``, one for each part of type ``image`` in their order. Loss is on the completion alone:
TRL does so by itself where it sees these two columns. Sources: "Dataset formats and types" and "SFT
Trainer" in the documentation of TRL; ``DataCollatorForVisionLanguageModeling`` and
``prepare_multimodal_messages`` in TRL 1.16.
"""

from typing import Final

from pydantic import JsonValue

from agent.export.form import Form, Keep, whole_text
from agent.export.samples import Sample
from agent.model import ImagePart, Message, TextPart


def _row(sample: Sample, keep: Keep) -> dict[str, JsonValue]:
    messages = sample.request.messages
    return {
        "id": sample.name,
        "prompt": [message_row(message) for message in messages],
        "completion": [
            {
                "role": "assistant",
                "content": [{"type": "text", "text": whole_text(sample.reply)}],
            }
        ],
        "images": [keep(image) for message in messages for image in message.images],
    }


def message_row(message: Message) -> dict[str, JsonValue]:
    """A message with its content as parts; a picture is only a place for the next of ``images``."""
    parts: list[JsonValue] = []
    for part in message.parts:
        if isinstance(part, TextPart):
            parts.append({"type": "text", "text": part.text})
        elif isinstance(part, ImagePart):
            parts.append({"type": "image"})
    return {"role": message.role, "content": parts}


TRL: Final = Form("trl", native=False, row=_row)
