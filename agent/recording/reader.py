"""Reads recordings strictly, but never dies of a crash's traces: those are told as warnings."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from pydantic import JsonValue, ValidationError

from agent.recording.format import (
    EVENTS,
    EVENTS_FILE,
    FORMAT_VERSION,
    SUMMARY_FILE,
    ActionIntent,
    AnyEvent,
    CheckDone,
    DecisionMade,
    FileRef,
    MistakeMade,
    ModelPart,
    ModelRequest,
    ModelResponse,
    ObservationSeen,
    RunEnd,
    RungTaken,
    RunStart,
    StepResult,
    Summary,
)
from tools.errors import RecordingError


@dataclass(frozen=True)
class RecordedStep:
    """The events of one step; what is missing was not reached.

    Attributes:
        requests: What was sent to the model; several where it was asked again.
        responses: What came back.
        mistakes: Unreadable replies that were asked for again, and the step's own mistake.
        rung: In a replay, how the recorded step was found again.
    """

    index: int
    observation: ObservationSeen | None = None
    decision: DecisionMade | None = None
    requests: tuple[ModelRequest, ...] = ()
    responses: tuple[ModelResponse, ...] = ()
    mistakes: tuple[MistakeMade, ...] = ()
    rung: RungTaken | None = None
    intent: ActionIntent | None = None
    result: StepResult | None = None


@dataclass(frozen=True)
class Recording:
    """A recording as read.

    Attributes:
        steps: In order; the last may be only a look.
        parts: Messages and settings of requests, by the keys that requests name.
        end: ``None`` if the run crashed, or still goes on.
        warnings: What is wrong with the files, one line each.
    """

    folder: Path
    start: RunStart
    steps: tuple[RecordedStep, ...]
    parts: Mapping[str, Mapping[str, JsonValue]]
    checks: tuple[CheckDone, ...]
    end: RunEnd | None
    warnings: tuple[str, ...]

    @property
    def crashed(self) -> bool:
        """Whether the end is missing."""
        return self.end is None

    def file(self, ref: FileRef) -> Path:
        """Where a file of this recording lies.

        Raises:
            RecordingError: The path leads out of the recording.
        """
        path = self.folder / ref.path
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise RecordingError(f"{ref.path!r} leads out of the recording {str(self.folder)!r}.")
        return path

    def summary(self) -> Summary:
        """What ``run.json`` should say."""
        end = self.end
        if end is None:
            steps = sum(step.decision is not None for step in self.steps)
            return _begun(self.start).model_copy(update={"steps": steps})
        ending = {name: getattr(end, name) for name in Summary.model_fields if hasattr(end, name)}
        return _begun(self.start).model_copy(update=ending)


def _begun(start: RunStart) -> Summary:
    return Summary(
        format=start.format,
        run=start.run,
        goal=start.goal,
        policy=start.policy,
        device=start.device.name,
        started=start.started,
    )


def read_recording(folder: Path | str) -> Recording:
    """Read a recording.

    Raises:
        RecordingError: There is none, it is of a newer format, or a line in it is damaged.
    """
    folder = Path(folder)
    path = folder / EVENTS_FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordingError(
            f"{str(folder)!r} is no recording: {EVENTS_FILE} {_reason(error)}.",
            hint="See those there are with: agent recordings",
        ) from None
    warnings: list[str] = []
    lines = data.split(b"\n")
    torn = lines.pop()
    if torn:
        warnings.append(f"The last line was torn by a crash and is left out ({len(torn)} bytes).")
    events = [_read_line(path, number, line) for number, line in enumerate(lines, start=1)]
    if not events or not isinstance(events[0], RunStart):
        raise RecordingError(f"{path} does not begin with run.start: this is no recording.")
    warnings.extend(_gaps(events))
    end = events[-1] if isinstance(events[-1], RunEnd) else None
    if end is None:
        warnings.append("There is no run.end: the run crashed or still goes on.")
    recording = Recording(
        folder=folder,
        start=events[0],
        steps=_group(events),
        parts={event.key: event.value for event in events if isinstance(event, ModelPart)},
        checks=tuple(event for event in events if isinstance(event, CheckDone)),
        end=end,
        warnings=tuple(warnings),
    )
    missing = _missing_files(recording)
    return Recording(**{**vars(recording), "warnings": (*recording.warnings, *missing)})


def list_recordings(parent: Path) -> tuple[list[Summary], list[str]]:
    """Find the recordings in ``parent``, oldest first.

    Returns:
        Their summaries, and one line for each folder that holds none that can be read.
    """
    summaries: list[Summary] = []
    problems: list[str] = []
    if not parent.is_dir():
        return summaries, problems
    for folder in sorted(each for each in parent.iterdir() if (each / EVENTS_FILE).exists()):
        try:
            summaries.append(_read_summary(folder))
        except RecordingError as error:
            problems.append(error.message)
    return sorted(summaries, key=lambda summary: summary.started), problems


def find_recording(name: str, parent: Path) -> Path:
    """Find a recording by path, by folder name, by the start or end of its name, or ``last``.

    Raises:
        RecordingError: There is none, or there are several.
    """
    try:
        if name and (Path(name) / EVENTS_FILE).exists():
            return Path(name)
        folders = sorted(each.parent for each in parent.glob(f"*/{EVENTS_FILE}"))
    except (OSError, ValueError):  # a name that no file can have
        folders = []
    if name == "last" and (dated := _dated(folders)):
        return max(dated)[1]
    found = [
        each
        for each in folders
        if name and (each.name.startswith(name) or each.name.endswith(name))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(each.name for each in found[:5])
        raise RecordingError(f"{len(found)} recordings match {name!r}: {names}.")
    raise RecordingError(
        f"There is no recording {name!r}, neither as a folder nor in {str(parent)!r}.",
        hint="See those there are with: agent recordings",
    )


def _dated(folders: list[Path]) -> list[tuple[datetime, Path]]:
    """When each began; those that cannot be read are left out. A folder may have been renamed."""
    dated = []
    for folder in folders:
        with suppress(RecordingError):
            dated.append((_read_summary(folder).started, folder))
    return dated


def _reason(error: OSError) -> str:
    return (
        "is not there"
        if isinstance(error, FileNotFoundError | NotADirectoryError)
        else (f"cannot be read ({error.strerror})")
    )


def _read_line(path: Path, number: int, line: bytes) -> AnyEvent:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise RecordingError(f"{path}:{number}: the line is damaged.") from None
    if number == 1 and isinstance(value, dict):
        version = value.get("format")
        if isinstance(version, int) and version > FORMAT_VERSION:
            raise RecordingError(
                f"{path} has format {version}; this version reads up to {FORMAT_VERSION}.",
                hint="Update with: python -m pip install --upgrade tapwright",
            )
    try:
        return EVENTS.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the event"
        raise RecordingError(f"{path}:{number}: {where}: {first['msg']}.") from None


def _gaps(events: list[AnyEvent]) -> list[str]:
    gaps = []
    for before, after in pairwise(events):
        if after.seq <= before.seq:
            gaps.append(f"Event {after.seq} comes after event {before.seq}.")
        elif after.seq != before.seq + 1:
            gaps.append(f"Events {before.seq + 1} to {after.seq - 1} are missing.")
    return gaps


def _group(events: list[AnyEvent]) -> tuple[RecordedStep, ...]:
    found: dict[int, dict[str, object]] = {}
    for event in events:
        if isinstance(event, RunStart | RunEnd | CheckDone | ModelPart):
            continue
        parts = found.setdefault(event.step, {})
        match event:
            case ObservationSeen():
                parts["observation"] = event
            case DecisionMade():
                parts["decision"] = event
            case ModelRequest():
                _add(parts, "requests", event)
            case ModelResponse():
                _add(parts, "responses", event)
            case MistakeMade():
                _add(parts, "mistakes", event)
            case RungTaken():
                parts["rung"] = event
            case ActionIntent():
                parts["intent"] = event
            case StepResult():
                parts["result"] = event
    return tuple(
        RecordedStep(index=index, **parts)  # type: ignore[arg-type]  # grouped by class just above
        for index, parts in sorted(found.items())
    )


def _add(parts: dict[str, object], name: str, event: AnyEvent) -> None:
    earlier = parts.get(name, ())
    parts[name] = (*earlier, event) if isinstance(earlier, tuple) else (event,)


def _missing_files(recording: Recording) -> list[str]:
    refs: list[FileRef] = []
    for step in recording.steps:
        if step.observation is not None:
            refs.append(step.observation.frame)
            refs.extend([step.observation.ui_tree] if step.observation.ui_tree else [])
        refs.extend(image for request in step.requests for image in request.images)
        if step.intent is not None and step.intent.anchor is not None:
            refs.append(step.intent.anchor.patch)
    paths = sorted({ref.path for ref in refs if not recording.file(ref).is_file()})
    return [f"The file {path} is missing." for path in paths]


def _read_summary(folder: Path) -> Summary:
    try:
        return Summary.model_validate_json((folder / SUMMARY_FILE).read_bytes())
    except (OSError, ValidationError):
        return read_recording(folder).summary()
