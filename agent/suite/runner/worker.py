"""One device's part of a run: take a job, make its attempts, tell what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from agent.keeper import Keeper
from agent.recording.folder import new_name
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.place import Made, Place, Running
from agent.suite.runner.queue import Entry, WorkQueue
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status, worth_a_retry

C = TypeVar("C")
_BAD = frozenset({Status.FAILED, Status.ERROR})
_MAX_MISLED = 3
"""So often a case is run anew because the step cache led it astray; runs beside this one, too, fill
the cache."""
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


@dataclass
class Worker(Generic[C]):
    """Runs jobs in one place until there are none left for it.

    Attributes:
        place: Where. The worker closes it.
        queue: Where jobs come from.
        running: Told of every attempt.
        tell: Told what happens.
        record_dir: Where recordings are put.
    """

    place: Place[C]
    queue: WorkQueue[C]
    running: Running
    tell: Callable[[Event], None]
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
                    self.place.close()
        finally:
            self.tell(WorkerEnded(self.place.name, keeper.raised))

    def _fits(self, job: Job[C]) -> bool:
        return not self.place.refuses(job.target)

    def _settle(self, entry: Entry[C]) -> bool:
        """Run one job to its end, or put it back; whether to go on in this place."""
        keeper = Keeper()
        goes_on = False
        with keeper:
            goes_on = self._try(entry)
        if keeper.raised is not None:  # a mistake in our own code: this case is over, others go on
            failure = Failure("crash", f"{type(keeper.raised).__name__}: {keeper.raised}")
            run = CaseRun(Status.ERROR, failure)
            entry.attempts.append(Attempt(run, self.place.name, datetime.now(UTC), 0.0))
            self._end(entry)
        return goes_on

    def _try(self, entry: Entry[C]) -> bool:
        left = entry.job.retries - sum(each.run.counts for each in entry.attempts)
        while True:
            self.tell(CaseBegan(entry.job, self.place.name))
            made = self._attempt(entry.job)
            run = made.attempt.run
            if run.status is Status.INTERRUPTED and not made.begun:
                self.queue.put_back(entry)
                return False
            if run.device_lost:
                return self._lost(entry, made)
            entry.attempts.append(made.attempt)
            if made.hangs and not self.place.usable(left_behind=True):
                self.tell(DeviceLost(self.place.name, "A case on it hangs."))
                self._end(entry)
                return False
            if self._misled(entry):
                continue
            if left <= 0 or not worth_a_retry(run):
                break
            left -= 1
        self._end(entry)
        return True

    def _misled(self, entry: Entry[C]) -> bool:
        """Whether the last attempt was the cache's, and the case's own is still to be made."""
        misled = [each.run.misled for each in entry.attempts]
        return misled[-1] and misled.count(True) <= _MAX_MISLED

    def _lost(self, entry: Entry[C], made: Made) -> bool:
        failure = made.attempt.run.failure
        why = failure.message if failure is not None else "It went away."
        self.tell(DeviceLost(self.place.name, why))
        if made.begun:  # others may run it at once: that this place is usable may take its time
            self._pass_on(entry, made)
            return self._usable()
        if self._usable():
            self._pass_on(entry, made)
            return True
        # That a device never came, and never will, says nothing of the case.
        self.queue.put_back(entry)
        return False

    def _usable(self) -> bool:
        """Whether the place can be used again. One that cannot even be asked is not."""
        keeper, usable = Keeper(), False
        with keeper:
            usable = self.place.usable(left_behind=False)
        if keeper.raised is not None:
            why = f"{type(keeper.raised).__name__}: {keeper.raised}"
            self.tell(DeviceLost(self.place.name, why))
        return usable

    def _pass_on(self, entry: Entry[C], made: Made) -> None:
        entry.attempts.append(made.attempt)
        entry.losses += 1
        if entry.losses < _MAX_LOSSES:
            self.queue.put_back(entry)
        else:
            self._end(entry)

    def _end(self, entry: Entry[C]) -> None:
        result = CaseResult.of(entry.job, entry.attempts)
        self.tell(CaseEnded(result))
        self.queue.done(bad=result.status in _BAD)

    def _attempt(self, job: Job[C]) -> Made:
        folder = self.record_dir / new_name(datetime.now(UTC), job.title)
        return self.place.attempt(job, folder, self.running)
