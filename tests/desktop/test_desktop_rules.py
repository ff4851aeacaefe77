"""The shipped policy on a desktop: a goal in words, a file on the disk."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.recording.reader import read_recording
from tests.desktop.rig import CLOCK, Rig
from tools.devices.x11_windows import XWindows

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(900)]


def run(rig: Rig, goal: str) -> tuple[int, str, Path]:
    """Run the command line; return its code, its answer with all thoughts, and its recording."""
    done = rig.agent("run", goal, "--device", "desktop", "--json", "--max-steps", "60")
    printed, told = done.communicate(timeout=280)
    assert printed, told
    episode = json.loads(printed)
    folder = rig.home / episode["recording"]
    thoughts = [step.decision.thought for step in read_recording(folder).steps if step.decision]
    told = episode["answer"] or episode["error"]
    return done.returncode, "\n".join((told, *thoughts)), folder


def test_a_text_is_written_and_saved_under_its_name(rig: Rig) -> None:
    code, answer, folder = run(rig, "write 'hello' in the text editor and save it as note.txt")
    assert code == 0, answer
    assert (rig.home / "note.txt").read_text().strip() == "hello"
    assert "note.txt" in answer
    recording = read_recording(folder)
    assert len(recording.steps) >= 5
    kinds = [step.intent.action.kind for step in recording.steps if step.intent is not None]
    assert kinds[:2] == ["open_app", "type_text"]

    # Again, in Chinese, with the editor open: the person's text is left alone.
    code, answer, _ = run(rig, "在文本编辑器里写“你好 <世界>”并保存为 第二.txt")
    assert code == 0, answer
    assert (rig.home / "第二.txt").read_text().strip() == "你好 <世界>"
    assert (rig.home / "note.txt").read_text().strip() == "hello"

    # A file of that name is there: nothing is written over.
    code, answer, _ = run(rig, "write 'other' in the text editor and save it as note.txt")
    assert code == 1, answer
    asked = answer.partition("the app asked, and I did not agree: ")[2]
    assert "already exists" in asked.splitlines()[0]
    assert (rig.home / "note.txt").read_text().strip() == "hello"


@contextmanager
def halting(rig: Rig, halted_s: float = 0.8, running_s: float = 0.6) -> Iterator[None]:
    """Stop all programs with windows again and again, as a machine under load does."""
    over = threading.Event()

    def halt() -> None:
        windows = XWindows(rig.session)
        while not over.is_set():
            pids = {window.pid for window in windows.windows() if window.pid}
            for sent, seconds in ((signal.SIGSTOP, halted_s), (signal.SIGCONT, running_s)):
                for pid in pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, sent)
                CLOCK.sleep(seconds)
        windows.close()

    thread = threading.Thread(target=halt)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_program_that_halts_again_and_again_is_waited_for(rig: Rig) -> None:
    with halting(rig):
        code, answer, _ = run(rig, "write 'hello' in the text editor and save it as slow.txt")
    assert code == 0, answer
    assert (rig.home / "slow.txt").read_text().strip() == "hello"


def test_an_app_that_is_not_there_is_told(rig: Rig) -> None:
    code, answer, _ = run(rig, "open the teleporter")
    assert code == 1
    assert "teleporter" in answer


def test_an_app_is_opened_by_its_name(rig: Rig) -> None:
    code, answer, _ = run(rig, "open Galculator")
    assert code == 0, answer
    assert "galculator" in answer


@pytest.mark.parametrize("goal", ["make a folder named {}", "新建一个名为“{}”的文件夹"])
def test_a_folder_is_made_though_no_file_manager_is_named(rig: Rig, goal: str) -> None:
    # Its settings have an entry in the menu too.
    code, answer, _ = run(rig, goal.format("Bills"))
    assert code == 0, answer
    assert (rig.home / "Bills").is_dir()
