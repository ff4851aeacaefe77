"""Reads recordings strictly, but never dies of a crash's traces: those are told as warnings."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pydantic import JsonValue, ValidationError

from agent.recording.alive import is_held
from agent.recording.events import read_events
from agent.recording.format import (
    EVENTS_FILE,
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
from agent.recording.under_way import name_step_under_way
from tools.errors import RecordingError

_NAMED = 5
"""So many recordings are named where several fit what was given."""


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

    @property
    def thought(self) -> str:
        """Why it was decided, without the rung that a replay names behind it; may be empty."""
        said = self.decision.thought if self.decision is not None else ""
        return said.removesuffix(f"({self.rung.rung})").rstrip() if self.rung else said

    @property
    def deciding(self) -> "RecordedStep":
        """The step with those exchanges only that led to its decision.

        What was asked after it was asked by a tool, such as one that looks more closely.
        """
        if self.decision is None:
            return self
        until = self.decision.seq
        return replace(
            self,
            requests=tuple(each for each in self.requests if each.seq < until),
            responses=tuple(each for each in self.responses if each.seq < until),
        )


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
        inside = path.resolve().is_relative_to(self.folder.resolve())
        if not inside or Path(ref.path).is_absolute():  # a copy of it would not be in the copy
            raise RecordingError(f"{ref.path!r} leads out of the recording {str(self.folder)!r}.")
        return path

    def read(self, ref: FileRef) -> bytes:
        """The bytes of a file of this recording, which are the bytes that were recorded.

        Raises:
            RecordingError: It is not there, was changed afterwards, or its path leads out of here.
        """
        where = f"{ref.path!r} of the recording {str(self.folder)!r}"
        try:
            data = self.file(ref).read_bytes()
        except OSError as error:
            raise RecordingError(f"{where} cannot be read: {error.strerror or error}.") from None
        if len(data) != ref.size_bytes:
            raise RecordingError(
                f"{where} has {len(data)} bytes, and {ref.size_bytes} were recorded: "
                "it was changed afterwards."
            )
        if hashlib.sha256(data).hexdigest() != ref.sha256:
            raise RecordingError(f"{where} is not what was recorded: it was changed afterwards.")
        return data

    @cached_property
    def refs(self) -> tuple[FileRef, ...]:
        """The files that the events name, each once, in the order of the steps."""
        return tuple(dict.fromkeys(ref for step in self.steps for ref in _refs(step)))

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """What ``warnings`` say of files that the events name and that are not there."""
        paths = {ref.path for ref in self.refs if not self.file(ref).is_file()}
        return tuple(f"The file {path} is missing." for path in sorted(paths))

    def summary(self) -> Summary:
        """What ``run.json`` should say."""
        begun = Summary.begun(self.start)
        if self.end is not None:
            return begun.ended(self.end)
        steps = sum(step.decision is not None for step in self.steps)
        told = (
            event.at_s
            for step in self.steps
            for event in (step.observation, step.decision, step.intent, step.result)
            if event is not None
        )
        return begun.model_copy(update={"steps": steps, "duration_s": max(told, default=0.0)})


def read_recording(folder: Path | str) -> Recording:
    """Read a recording.

    Raises:
        RecordingError: There is none, it is of a newer format, or a line in it is damaged.
    """
    folder = Path(folder)
    running = is_held(folder)  # before the file is read: a run that ends in between is over
    file = read_events(folder)
    events = file.events
    end = events[-1] if isinstance(events[-1], RunEnd) else None
    steps = _group(events)
    warnings = list(file.warnings)
    if end is None and running:
        warnings.append("There is no run.end yet: the run still goes on.")
    elif end is None:
        warnings.append("There is no run.end: the run crashed.")
        under_way = name_step_under_way(steps[-1]) if steps else ""
        warnings.extend([under_way] if under_way else [])
    recording = Recording(
        folder=folder,
        start=file.start,
        steps=steps,
        parts={event.key: event.value for event in events if isinstance(event, ModelPart)},
        checks=tuple(event for event in events if isinstance(event, CheckDone)),
        end=end,
        warnings=tuple(warnings),
    )
    return replace(recording, warnings=(*recording.warnings, *recording.missing))


def list_recordings(parent: Path) -> tuple[list[Summary], list[str]]:
    """Find the recordings in ``parent``, oldest first.

    Returns:
        Their summaries, and one line for each folder that holds none that can be read.
    """
    summaries: list[Summary] = []
    problems: list[str] = []
    if not parent.is_dir():
        return summaries, problems
    for folder in recording_folders(parent):
        try:
            summaries.append(read_summary(folder))
        except RecordingError as error:
            problems.append(error.message)
    return sorted(summaries, key=lambda summary: summary.started), problems


def find_recording(name: str, parent: Path) -> Path:
    """Find a recording by path, by folder name, by the start or end of its name, or ``last``.

    A path to anything else is given back as it is, for the reader to say what is wrong with it.

    Raises:
        RecordingError: There is none, or there are several.
    """
    try:
        if name and (Path(name) / EVENTS_FILE).exists():
            return Path(name)
        folders = recording_folders(parent)
        there = bool(name) and Path(name).exists()
    except (OSError, ValueError):  # a name that no file can have
        folders, there = [], False
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
        names = ", ".join(each.name for each in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise RecordingError(
            f"{len(found)} recordings match {name!r}: {names}{more}.",
            hint="Write more of the name.",
        )
    if there:
        return Path(name)  # whoever reads it is told what it is instead
    if not folders:
        raise RecordingError(
            f"There is no recording {name!r}: there are none in {str(parent)!r} yet.",
            hint="Make one with: agent run GOAL",
        )
    raise RecordingError(
        f"There is no recording {name!r}, neither as a folder nor in {str(parent)!r}.",
        hint="See those there are with: agent recordings",
    )


def recording_folders(parent: Path) -> list[Path]:
    """Folders of recordings; hidden ones are being made or removed."""
    found = (each.parent for each in parent.glob(f"*/{EVENTS_FILE}"))
    return sorted(each for each in found if not each.name.startswith("."))


def _dated(folders: list[Path]) -> list[tuple[datetime, Path]]:
    """When each began; those that cannot be read are left out. A folder may have been renamed."""
    dated = []
    for folder in folders:
        with suppress(RecordingError):
            dated.append((read_summary(folder).started, folder))
    return dated


def _group(events: Sequence[AnyEvent]) -> tuple[RecordedStep, ...]:
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


def _refs(step: RecordedStep) -> Iterator[FileRef]:
    seen, intent = step.observation, step.intent
    if seen is not None:
        yield seen.frame
        if seen.ui_tree is not None:
            yield seen.ui_tree
    for request in step.requests:
        yield from request.images
    if intent is not None and intent.anchor is not None:
        yield intent.anchor.patch


def read_summary(folder: Path) -> Summary:
    """What ``run.json`` says, or would say if it were there and had been written at the end.

    Raises:
        RecordingError: The events are asked, and cannot be read.
    """
    try:
        kept = Summary.model_validate_json((folder / SUMMARY_FILE).read_bytes())
    except (OSError, ValidationError):
        return read_recording(folder).summary()
    if kept.stop is None:  # it was written when the run began: the events know how far it came
        with suppress(RecordingError):
            return read_recording(folder).summary()
    return kept
