"""A whole run: workers in places, and one thread that hears of everything they do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from agent.suite.runner.deadline import Patience
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.place import Place, Running
from agent.suite.runner.queue import WorkQueue
from agent.suite.runner.seams import Follower
from agent.suite.runner.status import Status
from agent.suite.runner.worker import (
    CaseBegan,
    CaseEnded,
    DeviceLost,
    Event,
    StopAsked,
    Worker,
    WorkerEnded,
)
from tools.clock import Clock

C = TypeVar("C")


@dataclass(frozen=True)
class SuiteResult:
    """What a whole run came to.

    Attributes:
        results: Of every job, in the order in which they were given.
        started: When, in UTC.
        duration_s: Seconds from the first to the last.
        lost: Devices that went away or did not come, and why, in order.
        stopped_by: Number of the signal that ended it; 0 if none did.
    """

    results: tuple[CaseResult, ...]
    started: datetime
    duration_s: float
    lost: tuple[tuple[str, str], ...] = ()
    stopped_by: int = 0

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Of every job."""
        return tuple(each.status for each in self.results)


class SuiteRun(Generic[C]):
    """Runs jobs once. One thread calls ``run``; signal handlers may call ``ask_to_stop``.

    Args:
        jobs: What is to be run, in the order in which it is reported.
        places: Where; each is used by one worker and closed by it.
        clock: How time passes.
        record_dir: Where recordings are put.
        patience: How long what is waited for.
    """

    def __init__(
        self,
        jobs: Sequence[Job[C]],
        places: Sequence[Place[C]],
        *,
        clock: Clock,
        record_dir: Path,
        patience: Patience | None = None,
    ) -> None:
        self._jobs = tuple(jobs)
        self._places = tuple(places)
        self._clock = clock
        self._record_dir = record_dir
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._running = Running(clock, patience if patience is not None else Patience())
        self._results: dict[str, CaseResult] = {}
        self._lost: list[tuple[str, str]] = []
        self._stopped_by = 0

    def ask_to_stop(self, number: int) -> None:
        """Stop the run: cases under way are stopped and torn down, the others are not run.

        The second time nothing is waited for any more. Safe to call in a signal handler.

        Args:
            number: The signal that asks for it.
        """
        self._events.put(StopAsked(number))

    def run(
        self,
        follower: Follower,
        *,
        order: Callable[[Iterable[Job[C]]], Sequence[Job[C]]] = tuple,
        maxfail: int = 0,
    ) -> SuiteResult:
        """Run all jobs.

        Args:
            follower: Told of what happens, in this thread.
            order: Brings jobs into the order in which they are begun.
            maxfail: Begin nothing more after so many failed or ended in an error; 0 for no limit.
        """
        started, began_s = datetime.now(UTC), self._clock.now()
        wanted = self._skip(follower)
        queue = WorkQueue(order(wanted), max_bad=maxfail)
        if not wanted:
            for place in self._places:
                place.close()
        workers = [self._worker(queue, place) for place in self._places if wanted]
        for worker in workers:
            Thread(target=worker.work, name=worker.place.name, daemon=True).start()
        left = len(workers)
        try:
            while left:
                event = self._events.get()
                left -= isinstance(event, WorkerEnded)
                self._hear(event, queue, follower)
        finally:
            self._wind_down(queue, left)
        self._leave(queue, follower)
        return SuiteResult(
            results=tuple(self._results[job.label] for job in self._jobs),
            started=started,
            duration_s=self._clock.now() - began_s,
            lost=tuple(self._lost),
            stopped_by=self._stopped_by,
        )

    def _worker(self, queue: WorkQueue[C], place: Place[C]) -> Worker[C]:
        return Worker(
            place=place,
            queue=queue,
            running=self._running,
            tell=self._events.put,
            record_dir=self._record_dir,
        )

    def _skip(self, follower: Follower) -> tuple[Job[C], ...]:
        """Settle what is not to be run at all; what remains."""
        wanted = []
        for job in self._jobs:
            refusals = dict.fromkeys(each.refuses(job.target) for each in self._places)
            reason = job.skip
            if not reason and "" not in refusals:
                reason = f"No device fits: {'; '.join(refusals) or 'there is none'}."
                if job.target.platform == "desktop":
                    reason += " A desktop must be named: --device desktop."
            if reason:
                self._settle(CaseResult(job, Status.SKIPPED, reason=reason), follower)
            else:
                wanted.append(job)
        return tuple(wanted)

    def _hear(self, event: Event, queue: WorkQueue[C], follower: Follower) -> None:
        match event:
            case CaseBegan(job, device):
                follower.began(job, device)
            case CaseEnded(result):
                self._settle(result, follower)
            case DeviceLost(device, why):
                self._lost.append((device, why))
                follower.lost(device, why)
            case WorkerEnded(device, raised) if raised is not None:
                why = f"{type(raised).__name__}: {raised}"
                self._lost.append((device, why))
                follower.lost(device, why)
            case StopAsked(number):
                self._stop(number, queue, follower)
            case _:
                pass

    def _wind_down(self, queue: WorkQueue[C], left: int) -> None:
        """The follower could not go on, such as on a full disk: phones must not be left behind."""
        if left:
            queue.close()
            self._running.stop()
        while left:
            event = self._events.get()
            left -= isinstance(event, WorkerEnded)
            if isinstance(event, StopAsked):
                self._running.hurry()

    def _stop(self, number: int, queue: WorkQueue[C], follower: Follower) -> None:
        again = bool(self._stopped_by)
        if again:
            self._running.hurry()
        else:
            self._stopped_by = number
            queue.close()
            self._running.stop()
        follower.stopping(at_once=again)

    def _leave(self, queue: WorkQueue[C], follower: Follower) -> None:
        """Settle what nobody ran to its end."""
        last = f" The last: {self._lost[-1][0]}: {self._lost[-1][1]}" if self._lost else ""
        reason = f"No device is left.{last}"
        if self._stopped_by:
            reason = "The run was stopped."
        elif queue.had_enough:
            reason = "Enough cases went wrong (--maxfail)."
        for entry in queue.left():
            told = entry.losses or any(each.run.counts for each in entry.attempts)
            if told:
                result = CaseResult.of(entry.job, entry.attempts)
            else:
                result = CaseResult(entry.job, Status.NOT_RUN, reason=reason)
            self._settle(result, follower)

    def _settle(self, result: CaseResult, follower: Follower) -> None:
        self._results[result.job.label] = result
        follower.ended(result)
