"""The shell of a desktop: the commands that a task runs to prepare things and to look at them."""

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from tools.device import ShellAnswer
from tools.devices.desktop_session import DesktopSession
from tools.errors import ActionFailedError, DeviceTimeoutError

SEEN_BY_READERS: Final = {
    "ACCESSIBILITY_ENABLED": "1", "GNOME_ACCESSIBILITY": "1", "QT_ACCESSIBILITY": "1",
}  # fmt: skip
"""Chromium, what is built on it, and Qt tell screen readers nothing without being asked to."""
MOST_READ: Final = 4 * 1024 * 1024
"""Bytes of each output that are kept; the rest is thrown away."""
_WINDOWS: Final = "win32"


class DesktopShell:
    """Runs commands as programs of a desktop, in the person's home.

    Args:
        session: The desktop, on whose display its programs open their windows.
    """

    def __init__(self, session: DesktopSession) -> None:
        self._session = session
        self._running: subprocess.Popen[bytes] | None = None

    def run(self, command: str, *, timeout_s: float) -> ShellAnswer:
        """Run ``command``, and wait for its end.

        What it leaves in the background (``mousepad &``) goes on and is not waited for.

        Args:
            command: As it is typed into ``sh``, or ``cmd`` on Windows.
            timeout_s: Seconds after which it is ended, with all that it has started.

        Raises:
            DeviceTimeoutError: It did not end in time.
            ActionFailedError: There is no shell to run it.
        """
        # Files, not pipes: a program in the background would hold the end of a pipe open for good.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = self._start(command, out, err)
            self._running = process
            try:
                code = process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                raise DeviceTimeoutError(
                    f"{command!r} did not end within {timeout_s:.3g} s and was ended."
                ) from None
            finally:  # also when the person stops the run
                self._running = None
                if process.returncode is None:
                    _end(process)
            texts = []
            for each in (out, err):
                each.seek(0)
                texts.append(each.read(MOST_READ).decode("utf-8", "replace"))
        # One that a signal ended has a code as a shell tells it.
        return ShellAnswer(code if code >= 0 else 128 - code, *texts)

    def end(self) -> None:
        """End what is run just now, with all that it has started. May be called in any thread."""
        process = self._running
        if process is not None and process.returncode is None:
            _kill(process)

    def _start(self, command: str, out: IO[bytes], err: IO[bytes]) -> subprocess.Popen[bytes]:
        windows = self._session.platform == _WINDOWS
        try:
            return subprocess.Popen(  # noqa: S603 - a command of the task that the person runs
                ["cmd", "/c", command] if windows else ["/bin/sh", "-c", command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                cwd=Path.home(),
                env={**os.environ, **self._session.variables, **SEEN_BY_READERS},
            )
        except (OSError, ValueError) as error:
            raise ActionFailedError(f"{command!r} cannot be run: {error}.") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    _kill(process)
    process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
