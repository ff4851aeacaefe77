"""Where attempts at cases are made: the seam between a run and the engine that places them.

An engine gives a run its places. ``InProcess`` is the place of the engine that everybody has: a
station of this machine, and a performer in this process. Another engine's place may make its
attempts on another machine, with an ``InProcess`` there.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar

from agent.suite.language.task import Where
from agent.suite.runner.deadline import Deadline, Patience, StopCause
from agent.suite.runner.job import Job
from agent.suite.runner.seams import Performer, Station
from agent.suite.runner.status import Attempt, CaseRun
from agent.suite.runner.watchdog import told, watch
from tools.clock import Clock

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)


class Stoppable(Protocol):
    """An attempt under way, as far as it can be ended from outside."""

    def stop(self, cause: StopCause) -> None:
        """Ask it to stop, after its teardown."""
        ...

    def hurry(self) -> None:
        """Give it no more time at all."""
        ...


class Running:
    """The attempts under way, so that a stop reaches all of them, and those that begin just then.

    Args:
        clock: How time passes.
        patience: Seconds for what lies around an attempt.
    """

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock = clock
        self.patience = patience
        self._lock = Lock()
        self._attempts: set[Stoppable] = set()
        self._stopped = False

    def new(self, time_s: float) -> Deadline:
        """The deadline of an attempt that begins now."""
        deadline = Deadline(self._clock, time_s, self.patience)
        self.begins(deadline)
        return deadline

    def begins(self, attempt: Stoppable) -> None:
        """It is stopped with the others from now on; at once, if they were."""
        with self._lock:
            self._attempts.add(attempt)
            if self._stopped:
                attempt.stop(StopCause.INTERRUPTED)

    def over(self, attempt: Stoppable) -> None:
        """It is over."""
        with self._lock:
            self._attempts.discard(attempt)

    def stop(self) -> None:
        """Ask all attempts to stop."""
        with self._lock:
            self._stopped = True
            for attempt in self._attempts:
                attempt.stop(StopCause.INTERRUPTED)

    def hurry(self) -> None:
        """Cut all attempts off from their devices."""
        with self._lock:
            for attempt in self._attempts:
                attempt.hurry()


@dataclass(frozen=True)
class Made:
    """An attempt that was made.

    Attributes:
        attempt: What it came to.
        begun: Whether the device was ready, so that the case itself began.
        hangs: Whether a thread that hangs was left behind.
    """

    attempt: Attempt
    begun: bool
    hangs: bool


class Place(Protocol[C_contra]):
    """Where one attempt at a time is made. One worker uses it."""

    @property
    def name(self) -> str:
        """How people name it: a serial, or ``virtual-2``."""
        ...

    def refuses(self, target: Where) -> str:
        """Why a case with this target cannot be run here, as half a sentence; empty if it can."""
        ...

    def attempt(self, job: Job[C_contra], folder: Path, running: Running) -> Made:
        """Make one attempt at a job, which ends in time whatever it does.

        Args:
            job: What is to be done.
            folder: Where its recording belongs; a new name, not made yet.
            running: Told of the attempt for as long as it lasts, so that it can be stopped.
        """
        ...

    def usable(self, *, left_behind: bool) -> bool:
        """Whether the next case can be run here, after a device was lost; see ``Station``."""
        ...

    def close(self) -> None:
        """Let go of everything. May be called twice."""
        ...


class Engine(Protocol[C_contra]):
    """How attempts are placed: gives a run its places."""

    def places(self, cases: int) -> AbstractContextManager[tuple[Place[C_contra], ...]]:
        """The places, for as long as the block lasts.

        Args:
            cases: How many there are to run: no more places than that are of use.

        Raises:
            UsageError: A device that was named is not there.
            DeviceError: Another process uses it.
        """
        ...


class InProcess(Generic[C]):
    """A station of this machine, and a performer in this process.

    Args:
        station: Where the device is.
        performer: Who performs the cases.
        clock: How time passes.
    """

    def __init__(self, station: Station, performer: Performer[C], clock: Clock) -> None:
        self._station = station
        self._performer = performer
        self._clock = clock

    @property
    def name(self) -> str:
        """As the station is named."""
        return self._station.name

    def refuses(self, target: Where) -> str:
        """As the station says."""
        return self._station.refuses(target)

    def attempt(self, job: Job[C], folder: Path, running: Running) -> Made:
        """Make one attempt, in a thread of its own; see ``Place``."""
        started = datetime.now(UTC)
        deadline = running.new(job.time_s)
        station, name = self._station, self._station.name

        def make() -> CaseRun:
            deadline.check()
            device = station.prepare(job.target)
            deadline.pause(device.notice_s)
            deadline.begin()
            return self._performer.perform(job.case, device, folder, deadline)

        outcome = watch(make, deadline, station.sever, f"{name}: {job.title}")
        running.over(deadline)
        began_s = deadline.began_s
        spent_s = max(0.0, self._clock.now() - began_s) if began_s is not None else 0.0
        run = told(outcome, deadline, job.time_s)
        attempt = Attempt(run, name, started, spent_s)
        return Made(attempt, begun=began_s is not None, hangs=outcome.hangs)

    def usable(self, *, left_behind: bool) -> bool:
        """As the station says."""
        return self._station.usable(left_behind=left_behind)

    def close(self) -> None:
        """Close the station."""
        self._station.close()
