"""A program on a terminal of its own, as a person has it."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Ctrl-C reaches a program only where the terminal is its own.
_LAUNCH = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "agent", *sys.argv[1:]])
"""
_STEERING = re.compile(r"\x1b\[[\d;?]*[a-zA-Z]|\r")


class Terminal:
    """The screen and the keyboard of a program that runs."""

    def __init__(self, screen: int, process: "subprocess.Popen[bytes]") -> None:
        self._screen, self.process = screen, process
        self._shown, self._seen = b"", 0

    @property
    def raw(self) -> str:
        """Everything shown so far, colours included."""
        return self._shown.decode(errors="replace")

    @property
    def text(self) -> str:
        """Everything shown so far, without colours."""
        return _STEERING.sub("", self.raw)

    def until(self, words: str) -> None:
        """Wait until ``words`` are shown, after those that were waited for before.

        Raises:
            AssertionError: The program ended without them.
        """
        while True:
            at = self.text.find(words, self._seen)
            if at >= 0:
                self._seen = at + len(words)
                return
            assert self._read(), f"{words!r} was not shown in:\n{self.text}"

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._screen, f"{line}\n".encode())

    def keys(self, letters: str) -> None:
        """Press keys one after the other, without ending the line."""
        os.write(self._screen, letters.encode())

    def press(self, key: str) -> None:
        """Press Ctrl and a letter."""
        os.write(self._screen, bytes([ord(key.upper()) - ord("A") + 1]))

    def end(self) -> int:
        """Wait for the end of the program; its exit code."""
        while self._read():
            pass
        return self.process.wait(60)

    def _read(self) -> bool:
        try:
            piece = os.read(self._screen, 65536)
        except OSError:  # how Linux says that the other side was closed
            piece = b""
        self._shown += piece
        return bool(piece)


@contextmanager
def agent_on_a_terminal(*arguments: str, env: Mapping[str, str]) -> Iterator[Terminal]:
    """``agent`` with ``arguments`` on a terminal of its own, killed at the end if it still runs."""
    screen, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **env},
    )
    os.close(terminal)
    try:
        yield Terminal(screen, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait(60)
        os.close(screen)
