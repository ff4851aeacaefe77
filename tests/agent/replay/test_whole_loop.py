"""``--loop``: the whole loop against what was recorded, and what turns it red."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from agent.recording.reader import read_recording
from agent.replay.divergence import Replayed
from agent.step import StopReason
from agent.wiring.redecide import loop_again, open_recording, parser_again
from tests.agent.episodes import COUNT, DONE, FORM, NOWHERE, Rig, call, tap
from tests.agent.replay.made import (
    FAMILIES,
    Event,
    Grainy,
    Pictured,
    altered,
    first,
    form_replies,
    record_vlm,
    say_done,
    say_tap,
    with_frame,
)
from tools.clock import FakeClock
from tools.devices.fake import FakeDevice
from tools.errors import ContextTooLongError, ModelError, RecordingError

FAMILY = "qwen2_5_vl"
OFF_SCREEN = say_tap(FAMILY, NOWHERE).replace("[", "[9", 1)


def again(folder: Path) -> Replayed:
    return loop_again(open_recording(folder), lambda *_: None)


def told(found: Replayed) -> list[tuple[int, str]]:
    return [(each.step, each.what) for each in found.divergences]


def stop_of(folder: Path) -> StopReason | None:
    end = read_recording(folder).end
    return end.stop if end is not None else None


@pytest.mark.parametrize("family", FAMILIES)
def test_a_run_with_a_model_comes_out_as_it_was(tmp_path: Path, family: str) -> None:
    """Every request to the letter, every picture to the byte."""
    found = again(record_vlm(tmp_path, family, form_replies(family)))
    assert found.divergences == ()
    assert (found.checked, found.steps, found.stopped) == (7, 7, False)
    assert found.notes == ()


def test_the_booking_by_rules_comes_out_as_it_was(booking: Path) -> None:
    found = again(booking)
    assert found.divergences == ()
    assert found.checked == 14


def test_settings_are_taken_from_the_recording(tmp_path: Path) -> None:
    replies = [say_tap(FAMILY, FORM) for _ in range(6)]
    settings: dict[str, Any] = {"window": 1, "max_pixels": 90_000, "max_steps": 4}
    folder = record_vlm(tmp_path, FAMILY, replies, **settings)
    assert stop_of(folder) is StopReason.STEP_LIMIT
    assert again(folder).same

    def without(events: list[Event]) -> None:
        first(events, "run.start")["config"] |= {"window": 0, "max_pixels": 0}

    found = told(again(altered(folder, without)))
    assert {(0, "request"), (0, "picture")} <= set(found)


@pytest.mark.parametrize(
    ("replies", "settings", "stop"),
    [
        (["What?"] * 3, {}, StopReason.UNREADABLE),
        ([say_tap(FAMILY, FORM), ModelError("the server is gone")], {}, StopReason.MODEL_ERROR),
        ([OFF_SCREEN] * 3, {}, StopReason.STUCK),
        ([say_tap(FAMILY, NOWHERE)] * 9, {}, StopReason.STUCK),
        ([say_tap(FAMILY, FORM)] * 2, {"dry_run": True}, StopReason.DRY_RUN),
        ([say_tap(FAMILY, FORM)] * 9, {"timeout_s": 0.02}, StopReason.TIME_LIMIT),
        (
            [say_tap(FAMILY, FORM), ContextTooLongError("too long"), say_done(FAMILY)],
            {},
            StopReason.FINISHED,
        ),
    ],
    ids=["unreadable", "model", "mistakes", "stuck", "dry run", "time", "context"],
)
def test_every_end_is_reached_again(
    tmp_path: Path, replies: list[Any], settings: dict[str, Any], stop: StopReason
) -> None:
    folder = record_vlm(tmp_path, FAMILY, replies, **settings)
    assert stop_of(folder) is stop
    assert again(folder).divergences == ()


def test_a_device_that_went_away_goes_away_again(tmp_path: Path) -> None:
    class Fragile(Pictured):
        def __init__(self) -> None:
            super().__init__()
            self._gone_after = 2

    folder = record_vlm(tmp_path, FAMILY, form_replies(FAMILY), device=Fragile())
    assert stop_of(folder) is StopReason.DEVICE_LOST
    assert again(folder).divergences == ()


def test_what_the_device_refused_is_refused_again(tmp_path: Path) -> None:
    said = form_replies(FAMILY)
    replies = [said[3], *said]  # typing, and no field has the focus
    folder = record_vlm(tmp_path, FAMILY, replies)
    (refused,) = read_recording(folder).steps[0].mistakes
    assert refused.kind == "ActionFailedError"
    assert again(folder).divergences == ()


def test_a_recording_that_was_cut_off_is_played_as_far_as_it_goes(form: Path) -> None:
    def killed(events: list[Event]) -> None:
        del events[events.index(first(events, "action.intent", 4)) :]

    found = again(altered(form, killed))
    assert found.divergences == ()
    assert found.stopped
    assert any("run crashed" in note for note in found.notes)


def test_answers_of_the_person_are_given_again(tmp_path: Path) -> None:
    asked = json.dumps({"thought": "", "name": "ask_user", "arguments": {"question": "Who?"}})
    folder = record_vlm(tmp_path, "tools", [asked, say_done("tools")], answer="Ann")
    assert read_recording(folder).steps[0].result.result == "Ann"  # type: ignore[union-attr]
    assert again(folder).divergences == ()


def test_a_script_is_played_again(tmp_path: Path) -> None:
    folder = Rig(tmp_path, [tap(COUNT), call("note", text="n"), tap([1, 9999]), DONE]).run()
    assert folder.recording is not None
    assert again(folder.recording).same


def test_another_word_in_a_prompt_is_shown_where_it_stands(form: Path) -> None:
    def other(events: list[Event]) -> None:
        part = next(
            each
            for each in events
            if each["event"] == "model.part" and each["value"].get("role") == "system"
        )
        (text,) = part["value"]["parts"]
        assert "mobile" in text["text"]
        text["text"] = text["text"].replace("mobile", "moblie", 1)

    found = again(altered(form, other))
    # Asked again in the second step, too; only the first time the words are repeated.
    assert told(found) == [(step, "request") for step in (0, 1, 1, 2, 3, 4, 5, 6)]
    one, *rest = found.divergences
    assert one.where == "message 1 (system)"
    assert any(line.startswith("-") and "moblie" in line for line in one.diff)
    assert any(line.startswith("+") and "mobile" in line for line in one.diff)
    assert all(each.diff == () for each in rest)
    assert not found.stopped


def test_a_frame_that_is_another_is_found_by_its_picture(form: Path) -> None:
    def paint(image: Any) -> None:
        ImageDraw.Draw(image).rectangle((0, 0, 60, 60), fill="red")

    found = again(with_frame(form, 2, paint))
    assert (2, "picture") in told(found)
    assert {step for step, what in told(found) if what == "picture"} == {2}


def test_frames_that_lost_their_grain_are_compared_by_tiles(tmp_path: Path) -> None:
    folder = record_vlm(tmp_path, FAMILY, form_replies(FAMILY), device=Grainy())
    found = again(folder)
    assert found.divergences == ()
    assert any("compared by their tiles" in note for note in found.notes)

    def paint(image: Any) -> None:
        ImageDraw.Draw(image).rectangle((0, 0, 60, 60), fill="red")

    assert (2, "picture") in told(again(with_frame(folder, 2, paint)))


def test_a_reply_that_says_something_else_stops_where_the_screens_end(form: Path) -> None:
    def other(events: list[Event]) -> None:
        first(events, "model.response", 3)["reply"]["text"] = say_tap(FAMILY, SAVE_ELSEWHERE)

    found = again(altered(form, other))
    assert {(3, "decision"), (3, "action")} <= set(told(found))
    assert (found.checked, found.stopped) == (4, True)
    assert all(each.step == 3 for each in found.divergences)


SAVE_ELSEWHERE = [60, 300]


def test_a_coordinate_that_is_off_by_one_is_found(booking: Path) -> None:
    def off_by_one(events: list[Event]) -> None:
        first(events, "action.intent", 5)["action"]["at"]["y"] -= 1

    found = again(altered(booking, off_by_one))
    assert told(found) == [(5, "action")]
    assert found.checked == 6


def test_a_step_too_many_is_found(booking: Path) -> None:
    """In the recording one screen is shown twice; the policy acts on the second look as well."""

    def doubled(events: list[Event]) -> None:
        start = events.index(first(events, "observation", 3))
        end = events.index(first(events, "observation", 4))
        extra = json.loads(json.dumps(events[start:end]))
        for event in events[end:]:
            if "step" in event:
                event["step"] += 1
        for event in extra:
            event["step"] = 4
        first(events, "run.end")["steps"] += 1
        events[end:end] = extra

    found = again(altered(booking, doubled))
    assert found.divergences[0].step in (4, 5)
    assert not found.same


def test_a_question_that_is_not_asked_any_more_is_found(tmp_path: Path) -> None:
    """The recorded run asked once more in a step than today's code does."""
    folder = record_vlm(tmp_path, FAMILY, [say_tap(FAMILY, FORM), "What?", say_done(FAMILY)])

    def readable(events: list[Event]) -> None:
        first(events, "model.response", 1)["reply"]["text"] = say_done(FAMILY)
        events.remove(first(events, "mistake", 1))

    found = again(altered(folder, readable))
    assert told(found) == [(1, "reply")]
    assert (found.divergences[0].expected, found.divergences[0].seen) == (
        "a request",
        "none is made",
    )


def test_a_question_too_many_is_found(tmp_path: Path) -> None:
    folder = record_vlm(tmp_path, FAMILY, [say_tap(FAMILY, FORM), "What?", say_done(FAMILY)])

    def fewer(events: list[Event]) -> None:
        request, response = first(events, "model.request", 1), first(events, "model.response", 1)
        events[:] = [each for each in events if each not in (request, response)]
        events.remove(first(events, "mistake", 1))

    found = again(altered(folder, fewer))
    assert told(found)[0] == (1, "request")
    assert not found.same


def test_another_end_is_told(form: Path) -> None:
    def other(events: list[Event]) -> None:
        first(events, "run.end")["answer"] = "something else"

    assert told(again(altered(form, other))) == [(6, "end")]


def test_feedback_must_be_the_same(tmp_path: Path) -> None:
    folder = record_vlm(tmp_path, FAMILY, [say_tap(FAMILY, NOWHERE), say_done(FAMILY)])

    def other(events: list[Event]) -> None:
        look = first(events, "observation", 1)
        assert look["feedback"]
        look["feedback"] = "It worked."

    assert (1, "feedback") in told(again(altered(folder, other)))


def test_a_clock_that_was_not_recorded_is_told(form: Path) -> None:
    def old(events: list[Event]) -> None:
        for event in events:
            if event["event"] == "observation":
                event["device_time"] = None

    found = again(altered(form, old))
    assert any("device's clock was not recorded" in note for note in found.notes)
    assert told(found)[0] == (0, "request")  # today's date is in the prompt
    assert any("Monday" in line for line in found.divergences[0].diff)


def test_what_a_device_can_do_is_taken_from_the_recording(tmp_path: Path) -> None:
    folder = Rig(tmp_path, [tap(COUNT), DONE]).run().recording
    assert folder is not None
    assert any("every tool counts as offered" in note for note in again(folder).notes)
    recorded = record_vlm(tmp_path, "tools", form_replies("tools"))

    def fewer(events: list[Event]) -> None:
        first(events, "run.start")["supports"].remove("back")

    found = again(altered(recorded, fewer))
    assert told(found)[0] == (0, "request")
    assert any("back" in line for each in found.divergences for line in each.diff)


def test_nobody_waits(tmp_path: Path) -> None:
    """A recorded hour passes at once."""
    slow = FakeClock(tick_s=20.0)
    folder = record_vlm(tmp_path, FAMILY, form_replies(FAMILY), clock=slow, timeout_s=80_000)
    end = read_recording(folder).end
    assert end is not None
    assert end.duration_s > 500
    found = again(folder)
    assert found.same
    assert found.duration_s < end.duration_s / 10


def test_a_frame_that_cannot_be_decoded_is_bad_input(form: Path) -> None:
    copy = altered(form, lambda _: None)
    step = read_recording(copy).steps[2].observation
    assert step is not None
    path = copy / step.frame.path
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(RecordingError, match="it was changed afterwards"):
        again(copy)


def test_the_fake_phone_with_its_tree_is_played_too(tmp_path: Path) -> None:
    episode = Rig(tmp_path, [tap(FORM), tap(COUNT), DONE], device=FakeDevice()).run()
    assert episode.recording is not None
    found = again(episode.recording)
    assert found.divergences == ()


def test_who_interrupts_a_replay_interrupts_it(form: Path) -> None:
    """And no divergence is made of it."""

    def impatient(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loop_again(open_recording(form), impatient)


def test_another_encoder_is_told_as_such(form: Path) -> None:
    """As if the picture had been sent in another quality when it was recorded."""
    copy = altered(form, lambda _: None)
    ref = read_recording(copy).steps[3].requests[0].images[-1]
    buffer = io.BytesIO()
    with Image.open(copy / ref.path) as image:
        image.save(buffer, "JPEG", quality=90)
    (copy / ref.path).write_bytes(buffer.getvalue())
    events = (copy / "events.jsonl").read_text()
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    size = f'"size_bytes": {ref.size_bytes}'
    events = events.replace(size, f'"size_bytes": {len(buffer.getvalue())}')
    events = events.replace(ref.sha256, digest)
    (copy / "events.jsonl").write_text(events)

    found = again(copy)
    assert told(found)[0] == (3, "picture")
    assert found.divergences[0].seen.endswith("which looks the same: another encoder or quality")


@pytest.mark.parametrize("words", ["Airplane mode", "Nowhere"])
def test_the_look_for_the_checks_at_the_end_is_no_step(tmp_path: Path, words: str) -> None:
    from agent import run_goal

    episode = run_goal(
        "turn on airplane mode", device="virtual", record_dir=tmp_path, expect=(words,)
    )
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    assert len(recording.steps) == len(episode.steps) + 1
    opened = open_recording(episode.recording)
    for found in (parser_again(opened, lambda *_: None), again(episode.recording)):
        assert found.divergences == ()
        assert found.steps == found.checked == len(episode.steps)
