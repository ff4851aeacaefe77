"""Leases: no two processes of one user share a phone.

A lease is a lock on a file. The system takes it back when the holder ends, however it ends, so that
a crash blocks nobody. Where there are no such locks (Windows, some network drives) nothing is held.
"""

import hashlib
import json
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import platformdirs
from pydantic import ValidationError

from tools.errors import DeviceError, UsageError
from tools.geometry import Frozen

_LONGEST = 4096


class Holder(Frozen):
    """Who holds a lease.

    Attributes:
        pid: The process.
        since: When it took the lease, UTC, ISO 8601 with whole seconds.
    """

    pid: int
    since: str


class DeviceLeasedError(DeviceError):
    """Another process uses the device."""


@contextmanager
def leased(device: str, folder: Path) -> Iterator[None]:
    """Hold the lease of ``device`` for as long as the block lasts.

    Args:
        device: Its name, which must tell it from all others of this user.
        folder: Where leases lie; made if it is missing.

    Raises:
        DeviceLeasedError: Another process, or another place in this one, holds it.
        UsageError: Leases cannot be written there.
    """
    path = folder / lease_name(device)
    try:
        _make(folder)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise UsageError(
            f"The lease of {device!r} cannot be written to {str(path)!r}: {error.strerror}.",
            hint="Leases lie in the runtime folder of this user (XDG_RUNTIME_DIR).",
        ) from None
    try:
        if not _lock(descriptor):
            raise DeviceLeasedError(_in_use(device, path))
        holder = Holder(pid=os.getpid(), since=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{holder.model_dump_json()}\n".encode())
        try:
            yield
        finally:
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _make(folder: Path) -> None:
    """Make a folder that is this user's alone, and so each missing one above it."""
    for each in (*reversed(folder.parents), folder):
        if not each.exists():
            each.mkdir(exist_ok=True, mode=0o700)


def lease_folder() -> Path:
    """Where the leases of this user lie, whether or not it exists."""
    with warnings.catch_warnings():
        # It warns where XDG_RUNTIME_DIR is not set, as in most containers; its fallback will do.
        warnings.simplefilter("ignore")
        return Path(platformdirs.user_runtime_dir("tapwright", appauthor=False)) / "leases"


def lease_name(device: str) -> str:
    """Name of the file: readable, and different for devices that are."""
    digest = hashlib.sha256(device.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', device)[:60]}-{digest}.lease"


def _in_use(device: str, path: Path) -> str:
    holder = _holder(path)
    if holder is None:
        return f"The device {device!r} is in use by another process."
    who = f"process {holder.pid} since {holder.since}"
    if holder.pid == os.getpid():
        who = "this very process"
    return f"The device {device!r} is in use by {who}."


def _holder(path: Path) -> Holder | None:
    """``None`` if it has not yet written who it is."""
    try:
        return Holder.model_validate(json.loads(path.read_bytes()[:_LONGEST]))
    except (OSError, ValueError, ValidationError):
        return None


if sys.platform != "win32":
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a drive without locks
            return True
        return True

else:

    def _lock(descriptor: int) -> bool:  # noqa: ARG001 - the same signature everywhere
        return True
