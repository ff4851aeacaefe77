"""Reads ``events.jsonl``: lines of any known version become events of this one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from agent.recording.format import EVENTS, EVENTS_FILE, FORMAT_VERSION, AnyEvent, RunStart
from agent.recording.upgrade import upgrade
from tools.errors import RecordingError

_END = b'"run.end"'
_LONGEST_START = 16 * 1024 * 1024
_SEE = "See those there are with: agent recordings"


@dataclass(frozen=True)
class EventFile:
    """What stands in ``events.jsonl``.

    Attributes:
        start: The first event.
        events: All of them, the first included, as events of this version.
        sealed: The bytes before the last line, which ``run.end`` seals.
        warnings: Traces of a crash, one line each.
    """

    start: RunStart
    events: tuple[AnyEvent, ...]
    sealed: bytes
    warnings: tuple[str, ...]


def read_events(folder: Path) -> EventFile:
    """Read the events of the recording in ``folder``.

    Raises:
        RecordingError: There is none, it is of a newer format, or a line in it is damaged.
    """
    path = folder / EVENTS_FILE
    data = _read(folder)
    lines = data.split(b"\n")
    torn = lines.pop()
    if not lines:
        what = "has only a torn line in it" if torn else "is empty"
        raise RecordingError(f"{path} {what}: the run ended before anything was recorded.")
    version = _version(path, lines[0])
    events = tuple(
        _read_line(path, number, line, version) for number, line in enumerate(lines, start=1)
    )
    start = _start(path, events[0])
    warnings = gaps(events)
    if torn:
        what = f"The last line was torn by a crash and is left out ({len(torn)} bytes)."
        warnings.insert(0, what)
    sealed = data[: len(data) - len(torn) - len(lines[-1]) - 1]
    return EventFile(start, events, sealed, tuple(warnings))


def damaged_lines(folder: Path) -> tuple[int, tuple[str, ...]]:
    """How many whole lines there are, and what is wrong with each that cannot be read, in order.

    Raises:
        RecordingError: There are no events, they are of a newer format, or even the first is no
            event.
    """
    path = folder / EVENTS_FILE
    lines = _read(folder).split(b"\n")[:-1]
    if not lines:
        return 0, ()
    version = _version(path, lines[0])
    found: list[str] = []
    for number, line in enumerate(lines, start=1):
        try:
            _read_line(path, number, line, version)
        except RecordingError as error:
            found.append(error.message.removeprefix(f"{folder}/"))
    return len(lines), tuple(found)


def read_start(folder: Path) -> RunStart:
    """Read the first event only: quick, and enough to know that ``folder`` is a recording.

    Raises:
        RecordingError: It is none, or one of a newer format.
    """
    path = folder / EVENTS_FILE
    first, end, _ = _read(folder, _LONGEST_START).partition(b"\n")
    if not end:
        raise RecordingError(f"{path} has no whole line: this is no recording.")
    return _start(path, _read_line(path, 1, first, _version(path, first)))


def _start(path: Path, event: AnyEvent) -> RunStart:
    if not isinstance(event, RunStart):
        raise RecordingError(f"{path} does not begin with run.start: this is no recording.")
    return event


def _read(folder: Path, size: int = -1) -> bytes:
    try:
        with (folder / EVENTS_FILE).open("rb") as file:
            return file.read(size)
    except OSError as error:
        why, hint = _foreign(folder, error)
        raise RecordingError(f"{str(folder)!r} is no recording: {why}.", hint=hint) from None


def _foreign(folder: Path, error: OSError) -> tuple[str, str]:
    """Why there is no recording in ``folder``, and what was perhaps meant."""
    if folder.is_file():
        meant = f"Name its folder: {folder.parent}" if folder.name == EVENTS_FILE else _SEE
        return "it is a file, and a recording is a folder", meant
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"{EVENTS_FILE} cannot be read ({error.strerror})", _SEE
    inside = sorted(each.parent.name for each in folder.glob(f"*/{EVENTS_FILE}"))
    if inside:
        count = "a recording" if len(inside) == 1 else f"{len(inside)} recordings"
        return f"it has {count} inside", f"Name one, such as: {folder / inside[-1]}"
    return f"{EVENTS_FILE} is not there", _SEE


def _version(path: Path, line: bytes) -> int:
    """The format that ``run.start`` tells; this one where it tells none, the event then fails."""
    value = _parse(path, 1, line)
    version = value.get("format") if isinstance(value, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        return FORMAT_VERSION
    if version > FORMAT_VERSION:
        raise RecordingError(
            f"{path} has format {version}; this version reads up to {FORMAT_VERSION}.",
            hint="Update with: python -m pip install --upgrade tapwright",
        )
    if version < 1:
        raise RecordingError(f"{path} has format {version}, which there never was.")
    return version


def _parse(path: Path, number: int, line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise RecordingError(f"{path}:{number}: the line is damaged.") from None


def _read_line(path: Path, number: int, line: bytes, version: int) -> AnyEvent:
    if version < FORMAT_VERSION or _END in line:
        value = _parse(path, number, line)
        if isinstance(value, dict):
            line = json.dumps(upgrade(value, version)).encode()
    try:
        return EVENTS.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "json_invalid":
            raise RecordingError(f"{path}:{number}: the line is damaged.") from None
        where = ".".join(str(part) for part in first["loc"]) or "the event"
        raise RecordingError(f"{path}:{number}: {where}: {first['msg']}.") from None


def gaps(events: Sequence[AnyEvent]) -> list[str]:
    """Where events are missing, doubled or out of order, one line each."""
    found = []
    for before, after in pairwise(events):
        if after.seq <= before.seq:
            found.append(f"Event {after.seq} comes after event {before.seq}.")
        elif after.seq != before.seq + 1:
            first, last = before.seq + 1, after.seq - 1
            one = f"Event {first} is missing."
            found.append(one if first == last else f"Events {first} to {last} are missing.")
    return found
