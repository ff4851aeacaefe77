"""The policy that asks a model: what it says grows at the end only, and tells what came of it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.dialects.choose import DIALECTS
from agent.dialects.qwen2_5_vl import qwen2_5_vl
from agent.model import ImagePart, Reply, Request
from agent.models.exchanges import RecordingModel, message_as_json
from agent.models.scripted import ScriptedModel, read_replies
from agent.policies.vlm import VlmPolicy
from agent.step import Decision, Step, StopReason, ToolCall
from tests.agent.episodes import Rig
from tools.action import PHONE_KINDS, Tap
from tools.builtin import builtin_registry
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.errors import (
    ConfigError,
    ContextTooLongError,
    ModelError,
    OffScreenError,
    UnreadableReplyError,
)
from tools.geometry import Point
from tools.screen import Screenshot

TOOLS = builtin_registry().offered(PHONE_KINDS)
TAPS = {
    "qwen": '<tool_call>\n{"name": "mobile_use", "arguments": {"action": "click", "coordinate": '
    "[14, 28]}}\n</tool_call>",
    "tars": "Thought: On.\nAction: click(start_box='<|box_start|>(14,28)<|box_end|>')",
    "glm": '<think>On.</think><answer>do(action="Tap", element=[14,28])</answer>',
    "tools": '{"thought": "On.", "name": "tap", "arguments": {"at": [14, 28]}}',
    "qvq": 'On.\n**Final Answer**\n{"action": "click", "coordinate": [14, 28]}',
}


def reply_for(name: str) -> str:
    """A tap as the dialect writes it."""
    kind = {"ui_tars": "tars", "ui_tars_1_0": "tars", "autoglm_phone": "glm", "qvq": "qvq"}
    kind |= {"autoglm_phone_zh": "glm", "tools": "tools", "tools_text": "tools"}
    return TAPS[kind.get(name, "qwen")]


def screen(shade: int, *, time: datetime | None = None) -> Observation:
    """A screen that no other one looks like."""
    image = Image.new("RGB", (280, 560), (shade, 255 - shade, shade // 2))
    return Observation(Screenshot(image), app=f"app{shade}", device_time=time)


def step(index: int, decision: Decision | None, **told: Any) -> Step:
    return Step(index=index, decision=decision, **told)


def play(policy: VlmPolicy, steps: int) -> list[Step]:
    """Decide ``steps`` times, each on a new screen."""
    history: list[Step] = []
    for index in range(steps):
        decision = policy.decide("Book a train.", screen(index), history)
        history.append(step(index, decision, result=f"result {index}"))
    return history


def pieces(request: Request) -> list[str]:
    """The messages as they are serialised."""
    return [
        json.dumps(message_as_json(message), ensure_ascii=False) for message in request.messages
    ]


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "qvq"])
def test_each_request_begins_with_the_bytes_of_the_one_before(name: str) -> None:
    """Except when pictures are dropped: with three kept at least, every third request."""
    model = ScriptedModel([reply_for(name)] * 20)
    play(VlmPolicy(model, DIALECTS[name](), TOOLS, window=3, chunk=3), 20)
    broken = []
    for place, (before, after) in enumerate(
        zip(model.requests, model.requests[1:], strict=False), start=1
    ):
        if pieces(after)[: len(before.messages)] != pieces(before):
            broken.append(place)
    assert broken == [5, 8, 11, 14, 17]
    assert [images(request) for request in model.requests[:10]] == [1, 2, 3, 4, 5, 3, 4, 5, 3, 4]


def images(request: Request) -> int:
    return sum(len(message.images) for message in request.messages)


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "qvq"])
def test_even_then_the_beginning_stays(name: str) -> None:
    """The system message and the steps already told as text are not written anew."""
    model = ScriptedModel([reply_for(name)] * 12)
    play(VlmPolicy(model, DIALECTS[name](), TOOLS, window=3, chunk=3), 12)
    eighth, eleventh = (model.requests[place].messages for place in (8, 11))
    first = next(place for place, message in enumerate(eighth) if message.role == "user")
    assert eighth[:first] == eleventh[:first]
    shared = eighth[first].text.partition("\n\nApp in front")[0].rstrip()
    lines = [line for line in shared.splitlines() if line.startswith("Step ")]
    assert len(lines) >= 5
    assert eleventh[first].text.startswith(shared)


def test_pictures_are_dropped_and_their_steps_told_as_text() -> None:
    model = ScriptedModel([reply_for("qwen2_5_vl")] * 6)
    play(VlmPolicy(model, qwen2_5_vl(), TOOLS, chunk=3), 6)
    opening = model.requests[5].messages[1]
    assert "Step 1: tap (result 0)\nStep 2: tap (result 1)\nStep 3: tap (result 2)" in opening.text
    assert "Step 4" not in opening.text
    assert len(opening.images) == 1


def test_a_single_turn_model_sees_one_picture() -> None:
    model = ScriptedModel([reply_for("qvq")] * 4)
    play(VlmPolicy(model, DIALECTS["qvq"](), TOOLS), 4)
    assert [len(request.messages) for request in model.requests] == [2] * 4
    assert [images(request) for request in model.requests] == [1] * 4
    assert "Step 3: On. [tap] (result 2)" in model.requests[3].messages[1].text


def test_the_point_is_a_pixel_of_the_device() -> None:
    policy = VlmPolicy(ScriptedModel([reply_for("qwen2_5_vl")]), qwen2_5_vl(), TOOLS)
    image = Image.new("RGB", (1080, 2400))
    decision = policy.decide("Tap.", Observation(Screenshot(image)), [])
    # The picture is 672x1484: the middle of its pixel (14, 28) is 14.5 · 1080 / 672 = 23.3.
    assert decision.call == ToolCall(name="tap", arguments={"at": [23, 46]})
    x, y = 14.0, 28.0
    for link in policy.transforms:
        x, y = link.apply(x, y)
    assert (int(x), int(y)) == (23, 46)
    assert policy.shown is not None
    assert str(policy.shown.image.size) == "672x1484"


def test_asked_again_the_picture_is_not_sent_again() -> None:
    model = ScriptedModel(["What?", reply_for("qwen2_5_vl"), reply_for("qwen2_5_vl")])
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    seen = screen(1)
    with pytest.raises(UnreadableReplyError) as raised:
        policy.decide("Tap.", seen, [])
    decision = policy.decide("Tap.", seen, [step(0, None, mistake=str(raised.value))])
    policy.decide("Tap.", screen(2), [step(0, decision)])
    assert [images(request) for request in model.requests] == [1, 1, 2]
    again = model.requests[1].messages
    assert [message.role for message in again] == ["system", "user", "assistant", "user"]
    assert again[2].text == "What?"
    assert str(raised.value) in again[3].text
    assert pieces(model.requests[2])[:4] == pieces(model.requests[1])
    assert [turn.step for turn in policy.turns] == [0, 0, 1]


def test_a_mistake_is_told_with_the_next_screen() -> None:
    off = reply_for("qwen2_5_vl").replace("[14, 28]", "[900, 28]")
    model = ScriptedModel([off, reply_for("qwen2_5_vl")])
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    with pytest.raises(
        OffScreenError, match=r"\(900, 28\) is off the screen: x goes from 0 to 280"
    ):
        policy.decide("Tap.", screen(1), [])
    policy.decide("Tap.", screen(2), [step(0, None, mistake="")])
    assert "(900, 28) is off the screen" in model.requests[1].messages[-1].text
    assert images(model.requests[1]) == 2


@pytest.mark.parametrize("told", ["result", "mistake", "feedback"])
def test_what_came_of_a_step_is_told(told: str) -> None:
    model = ScriptedModel([reply_for("qwen2_5_vl")] * 2)
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    decision = policy.decide("Tap.", screen(1), [])
    policy.decide("Tap.", screen(2), [step(0, decision, **{told: "so it went"})])
    assert "so it went" in model.requests[1].messages[-1].text


def test_steps_that_others_decided_are_told_as_text() -> None:
    model = ScriptedModel([reply_for("qwen2_5_vl")] * 2)
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    past = [
        step(
            0, Decision(thought="Open it.", call=ToolCall(name="open_app", arguments={"name": "A"}))
        ),
        step(1, None, mistake="nothing was decided"),
        step(2, Decision(thought="", call=ToolCall(name="back")), result="gone back"),
    ]
    decision = policy.decide("Tap.", screen(3), past)
    opening = model.requests[0].messages[1].text
    assert 'Step 1: Open it. [open_app "A"]\nStep 3: back (gone back)' in opening
    policy.decide("Tap.", screen(4), [*past, step(3, decision, result="third")])
    assert "third" in model.requests[1].messages[-1].text
    assert "gone back" not in model.requests[1].messages[-1].text


def test_a_new_episode_begins_anew() -> None:
    model = ScriptedModel([reply_for("qwen2_5_vl")] * 3)
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    play(policy, 2)
    policy.decide("Other.", screen(9, time=datetime(2027, 1, 4, 9, 30)), [])
    assert len(policy.turns) == 1
    assert "Other." in model.requests[2].messages[1].text
    assert "2027-01-04 Monday" in model.requests[2].messages[1].text


def test_a_context_too_long_is_tried_once_with_one_picture() -> None:
    reply = reply_for("qwen2_5_vl")
    too_long = ContextTooLongError("8192 tokens")
    model = ScriptedModel([reply, reply, too_long, reply])
    play(VlmPolicy(model, qwen2_5_vl(), TOOLS), 3)
    assert [images(request) for request in model.requests] == [1, 2, 3, 1]
    with pytest.raises(ContextTooLongError):
        play(VlmPolicy(ScriptedModel([too_long, reply]), qwen2_5_vl(), TOOLS), 1)


def test_a_model_that_fails_leaves_no_turn() -> None:
    policy = VlmPolicy(ScriptedModel([ModelError("down")]), qwen2_5_vl(), TOOLS)
    with pytest.raises(ModelError, match="down"):
        policy.decide("Tap.", screen(1), [])
    assert policy.turns == ()


def test_the_reply_is_heard_as_it_comes() -> None:
    heard: list[str] = []
    model = ScriptedModel([Reply(text=reply_for("qwen2_5_vl"), reasoning="Hm.")])
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS, on_text=heard.append)
    assert policy.decide("Tap.", screen(1), []).thought == "Hm."
    assert heard == ["Hm.", reply_for("qwen2_5_vl")]
    assert policy.name == "vlm scripted (qwen2_5_vl)"


class Kept:
    """A log in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Any]] = []

    def sent(self, model: str, request: dict[str, Any], images: tuple[ImagePart, ...]) -> None:
        self.lines.append((model, request))
        self.pictures = images

    def received(self, model: str, reply: Reply) -> None:
        self.lines.append((model, reply))


def test_exchanges_are_written_down_on_both_sides() -> None:
    log = Kept()
    inner = ScriptedModel(["What?", ModelError("down")], name="m")
    model = RecordingModel(inner, log)
    policy = VlmPolicy(model, qwen2_5_vl(), TOOLS)
    with pytest.raises(UnreadableReplyError):
        policy.decide("Tap.", screen(1), [])
    (_, request), (name, reply) = log.lines
    assert (name, reply.text) == ("m", "What?")
    sent = request["messages"][1]["parts"]
    assert sent[1]["image"] == log.pictures[0].sha256
    assert json.loads(json.dumps(request)) == request
    with pytest.raises(ModelError):
        policy.decide("Tap.", screen(2), [step(0, None)])
    assert len(log.lines) == 3
    model.close()
    assert inner.closed


def test_an_episode_in_the_loop(tmp_path: Path) -> None:
    """Through the real loop: a tap, a text, an unreadable reply asked for again, the end."""
    device = FakeDevice()
    replies = [
        '{"name": "tap", "arguments": {"at": [370, 104]}}',
        "I am not sure.",
        '{"name": "finish", "arguments": {"success": true, "answer": "there"}}',
    ]
    registry = builtin_registry().offered(device.supports)
    policy = VlmPolicy(ScriptedModel(replies), DIALECTS["tools"](), registry)
    episode = Rig(tmp_path, policy=policy, device=device).run()
    assert (episode.stop, episode.answer) == (StopReason.FINISHED, "there")
    assert device.performed == [Tap(at=Point(x=99, y=49))]
    assert device.screen == "form"


def test_replies_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "replies.yaml"
    path.write_text(
        "- one\n- {text: two, reasoning: hm, calls: [{name: tap, arguments: '{}'}]}\n", "utf-8"
    )
    first, second = read_replies(path)
    assert (first.text, second.reasoning, second.calls[0].name) == ("one", "hm", "tap")


@pytest.mark.parametrize(
    ("written", "says"),
    [("- [", "neither YAML nor JSON"), ("- 3", "0"), ("- {txt: a}", "text"), ("a: b", "the file")],
)
def test_a_bad_file_of_replies_is_refused(tmp_path: Path, written: str, says: str) -> None:
    path = tmp_path / "replies.yaml"
    path.write_text(written, "utf-8")
    with pytest.raises(ConfigError, match=says):
        read_replies(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_replies(tmp_path / "none.yaml")


def test_a_script_at_its_end_says_so() -> None:
    model = ScriptedModel([])
    with pytest.raises(ModelError, match="at its end"):
        model.ask(Request(messages=()))
