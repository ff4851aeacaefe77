"""Messages with tool calls, as the chat templates of Qwen3-VL and other Qwen models take them.

A row has ``messages`` (the last one is the reply to learn), ``tools`` and ``images``. An assistant
message holds ``tool_calls``, its answer is a message of role ``tool``. ``tools`` and the arguments
of calls are JSON texts: in Arrow tables, which hold rows when they are loaded, all objects of a
column share their keys, so that every tool would seem to take the arguments of all others. The
templates write arguments that are a text as they are, and OpenAI's API has them so; ``tools`` is to
be read with ``json.loads``, which TRL and LLaMA-Factory do by themselves. Sources: the chat
template of Qwen3-VL-Instruct; "Tool use" in the documentation of Transformers.
"""

import json
from typing import Final

from pydantic import JsonValue

from agent.export.form import Form, Keep
from agent.export.samples import Sample
from agent.export.trl import message_row
from agent.model import Message, RawCall, TextPart


def _row(sample: Sample, keep: Keep) -> dict[str, JsonValue]:
    messages = sample.request.messages
    words = (TextPart(sample.reply.text),) if sample.reply.text else ()
    reply = Message("assistant", words, sample.reply.calls)
    return {
        "id": sample.name,
        "messages": [_message(message) for message in (*messages, reply)],
        "tools": json.dumps(list(sample.request.tools), ensure_ascii=False),
        "images": [keep(image) for message in messages for image in message.images],
    }


def _message(message: Message) -> dict[str, JsonValue]:
    written = message_row(message)
    if message.calls:
        written["tool_calls"] = [_call(call) for call in message.calls]
    return written


def _call(call: RawCall) -> dict[str, JsonValue]:
    return {"type": "function", "function": {"name": call.name, "arguments": call.arguments}}


QWEN_TOOL_CALL: Final = Form("qwen-tool-call", native=True, row=_row)
