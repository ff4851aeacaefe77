"""Decides which recordings may go, and removes them.

Nothing but whole recordings is ever removed: no folder whose events do not begin as those of a run,
no link, and no run that still goes on (its writer holds a lock, see ``agent/recording/alive.py``).
"""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.recording.alive import is_held
from agent.recording.events import read_start
from agent.recording.format import Summary
from agent.recording.reader import read_summary, recording_folders
from tools.errors import RecordingError

_GOING = ".pruned-"


@dataclass(frozen=True)
class Bounds:
    """What may stay. A recording that breaks any of the bounds goes; ``None`` is no bound.

    Attributes:
        keep: So many, the newest.
        older_than_s: Those that began no longer ago than this, in seconds.
        max_bytes: As many of the newest as have room in this, all their files counted.
    """

    keep: int | None = None
    older_than_s: float | None = None
    max_bytes: int | None = None


@dataclass(frozen=True)
class Stored:
    """A recording on disk.

    Attributes:
        size_bytes: All files in its folder.
        running: Whether its run still goes on.
    """

    folder: Path
    summary: Summary
    size_bytes: int
    running: bool


@dataclass(frozen=True)
class Plan:
    """What is to happen to the recordings of a folder.

    Attributes:
        go: Those to remove, oldest first.
        stay: The others, oldest first.
        problems: Folders that are left alone because they cannot be read, one line each.
    """

    go: tuple[Stored, ...]
    stay: tuple[Stored, ...]
    problems: tuple[str, ...]


def plan_prune(parent: Path, bounds: Bounds, now: datetime) -> Plan:
    """Find out which recordings in ``parent`` break the bounds; nothing is touched.

    Args:
        parent: Folder of recordings; need not be there.
        bounds: What may stay.
        now: Wall clock with a time zone, for the ages.
    """
    found, problems = _stored(parent)
    go: list[Stored] = []
    stay: list[Stored] = []
    size = 0
    for index, each in enumerate(sorted(found, key=lambda each: each.summary.started)[::-1]):
        size += each.size_bytes
        age_s = (now - each.summary.started).total_seconds()
        too_many = bounds.keep is not None and index >= bounds.keep
        too_old = bounds.older_than_s is not None and age_s > bounds.older_than_s
        too_big = bounds.max_bytes is not None and size > bounds.max_bytes
        goes = (too_many or too_old or too_big) and not each.running
        (go if goes else stay).append(each)
    return Plan(tuple(go[::-1]), tuple(stay[::-1]), tuple(problems))


def remove(stored: Stored) -> None:
    """Remove a recording; when it cannot be moved out of the way first, it stays whole.

    Raises:
        RecordingError: It goes on again, is gone already, or the disk refuses.
    """
    folder = stored.folder
    if is_held(folder):
        raise RecordingError(f"{str(folder)!r} stays: its run still goes on.")
    going = folder.with_name(f"{_GOING}{folder.name}")
    try:
        folder.replace(going)
        shutil.rmtree(going)
    except OSError as error:
        why = error.strerror or error
        raise RecordingError(f"{str(folder)!r} cannot be removed: {why}.") from None


def sweep(parent: Path) -> None:
    """Remove what a prune that was killed had moved out of the way."""
    for left in parent.glob(f"{_GOING}*"):
        shutil.rmtree(left, ignore_errors=True)


def _stored(parent: Path) -> tuple[list[Stored], list[str]]:
    found: list[Stored] = []
    problems: list[str] = []
    for folder in recording_folders(parent):
        if folder.is_symlink():
            problems.append(f"{str(folder)!r} is a link.")
            continue
        try:
            read_start(folder)  # run.json alone may lie beside anything
            summary = read_summary(folder)
        except RecordingError as error:
            problems.append(error.message)
            continue
        files = (path for path in folder.rglob("*") if not path.is_symlink() and path.is_file())
        size = sum(path.stat().st_size for path in files)
        found.append(Stored(folder, summary, size, is_held(folder)))
    return found, problems
