"""Ctrl-C in the midst of a case or a goal: all is put in order, and pytest ends as it does."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from agent.phone_process import PhoneOptions, RunningPhone, running_phone
from agent.recording.reader import Recording, read_recording
from agent.suite.runner.lease import lease_folder, leased
from tests.agent.pytest_plugin.conftest import ROOT
from tools.clock import SystemClock
from tools.devices.adb_socket import AdbLink, AdbServer

ENDLESS = """\
name: endless
steps:
  - shell: touch /sdcard/begun
  - wait: 10h
checks:
  - shell: id
teardown:
  - shell: touch /sdcard/torn
---
name: never
steps: [home: ]
"""
BY_HAND = """\
from pathlib import Path


def test_goal(run_goal):
    run_goal("wait", policy="scripted", script="wait.yaml", max_steps=1000, timeout_s=3600)
    Path("went-on").touch()


def test_never(run_goal):
    Path("went-on").touch()
"""


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runtime").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@contextmanager
def pytest_on(device: str) -> Iterator["subprocess.Popen[str]"]:
    words = ["-p", "no:cacheprovider", "-p", "no:tapwright", "-p", "agent.pytest_plugin"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *words, f"--agent-device={device}", "-v"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(process: "subprocess.Popen[str]", word: str) -> Path:
    """The recording, as soon as ``word`` stands in it."""
    while process.poll() is None:
        for events in Path("recordings").glob("*/events.jsonl"):
            if word in events.read_text(encoding="utf-8"):
                return events.parent
        Event().wait(0.05)
    pytest.fail(process.stdout.read() if process.stdout is not None else "It ended.")


def interrupt(process: "subprocess.Popen[str]") -> str:
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=120)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, told
    assert "KeyboardInterrupt" in told
    assert "Traceback" not in told
    return told


def whole(folder: Path) -> Recording:
    recording = read_recording(folder)
    assert recording.end is not None
    assert recording.warnings == ()
    return recording


def shell(phone: RunningPhone, command: str) -> str:
    assert phone.server_port is not None
    link = AdbLink(AdbServer(port=phone.server_port), phone.serial, SystemClock())
    return link.shell(command).text.strip()


def test_a_case_is_torn_down_and_its_phone_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.task.yaml").write_text(ENDLESS)
    with running_phone(PhoneOptions()) as phone:
        server = f"127.0.0.1:{phone.server_port}"
        monkeypatch.setenv("AGENT_ADB_SERVER", server)
        with pytest_on(phone.serial) as process:
            recording = wait_for(process, '"kind":"wait"')
            told = interrupt(process)
        assert shell(phone, "ls /sdcard/torn") == "/sdcard/torn"
        with leased(f"{phone.serial} at {server}", lease_folder()):
            pass  # nobody holds it any more
    assert "::never" not in told
    assert "no tests ran" in told
    whole(recording)
    # A teardown after a look that was cut short has a recording of its own.
    told_of = [
        step.result.result
        for events in Path("recordings").glob("*/events.jsonl")
        for step in whole(events.parent).steps
        if step.result is not None
    ]
    assert any("/sdcard/torn" in each for each in told_of)


def test_the_virtual_phone_of_a_case_ends_too() -> None:
    Path("a.task.yaml").write_text(ENDLESS)
    with pytest_on("virtual") as process:
        recording = wait_for(process, '"kind":"wait"')
        phones = children(process.pid)
        assert phones
        interrupt(process)
    whole(recording)
    assert not [each for each in phones if Path(f"/proc/{each}").exists()]


def test_a_goal_in_python_ends_all_tests_and_not_only_itself() -> None:
    Path("test_by_hand.py").write_text(BY_HAND)
    Path("wait.yaml").write_text("- {tool: wait, arguments: {duration_s: 30}}\n" * 900)
    with pytest_on("virtual") as process:
        recording = wait_for(process, '"kind":"wait"')
        phones = children(process.pid)
        interrupt(process)
    assert whole(recording).end is not None
    assert not Path("went-on").exists()
    assert not [each for each in phones if Path(f"/proc/{each}").exists()]


def children(parent: int) -> list[int]:
    """The processes that a process has started, from Linux's own list."""
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = each.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if int(fields[1]) == parent:
            found.append(int(each.parent.name))
    return found
