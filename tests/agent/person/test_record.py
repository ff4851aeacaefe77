"""``agent record`` as a program: what it prints, its exit codes, bad input."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.cli.record import UNTOLD, has_display
from agent.recording.reader import Recording, read_recording
from tests.agent.person.visitor import PATIENCE_S, Visitor


@pytest.fixture(autouse=True)
def no_adb_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here may find a phone that happens to be attached to this machine."""
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")


@contextmanager
def program(*words: str) -> "Iterator[tuple[subprocess.Popen[str], Visitor]]":
    """``agent record`` with a page that is open."""
    command = [sys.executable, "-m", "agent", "record", *words]
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert said.startswith("Open  http://127.0.0.1:"), said
        visitor = Visitor(said.split()[1])
        try:
            visitor.wait(done=0)
            yield process, visitor
        finally:
            process.kill()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    out, _ = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out


def kept() -> Recording:
    (folder,) = Path(os.environ["AGENT_RECORD_DIR"]).iterdir()
    return read_recording(folder)


def test_a_recording_ends_with_its_verdict_and_what_to_do_with_it() -> None:
    with program("look around", "--device", "virtual", "--app", "Clock") as (process, visitor):
        visitor.act("home")
        visitor.wait(done=1)
        visitor.act("finish", success=True, answer="seen")
        code, out = ended(process)
    assert code == 0
    lines = out.strip().splitlines()
    folder = next(line for line in lines if line.startswith("Recording")).split()[1]
    assert any(line.startswith("✓ finished  unverified  2 steps") for line in lines)
    assert lines[-3:] == [
        f"Show       agent show {folder}",
        f"Replay     agent replay {folder} --live",
        f"Export     agent export {folder} --gif {Path(folder).name}.gif",
    ]
    assert kept().start.goal == "look around"


def test_without_a_goal_and_a_terminal_the_goal_says_that_a_person_did_it() -> None:
    with program("--device", "virtual", "--quiet") as (process, visitor):
        visitor.act("finish", success=False, answer="no idea")
        code, out = ended(process)
    assert code == 1
    assert out.startswith("gave up (unverified): no idea [")
    assert len(out.splitlines()) == 1
    assert kept().start.goal == UNTOLD


def test_ctrl_c_while_nobody_acts_leaves_the_recording_whole() -> None:
    with program("wait", "--device", "virtual") as (process, visitor):
        visitor.act("home")
        visitor.wait(done=1)
        process.send_signal(signal.SIGINT)
        code, out = ended(process)
    assert code == 130
    assert "✗ interrupted" in out
    recording = kept()
    assert recording.end is not None
    assert recording.end.stop == "interrupted"
    assert len(recording.steps) >= 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([""], 2, "The goal is empty."),
        (["x", "--port", "99999"], 2, "'--port'"),
        (["x", "--device", "virtul"], 2, "Did you mean 'virtual'?"),
        (["x", "--scenario", "drak"], 2, "Did you mean 'dark'?"),
        (["x", "--device", "127.0.0.1:1"], 3, "127.0.0.1:1"),
        (["x", "--device", "virtual", "--app", "Zebra"], 2, "Zebra"),
        (["x", "--record-dir", "/proc/nowhere"], 2, "cannot be written to '/proc/nowhere'"),
        (["turn", "on", "wifi"], 2, "agent record --help"),
    ],
)
def test_bad_input_is_one_clear_line(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["record", *words]) == code
    printed = capsys.readouterr()
    line = printed.err.strip().splitlines()[-1]
    assert line.startswith("agent: ")
    assert said in line
    assert "Traceback" not in printed.out + printed.err
    assert not list(Path(os.environ["AGENT_RECORD_DIR"]).glob("*"))


def test_a_port_that_is_taken_is_told_before_a_device_is_touched(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run_command(["record", "x", "--device", "virtual", "--port", port]) == 2
    said = capsys.readouterr().err
    assert f"The page cannot be served at port {port}" in said
    assert "--port" in said


def test_a_browser_is_opened_only_where_there_is_a_screen() -> None:
    found = [
        has_display(environ=each) for each in ({}, {"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "w"})
    ]
    assert found == [sys.platform in {"darwin", "win32"}, True, True]
