"""Tells a run that still goes on from one that is over.

While it writes, a writer holds a lock on its ``events.jsonl``. The system takes the lock back when
the process ends, however it ends, so that a crash leaves none behind. Where there are no such
locks (Windows, some network drives), nothing is held; Windows itself then refuses to move a folder
with an open file.
"""

import contextlib
import os
import sys
from pathlib import Path

from agent.recording.format import EVENTS_FILE

if sys.platform != "win32":
    import fcntl

    def hold(descriptor: int) -> None:
        """Hold the open file until it is closed or the process ends."""
        with contextlib.suppress(OSError):  # a drive without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # waits for one that asks ``is_held`` at most

    def is_held(folder: Path) -> bool:
        """Whether somebody writes the recording in ``folder`` right now."""
        try:
            descriptor = os.open(folder / EVENTS_FILE, os.O_RDONLY)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return False

else:

    def hold(descriptor: int) -> None:
        """Nothing can be held here."""

    def is_held(folder: Path) -> bool:  # noqa: ARG001 - the same signature everywhere
        """Nothing is ever held here."""
        return False
