"""What a recording holds: one frozen event class a line of ``events.jsonl``.

The folder ``<utc-time>-<slug>-<id>/`` has ``events.jsonl`` (append-only, the truth), ``frames/``
(images and UI trees, the same bytes stored once and referenced again) and ``run.json`` (a summary
that can be rebuilt). A recording without ``run.end`` is that of a run that crashed.
"""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, TypeAdapter

from agent.model import Reply
from agent.sight import Transform
from agent.step import StepTiming, StopReason, ToolCall, Verdict
from tools.action import Action
from tools.device import DeviceInfo
from tools.geometry import Box, Frozen, Size

FORMAT_VERSION = 2
"""Raised when a reader of the version before could misread a recording. 2: where a run comes
from, the rungs of replays, masked regions, the seal of the events."""
EVENTS_FILE = "events.jsonl"
SUMMARY_FILE = "run.json"
FRAMES_FOLDER = "frames"

_FromJson = Annotated[datetime, Field(strict=False)]


class FileRef(Frozen):
    """A file of the recording, by name and by what is in it.

    Attributes:
        path: Relative to the recording's folder, with forward slashes.
        sha256: Hex digest of the bytes.
        size_bytes: Length of the file.
    """

    path: str
    sha256: str
    size_bytes: int


class Target(Frozen):
    """The element of the UI tree that an action points at.

    Attributes:
        box: Where it is, device px.
    """

    kind: str
    text: str
    description: str
    hint: str
    resource_id: str
    box: Box


class Anchor(Frozen):
    """What the place that is acted on looks like, so that it can be found again.

    Attributes:
        box: The part of the frame that was cut out, device px.
        patch: JPEG of it.
        target: The element there; ``None`` if the UI tree was not read or has none there.
    """

    box: Box
    patch: FileRef
    target: Target | None


class Origin(Frozen):
    """The recording that a run goes back to.

    Attributes:
        kind: How: performed again, gone on from a step, gone on where it was interrupted, taken
            from the step cache, decided again from what was recorded (nothing was performed).
        run: Name of that recording's folder.
        step: The first step that was not performed again; ``None`` if all of them were to be.
    """

    kind: Literal["replay", "fork", "resume", "cache", "update"]
    run: str
    step: int | None = None


class Event(Frozen):
    """What every event has.

    Attributes:
        seq: 0, 1, 2 … without gaps.
        at_s: Seconds since the run began, on the monotonic clock.
    """

    seq: Annotated[int, Field(ge=0)]
    at_s: float


class RunStart(Event):
    """The first event: what was asked for, of whom, on what.

    Attributes:
        format: Version of this format.
        run: Name of the recording's folder.
        started: Wall clock, UTC.
        model: Who is asked; empty if nobody is.
        dialect: How the model is spoken to.
        prompt_hash: Changes when the words of the prompts do.
        config: The whole configuration as JSON.
        device: What is known of the device.
        supports: Kinds of action it can perform, which decide what tools are offered; ``None`` in
            recordings from before this was written down.
        versions: Name to version of the parts that matter.
        origin: The recording that this run goes back to; ``None`` for a run of its own.
    """

    event: Literal["run.start"] = "run.start"
    format: int
    run: str
    started: _FromJson
    goal: str
    policy: str
    model: str
    dialect: str
    prompt_hash: str
    config: dict[str, JsonValue]
    device: DeviceInfo
    supports: Annotated[tuple[str, ...] | None, Field(strict=False)]
    versions: dict[str, str]
    origin: Origin | None


class ObservationSeen(Event):
    """One look.

    Attributes:
        feedback: What this look taught the policy about its last action; may be empty.
        changed: Whether the screen differs from the one before the action; ``None`` if unknown.
        masked: Device px regions that were painted over before anyone saw them, because a secret
            stood there.
        device_time: The device's own wall clock, naive local time; ``None`` if it is unknown.
            Recordings from before this was written down have no such field.
    """

    event: Literal["observation"] = "observation"
    step: int
    frame: FileRef
    size: Size
    app: str
    activity: str
    ui_tree: FileRef | None
    settle: str
    frames_taken: int
    changed: bool | None
    source: str
    frame_key: str
    feedback: str
    masked: Annotated[tuple[Box, ...], Field(strict=False)]
    device_time: Annotated[datetime | None, Field(strict=False)]


class ModelPart(Event):
    """A part of requests, written when it is first sent: consecutive requests share most of it.

    Attributes:
        key: Hash of the value; requests name it.
        value: A message (its pictures by ``sha256``), or the settings of a request.
    """

    event: Literal["model.part"] = "model.part"
    key: str
    value: dict[str, JsonValue]


def part_key(value: dict[str, JsonValue]) -> str:
    """The ``key`` of a part of requests."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class ModelRequest(Event):
    """Exactly what is about to be sent to the model.

    Attributes:
        messages: Keys of the messages, oldest first.
        settings: Key of tools, schema, wrapper, sampling and stop strings.
        images: The pictures in it, each once: the bytes that are sent.
    """

    event: Literal["model.request"] = "model.request"
    step: int
    model: str
    messages: Annotated[tuple[str, ...], Field(strict=False)]
    settings: str
    images: Annotated[tuple[FileRef, ...], Field(strict=False)]


class ModelResponse(Event):
    """What came back, verbatim, before anyone tried to understand it."""

    event: Literal["model.response"] = "model.response"
    step: int
    model: str
    reply: Reply


class DecisionMade(Event):
    """What the policy decided."""

    event: Literal["decision"] = "decision"
    step: int
    thought: str
    call: ToolCall
    duration_s: float


class MistakeMade(Event):
    """What was wrong with a reply or a decision, as the policy was told.

    Attributes:
        counts: Whether it used up a step; an unreadable reply that is asked for again does not.
    """

    event: Literal["mistake"] = "mistake"
    step: int
    kind: str
    message: str
    counts: bool


Rung = Literal["exact", "shift", "tree", "ask", "replan", "wait", "skip", "stop"]
"""How a recorded step was found again, from the surest to the last: the same screen, the target
moved on it, the target by its words in the UI tree, the policy asked for this step, the policy
asked for the rest; and what touches nothing: waiting for the screen, leaving out what is done
already, stopping."""


class RungTaken(Event):
    """How a step of a replay was decided.

    Attributes:
        source: Index of the recorded step it stands for.
        tiles: Tiles that differ between the recorded screen and this one; ``None`` if not compared.
        likeness: How well the anchor patch fits where it fits best, -1..1; ``None`` if not sought.
        reason: Why this rung and none above it, in words for people.
    """

    event: Literal["replay.rung"] = "replay.rung"
    step: int
    source: int
    rung: Rung
    tiles: int | None
    likeness: float | None
    reason: str


class ActionIntent(Event):
    """Written and synced to disk before the action is performed.

    Attributes:
        transforms: How the point got into device px; empty if the policy named device px.
        anchor: The place acted on; ``None`` for actions without one.
    """

    event: Literal["action.intent"] = "action.intent"
    step: int
    action: Action
    transforms: tuple[Transform, ...]
    anchor: Anchor | None


class StepResult(Event):
    """How the step came out: the action was delivered, or a tool without action answered.

    Attributes:
        ok: Whether the action was delivered, or the tool came to its end. Older recordings have
            it true for a tool that failed, too.
        result: What the tool answered; may be empty.
        error: Why not; empty if ``ok``.
        timing: Where the step's time went, up to here.
    """

    event: Literal["action.result"] = "action.result"
    step: int
    ok: bool
    result: str
    error: str
    timing: StepTiming


class CheckDone(Event):
    """One check and its evidence."""

    event: Literal["check"] = "check"
    name: str
    verdict: Verdict
    evidence: str


class RunEnd(Event):
    """The last event; without it the run crashed.

    Attributes:
        steps: How many steps were taken.
        error: What went wrong below the loop, one line; may be empty.
        traceback: Only if the program itself failed.
        events_sha256: Hex digest of all bytes of the file before this line, so that a line that was
            changed afterwards is noticed; empty if the run was recorded before there were seals.
    """

    event: Literal["run.end"] = "run.end"
    stop: StopReason
    answer: str
    verdict: Verdict
    steps: int
    duration_s: float
    error: str
    traceback: str
    events_sha256: str


AnyEvent = Annotated[
    RunStart
    | ObservationSeen
    | ModelPart
    | ModelRequest
    | ModelResponse
    | DecisionMade
    | MistakeMade
    | RungTaken
    | ActionIntent
    | StepResult
    | CheckDone
    | RunEnd,
    Field(discriminator="event"),
]
EVENTS: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
"""Reads one event; an unknown one, an unknown field or a wrong type is an error."""


class Summary(Frozen):
    """``run.json``: enough for a list of recordings. Rebuilt from the events when in doubt.

    Attributes:
        stop: ``None`` while the run goes on, and for ever if it crashed.
    """

    format: int
    run: str
    goal: str
    policy: str
    device: str
    started: _FromJson
    stop: StopReason | None = None
    verdict: Verdict = Verdict.UNVERIFIED
    answer: str = ""
    steps: int = 0
    duration_s: float = 0.0
    error: str = ""

    @classmethod
    def begun(cls, start: RunStart) -> Self:
        """That of a run that has just begun."""
        return cls(
            format=start.format,
            run=start.run,
            goal=start.goal,
            policy=start.policy,
            device=start.device.name,
            started=start.started,
        )

    def ended(self, end: RunEnd) -> Self:
        """That of the same run when it is over."""
        told = {name: getattr(end, name) for name in type(self).model_fields if hasattr(end, name)}
        return self.model_copy(update=told)
