"""The recordings in ``recordings/shipped/`` are played again green, without a device and on one."""

from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.config import load_config
from agent.recording.reader import read_recording
from agent.recording.verify import verify
from agent.step import StopReason
from agent.wiring.replay import as_recorded, replay_live
from tests.desktop.rig import Rig

SHIPPED = Path(__file__).parents[1] / "recordings" / "shipped"
NAMES = ["booking", "booking-zh", "note-desktop"]
MEND = "Made by another version? Make them again with: python -m scripts.shipped_recordings"


def test_they_are_the_ones_promised() -> None:
    assert sorted(each.name for each in SHIPPED.iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_they_are_whole_and_done(name: str) -> None:
    recording = read_recording(SHIPPED / name)
    assert recording.warnings == ()
    assert verify(recording).good
    assert recording.end is not None
    assert recording.end.stop is StopReason.FINISHED


def test_no_path_of_a_machine_is_in_them() -> None:
    for path in SHIPPED.rglob("*"):
        if path.suffix in {".jsonl", ".json", ".xml"}:
            text = path.read_text(encoding="utf-8")
            assert "/home/" not in text, path
            assert "/work/" not in text, path


@pytest.mark.parametrize("name", NAMES)
def test_they_are_decided_again_as_they_were(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command(["replay", str(SHIPPED / name)])
    assert code == 0, f"{capsys.readouterr().out}\n{MEND}"


@pytest.mark.parametrize("name", ["booking", "booking-zh"])
def test_they_are_performed_again_as_they_were(name: str) -> None:
    recording = read_recording(SHIPPED / name)
    config = as_recorded(load_config({}).config, recording, given=())
    replayed = replay_live(config, recording, mode="strict")
    assert replayed.episode.stop is StopReason.FINISHED, f"{replayed.episode.error}\n{MEND}"
    assert set(replayed.tally.rungs) == {"exact"}


@pytest.mark.desktop
def test_the_note_is_written_again(rig: Rig) -> None:
    """On a display of another size, where a file dialog shows another folder."""
    arguments = [str(SHIPPED / "note-desktop"), "--live", "--device", "desktop", "--yes"]
    done = rig.agent("replay", *arguments, "--quiet")
    printed, told = done.communicate(timeout=120)
    assert done.returncode == 0, printed + told
    assert (rig.home / "note.txt").read_text().strip() == "hello"
