"""Samples: what was really sent where a model decided, and a dialect's own words where not."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.dialects.choose import DIALECTS
from agent.dialects.dialect import Dialect
from agent.export.samples import Lesson, Sample, make_lesson
from agent.model import RawCall, Reply
from agent.models.exchanges import RecordingModel, message_as_json
from agent.models.scripted import ScriptedModel
from agent.policies.vlm import VlmPolicy
from agent.policy import Policy
from agent.recording.format import Rung, RungTaken
from agent.recording.reader import Recording
from agent.recording.writer import RecordingWriter
from agent.step import Decision, Step
from tests.agent.episodes import call
from tests.agent.export.lessons import (
    COUNT,
    COUNTING,
    DONE,
    FORM,
    NAME,
    NOWHERE,
    TOOLS,
    Run,
    by_model,
    in_words,
    projection,
    scripted,
    tools_of,
)
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.errors import RecordingError, UnsayableError

LONG = [call("tap", f"Count {each}.", at=COUNT) for each in range(1, 12)]


def lesson(recording: Recording, dialect: Dialect, **options: Any) -> Lesson:
    return make_lesson(recording, dialect, tools_of(recording), **options)


def steps_of(found: Lesson) -> list[int]:
    return [int(sample.name.rpartition(":")[2]) for sample in found.samples]


def sent(recording: Recording, step: int) -> list[dict[str, Any]]:
    """The messages of the last request of a step, as they were recorded."""
    request = recording.steps[step].requests[-1]
    return [dict(recording.parts[key]) for key in request.messages]


def asked(sample: Sample) -> list[dict[str, Any]]:
    return [message_as_json(message) for message in sample.request.messages]


def unreadable(dialect: Dialect) -> Reply:
    """What no dialect can read."""
    return Reply(text="I would rather not say, but there is a lot to tell of it.")


def off_screen(dialect: Dialect) -> Reply:
    """A tap right of the screen."""
    good = dialect.say(call("tap", at=COUNT), projection(dialect), TOOLS)
    calls = tuple(each.model_copy(update={"arguments": '{"at": [5000, 0]}'}) for each in good.calls)
    text = re.sub(r"([\[(])\d+(, ?)\d+", r"\g<1>5000\g<2>0", good.text)
    assert "5000" in text or calls
    return good.model_copy(update={"text": text, "calls": calls})


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_what_a_model_was_sent_is_what_is_exported(name: str, tmp_path: Path) -> None:
    """With pictures dropped on the way, a reply asked for again, and a tap off the screen."""
    dialect = DIALECTS[name]()
    replies = in_words(dialect, [*LONG, DONE])
    replies[3:3] = [unreadable(dialect), unreadable(dialect)]
    replies[9:9] = [off_screen(dialect)]
    recording = by_model(tmp_path, dialect, replies)
    assert recording.end is not None
    assert recording.end.stop == "finished"
    found = lesson(recording, dialect)
    assert found.own_words
    assert found.skipped == {"no decision": 1}
    assert len(found.samples) == 12
    for sample, step in zip(found.samples, steps_of(found), strict=True):
        assert asked(sample) == sent(recording, step), step
        settings = recording.parts[recording.steps[step].requests[-1].settings]
        assert list(sample.request.tools) == settings["tools"]
    said = [each.reply for each in recording.steps[0].responses]
    assert found.samples[0].reply == said[-1]


class Relieved:
    """Two steps by a script, the rest by the model, as in a run that goes on from another one."""

    name = "relieved"
    wants_ui_tree = False

    def __init__(self, model: Policy) -> None:
        self._model = model

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        """See ``Policy``."""
        if len(history) < 2:
            return LONG[len(history)]
        return self._model.decide(goal, observation, history)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_steps_that_others_decided_are_told_as_they_were(name: str, tmp_path: Path) -> None:
    dialect = DIALECTS[name]()
    replies = in_words(dialect, [*LONG[2:5], DONE])

    def make(recorder: RecordingWriter) -> Policy:
        model = RecordingModel(ScriptedModel(replies), recorder)
        return Relieved(VlmPolicy(model, dialect, TOOLS))

    recording = Run(tmp_path, "vlm", dialect.name).record(make)
    found = lesson(recording, dialect)
    assert steps_of(found) == [2, 3, 4, 5]
    assert found.skipped == {"decided by others": 2}
    for sample, step in zip(found.samples, steps_of(found), strict=True):
        assert asked(sample) == sent(recording, step)


@pytest.mark.parametrize("name", ["qwen2_5_vl", "tools"])
def test_the_window_of_the_run_is_kept(name: str, tmp_path: Path) -> None:
    dialect = DIALECTS[name]()
    recording = by_model(tmp_path, dialect, in_words(dialect, [*LONG, DONE]), window=1)
    found = lesson(recording, dialect)
    pictures = [sum(len(each.images) for each in s.request.messages) for s in found.samples]
    assert max(pictures) == 3
    for sample, step in zip(found.samples, steps_of(found), strict=True):
        assert asked(sample) == sent(recording, step)


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_a_script_is_told_in_the_words_of_any_dialect(name: str, tmp_path: Path) -> None:
    dialect, recording = DIALECTS[name](), scripted(tmp_path)
    found = lesson(recording, dialect)
    assert not found.own_words
    assert steps_of(found) == [0, 1, 3, 4, 5]
    assert found.skipped == {"without effect": 1}
    for sample, step in zip(found.samples, steps_of(found), strict=True):
        heard = dialect.read(sample.reply, projection(dialect), TOOLS).call
        meant = COUNTING[step].call
        assert heard.name == meant.name
        if meant.name == "tap":
            assert FakeDevice().info.size.width >= 1000 or heard.arguments == meant.arguments
    assert [len(s.request.messages[-1].images) for s in found.samples] == [1] * 5


@pytest.mark.parametrize("name", ["qwen3_vl", "ui_tars", "tools", "autoglm_phone"])
def test_a_step_without_effect_is_told_but_not_learned(name: str, tmp_path: Path) -> None:
    found = lesson(scripted(tmp_path), DIALECTS[name]())
    after = found.samples[2]
    assert after.name.endswith(":3")
    words = "".join(message.text for message in after.request.messages)
    assert "The screen did not change after this action." in words
    assert "This is nothing." in words
    replies = [sample.reply.text for sample in found.samples]
    assert not any("This is nothing." in text for text in replies)


def test_a_mistake_is_told_but_not_learned(tmp_path: Path) -> None:
    typed = call("type_text", "Write at once.", text="Ann")
    recording = scripted(tmp_path, [typed, call("tap", "So.", at=FORM), DONE])
    found = lesson(recording, DIALECTS["qwen3_vl"]())
    assert steps_of(found) == [1, 2]
    assert found.skipped == {"mistake": 1}
    second = found.samples[0].request.messages
    assert "Write at once." in second[2].text
    assert "No field has the focus." in second[3].text


def test_what_only_a_replay_says_and_does_is_neither_told_nor_learned(tmp_path: Path) -> None:
    """How a step was found again, and the waiting for its screen, teach nobody the task."""
    decisions = [
        call("tap", "Count one. (tree)", at=COUNT),
        call("wait", "Wait for the screen of step 2.", duration_s=0.5),
        call("tap", "Count (exact) two. (exact)", at=COUNT),
        DONE,
    ]
    rungs: list[Rung | None] = ["tree", "wait", "exact", None]
    plain = scripted(tmp_path, decisions)
    steps = tuple(
        step if rung is None else replace(step, rung=taken(step.index, rung))
        for step, rung in zip(plain.steps, rungs, strict=True)
    )
    found = lesson(replace(plain, steps=steps), DIALECTS["ui_tars"]())
    assert steps_of(found) == [0, 2, 3]
    assert found.skipped == {"waiting of a replay": 1}
    replies = [sample.reply.text.split("\n")[0] for sample in found.samples[:2]]
    assert replies == ["Thought: Count one.", "Thought: Count (exact) two."]
    told = "".join(each.text for each in found.samples[-1].request.messages)
    assert "(tree)" not in told
    assert "Wait for the screen" not in told


def taken(step: int, rung: Rung) -> RungTaken:
    return RungTaken(
        seq=0, at_s=0.0, step=step, source=step, rung=rung, tiles=0, likeness=None, reason="so"
    )


def test_a_mistake_without_words_in_the_dialect_is_not_told(tmp_path: Path) -> None:
    """It touched nothing, and what another policy wrote wrongly has no like in this dialect."""
    off = call("tap", "There.", at=[9999, 0])
    recording = scripted(tmp_path, [call("tap", "One.", at=COUNT), off, DONE])
    found = lesson(recording, DIALECTS["qwen3_vl"]())
    assert steps_of(found) == [0, 2]
    assert found.skipped == {"mistake": 1}
    assert "There." not in "".join(each.text for each in found.samples[1].request.messages)


def test_a_model_of_another_dialect_is_told_anew(tmp_path: Path) -> None:
    tars, qwen = DIALECTS["ui_tars"](), DIALECTS["qwen3_vl"]()
    replies = in_words(tars, [*COUNTING])
    replies[1:1] = [unreadable(tars)]
    found = lesson(by_model(tmp_path, tars, replies), qwen)
    assert not found.own_words
    assert steps_of(found) == [0, 1, 3, 4, 5]
    assert "<tool_call>" in found.samples[-1].reply.text
    words = "".join(each.text for each in found.samples[-1].request.messages)
    assert "I would rather not say" not in words
    assert "start_box" not in words


def test_a_loose_reply_is_learned_in_form(tmp_path: Path) -> None:
    """What was read all the same is told as it was said, and learned as it should be said."""
    dialect = DIALECTS["qwen3_vl"]()
    first, *rest = in_words(dialect, [*COUNTING])
    assert isinstance(first, Reply)
    twice = first.model_copy(update={"text": f"{first.text}\n{first.text}"})
    recording = by_model(tmp_path, dialect, [twice, *rest])
    found = lesson(recording, dialect)
    assert found.samples[0].reply.text == first.text
    assert asked(found.samples[1]) == sent(recording, 1)


def test_two_native_calls_are_learned_as_one(tmp_path: Path) -> None:
    dialect = DIALECTS["tools"]()
    first, *rest = in_words(dialect, [*COUNTING])
    assert isinstance(first, Reply)
    extra = RawCall(name="finish", arguments='{"success": false}')
    both = first.model_copy(update={"calls": (*first.calls, extra)})
    recording = by_model(tmp_path, dialect, [both, *rest])
    found = lesson(recording, dialect)
    assert found.samples[0].reply.calls == first.calls
    assert asked(found.samples[1]) == sent(recording, 1)


def test_smaller_pictures_make_other_words_where_pixels_are_said(tmp_path: Path) -> None:
    dialect = DIALECTS["qwen2_5_vl"]()
    recording = by_model(tmp_path, dialect, in_words(dialect, COUNTING))
    small = lesson(recording, dialect, max_pixels=56 * 56)
    assert not small.own_words
    (image,) = small.samples[0].request.messages[-1].images
    assert image.size.width * image.size.height <= 56 * 56
    heard = json.loads(small.samples[0].reply.text.split("\n")[1])["arguments"]["coordinate"]
    assert heard[0] < image.size.width
    assert heard[1] < image.size.height
    assert lesson(recording, dialect, max_pixels=dialect.sizing.max_pixels).own_words


def test_the_day_of_the_device_is_told(tmp_path: Path) -> None:
    found = lesson(scripted(tmp_path), DIALECTS["qwen2_5_vl"]())
    assert "Today's date is: 2027-01-04 Monday." in found.samples[0].request.messages[1].text


TYPING = [
    call("tap", "Open the form.", at=FORM),
    call("tap", "Into the field.", at=NAME),
    call("type_text", "The name.", text="Ann"),
    DONE,
]


class Treed(FakeDevice):
    """A fake device whose tree can be read from the recording."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._shown = text

    def observe(self, *, seen: Any = None) -> Any:
        found = super().observe(seen=seen)
        assert found.ui_tree is not None
        field = (
            f'<node class="E.EditText" text="{self._shown}" focused="true" bounds="[0,0][9,9]"/>'
        )
        source = f'<?xml version="1.0"?><hierarchy rotation="0">{field}</hierarchy>'
        return replace(found, ui_tree=replace(found.ui_tree, source=source))


@pytest.mark.parametrize("name", ["autoglm_phone", "autoglm_phone_zh"])
def test_typing_into_an_empty_field_is_typing_over(name: str, tmp_path: Path) -> None:
    """AutoGLM always replaces what is in a field; in an empty one that is the same."""
    dialect = DIALECTS[name]()
    found = lesson(scripted(tmp_path, TYPING, device=Treed("")), dialect)
    assert 'do(action="Type", text="Ann")' in found.samples[1].reply.text


@pytest.mark.parametrize("text", ["B", None], ids=["full field", "no tree"])
def test_typing_on_cannot_be_said_where_typing_replaces(text: str | None, tmp_path: Path) -> None:
    device = FakeDevice() if text is None else Treed(text)
    recording = scripted(tmp_path, TYPING, device=device)
    with pytest.raises(UnsayableError, match=r"step 3, type_text, cannot be said in autoglm_phone"):
        lesson(recording, DIALECTS["autoglm_phone"]())


def test_a_frame_that_was_changed_is_noticed(tmp_path: Path) -> None:
    recording = scripted(tmp_path)
    seen = recording.steps[1].observation
    assert seen is not None
    path = recording.file(seen.frame)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(RecordingError, match="was changed afterwards"):
        lesson(recording, DIALECTS["qwen3_vl"]())
    path.unlink()
    with pytest.raises(RecordingError, match="cannot be read"):
        lesson(recording, DIALECTS["qwen3_vl"]())


def test_nothing_of_this_needs_a_decision_with_words(tmp_path: Path) -> None:
    bare = [Decision(thought="", call=each.call) for each in COUNTING]
    found = lesson(scripted(tmp_path, bare), DIALECTS["ui_tars"]())
    assert found.samples[0].reply.text.startswith("Action: click(")
    assert NOWHERE != COUNT
