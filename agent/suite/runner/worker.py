"""One device's part of a run: take a job, make its attempts, tell what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Generic, TypeAlias, TypeVar

from agent.recording.folder import new_name
from agent.suite.runner.deadline import Deadline, Patience, StopCause
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.queue import Entry, WorkQueue
from agent.suite.runner.seams import Performer, Station
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status, worth_a_retry
from agent.suite.runner.watchdog import Keeper, told, watch
from tools.clock import Clock

C = TypeVar("C")
_MAX_LOSSES = 2
"""A case is run on one other device when its first is lost. Then it may be the case."""


@dataclass(frozen=True)
class CaseBegan:
    """A case is about to be run, or tried again."""

    job: Job[object]
    device: str


@dataclass(frozen=True)
class CaseEnded:
    """It is settled what became of a case."""

    result: CaseResult


@dataclass(frozen=True)
class DeviceLost:
    """A device went away, or did not come."""

    device: str
    why: str


@dataclass(frozen=True)
class WorkerEnded:
    """A worker takes no more jobs.

    Attributes:
        device: Name of its device.
        raised: What went wrong in the worker itself; ``None`` if nothing did.
    """

    device: str
    raised: BaseException | None


@dataclass(frozen=True)
class StopAsked:
    """A signal asks the run to stop.

    Attributes:
        number: Which.
    """

    number: int


Event: TypeAlias = CaseBegan | CaseEnded | DeviceLost | WorkerEnded | StopAsked


class Running:
    """The attempts under way, so that a stop reaches all of them, and those that begin just then.

    Args:
        clock: How time passes.
        patience: Seconds for what lies around an attempt.
    """

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock = clock
        self._patience = patience
        self._lock = Lock()
        self._deadlines: set[Deadline] = set()
        self._stopped = False

    def new(self, time_s: float) -> Deadline:
        """The deadline of an attempt that begins now."""
        deadline = Deadline(self._clock, time_s, self._patience)
        with self._lock:
            self._deadlines.add(deadline)
            if self._stopped:
                deadline.stop(StopCause.INTERRUPTED)
        return deadline

    def over(self, deadline: Deadline) -> None:
        """Its attempt is over."""
        with self._lock:
            self._deadlines.discard(deadline)

    def stop(self) -> None:
        """Ask all attempts to stop."""
        with self._lock:
            self._stopped = True
            for deadline in self._deadlines:
                deadline.stop(StopCause.INTERRUPTED)

    def hurry(self) -> None:
        """Cut all attempts off from their devices."""
        with self._lock:
            for deadline in self._deadlines:
                deadline.hurry()


@dataclass(frozen=True)
class _Made:
    attempt: Attempt
    begun: bool
    hangs: bool


@dataclass
class Worker(Generic[C]):
    """Runs jobs on one station until there are none left for it.

    Attributes:
        station: Where. The worker closes it.
        performer: Who performs the cases.
        queue: Where jobs come from.
        running: Told of every attempt.
        tell: Told what happens.
        clock: How time passes.
        record_dir: Where recordings are put.
    """

    station: Station
    performer: Performer[C]
    queue: WorkQueue[C]
    running: Running
    tell: Callable[[Event], None]
    clock: Clock
    record_dir: Path

    def work(self) -> None:
        """Work until nothing is left; never raises."""
        keeper = Keeper()
        try:
            with keeper:
                try:
                    while (entry := self.queue.take(self._fits)) is not None:
                        if not self._settle(entry):
                            break
                finally:
                    self.station.close()
        finally:
            self.tell(WorkerEnded(self.station.name, keeper.raised))

    def _fits(self, job: Job[C]) -> bool:
        return not self.station.refuses(job.target)

    def _settle(self, entry: Entry[C]) -> bool:
        """Run one job to its end, or put it back; whether to go on with this station."""
        keeper = Keeper()
        goes_on = False
        with keeper:
            goes_on = self._try(entry)
        if keeper.raised is not None:  # a mistake in our own code: this case is over, others go on
            failure = Failure("crash", f"{type(keeper.raised).__name__}: {keeper.raised}")
            run = CaseRun(Status.ERROR, failure)
            entry.attempts.append(Attempt(run, self.station.name, datetime.now(UTC), 0.0))
            self._end(entry)
        return goes_on

    def _try(self, entry: Entry[C]) -> bool:
        tried = sum(not each.run.device_lost for each in entry.attempts)
        for left in range(entry.job.retries - tried, -1, -1):
            self.tell(CaseBegan(entry.job, self.station.name))
            made = self._attempt(entry.job)
            run = made.attempt.run
            if run.status is Status.INTERRUPTED and not made.begun:
                self.queue.put_back(entry)
                return False
            entry.attempts.append(made.attempt)
            if run.device_lost:
                return self._lost(entry, run, counts=made.begun)
            if made.hangs and not self.station.usable(left_behind=True):
                self.tell(DeviceLost(self.station.name, "A case on it hangs."))
                self._end(entry)
                return False
            if not left or not worth_a_retry(run):
                break
        self._end(entry)
        return True

    def _lost(self, entry: Entry[C], run: CaseRun, *, counts: bool) -> bool:
        usable = self.station.usable(left_behind=False)
        why = run.failure.message if run.failure is not None else "It went away."
        self.tell(DeviceLost(self.station.name, why))
        # That a device never came, and never will, says nothing of the case.
        entry.losses += counts or usable
        if entry.losses < _MAX_LOSSES:
            self.queue.put_back(entry)
        else:
            self._end(entry)
        return usable

    def _end(self, entry: Entry[C]) -> None:
        self.tell(CaseEnded(CaseResult.of(entry.job, entry.attempts)))
        self.queue.done()

    def _attempt(self, job: Job[C]) -> _Made:
        started = datetime.now(UTC)
        deadline = self.running.new(job.time_s)
        folder = self.record_dir / new_name(started, job.title)

        def make() -> CaseRun:
            deadline.check()
            device = self.station.prepare(job.target)
            deadline.begin()
            return self.performer.perform(job.case, device, folder, deadline)

        outcome = watch(make, deadline, self.station.sever, f"{self.station.name}: {job.title}")
        self.running.over(deadline)
        began_s = deadline.began_s
        spent_s = max(0.0, self.clock.now() - began_s) if began_s is not None else 0.0
        run = told(outcome, deadline, job.time_s)
        attempt = Attempt(run, self.station.name, started, spent_s)
        return _Made(attempt, begun=began_s is not None, hangs=outcome.hangs)
