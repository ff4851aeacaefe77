"""What is wrong with a recording is told: damage, changes by hand, and where it broke off."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.cli.app import run_command
from agent.recording.alive import is_held
from agent.recording.events import read_start
from agent.recording.reader import read_recording
from agent.recording.verify import verify
from agent.step import StopReason
from tests.agent.episodes import COUNT, DONE, Rig, recorded, tap
from tools.action import Action
from tools.devices.fake import FakeDevice
from tools.errors import RecordingError

GOLDEN = Path(__file__).parents[1] / "golden" / "recordings" / "v2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN, tmp_path / "kept"))


def lines_of(folder: Path) -> list[str]:
    return (folder / "events.jsonl").read_text().splitlines()


def keep(folder: Path, lines: list[str]) -> None:
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines))


def cut_after(folder: Path, event: str, step: int) -> None:
    """Break off as a crash does right after the first such event."""
    lines = lines_of(folder)
    at = next(
        index
        for index, line in enumerate(lines)
        if (value := json.loads(line))["event"] == event and value.get("step") == step
    )
    keep(folder, lines[: at + 1])


@pytest.mark.parametrize(
    ("event", "step", "said"),
    [
        ("observation", 4, "the screen was looked at; nothing was performed in it"),
        ("model.request", 4, "the model was asked, and its reply is not recorded; nothing was"),
        ("model.response", 4, "the model had replied; nothing was performed in it"),
        ("decision", 4, "tap was decided on; nothing was performed in it"),
        ("mistake", 1, "what was decided was a mistake; nothing was performed in it"),
        (
            "action.intent",
            4,
            "tap (96, 136) was about to be performed; whether it was delivered is not known.",
        ),
    ],
)
def test_the_step_under_way_is_named(folder: Path, event: str, step: int, said: str) -> None:
    cut_after(folder, event, step)
    crashed, under_way = read_recording(folder).warnings
    assert crashed == "There is no run.end: the run crashed."
    assert under_way.startswith(f"Step {step + 1} was under way: {said}")


def test_between_two_steps_none_is_said_to_be_under_way(folder: Path) -> None:
    cut_after(folder, "action.result", 4)
    assert read_recording(folder).warnings == ("There is no run.end: the run crashed.",)


def test_a_torn_line_is_told_with_the_step_it_was_in(folder: Path) -> None:
    cut_after(folder, "action.intent", 0)
    with (folder / "events.jsonl").open("a") as file:
        file.write('{"seq": 99, "event": "action.res')
    torn, _, under_way = read_recording(folder).warnings
    assert torn == "The last line was torn by a crash and is left out (32 bytes)."
    assert "Step 1 was under way: tap (96, 55)" in under_way


def test_a_run_that_still_goes_on_is_not_said_to_have_crashed(tmp_path: Path) -> None:
    seen: list[tuple[str, ...]] = []

    class Peeking(FakeDevice):
        def perform(self, action: Action) -> None:
            (folder,) = (path.parent for path in tmp_path.glob("*/events.jsonl"))
            assert is_held(folder)
            seen.append(read_recording(folder).warnings)
            super().perform(action)

    episode = Rig(tmp_path, [tap(COUNT), DONE], device=Peeking()).run()
    assert seen == [("There is no run.end yet: the run still goes on.",)]
    assert episode.recording is not None
    assert not is_held(episode.recording)
    assert not is_held(tmp_path / "nothing")


def test_a_folder_with_recordings_in_it_names_one(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(RecordingError, match=f"it has a recording inside. Name one.*{folder}"):
        read_recording(tmp_path)
    shutil.copytree(folder, tmp_path / "other")
    with pytest.raises(RecordingError, match="it has 2 recordings inside"):
        read_recording(tmp_path)


def test_a_file_is_no_recording_and_the_folder_of_its_events_is_named(folder: Path) -> None:
    with pytest.raises(RecordingError, match="it is a file, and a recording is a folder"):
        read_recording(folder / "run.json")
    with pytest.raises(RecordingError, match=f"Name its folder: {folder}$"):
        read_recording(folder / "events.jsonl")


@pytest.mark.parametrize(("version", "said"), [(0, "which there never was"), (-1, "never was")])
def test_a_version_that_never_was_is_refused(folder: Path, version: int, said: str) -> None:
    first, *rest = lines_of(folder)
    keep(folder, [json.dumps(json.loads(first) | {"format": version}), *rest])
    with pytest.raises(RecordingError, match=said):
        read_recording(folder)


@pytest.mark.parametrize("version", ["2", True, None, 2.5])
def test_a_version_that_is_no_number_is_refused(folder: Path, version: Any) -> None:
    first, *rest = lines_of(folder)
    keep(folder, [json.dumps(json.loads(first) | {"format": version}), *rest])
    with pytest.raises(RecordingError, match=r"events.jsonl:1: run.start.format: "):
        read_recording(folder)


def test_a_line_cut_in_the_middle_is_named_by_its_number(folder: Path) -> None:
    lines = lines_of(folder)
    keep(folder, [*lines[:6], lines[6][:40], *lines[7:]])
    with pytest.raises(RecordingError, match=r"events.jsonl:7: the line is damaged"):
        read_recording(folder)


def test_verify_names_every_damaged_line_and_how_many_are_whole(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = b"x" + lines[2]
    lines[4] = lines[4].replace(b'"seq"', b'"sez"')
    path.write_bytes(b"".join(lines))
    assert run_command(["recordings", "verify", str(folder)]) == 1
    told = capsys.readouterr().out
    assert told.startswith(f"BAD   {folder}: {path}:3: the line is damaged.\n")
    assert "\n      events.jsonl:3: the line is damaged.\n      events.jsonl:5: " in told
    assert told.endswith(f"\n      note: {len(lines) - 2} of {len(lines)} lines can be read.\n")
    path.write_bytes(b"".join([lines[0].replace(b'"format":2', b'"format":9'), *lines[1:]]))
    assert run_command(["recordings", "verify", str(folder)]) == 1
    told = capsys.readouterr().out
    assert "has format 9" in told
    assert told.count("\n") == 1  # what is newer is not damaged


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[:-1] + b"?", "is not what was recorded: it was changed afterwards"),
        (lambda data: data[:100], "has 100 bytes, and 6244 were recorded"),
        (lambda data: b"", "has 0 bytes"),
    ],
)
def test_a_changed_frame_is_not_given_out(
    folder: Path, change: Callable[[bytes], bytes], said: str
) -> None:
    path = folder / "frames" / "0000-before.jpg"
    path.write_bytes(change(path.read_bytes()))
    recording = read_recording(folder)
    seen = recording.steps[0].observation
    assert seen is not None
    with pytest.raises(RecordingError, match=said):
        recording.read(seen.frame)
    (problem,) = verify(recording).problems
    assert said in problem
    assert "frames/0000-before.jpg" in problem


def test_a_missing_frame_is_told_once_by_each(folder: Path) -> None:
    (folder / "frames" / "0000-before.jpg").unlink()
    recording = read_recording(folder)
    assert recording.warnings == ("The file frames/0000-before.jpg is missing.",)
    found = verify(recording)
    assert not found.good
    assert found.notes == ()
    (problem,) = found.problems
    assert "cannot be read: No such file or directory" in problem


def test_a_file_is_read_as_it_was_recorded(folder: Path) -> None:
    recording = read_recording(folder)
    for ref in recording.refs:
        assert hashlib.sha256(recording.read(ref)).hexdigest() == ref.sha256
    assert len(recording.refs) == len({ref.path for ref in recording.refs}) == 10


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"x":96,"y":136', '"x":96,"y":137', "an event was changed afterwards"),
        ("The user query: Fill", "The user query: Kill", "is not what was recorded"),
        ('"goal":"Fill', '"goal":"Kill', "run.json does not say what the events say"),
    ],
)
def test_a_changed_event_is_told(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "events.jsonl"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = verify(read_recording(folder))
    assert any(said in problem for problem in found.problems)
    assert any("an event was changed afterwards" in problem for problem in found.problems)


def test_events_that_were_taken_out_are_told(folder: Path) -> None:
    lines = lines_of(folder)
    keep(folder, lines[:4] + lines[5:])  # a part that requests name
    found = verify(read_recording(folder))
    assert "Event 4 is missing." in found.problems
    assert any("names parts that are not there" in problem for problem in found.problems)


def test_a_picture_that_a_request_names_but_has_not_is_told(folder: Path) -> None:
    lines = lines_of(folder)
    at = next(index for index, line in enumerate(lines) if '"model.request"' in line)
    keep(
        folder, [*lines[:at], json.dumps(json.loads(lines[at]) | {"images": []}), *lines[at + 1 :]]
    )
    problems = verify(read_recording(folder)).problems
    assert "The request of step 1 names pictures that are not in it." in problems


def test_a_summary_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "run.json").write_text("{")
    (problem,) = verify(read_recording(folder)).problems
    assert problem == "run.json cannot be read; deleted, it is rebuilt."
    (folder / "run.json").unlink()
    assert verify(read_recording(folder)).good


def test_a_crash_is_no_problem_but_a_note(folder: Path) -> None:
    cut_after(folder, "action.intent", 4)
    found = verify(read_recording(folder))
    assert found.good
    assert found.notes[0] == "There is no run.end: the run crashed."


def test_events_deleted_in_mid_run_end_it_before_anything_else_is_done(tmp_path: Path) -> None:
    class Deleting(FakeDevice):
        def perform(self, action: Action) -> None:
            for path in tmp_path.glob("*/events.jsonl"):
                path.unlink()
            super().perform(action)

    device = Deleting()
    episode = Rig(tmp_path, [tap(COUNT)] * 9, device=device).run()
    assert episode.stop is StopReason.RECORDING_LOST
    assert "events.jsonl was deleted while the run went on" in episode.error
    assert len(device.performed) == 1
    assert episode.recording is not None
    with pytest.raises(RecordingError, match=r"events.jsonl is not there"):
        read_recording(episode.recording)


def test_a_whole_run_seals_itself_and_verifies(tmp_path: Path) -> None:
    recording = recorded(Rig(tmp_path, [tap(COUNT)] * 3 + [DONE]).run())
    found = verify(recording)
    assert (found.problems, found.notes) == ((), ())
    assert found.files == len(recording.refs) > 3


def test_frames_that_cannot_be_written_end_the_run_in_words(tmp_path: Path) -> None:
    """As in a folder made read-only, which does not stop root, who runs the tests."""

    class Locking(FakeDevice):
        def perform(self, action: Action) -> None:
            (folder,) = (path.parent for path in tmp_path.glob("*/events.jsonl"))
            (folder / "frames").rename(folder / "away")
            super().perform(action)

    device = Locking()
    episode = Rig(tmp_path, [tap(COUNT)] * 9, device=device).run()
    assert episode.stop is StopReason.RECORDING_LOST
    assert "cannot be written: No such file or directory" in episode.error
    assert len(device.performed) == 1
    recording = recorded(episode)
    assert recording.end is not None
    assert recording.end.stop is StopReason.RECORDING_LOST


def test_the_first_event_alone_tells_what_a_folder_is(folder: Path) -> None:
    path = folder / "events.jsonl"
    assert read_start(folder) == read_recording(folder).start
    path.write_text(path.read_text().partition("\n")[0] + "\n{damaged")
    assert read_start(folder).goal == "Fill in the form for Ann"
    path.write_text('{"event": "run.start"')
    with pytest.raises(RecordingError, match="has no whole line"):
        read_start(folder)
    path.write_text('{"event": "check", "seq": 0, "at_s": 0.0, "name": "a", "verdict": "passed"}\n')
    with pytest.raises(RecordingError, match=r"check.evidence: Field required"):
        read_start(folder)
    with pytest.raises(RecordingError, match=r"events.jsonl is not there"):
        read_start(folder / "frames")
