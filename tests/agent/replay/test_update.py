"""``--update``: what comes out is kept as a new recording, and the old one stays as it is."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from agent.recording.reader import read_recording
from agent.replay.divergence import Replayed
from agent.wiring.redecide import loop_again, open_recording, update_again
from tests.agent.replay.made import Event, altered, first, say_tap
from tools.errors import RecordingError


def silent(*_: Any) -> None:
    """Nobody listens."""


def update(folder: Path, out: Path | None = None) -> Replayed:
    return update_again(open_recording(folder), silent, out)


def prints(folder: Path) -> dict[str, str]:
    """Hash of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.fixture
def outdated(form: Path) -> Path:
    """A recording of a time when the prompt had another word."""

    def other(events: list[Event]) -> None:
        for event in events:
            if event["event"] == "model.part" and event["value"].get("role") == "system":
                (text,) = event["value"]["parts"]
                text["text"] = text["text"].replace("mobile", "moblie", 1)

    return altered(form, other)


def test_the_new_recording_is_what_today_comes_out(outdated: Path) -> None:
    before = prints(outdated)
    found = update(outdated)
    assert found.written is not None
    assert found.written.parent == outdated.parent
    assert prints(outdated) == before
    assert any("a model may answer the new ones otherwise" in note for note in found.notes)
    new = read_recording(found.written)
    assert new.warnings == ()
    assert new.start.run == found.written.name
    assert new.start.origin is not None
    assert (new.start.origin.kind, new.start.origin.run) == ("update", new_run(outdated))
    assert loop_again(open_recording(found.written), silent).same
    assert not loop_again(open_recording(outdated), silent).same
    assert [path.name for path in outdated.parent.iterdir() if ".update" in path.name] == []


def new_run(folder: Path) -> str:
    return read_recording(folder).start.run


def test_the_booking_keeps_its_other_files(booking: Path, tmp_path: Path) -> None:
    found = update(booking, tmp_path / "kept")
    assert found.same
    assert found.written == tmp_path / "kept"
    old, new = prints(booking), prints(found.written)
    assert new["phone-state.json"] == old["phone-state.json"]
    assert {path for path in new if path.startswith("frames/")} == {
        path for path in old if path.startswith("frames/")
    }
    assert loop_again(open_recording(found.written), silent).same


def test_frames_that_lost_their_grain_are_kept_as_they_are(tmp_path: Path) -> None:
    from tests.agent.replay.made import Grainy, form_replies, record_vlm

    folder = record_vlm(tmp_path, "qwen2_5_vl", form_replies("qwen2_5_vl"), device=Grainy())
    written = update(folder).written
    assert written is not None
    old, new = read_recording(folder), read_recording(written)
    for one, other in zip(old.steps, new.steps, strict=True):
        assert one.observation is not None
        assert other.observation is not None
        assert one.observation.frame.sha256 == other.observation.frame.sha256


def test_it_is_replaced_only_if_it_is_named(outdated: Path) -> None:
    found = update(outdated, outdated)
    assert found.written == outdated.resolve()
    assert loop_again(open_recording(outdated), silent).same


def test_nothing_is_written_where_the_screens_end(form: Path) -> None:
    def other(events: list[Event]) -> None:
        first(events, "model.response", 3)["reply"]["text"] = say_tap("qwen2_5_vl", [60, 300])

    folder = altered(form, other)
    there = sorted(path.name for path in folder.parent.iterdir())
    found = update(folder)
    assert found.written is None
    assert any("Nothing was written" in note for note in found.notes)
    assert sorted(path.name for path in folder.parent.iterdir()) == there


def test_a_folder_that_is_there_is_not_written_over(form: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "file").write_text("mine")
    with pytest.raises(RecordingError, match="is there already"):
        update(form, taken)
    with pytest.raises(RecordingError, match="is no folder"):
        update(form, tmp_path / "no" / "where")
    assert (taken / "file").read_text() == "mine"
