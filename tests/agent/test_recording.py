"""Recordings: what is written when, and what a reader makes of damage."""

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from agent.recording.format import EVENTS, FORMAT_VERSION, ActionIntent
from agent.recording.patch import cut_patch, find_target
from agent.recording.reader import find_recording, list_recordings, read_recording
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.step import Episode, StopReason
from tests.agent.episodes import COUNT, DONE, FORM, NOWHERE, Rig, call, recorded, tap
from tools.action import Action
from tools.clock import FakeClock
from tools.devices.fake import FakeDevice
from tools.errors import RecordingError
from tools.geometry import Point


def make(tmp_path: Path) -> Path:
    folder = Rig(tmp_path, [tap(COUNT), tap(FORM), call("note", text="n"), DONE]).run().recording
    assert folder is not None
    return folder


def lines_of(folder: Path) -> list[str]:
    return (folder / "events.jsonl").read_text().splitlines()


def test_all_that_happened_can_be_read_back(tmp_path: Path) -> None:
    recording = read_recording(make(tmp_path))
    assert recording.start.goal == "try things"
    assert recording.start.device == FakeDevice().info
    assert [step.decision.call.name for step in recording.steps if step.decision] == [
        "tap", "tap", "note", "finish",
    ]  # fmt: skip
    assert [step.intent is not None for step in recording.steps] == [True, True, False, False]
    assert [step.result.ok for step in recording.steps if step.result] == [True] * 4
    assert recording.end is not None
    assert recording.end.stop is StopReason.FINISHED
    assert recording.warnings == ()


def test_events_are_numbered_without_gaps_and_survive_a_round_trip(tmp_path: Path) -> None:
    lines = lines_of(make(tmp_path))
    events = [EVENTS.validate_json(line) for line in lines]
    assert [event.seq for event in events] == list(range(len(lines)))
    assert [event.model_dump_json() for event in events] == lines


def test_frames_are_the_files_they_are_said_to_be_and_stored_once(tmp_path: Path) -> None:
    folder = Rig(tmp_path, [tap(NOWHERE)] * 3 + [DONE]).run().recording
    assert folder is not None
    recording = read_recording(folder)
    frames = [step.observation.frame for step in recording.steps if step.observation]
    assert len(frames) == 4
    assert len({frame.path for frame in frames}) == 1
    data = recording.file(frames[0]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == frames[0].sha256
    assert len(data) == frames[0].size_bytes
    assert Image.open(io.BytesIO(data)).size == (270, 480)


def test_an_intent_is_on_the_disk_before_the_action(tmp_path: Path) -> None:
    seen: list[str] = []

    class Peeking(FakeDevice):
        def perform(self, action: Action) -> None:
            (folder,) = (path for path in tmp_path.iterdir() if (path / "events.jsonl").exists())
            seen.append(lines_of(folder)[-1])
            super().perform(action)

    Rig(tmp_path, [tap(COUNT), DONE], device=Peeking()).run()
    intent = EVENTS.validate_json(seen[0])
    assert isinstance(intent, ActionIntent)
    assert intent.anchor is not None
    assert intent.anchor.target is not None
    assert intent.anchor.target.text == "Count 0"
    assert (tmp_path / "x").parent.exists()


def test_the_summary_says_the_same_as_the_events(tmp_path: Path) -> None:
    folder = make(tmp_path)
    stored = json.loads((folder / "run.json").read_text())
    assert read_recording(folder).summary().model_dump(mode="json") == stored
    (folder / "run.json").unlink()
    (summary,), problems = list_recordings(tmp_path)
    assert summary.model_dump(mode="json") == stored
    assert problems == []


def test_a_torn_last_line_is_left_out_and_told(tmp_path: Path) -> None:
    folder = make(tmp_path)
    path = folder / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    recording = read_recording(folder)
    assert recording.crashed
    assert len(recording.steps) == 4
    assert any("torn" in warning for warning in recording.warnings)


def test_a_gap_is_told(tmp_path: Path) -> None:
    folder = make(tmp_path)
    lines = lines_of(folder)
    (folder / "events.jsonl").write_text("\n".join(lines[:4] + lines[6:]) + "\n")
    assert "Events 4 to 5 are missing." in read_recording(folder).warnings


def test_a_folder_may_be_named_by_text(tmp_path: Path) -> None:
    folder = make(tmp_path)
    assert read_recording(str(folder)) == read_recording(folder)


def test_events_out_of_order_are_told(tmp_path: Path) -> None:
    folder = make(tmp_path)
    lines = lines_of(folder)
    (folder / "events.jsonl").write_text("\n".join([*lines[:3], *lines[2:]]) + "\n")
    assert "Event 2 comes after event 2." in read_recording(folder).warnings


def test_the_last_recording_is_found_in_a_renamed_folder(tmp_path: Path) -> None:
    folder = make(tmp_path)
    renamed = folder.rename(tmp_path / "kept")
    assert find_recording("last", tmp_path) == renamed


@pytest.mark.parametrize("name", ["", "x" * 5000, "\udcff", "a\0b"])
def test_a_name_that_no_folder_can_have_is_one_clear_line(tmp_path: Path, name: str) -> None:
    make(tmp_path)
    with pytest.raises(RecordingError, match="There is no recording"):
        find_recording(name, tmp_path)


def test_a_link_that_leads_nowhere_is_said_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone" / "deep")
    with pytest.raises(RecordingError, match="a link that leads nowhere"):
        new_folder(tmp_path / "link", "goal")


def test_a_missing_frame_is_told(tmp_path: Path) -> None:
    folder = make(tmp_path)
    (folder / "frames" / "0001-before.jpg").unlink()
    assert read_recording(folder).warnings == ("The file frames/0001-before.jpg is missing.",)


def test_a_newer_format_is_refused_clearly(tmp_path: Path) -> None:
    folder = make(tmp_path)
    lines = lines_of(folder)
    first = json.loads(lines[0]) | {"format": FORMAT_VERSION + 1, "dreams": True}
    (folder / "events.jsonl").write_text("\n".join([json.dumps(first), *lines[1:]]) + "\n")
    with pytest.raises(RecordingError, match="has format 3; this version reads up to 2"):
        read_recording(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "is no recording: events.jsonl is not there"),
        ("", "is empty: the run ended before anything was recorded"),
        ('{"event": "run.st', "has only a torn line in it"),
        ("hello\n", ":1: the line is damaged"),
        ('{"event": "dance", "seq": 0}\n', ":1: "),
        ('{"event": "check", "seq": 0, "at_s": 0}\n', ":1: check.name: Field required"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "events.jsonl").write_text(text)
    with pytest.raises(RecordingError) as caught:
        read_recording(tmp_path)
    assert said in str(caught.value)


@pytest.mark.parametrize("path", ["../../secret", "/etc/hostname", "{folder}/run.json"])
def test_a_path_that_leads_out_of_the_recording_is_refused(tmp_path: Path, path: str) -> None:
    folder = make(tmp_path)
    path = path.format(folder=folder)
    text = (folder / "events.jsonl").read_text().replace("frames/0000-before.jpg", path)
    (folder / "events.jsonl").write_text(text)
    with pytest.raises(RecordingError, match="leads out of"):
        read_recording(folder)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.integers(0, 4000), junk=st.binary(max_size=20))
def test_no_damage_raises_anything_else(tmp_path: Path, cut: int, junk: bytes) -> None:
    folder = tmp_path / "whole" if (tmp_path / "whole").exists() else None
    if folder is None:
        folder = make(tmp_path).rename(tmp_path / "whole")
    data = (folder / "events.jsonl").read_bytes()
    broken = tmp_path / "broken"
    broken.mkdir(exist_ok=True)
    (broken / "events.jsonl").write_bytes(data[:cut] + junk + data[cut + len(junk) :])
    try:
        read_recording(broken)
    except RecordingError as error:
        assert str(broken) in error.message or "leads out" in error.message  # noqa: PT017


def test_a_recording_is_found_by_its_name_or_a_part_of_it(tmp_path: Path) -> None:
    folder = make(tmp_path)
    for name in (str(folder), folder.name, folder.name[:20], folder.name[-6:], "last"):
        assert find_recording(name, tmp_path) == folder
    make(tmp_path)
    with pytest.raises(RecordingError, match="2 recordings match '20"):
        find_recording("20", tmp_path)
    for _ in range(5):
        make(tmp_path)
    with pytest.raises(RecordingError, match=r"and 2 more\. Write more of the name\."):
        find_recording("20", tmp_path)
    with pytest.raises(RecordingError, match="no recording 'zebra'"):
        find_recording("zebra", tmp_path)


@pytest.mark.parametrize("goal", ["Pay / me ../..", "帮我订一张机票" * 30, "...", "a" * 500, "🦓"])
def test_any_goal_makes_a_folder_name(tmp_path: Path, goal: str) -> None:
    folder = new_folder(tmp_path, goal)
    assert folder.parent == tmp_path
    assert len(folder.name.encode()) < 200


def test_a_file_in_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(RecordingError, match=r"cannot be written to .*taken"):
        new_folder(tmp_path / "taken", "goal")


class FullDisk(RecordingWriter):
    """A writer on a disk with room for so many bytes; the rest is refused as the kernel does."""

    room = 3000

    def _write(self, line: bytes) -> int:
        fits = min(len(line), max(0, self.room))
        self.room -= fits
        return os.write(self._events, line[:fits])

    def _make_room(self) -> None:
        super()._make_room()
        self.room += 64 * 1024


def test_a_disk_that_fills_up_stops_the_run_cleanly(tmp_path: Path) -> None:
    device = FakeDevice()
    rig = Rig(tmp_path, [tap(COUNT), tap(FORM)] * 20, device=device, writer=FullDisk)
    episode = rig.run()
    assert episode.stop is StopReason.RECORDING_LOST
    assert "No space left on device" in episode.error
    recording = recorded(episode)
    assert recording.end is not None
    assert recording.end.stop is StopReason.RECORDING_LOST
    assert recording.warnings == ()
    intents = [step.intent for step in recording.steps if step.intent is not None]
    assert len(device.performed) == len(intents)


def test_a_really_full_disk_stops_the_run_cleanly(tmp_path: Path) -> None:
    mount = tmp_path / "tiny"
    mount.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(mount)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        device = FakeDevice()
        episode = Rig(mount, [tap(COUNT)] * 99, device=device).run(max_steps=99)
        recording = recorded(episode)
    finally:
        subprocess.run(["umount", str(mount)], check=True)
    assert episode.stop is StopReason.RECORDING_LOST
    assert recording.end is not None
    assert 0 < len(device.performed) < 99


def test_a_disk_full_from_the_start_is_one_clear_line(tmp_path: Path) -> None:
    folder = new_folder(tmp_path, "goal")
    (folder / "events.jsonl").mkdir()
    header = Header("goal", "p", FakeDevice().info, {}, {})
    with pytest.raises(RecordingError, match="cannot be written: File exists"):
        RecordingWriter(folder, header, FakeClock())


def test_an_interrupt_between_a_write_and_its_count_does_no_harm(tmp_path: Path) -> None:
    class Interrupted(RecordingWriter):
        def _write(self, line: bytes) -> int:
            written = super()._write(line)
            if b'"decision"' in line:
                raise KeyboardInterrupt
            return written

    episode = Rig(tmp_path, [tap(COUNT), DONE], writer=Interrupted).run()
    assert episode.stop is StopReason.INTERRUPTED
    recording = recorded(episode)
    assert recording.warnings == ()
    assert recording.steps[0].decision is not None


_KILLED = """
import sys
from pathlib import Path
from threading import Event
from tests.agent.episodes import COUNT, Rig, tap
from tools.clock import SystemClock
print("ready", flush=True)
Rig(Path(sys.argv[1]), [tap(COUNT)] * 999, clock=SystemClock()).run(
    max_steps=1000)
"""


@pytest.mark.parametrize("delay", [0.05, 0.2, 0.4])
def test_kill_9_leaves_a_readable_recording(tmp_path: Path, delay: float) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", _KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while not any(b"\n" in each.read_bytes() for each in tmp_path.glob("*/events.jsonl")):
            assert process.poll() is None
            Event().wait(0.01)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(delay)
        process.kill()
    (found,) = (path for path in tmp_path.iterdir() if (path / "events.jsonl").exists())
    recording = read_recording(found)
    assert recording.crashed
    assert not any("missing" in warning for warning in recording.warnings)


def test_a_patch_at_the_edge_is_clipped() -> None:
    image = Image.new("RGB", (300, 300))
    box, data = cut_patch(image, Point(x=299, y=0))
    assert (box.left, box.top, box.right, box.bottom) == (179, 0, 300, 121)
    assert Image.open(io.BytesIO(data)).size == (121, 121)


def test_the_target_is_the_smallest_element_there() -> None:
    tree = FakeDevice().observe().ui_tree
    target = find_target(tree, Point(x=COUNT[0], y=COUNT[1]))
    assert target is not None
    assert (target.kind, target.text) == ("Button", "Count 0")
    assert find_target(tree, Point(x=0, y=0)) is None
    assert find_target(None, Point(x=0, y=0)) is None


def test_a_run_that_is_not_closed_is_listed_as_one_without_end(tmp_path: Path) -> None:
    folder = new_folder(tmp_path, "goal")
    device = FakeDevice()
    writer = RecordingWriter(folder, Header("goal", "p", device.info, {}, {}), FakeClock())
    writer.observation(0, device.observe())
    writer.close()
    writer.close()
    (summary,), _ = list_recordings(tmp_path)
    assert summary.stop is None
    episode = Episode(goal="goal", steps=(), stop=StopReason.CRASHED)
    with pytest.raises(RecordingError, match="cannot be written"):
        writer.end(episode)
