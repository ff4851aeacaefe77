"""Checks that a recording is what was recorded: every file, every event, the summary.

This tells damage and changes by hand. It is no proof against somebody who changes the hashes too.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue, ValidationError

from agent.recording.events import gaps, read_events
from agent.recording.format import EVENTS_FILE, SUMMARY_FILE, ModelRequest, Summary, part_key
from agent.recording.reader import Recording
from tools.errors import RecordingError


@dataclass(frozen=True)
class Verification:
    """What was checked and found.

    Attributes:
        files: How many files the events name.
        size_bytes: How many bytes they were recorded with.
        problems: What is not as recorded, one line each.
        notes: What cannot be checked, and traces of a crash, one line each.
    """

    files: int
    size_bytes: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether everything is as recorded."""
        return not self.problems


def verify(recording: Recording) -> Verification:
    """Read all of ``recording`` again and compare; takes about as long as reading its files.

    Raises:
        RecordingError: The events cannot be read any more.
    """
    file = read_events(recording.folder)
    problems = gaps(file.events)
    told = {*problems, *recording.missing}
    notes = [warning for warning in recording.warnings if warning not in told]
    end = recording.end
    if end is not None and not end.events_sha256:
        notes.append("The events have no seal: whether one was changed cannot be seen.")
    elif end is not None and hashlib.sha256(file.sealed).hexdigest() != end.events_sha256:
        problems.append(f"{EVENTS_FILE} is not what was recorded: an event was changed afterwards.")
    problems.extend(_files(recording))
    problems.extend(_parts(recording))
    if end is not None:
        problems.extend(_summary(recording))
    size = sum(ref.size_bytes for ref in recording.refs)
    return Verification(len(recording.refs), size, tuple(problems), tuple(notes))


def _files(recording: Recording) -> Iterator[str]:
    for ref in recording.refs:
        try:
            recording.read(ref)
        except RecordingError as error:
            yield error.message


def _parts(recording: Recording) -> Iterator[str]:
    for key, value in recording.parts.items():
        if part_key(dict(value)) != key:
            yield f"The part {key} of requests is not what was recorded."
    for step in recording.steps:
        for request in step.requests:
            unknown = {*request.messages, request.settings} - recording.parts.keys()
            where = f"The request of step {step.index + 1}"
            if unknown:
                yield f"{where} names parts that are not there: {', '.join(sorted(unknown))}."
            shown = {image.sha256 for image in request.images}
            if _pictures(request, recording.parts) - shown:
                yield f"{where} names pictures that are not in it."


def _pictures(
    request: ModelRequest, parts: Mapping[str, Mapping[str, JsonValue]]
) -> set[JsonValue]:
    found: set[JsonValue] = set()
    for key in request.messages:
        pieces = parts[key].get("parts", []) if key in parts else []
        for piece in pieces if isinstance(pieces, list) else []:
            if isinstance(piece, dict):
                video = piece.get("video", [])
                found.update(video if isinstance(video, list) else [])
                found.update([piece["image"]] if "image" in piece else [])
    return found


def _summary(recording: Recording) -> Iterator[str]:
    try:
        stored = Summary.model_validate_json((recording.folder / SUMMARY_FILE).read_bytes())
    except FileNotFoundError:
        return  # it can be rebuilt at any time
    except (OSError, ValidationError):
        yield f"{SUMMARY_FILE} cannot be read; deleted, it is rebuilt."
        return
    if stored != recording.summary():
        yield f"{SUMMARY_FILE} does not say what the events say; deleted, it is rebuilt."
