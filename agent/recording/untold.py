"""What stands in a recording for something that was done and must not be told."""

from typing import Final

from agent.step import ToolCall

UNTOLD: Final = ToolCall(
    name="note", arguments={"text": "A password was typed; it is not recorded."}
)
"""What is recorded of a password that no secret stands for: a deed, though it looks like a note."""
