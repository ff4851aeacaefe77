"""A device that is a recording: it shows what was seen, and takes only what was done."""

from agent.replay.outcomes import describe, refusal
from agent.replay.tape import Tape
from agent.step import StopReason
from tools.action import Action
from tools.device import DeviceInfo, Observation
from tools.errors import (
    ActionFailedError,
    DeviceGoneError,
    ModelError,
    NeedsHumanError,
    ReplayDivergedError,
)
from tools.screen import Screenshot

_LOOK = "another look"


class RecordedClock:
    """A clock that stands where the recording stood; nobody ever waits for it."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now(self) -> float:
        """Seconds since the recorded run began."""
        return self._now_s

    def sleep(self, duration_s: float) -> None:
        """Pass the time at once."""
        self._now_s += max(duration_s, 0.0)

    def reach(self, at_s: float) -> None:
        """Go on to ``at_s``; a clock never goes back."""
        self._now_s = max(self._now_s, at_s)


class RecordedDevice:
    """Serves the looks of a tape, one after the other, and checks every action against it.

    Args:
        tape: The recording.
        clock: Brought to the time of each look.

    Attributes:
        step: Index of the step that was looked at last; -1 before the first look.
    """

    def __init__(self, tape: Tape, clock: RecordedClock) -> None:
        self._tape, self._clock = tape, clock
        self.step = -1

    @property
    def info(self) -> DeviceInfo:
        """As recorded, in the orientation of the last look."""
        return self._tape.device(max(self.step, 0))

    @property
    def supports(self) -> frozenset[str]:
        """What was done on it at least; what was offered is decided by the tools given."""
        recorded = self._tape.recording.start.supports
        return frozenset(recorded or ())

    def glance(self) -> Screenshot:
        """The frame of the last look."""
        return self._tape.look(max(self.step, 0)).screenshot

    def observe(self, *, seen: Screenshot | None = None) -> Observation:  # noqa: ARG002 - a frame of ours
        """The next recorded look.

        Raises:
            ReplayDivergedError: The recorded run did not look again.
            DeviceError: It wanted to, and the device was gone.
        """
        if self._tape.is_last(self.step):
            raise self._ended(_LOOK)
        self.step += 1
        self._clock.reach(self._tape.seen(self.step).at_s)
        return self._tape.look(self.step)

    def perform(self, action: Action) -> None:
        """Do nothing, if ``action`` is the recorded one.

        Raises:
            ReplayDivergedError: Something else was done, or nothing.
            AgentMistakeError: It was refused when it was recorded, in these words.
            DeviceError: The device went away.
        """
        step = self._tape.steps[self.step]
        if step.intent is None:
            raise self._ended(describe(action))
        if step.intent.action != action:
            expected, seen = describe(step.intent.action), describe(action)
            raise ReplayDivergedError(self.step, expected, seen, 0)
        after = step.result.at_s if step.result is not None else step.intent.at_s
        self._clock.reach(after)
        refused = refusal(step)
        if refused is not None:
            raise refused
        if step.result is None or not step.result.ok:
            undelivered = step.result.error if step.result is not None else "not delivered"
            raise as_it_ended(self._tape, ActionFailedError(undelivered))

    def close(self) -> None:
        """Nothing is held."""

    def _ended(self, wanted: str) -> BaseException:
        """What is raised where the recording has nothing more: how it ended, if it was cut off."""
        index = max(self.step, 0)
        diverged = ReplayDivergedError(index, "nothing more", wanted, 0)
        undecided = self._tape.is_last(index) and self._tape.steps[index].decision is None
        if undecided or wanted == _LOOK:
            return as_it_ended(self._tape, diverged)
        return diverged


def as_it_ended(tape: Tape, otherwise: BaseException) -> BaseException:
    """What the recorded run ended by, if something from outside ended it; else ``otherwise``."""
    end = tape.recording.end
    if end is None:
        return KeyboardInterrupt("the recording ends here")
    match end.stop:
        case StopReason.DEVICE_LOST:
            return DeviceGoneError(end.error)
        case StopReason.MODEL_ERROR:
            return ModelError(end.error)
        case StopReason.NEEDS_HUMAN:
            return NeedsHumanError(end.answer)
        case StopReason.INTERRUPTED:
            return KeyboardInterrupt(end.error)
        case StopReason.RECORDING_LOST:
            return KeyboardInterrupt("the recording ends here")
        case StopReason.CRASHED:
            return RuntimeError(end.error)
        case _:
            return otherwise
