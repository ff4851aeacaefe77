"""When an attempt must be over, and how that is told to whoever performs it.

A thread cannot be ended from outside. So an attempt is first asked (``stop``): its performer meets
``CaseStopped`` at the next look or step, and still does its teardown. One that does not listen is
cut off from its device (``hurry``), and at last left alone by the watchdog.
"""

from dataclasses import dataclass
from enum import StrEnum
from threading import Condition

from tools.action import Action
from tools.clock import Clock
from tools.device import Device, DeviceInfo, Observation
from tools.screen import Screenshot


class StopCause(StrEnum):
    """Why an attempt is asked to stop."""

    TIME = "time"
    INTERRUPTED = "interrupted"


class CaseStopped(KeyboardInterrupt):
    """The attempt is to end now; an episode takes it as Ctrl-C and keeps its recording whole.

    Args:
        cause: Why.
    """

    def __init__(self, cause: StopCause) -> None:
        words = {StopCause.TIME: "its time is up", StopCause.INTERRUPTED: "the run was stopped"}
        super().__init__(words[cause])
        self.cause = cause


@dataclass(frozen=True)
class Patience:
    """How long what is waited for, in seconds.

    Attributes:
        ready_s: Until the device is ready. A virtual phone may take 20 s on a busy machine, and
            then every command of the connection 10 s.
        leave_s: From being asked to stop until the teardown begins, or the attempt is over.
        teardown_s: For the teardown.
        sever_s: From being cut off from the device until the attempt is over.
    """

    ready_s: float = 60.0
    leave_s: float = 10.0
    teardown_s: float = 30.0
    sever_s: float = 5.0


class _Stage(StrEnum):
    READYING = "readying"
    DOING = "doing"
    LEAVING = "leaving"
    TEARDOWN = "teardown"
    CUT = "cut"


class Deadline:
    """The time of one attempt. One thread performs, another watches; both may call anything here.

    Args:
        clock: How time passes.
        time_s: Seconds for the main part, from ``begin``.
        patience: Seconds for what lies around it.
    """

    def __init__(self, clock: Clock, time_s: float, patience: Patience) -> None:
        self._clock = clock
        self._time_s = time_s
        self._patience = patience
        self._changed = Condition()
        self._stage = _Stage.READYING
        self._limit_s = clock.now() + patience.ready_s
        self._cause: StopCause | None = None
        self._began_s: float | None = None
        self._over = False

    @property
    def cause(self) -> StopCause | None:
        """Why it is to stop; ``None`` while it may go on."""
        return self._cause

    @property
    def began_s(self) -> float | None:
        """When the main part began, on the clock; ``None`` before."""
        return self._began_s

    def begin(self) -> None:
        """The device is ready: from now on the case's own time runs.

        Raises:
            CaseStopped: It is to stop before it began.
        """
        with self._changed:
            if self._stage is _Stage.READYING:
                self._began_s = self._clock.now()
                self._enter(_Stage.DOING, self._time_s)
        self.check()

    def remaining_s(self) -> float:
        """Seconds left for what is being done, be it the teardown; 0 if there are none."""
        with self._changed:
            if self._stage in {_Stage.LEAVING, _Stage.CUT}:
                return 0.0
            return max(0.0, self._limit_s - self._clock.now())

    def check(self) -> None:
        """Ask whether to go on. During the teardown only its own time counts.

        Raises:
            CaseStopped: It is to stop now.
        """
        if self.remaining_s() <= 0:
            self.stop(StopCause.TIME)
            raise CaseStopped(self._cause if self._cause is not None else StopCause.TIME)

    def begin_teardown(self) -> None:
        """From now on the time of the teardown runs, whatever was before. A second call is idle."""
        with self._changed:
            if self._stage not in {_Stage.TEARDOWN, _Stage.CUT}:
                self._enter(_Stage.TEARDOWN, self._patience.teardown_s)

    def stop(self, cause: StopCause) -> None:
        """Ask the attempt to stop; the first cause stays, and a teardown goes on."""
        with self._changed:
            if self._stage in {_Stage.READYING, _Stage.DOING}:
                self._cause = cause
                self._enter(_Stage.LEAVING, self._patience.leave_s)

    def hurry(self) -> None:
        """Give it no more time at all, not even for the teardown."""
        with self._changed:
            self._cause = self._cause if self._cause is not None else StopCause.INTERRUPTED
            self._enter(_Stage.CUT, 0.0)

    def end(self) -> None:
        """The attempt is over."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def wait_for_end(self) -> bool:
        """Wait until the attempt is over, asking it to stop when its time is up.

        Returns:
            Whether it is over; if not, it did not listen in time.
        """
        with self._changed:
            while not self._over:
                left_s = self._watched_until_s() - self._clock.now()
                if left_s > 0:
                    self._changed.wait(left_s)
                elif self._stage is _Stage.DOING:
                    self.stop(StopCause.TIME)
                else:
                    return False
            return True

    def wait_after_cut(self) -> bool:
        """Wait a last time, for an attempt whose device was taken away; whether it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._over, self._patience.sever_s)
            return self._over

    def _watched_until_s(self) -> float:
        """The performer sees the end of the teardown's time itself, and gets time to leave it."""
        leave_s = self._patience.leave_s if self._stage is _Stage.TEARDOWN else 0.0
        return self._limit_s + leave_s

    def _enter(self, stage: _Stage, time_s: float) -> None:
        self._stage = stage
        self._limit_s = self._clock.now() + time_s
        self._changed.notify_all()


class StoppableDevice:
    """A device that lets nothing more be done once the attempt is to stop.

    Args:
        device: The device; this belongs outermost around it.
        deadline: The time of the attempt.
    """

    def __init__(self, device: Device, deadline: Deadline) -> None:
        self._device = device
        self._deadline = deadline

    @property
    def info(self) -> DeviceInfo:
        """As the device says."""
        return self._device.info

    @property
    def supports(self) -> frozenset[str]:
        """As the device says."""
        return self._device.supports

    def glance(self) -> Screenshot:
        """Take one frame.

        Raises:
            CaseStopped: The attempt is to stop.
        """
        self._deadline.check()
        return self._device.glance()

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look once.

        Raises:
            CaseStopped: The attempt is to stop.
        """
        self._deadline.check()
        return self._device.observe(seen=seen)

    def perform(self, action: Action) -> None:
        """Carry out ``action``.

        Raises:
            CaseStopped: The attempt is to stop.
        """
        self._deadline.check()
        self._device.perform(action)

    def close(self) -> None:
        """Let go of the device."""
        self._device.close()
