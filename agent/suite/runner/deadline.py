"""When an attempt must be over, and how that is told to whoever performs it.

A thread cannot be ended from outside. So an attempt is first asked (``stop``), and still does its
teardown. That its time is up it sees itself before its next step; that the person stops the run
also ends what it is waiting for (``StoppableDevice``). One that does not listen is cut off from its
device (``hurry``), and at last left alone by the watchdog.
"""

from dataclasses import dataclass
from enum import StrEnum
from threading import Condition

from tools.action import Action, Wait
from tools.clock import Clock
from tools.device import Device, ForwardingDevice, LooksTwice, Observation
from tools.screen import Screenshot

_SLICE_S = 0.2
"""What waits asks so often whether it may go on."""


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

    def obey(self) -> None:
        """Ask whether the person stopped the run; that time is up does not count here.

        Raises:
            CaseStopped: They did, or the attempt gets no more time at all.
        """
        with self._changed:
            leaving = self._stage is _Stage.LEAVING and self._cause is StopCause.INTERRUPTED
            if leaving or self._stage is _Stage.CUT:
                raise CaseStopped(self._cause if self._cause is not None else StopCause.INTERRUPTED)

    def pause(self, duration_s: float) -> None:
        """Wait before the main part begins, as for a person who may still say no.

        The device has its whole time to become ready nevertheless.

        Raises:
            CaseStopped: It is to stop.
        """
        with self._changed:
            if self._stage is _Stage.READYING:
                self._limit_s += duration_s
                self._changed.notify_all()
        end_s = self._clock.now() + duration_s
        self.check()
        while (left_s := end_s - self._clock.now()) > 0:
            self._clock.sleep(min(left_s, _SLICE_S))
            self.check()

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


class StoppableDevice(ForwardingDevice):
    """A device that lets nothing more be done once the person stops the run.

    On a desktop, whose time is everybody's, a wait ends also when the time of the attempt is up. A
    phone waits by its own clock: what it is told to wait is one command.

    Args:
        device: The device itself; this belongs innermost around it, so that what looks again and
            again until the screen is at rest is stopped too.
        deadline: The time of the attempt.
    """

    def __init__(self, device: Device, deadline: Deadline) -> None:
        super().__init__(device)
        self._deadline = deadline

    def glance(self) -> Screenshot:
        """Take one frame.

        Raises:
            CaseStopped: The run is stopped.
        """
        self._deadline.obey()
        return super().glance()

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look once.

        Raises:
            CaseStopped: The run is stopped.
        """
        self._deadline.obey()
        return super().observe(seen=seen)

    def observe_twice(self) -> tuple[Screenshot, Observation] | None:
        """Look twice in one go, where the device can.

        Raises:
            CaseStopped: The run is stopped.
        """
        self._deadline.obey()
        return self._device.observe_twice() if isinstance(self._device, LooksTwice) else None

    def perform(self, action: Action) -> None:
        """Carry out ``action``.

        Raises:
            CaseStopped: The run is stopped.
        """
        self._deadline.obey()
        if not isinstance(action, Wait) or self.info.kind != "desktop":
            super().perform(action)
            return
        left_s = action.duration_s
        while left_s > 0 and self._deadline.remaining_s() > 0:
            super().perform(Wait(duration_s=min(left_s, _SLICE_S)))
            self._deadline.obey()
            left_s -= _SLICE_S
