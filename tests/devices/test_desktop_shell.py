"""The shell of a desktop: what is printed, how it ends, and what happens to one that hangs."""

import os
import sys
import threading
from pathlib import Path

import pytest

from tools.clock import SystemClock
from tools.device import ShellAnswer
from tools.devices.desktop_session import DesktopSession
from tools.devices.desktop_shell import MOST_READ, DesktopShell
from tools.errors import ActionFailedError, DeviceTimeoutError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="commands of a Unix shell")
SHELL = DesktopShell(DesktopSession("linux", {"DISPLAY": ":77"}))


def test_what_is_printed_and_how_it_ends() -> None:
    answer = SHELL.run("echo 'a  b'; echo \"$DISPLAY\" >&2; exit 7", timeout_s=20.0)
    assert (answer.code, answer.out, answer.err) == (7, "a  b\n", ":77\n")
    assert SHELL.run("kill -9 $$", timeout_s=20.0).code == 137
    assert SHELL.run("no-such-program", timeout_s=20.0).code == 127
    assert SHELL.run(r"printf '\377'", timeout_s=20.0).out == "�"


def test_it_is_run_in_the_persons_home_with_no_input_and_is_heard_by_readers() -> None:
    command = "pwd; cat; echo $ACCESSIBILITY_ENABLED"
    assert SHELL.run(command, timeout_s=20.0).out == f"{Path.home()}\n1\n"


def test_what_it_leaves_in_the_background_is_not_waited_for() -> None:
    answer = SHELL.run("sleep 100 & echo $!", timeout_s=20.0)
    pid = int(answer.text)
    os.kill(pid, 0)  # it goes on
    os.kill(pid, 9)


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    with pytest.raises(DeviceTimeoutError, match=r"did not end within 5 s and was ended"):
        SHELL.run(f"sleep 200 & echo $! > {pids}; wait", timeout_s=5.0)
    pid, clock = int(pids.read_text()), SystemClock()
    until_s = clock.now() + 60
    while _runs(pid):
        assert clock.now() < until_s
        clock.sleep(0.02)


def test_one_that_goes_on_is_ended_from_outside(tmp_path: Path) -> None:
    SHELL.end()  # where none is run nothing happens
    begun, answers = tmp_path / "begun", list[ShellAnswer]()
    command = f"touch {begun}; sleep 200"
    thread = threading.Thread(target=lambda: answers.append(SHELL.run(command, timeout_s=100.0)))
    thread.start()
    clock = SystemClock()
    until_s = clock.now() + 60
    while not begun.exists():
        assert clock.now() < until_s
        clock.sleep(0.02)
    SHELL.end()
    thread.join(60)
    assert [answer.code for answer in answers] == [137]


def test_no_more_is_kept_than_can_be_read() -> None:
    command = f"head -c {MOST_READ + 5} /dev/zero | tr '\\0' x"
    assert SHELL.run(command, timeout_s=60.0).out == "x" * MOST_READ


def test_what_no_shell_takes_is_told() -> None:
    with pytest.raises(ActionFailedError, match="cannot be run"):
        SHELL.run("echo \0", timeout_s=20.0)


def _runs(pid: int) -> bool:
    """Whether it does: one that ended and that nobody asked about does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
