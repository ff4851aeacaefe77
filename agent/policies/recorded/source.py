"""A recording made ready to be played again: what is to be done, and what was seen before it."""

import hashlib
import io
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from agent.policy import Glimpse
from agent.recording.format import FileRef, ObservationSeen
from agent.recording.reader import RecordedStep, Recording
from agent.step import Decision, Step, Verdict
from agent.stuck import status_bar_px
from tools.action import Action, Wait, points_of
from tools.errors import CaptureError, RecordingError, UsageError
from tools.geometry import Box, Point
from tools.screen import Screenshot
from tools.ui_tree import UiTree, parse_ui_tree

_KEPT_FRAMES = 3
"""Of 8 MB each: the screen that is due and its neighbours."""
_KEPT_TREES = 16


@dataclass(frozen=True)
class Due:
    """A recorded step that is to be performed again.

    Attributes:
        index: Which step of the recording it is.
        action: What was done.
        seen: The look it was decided on.
        thought: Why, as it was recorded.
        changed: Whether the screen was another one afterwards; ``None`` if unknown.
        patch: The part of the frame around the place that was acted on; ``None`` without one.
        waits: Recorded waits just before it, which are left out: the screen is waited for instead.
    """

    index: int
    action: Action
    seen: ObservationSeen
    thought: str
    changed: bool | None
    patch: Box | None
    waits: int

    @property
    def point(self) -> Point | None:
        """Where it was done, device px; ``None`` for actions without a place."""
        points = points_of(self.action)
        return points[0] if points else None


@dataclass(frozen=True)
class Ending:
    """How the recorded run claimed to be over."""

    index: int
    seen: ObservationSeen
    success: bool
    answer: str


class Source:
    """What a replay needs of a recording; files are read when they are needed, and few are kept.

    Args:
        recording: As read. Its files are checked against their hashes here, before anything is
            done with them.
        until: Index of the first recorded step that is not to be performed; ``None`` for all.

    Raises:
        RecordingError: A file that a replay needs is missing or is not what was recorded.
        UsageError: There is no such step, or nothing in it that could be performed.
    """

    def __init__(self, recording: Recording, *, until: int | None = None) -> None:
        self.recording = recording
        self.bar_px = status_bar_px(recording.start.device)
        begun = [step for step in recording.steps if step.observation is not None]
        if not begun:
            raise UsageError(
                f"The recording {recording.folder.name!r} has no steps.",
                hint="Make another one with: agent run GOAL",
            )
        last = max((step.index for step in begun if step.decision), default=begun[0].index)
        if until is not None and not 0 <= until <= last + 1:
            raise UsageError(
                f"The recording {recording.folder.name!r} has no step {until + 1}.",
                hint=f"Its steps are 1 to {last + 1}; see them with: agent show",
            )
        self.until = until
        kept = [step for step in begun if until is None or step.index < until]
        self.steps = tuple(_due_steps(kept, recording.steps))
        failed = recording.end is not None and recording.end.verdict is Verdict.FAILED
        self.ending = _ending(kept, failed=failed) if until is None else None
        self._frames: OrderedDict[str, Screenshot] = OrderedDict()
        self._trees: OrderedDict[str, UiTree] = OrderedDict()
        for step in begun:
            _check_files(recording, step)

    @property
    def name(self) -> str:
        """The recording as people know it."""
        return self.recording.folder.name

    def frame(self, seen: ObservationSeen) -> Screenshot:
        """The recorded frame.

        Raises:
            RecordingError: It cannot be read.
        """
        key = seen.frame.sha256
        if key not in self._frames:
            self._frames[key] = self._read_frame(seen.frame)
            if len(self._frames) > _KEPT_FRAMES:
                self._frames.popitem(last=False)
        self._frames.move_to_end(key)
        return self._frames[key]

    def tree(self, seen: ObservationSeen) -> UiTree | None:
        """The recorded UI tree; ``None`` if none was read.

        Raises:
            RecordingError: It cannot be read.
        """
        if seen.ui_tree is None:
            return None
        key = seen.ui_tree.sha256
        if key not in self._trees:
            try:
                self._trees[key] = parse_ui_tree(self._read(seen.ui_tree))
            except CaptureError as error:
                raise RecordingError(f"{seen.ui_tree.path}: {error}") from None
            if len(self._trees) > _KEPT_TREES:
                self._trees.popitem(last=False)
        self._trees.move_to_end(key)
        return self._trees[key] if self._trees[key].nodes else None

    def glimpse(self, step: RecordedStep) -> Glimpse | None:
        """A recorded look without its picture; ``None`` if the step has none."""
        seen = step.observation
        if seen is None:
            return None
        return Glimpse(seen.app, seen.activity, seen.size, self.tree(seen))

    def step_at(self, index: int) -> RecordedStep | None:
        """The recorded step of that index."""
        return next((step for step in self.recording.steps if step.index == index), None)

    @property
    def last_look(self) -> ObservationSeen:
        """What the steps lead to: the screen of the fork, else the last one that was seen."""
        looks = [step.observation for step in self.recording.steps if step.observation is not None]
        if self.until is not None:
            return next((each for each in looks if each.step >= self.until), looks[-1])
        return looks[-1]

    @property
    def decided_steps(self) -> list[RecordedStep]:
        """The recorded steps that got as far as a decision."""
        return [step for step in self.recording.steps if step.decision and step.observation]

    def done_steps(self, end: int) -> tuple[Step, ...]:
        """Those before index ``end``, as an episode would hold them."""
        done = (step for step in self.decided_steps if step.index < end)
        return tuple(_as_step(index, step) for index, step in enumerate(done))

    def _read(self, ref: FileRef) -> bytes:
        try:
            return self.recording.file(ref).read_bytes()
        except OSError as error:
            raise RecordingError(f"{ref.path} cannot be read: {error.strerror}.") from None

    def _read_frame(self, ref: FileRef) -> Screenshot:
        try:
            with Image.open(io.BytesIO(self._read(ref))) as picture:
                return Screenshot(picture.convert("RGB"), source="recording")
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
            raise RecordingError(f"{ref.path} is no picture that can be read: {error}") from None


def in_flight(recording: Recording) -> RecordedStep | None:
    """The step that may or may not have been delivered when the run was cut off."""
    acted = [step for step in recording.steps if step.intent is not None]
    if not acted or acted[-1].index != max(step.index for step in recording.steps):
        return None
    last = acted[-1]
    told = any(mistake.counts for mistake in last.mistakes)
    unknown = last.result is None or (not last.result.ok and not told)
    return last if unknown else None


def _as_step(index: int, step: RecordedStep) -> Step:
    seen, made, result = step.observation, step.decision, step.result
    return Step(
        index=index,
        app=seen.app if seen is not None else "",
        activity=seen.activity if seen is not None else "",
        decision=Decision(thought=step.thought, call=made.call) if made is not None else None,
        action=step.intent.action if step.intent is not None else None,
        result=result.result if result is not None else "",
        mistake=next((each.message for each in step.mistakes if each.counts), ""),
        frame_key=seen.frame_key if seen is not None else "",
    )


def _due_steps(kept: list[RecordedStep], all_steps: tuple[RecordedStep, ...]) -> Iterator[Due]:
    """Those that did something; what failed, waited or touched no screen is left out."""
    waits = 0
    performed = [step for step in kept if _was_performed(step)]
    for place, step in enumerate(performed):
        intent, seen = step.intent, step.observation
        if intent is None or seen is None:
            continue
        if isinstance(intent.action, Wait):
            waits += 1
            continue
        yield Due(
            index=step.index,
            action=intent.action,
            seen=seen,
            thought=step.thought,
            changed=_changed_after(step, performed[place + 1 :], all_steps),
            patch=intent.anchor.box if intent.anchor is not None else None,
            waits=waits,
        )
        waits = 0


def _was_performed(step: RecordedStep) -> bool:
    if step.intent is None or step.result is None or not step.result.ok:
        return False
    return not was_refused(step)


def was_refused(step: RecordedStep) -> bool:
    """Whether the step was a mistake, of which the policy was told."""
    return any(mistake.counts for mistake in step.mistakes)


def _changed_after(
    step: RecordedStep, later: list[RecordedStep], all_steps: tuple[RecordedStep, ...]
) -> bool | None:
    """Whether the screen changed until the next step that did more than wait."""
    end = next(
        (each.index for each in later if each.intent and not isinstance(each.intent.action, Wait)),
        None,
    )
    looks = [
        each.observation.changed
        for each in all_steps
        if each.index > step.index and each.observation is not None
        and (each.index <= end if end is not None else True)
    ]  # fmt: skip
    if not looks or None in looks:
        return None
    return any(looks)


def _ending(kept: list[RecordedStep], *, failed: bool) -> Ending | None:
    """The finish, if the run came to one; after it there may be a look that checks were put to.

    Args:
        kept: The steps.
        failed: Whether the checks said that it was not done, whatever the run claimed.
    """
    last = next((step for step in reversed(kept) if step.decision is not None), kept[-1])
    if last.decision is None or last.observation is None or last.decision.call.name != "finish":
        return None
    if any(mistake.counts for mistake in last.mistakes):
        return None
    arguments = last.decision.call.arguments
    answer = arguments.get("answer", "")
    return Ending(
        index=last.index,
        seen=last.observation,
        success=arguments.get("success") is True and not failed,
        answer=answer if isinstance(answer, str) else "",
    )


def _check_files(recording: Recording, step: RecordedStep) -> None:
    seen = step.observation
    if seen is None:
        return
    for ref in (seen.frame, seen.ui_tree):
        if ref is None:
            continue
        try:
            data = recording.file(ref).read_bytes()
        except OSError as error:
            raise RecordingError(
                f"Step {step.index + 1} cannot be replayed: {ref.path} of {recording.folder.name} "
                f"is missing or cannot be read ({error.strerror}).",
                hint="Copy the recording again, whole.",
            ) from None
        if hashlib.sha256(data).hexdigest() != ref.sha256:
            raise RecordingError(
                f"Step {step.index + 1} cannot be trusted: {ref.path} of {recording.folder.name} "
                "is not the file that was recorded.",
                hint="Copy the recording again, or record the run anew.",
            )
