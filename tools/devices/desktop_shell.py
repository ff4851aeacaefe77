"""The shell of a desktop: the commands that a task runs to prepare things and to look at them."""

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

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


def run_command(session: DesktopSession, command: str, *, timeout_s: float) -> ShellAnswer:
    """Run ``command`` as a program of the desktop, in the person's home, and wait for its end.

    What it leaves in the background (``mousepad &``) goes on and is not waited for.

    Args:
        session: The desktop, whose display its programs open their windows on.
        command: As it is typed into ``sh``, or ``cmd`` on Windows.
        timeout_s: Seconds after which it is ended, with all that it has started.

    Raises:
        DeviceTimeoutError: It did not end in time.
        ActionFailedError: There is no shell to run it.
    """
    # Files, not pipes: a program in the background would hold the end of a pipe open for good.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        windows = session.platform == _WINDOWS
        try:
            process = subprocess.Popen(  # noqa: S603 - a command of the task that the person runs
                ["cmd", "/c", command] if windows else ["/bin/sh", "-c", command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
                cwd=Path.home(),
                env={**os.environ, **session.variables, **SEEN_BY_READERS},
            )
        except (OSError, ValueError) as error:
            raise ActionFailedError(f"{command!r} cannot be run: {error}.") from error
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            _end(process)
            raise DeviceTimeoutError(
                f"{command!r} did not end within {timeout_s:.3g} s and was ended."
            ) from None
        texts = []
        for each in (out, err):
            each.seek(0)
            texts.append(each.read(MOST_READ).decode("utf-8", "replace"))
    # One that a signal ended has a code as a shell tells it.
    return ShellAnswer(code if code >= 0 else 128 - code, *texts)


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
