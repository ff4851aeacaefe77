"""Tells the parts of a reply apart: what was thought, what was called, what is left to be said."""

import json
import re
from typing import Final

from agent.model import RawCall, Reply

_CALL: Final = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)
_THOUGHT_END: Final = "</think>"


def understood(reply: Reply, *, tools: bool, thinking: bool) -> Reply:
    """``reply`` with its thoughts and its native calls apart from the rest.

    Args:
        reply: With everything in its text.
        tools: Whether native tool calls were offered; otherwise the dialect reads them.
        thinking: Whether the reply began within a thought.
    """
    text, reasoning = reply.text, ""
    before, mark, after = text.partition(_THOUGHT_END)
    if mark or thinking:
        reasoning, text = before.strip().removeprefix("<think>").strip(), after.lstrip("\n")
    calls: list[RawCall] = []
    if tools:
        calls = [call for each in _CALL.findall(text) if (call := _call(each)) is not None]
    if calls:
        text = _CALL.sub("", text).strip()
    return reply.model_copy(
        update={
            "text": text,
            "reasoning": reasoning,
            "calls": tuple(calls),
            "finish_reason": "tool_calls" if calls else reply.finish_reason,
        }
    )


def _call(text: str) -> RawCall | None:
    """The call that ``text`` is, if it is one."""
    try:
        call = json.loads(text)
    except ValueError:
        return None
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        return None
    return RawCall(name=call["name"], arguments=json.dumps(call.get("arguments", {})))
