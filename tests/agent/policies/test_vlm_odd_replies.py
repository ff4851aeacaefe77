"""What is told of replies that are odd: cut, in another language, or of a single-turn model."""

import pytest

from agent.dialects.choose import DIALECTS
from agent.dialects.qwen2_5_vl import qwen2_5_vl
from agent.dialects.turns import chunk_for
from agent.model import ImagePart, OnText, Reply, Request
from agent.models.scripted import ScriptedModel
from agent.policies.vlm import VlmPolicy
from tests.agent.policies.test_vlm import TOOLS, images, play, reply_for, screen, step
from tools.errors import ContextTooLongError, OffScreenError, UnreadableReplyError

THOUGHT = "首先，我需要打开设置应用，然后找到飞行模式的开关。"


@pytest.mark.parametrize(("window", "chunk"), [(1, 3), (2, 5), (3, 7), (4, 7), (20, 7)])
def test_how_many_pictures_go_at_once(window: int, chunk: int) -> None:
    assert chunk_for(window) == chunk


def test_by_default_seven_pictures_go_at_once() -> None:
    model = ScriptedModel([reply_for("qwen2_5_vl")] * 18)
    play(VlmPolicy(model, qwen2_5_vl(), TOOLS), 18)
    counts = [images(request) for request in model.requests]
    assert counts == [*range(1, 10), *range(3, 10), 3, 4]


class SmallModel(ScriptedModel):
    """Its context has room for so many pictures."""

    room = 4

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        reply = super().ask(request, on_text=on_text)
        if images(request) > self.room:
            raise ContextTooLongError("too many pictures")
        return reply


@pytest.mark.parametrize("room", [1, 2, 4])
def test_a_small_context_is_met_once_only(room: int) -> None:
    model = SmallModel([reply_for("qwen2_5_vl")] * 30)
    model.room = room
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    play(policy, 14)
    play(policy, 6)
    counts = [images(request) for request in model.requests]
    assert [count for count in counts if count > room] == [room + 1]
    assert len(counts) == 21
    assert counts[-1] >= min(room, 3)


@pytest.mark.parametrize(
    ("reason", "says"),
    [("loop", "repeated itself"), ("length", "cut off"), ("rejected", "as valid JSON")],
)
def test_why_nothing_could_be_read_is_told(reason: str, says: str) -> None:
    cut = Reply(text="Let me see. " * 90, finish_reason=reason)
    model = ScriptedModel([cut, reply_for("qwen2_5_vl")])
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    seen = screen(1)
    with pytest.raises(UnreadableReplyError, match=says) as raised:
        policy.decide("Tap.", seen, [])
    policy.decide("Tap.", seen, [step(0, None, mistake=str(raised.value))])
    again = model.requests[1].messages
    assert says in again[-1].text
    assert len(again[-2].text) <= 1000  # what it got lost in is not repeated to it


def test_a_mistake_that_was_read_is_told_as_it_is() -> None:
    off = reply_for("qwen2_5_vl").replace("[14, 28]", "[900, 28]")
    policy = VlmPolicy(
        ScriptedModel([Reply(text=off, finish_reason="length")]), qwen2_5_vl(), TOOLS
    )
    with pytest.raises(OffScreenError, match="off the screen") as raised:
        policy.decide("Tap.", screen(1), [])
    assert "cut off" not in str(raised.value)


def test_mixed_languages_are_told_once_an_episode() -> None:
    told: list[str] = []
    mixed = Reply(text=reply_for("qwen2_5_vl"), reasoning=THOUGHT)
    plain = Reply(text=reply_for("qwen2_5_vl"), reasoning="I open the settings now.")
    model = ScriptedModel([plain, mixed, mixed, mixed, mixed])
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    policy.on_note = told.append
    play(policy, 1)
    assert told == []
    play(policy, 3)
    assert len(told) == 1
    assert told[0].startswith("The model mixes languages: 100%")
    policy.decide("打开飞行模式", screen(1), [])
    assert len(told) == 1


def test_a_single_turn_model_gets_its_history_as_text() -> None:
    """Everything in one message: what was done, what came of it, and the last picture."""
    bad = "I think the button is over there."
    model = ScriptedModel([reply_for("qvq"), reply_for("qvq"), bad, reply_for("qvq")])
    policy = VlmPolicy(model, DIALECTS["qvq"](), TOOLS)
    history = play(policy, 2)
    seen = screen(2)
    with pytest.raises(UnreadableReplyError) as raised:
        policy.decide("Book a train.", seen, history)
    policy.decide("Book a train.", seen, [*history, step(2, None, mistake=str(raised.value))])
    for request in model.requests:
        assert [message.role for message in request.messages] == ["system", "user"]
        assert [type(part) is ImagePart for part in request.messages[1].parts] == [False, True]
    last = model.requests[3].messages[1]
    assert "Step 1: On. [tap] (result 0)\nStep 2: On. [tap] (result 1)" in last.text
    assert str(raised.value) in last.text
    assert bad not in last.text
    assert last.images == model.requests[2].messages[1].images
    assert last.images != model.requests[1].messages[1].images
