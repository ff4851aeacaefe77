"""The parts of a reply are told apart; no torch is needed for that."""

import pytest

from agent.model import Reply
from agent.models.local.reading import understood

CALL = '<tool_call>\n{"name": "tap", "arguments": {"at": [1, 2]}}\n</tool_call>'


def test_thoughts_and_words_are_apart() -> None:
    reply = understood(Reply(text="<think>\nHm.\n</think>\n\nTap."), tools=False, thinking=False)
    assert (reply.reasoning, reply.text) == ("Hm.", "Tap.")


def test_a_thought_that_began_in_the_prompt_and_never_ends_is_all_there_is() -> None:
    reply = understood(Reply(text="Hm, hm"), tools=False, thinking=True)
    assert (reply.reasoning, reply.text) == ("Hm, hm", "")


def test_without_a_thought_the_text_is_untouched() -> None:
    text = f"  Thought: x\n{CALL}\n"
    assert understood(Reply(text=text), tools=False, thinking=False) == Reply(text=text)


def test_native_calls_are_taken_out() -> None:
    reply = understood(Reply(text=f"I tap.\n{CALL}\n{CALL}"), tools=True, thinking=False)
    assert [call.name for call in reply.calls] == ["tap", "tap"]
    assert reply.calls[0].arguments == '{"at": [1, 2]}'
    assert (reply.text, reply.finish_reason) == ("I tap.", "tool_calls")


@pytest.mark.parametrize("inside", ["{", "[1]", '{"arguments": {}}', '{"name": 1}', ""])
def test_what_is_no_call_stays_as_it_was_said(inside: str) -> None:
    text = f"<tool_call>{inside}</tool_call>"
    reply = understood(Reply(text=text), tools=True, thinking=False)
    assert (reply.text, reply.calls, reply.finish_reason) == (text, (), "stop")
