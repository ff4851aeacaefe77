"""Every version of the format that there ever was is read, and means what it meant."""

import json
from pathlib import Path

import pytest

from agent.recording.events import read_events
from agent.recording.format import EVENTS, FORMAT_VERSION, Origin, RunEnd
from agent.recording.reader import read_recording
from agent.recording.upgrade import upgrade
from agent.recording.verify import verify
from agent.step import StopReason
from tools.action import Tap, TypeText
from tools.geometry import Point

GOLDEN = Path(__file__).parents[1] / "golden" / "recordings"
VERSIONS = range(1, FORMAT_VERSION + 1)


def golden(version: int) -> Path:
    return GOLDEN / f"v{version}"


def test_a_recording_of_every_version_is_kept() -> None:
    kept = {path.name for path in GOLDEN.iterdir() if path.name.startswith("v")}
    assert kept == {f"v{version}" for version in VERSIONS}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_of_each_version_means_what_it_meant(version: int) -> None:
    recording = read_recording(golden(version))
    assert recording.start.format == version
    assert recording.start.goal == "Fill in the form for Ann"
    assert (recording.start.model, recording.start.dialect) == ("scripted", "qwen2_5_vl")
    assert recording.warnings == ()
    assert recording.end is not None
    assert (recording.end.stop, recording.end.steps) == (StopReason.FINISHED, 6)
    assert recording.summary().steps == 6
    assert [step.decision and step.decision.call.name for step in recording.steps] == [
        "tap", None, "tap", "type_text", "tap", "finish",
    ]  # fmt: skip
    assert [step.intent and step.intent.action for step in recording.steps] == [
        Tap(at=Point(x=96, y=55)),
        None,
        Tap(at=Point(x=96, y=55)),
        TypeText(text="Ann"),
        Tap(at=Point(x=96, y=136)),
        None,
    ]
    assert [(len(step.requests), len(step.responses)) for step in recording.steps] == [
        (2, 2), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1),
    ]  # fmt: skip
    assert [step.result is not None and step.result.ok for step in recording.steps] == [
        True, False, True, True, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_requests_replies_and_mistakes_of_each_version_are_there(version: int) -> None:
    recording = read_recording(golden(version))
    first, second = recording.steps[:2]
    assert first.responses[0].reply.text == "What shall I do?"
    assert first.responses[0].reply.usage.prompt_tokens == 900
    assert [(each.kind, each.counts) for each in first.mistakes + second.mistakes] == [
        ("UnreadableReplyError", False),
        ("OffScreenError", True),
    ]
    said = [recording.parts[key]["role"] for key in first.requests[1].messages]
    assert said == ["system", "user", "assistant", "user"]
    assert "schema" in recording.parts[first.requests[0].settings]
    (picture,) = first.requests[0].images
    assert recording.read(picture)[:2] == b"\xff\xd8"
    assert first.intent is not None
    assert first.intent.anchor is not None
    assert first.intent.anchor.target is not None
    assert first.intent.anchor.target.text == "Form"
    assert first.intent.transforms[-1].space == "device_px"
    assert verify(recording).problems == ()


def test_what_version_1_could_not_say_is_filled_in() -> None:
    recording = read_recording(golden(1))
    assert recording.start.origin is None
    assert all(step.observation and step.observation.masked == () for step in recording.steps)
    assert all(step.rung is None for step in recording.steps)
    assert recording.end is not None
    assert recording.end.events_sha256 == ""
    assert any("have no seal" in note for note in verify(recording).notes)


def test_version_2_tells_where_a_run_comes_from_and_how_its_steps_were_found() -> None:
    recording = read_recording(golden(2))
    assert recording.start.origin == Origin(
        kind="replay", run="20261124T080000Z-fill-in-the-form-for-ann-0a1b2c"
    )
    rung = recording.steps[0].rung
    assert rung is not None
    assert (rung.source, rung.rung, rung.tiles, rung.likeness) == (0, "shift", 4, 0.97)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_upgraded_event_is_an_event_of_this_version(version: int) -> None:
    """Nothing else is changed, and nothing is filled in by a default in the models."""
    for line in (golden(version) / "events.jsonl").read_text().splitlines():
        old = json.loads(line)
        kept = dict(old)
        new = upgrade(old, version)
        assert old == kept
        assert _holds(new, old)
        assert json.loads(EVENTS.validate_json(json.dumps(new)).model_dump_json()) == new


def test_upgrading_once_is_upgrading_for_good() -> None:
    for event in read_events(golden(1)).events:
        new = json.loads(event.model_dump_json())
        assert upgrade(new, FORMAT_VERSION) == new


@pytest.mark.parametrize("field", ["origin", "model", "started"])
def test_a_field_that_this_version_writes_is_never_made_up(tmp_path: Path, field: str) -> None:
    first, *rest = (golden(2) / "events.jsonl").read_text().splitlines()
    start = json.loads(first)
    del start[field]
    (tmp_path / "events.jsonl").write_text("\n".join([json.dumps(start), *rest]) + "\n")
    with pytest.raises(Exception, match=rf"events.jsonl:1: run.start.{field}: Field required"):
        read_recording(tmp_path)


def test_the_end_of_this_version_seals_what_is_before_it() -> None:
    file = read_events(golden(2))
    end = file.events[-1]
    assert isinstance(end, RunEnd)
    assert len(end.events_sha256) == 64
    whole = (golden(2) / "events.jsonl").read_bytes()
    assert whole.startswith(file.sealed)
    assert whole[len(file.sealed) :].count(b"\n") == 1


def _holds(new: object, old: object) -> bool:
    """Whether all of ``old`` is in ``new`` unchanged; objects may have more in them."""
    if isinstance(new, dict) and isinstance(old, dict):
        return all(name in new and _holds(new[name], value) for name, value in old.items())
    return new == old
