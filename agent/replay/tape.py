"""A recording laid open for replays: its looks as observations, its exchanges, what came of them.

Every file is checked against its hash before anything is made of it: a replay of a recording that
was changed by hand would prove nothing.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from PIL import Image

from agent.recording.format import (
    DecisionMade,
    FileRef,
    MistakeMade,
    ModelRequest,
    ModelResponse,
    ObservationSeen,
    RunEnd,
)
from agent.recording.reader import RecordedStep, Recording
from agent.step import Decision, Step, StepTiming, StopReason
from tools.device import DeviceInfo, Observation, Settle
from tools.errors import CaptureError, RecordingError
from tools.screen import JPEG_QUALITY, Screenshot
from tools.ui_tree import UiTree, parse_ui_tree

_DECIDED = (StopReason.FINISHED, StopReason.GAVE_UP, StopReason.UNREADABLE)
_HINT = "Show what is in it with: agent show"


@dataclass(frozen=True)
class Exchange:
    """One question to the model.

    Attributes:
        step: Index of the step it was asked in.
        response: ``None`` if no answer came: the model failed, or the run ended.
    """

    step: int
    request: ModelRequest
    response: ModelResponse | None


@dataclass(frozen=True)
class Reading:
    """What was made of one reply.

    Attributes:
        became: The decision or mistake it was read as; ``None`` if the run ended there.
    """

    response: ModelResponse
    became: DecisionMade | MistakeMade | None


def _is_for_checks(step: RecordedStep, end: RunEnd | None) -> bool:
    """Whether its look was taken for the checks at the end of a run, after the last step of it.

    A limit is seen at a look, too; but a run that was ended by what was decided had no more.
    """
    thought = step.requests or step.decision or step.mistakes
    return end is not None and end.stop in _DECIDED and step.result is None and not thought


class Tape:
    """A recording, ready to be decided again; a look for its checks is no step of it.

    Args:
        recording: As read.

    Raises:
        RecordingError: There is no step in it.
    """

    def __init__(self, recording: Recording) -> None:
        steps = [step for step in recording.steps if step.observation is not None]
        if len(steps) > 1 and _is_for_checks(steps[-1], recording.end):
            steps.pop()
        if not steps:
            raise RecordingError(
                f"The recording {str(recording.folder)!r} is empty: it has not a single look.",
                hint="See those there are with: agent recordings",
            )
        for place, step in enumerate(steps):
            if step.index != place:
                raise RecordingError(
                    f"In {str(recording.folder)!r} the look of step {place + 1} is missing.",
                    hint=_HINT,
                )
        self.recording = recording
        self.steps: tuple[RecordedStep, ...] = tuple(step.deciding for step in steps)
        self._last: tuple[int, Observation] | None = None

    @property
    def name(self) -> str:
        """Name of the recording's folder."""
        return self.recording.folder.name

    def seen(self, index: int) -> ObservationSeen:
        """What was written of the look at step ``index``, which must exist."""
        found = self.steps[index].observation
        if found is None:
            raise RecordingError(f"Step {index + 1} of {self.name!r} has no look.", hint=_HINT)
        return found

    def lossy(self, index: int) -> bool:
        """Whether the stored frame is not what was seen bit by bit: a JPEG, or painted over."""
        seen = self.seen(index)
        return not seen.frame.path.endswith(".png") or bool(seen.masked)

    def look(self, index: int) -> Observation:
        """The observation of step ``index``; asked for again, the same object.

        Raises:
            RecordingError: A file is missing, changed or damaged, or of another size.
        """
        if self._last is None or self._last[0] != index:
            self._last = (index, self._look(index))
        return self._last[1]

    def frame(self, index: int) -> Screenshot:
        """The frame of step ``index``. Its pixels are decoded when they are first asked for.

        Raises:
            RecordingError: The file is missing, changed or damaged, or of another size.
        """
        seen, timing = self.seen(index), self._timing(index)
        data = self.recording.read(seen.frame)
        try:
            image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        except (OSError, Image.DecompressionBombError):
            raise self._unfit(seen.frame, "is no picture") from None
        if (image.width, image.height) != (seen.size.width, seen.size.height):
            measures = f"measures {image.width}x{image.height}, but the look says {seen.size}"
            raise self._unfit(seen.frame, measures)
        png = image.format == "PNG"
        return Screenshot(
            image=image,
            source=seen.source,
            capture_s=timing.capture_s,
            decode_s=timing.decode_s,
            png=data if png else b"",
            _jpeg={} if png else {JPEG_QUALITY: data},  # kept as it is when it is stored again
        )

    def tree(self, index: int) -> UiTree | None:
        """The UI tree of step ``index``; ``None`` if none was stored.

        Raises:
            RecordingError: The file is missing, changed or damaged.
        """
        ref = self.seen(index).ui_tree
        if ref is None:
            return None
        try:
            return parse_ui_tree(self.recording.read(ref))
        except CaptureError as error:
            raise self._unfit(ref, f"cannot be used: {error}") from None

    def device(self, index: int) -> DeviceInfo:
        """What was known of the device at step ``index``: it may have been turned."""
        return self.recording.start.device.model_copy(update={"size": self.seen(index).size})

    @cached_property
    def history(self) -> tuple[Step, ...]:
        """Every step as the policy was told of it afterwards."""
        return tuple(self._step(step) for step in self.steps)

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every question to the model, in order."""
        return tuple(each for step in self.steps for each in _exchanges(step))

    def readings(self, index: int) -> tuple[Reading, ...]:
        """The replies of step ``index`` and what each was read as."""
        step = self.steps[index]
        outcomes: list[DecisionMade | MistakeMade] = [*step.mistakes]
        outcomes += [step.decision] if step.decision is not None else []
        found = []
        for place, response in enumerate(step.responses):
            later = [each.seq for each in step.responses[place + 1 : place + 2]]
            after = [each for each in outcomes if each.seq > response.seq]
            became = min(after, key=lambda each: each.seq, default=None)
            if became is not None and later and became.seq > later[0]:
                became = None
            found.append(Reading(response, became))
        return tuple(found)

    def newest_picture(self, request: ModelRequest) -> tuple[str, str]:
        """Hash and size of the picture that was shown last; empty if ``request`` has none.

        It is not always the last of ``images``, which name a picture shown twice but once.
        """
        for key in reversed(request.messages):
            parts = self.recording.parts.get(key, {}).get("parts")
            for part in reversed(parts if isinstance(parts, list) else []):
                if isinstance(part, dict) and "image" in part:
                    return str(part["image"]), str(part.get("size", ""))
        return "", ""

    def is_last(self, index: int) -> bool:
        """Whether nothing was looked at after step ``index``."""
        return index + 1 >= len(self.steps)

    def glimpse(self, index: int) -> Observation:
        """The same as ``look``, but the frame is decoded only if somebody wants its pixels.

        Raises:
            RecordingError: A file is missing or changed, or of another size.
        """
        seen, timing = self.seen(index), self._timing(index)
        settled = seen.settle and seen.changed is not None
        return Observation(
            screenshot=self.frame(index),
            app=seen.app,
            activity=seen.activity,
            ui_tree=self.tree(index),
            settle=Settle(seen.settle, timing.settle_s, seen.frames_taken, bool(seen.changed))
            if settled
            else None,
            device_time=seen.device_time,
        )

    def verify(self) -> None:
        """Check every file that a replay reads.

        Raises:
            RecordingError: One is missing, changed, or no frame of the size that was recorded.
        """
        for index, step in enumerate(self.steps):
            self.glimpse(index)
            for request in step.requests:
                for image in request.images:
                    self.recording.read(image)

    def _look(self, index: int) -> Observation:
        seen = self.glimpse(index)
        image = seen.screenshot.image
        try:
            image.load()
            image = image if image.mode == "RGB" else image.convert("RGB")
        except (OSError, SyntaxError, ValueError):  # Pillow's ways to say that it is damaged
            raise self._unfit(self.seen(index).frame, "is damaged") from None
        return replace(seen, screenshot=replace(seen.screenshot, image=image))

    def _timing(self, index: int) -> StepTiming:
        result = self.steps[index].result
        return result.timing if result is not None else StepTiming()

    def _step(self, step: RecordedStep) -> Step:
        seen, made, result = self.seen(step.index), step.decision, step.result
        last = step.mistakes[-1] if step.mistakes else None
        told = last is not None and (last.counts or made is None)
        after = self.steps[step.index + 1 : step.index + 2]
        feedback = after[0].observation.feedback if after and after[0].observation else ""
        return Step(
            index=step.index,
            app=seen.app,
            activity=seen.activity,
            decision=Decision(thought=made.thought, call=made.call) if made is not None else None,
            action=step.intent.action if step.intent is not None else None,
            result=result.result if result is not None else "",
            mistake=last.message if last is not None and told else "",
            feedback=feedback,
            frame_key=seen.frame_key,
            timing=self._timing(step.index),
        )

    def _unfit(self, ref: FileRef, what: str) -> RecordingError:
        path = str(self.recording.folder / ref.path)
        return RecordingError(f"{path!r} {what}.", hint="The recording was changed or damaged.")


def _exchanges(step: RecordedStep) -> Iterable[Exchange]:
    for place, request in enumerate(step.requests):
        later = step.requests[place + 1 : place + 2]
        until = later[0].seq if later else None
        response = next(
            (
                each
                for each in step.responses
                if each.seq > request.seq and (until is None or each.seq < until)
            ),
            None,
        )
        yield Exchange(step.index, request, response)
