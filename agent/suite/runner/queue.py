"""What is still to be run, shared by all workers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition
from typing import Generic, TypeVar

from agent.suite.runner.job import Job
from agent.suite.runner.status import Attempt

C = TypeVar("C")


@dataclass
class Entry(Generic[C]):
    """A job on its way through the queue.

    Attributes:
        job: The job.
        attempts: Those made so far.
        losses: How many devices were lost under it.
    """

    job: Job[C]
    attempts: list[Attempt] = field(default_factory=list)
    losses: int = 0


class WorkQueue(Generic[C]):
    """Hands out jobs in order; each worker takes the first that fits its device.

    Args:
        jobs: All of them.
    """

    def __init__(self, jobs: Sequence[Job[C]]) -> None:
        self._changed = Condition()
        self._waiting = [Entry(job) for job in jobs]
        self._under_way = 0
        self._closed = False

    def take(self, fits: Callable[[Job[C]], bool]) -> Entry[C] | None:
        """The next job, which ``done`` or ``put_back`` must follow.

        Waits while there is none that fits, but one under way elsewhere could still come back.

        Returns:
            ``None`` if there will be none any more.
        """
        with self._changed:
            while not self._closed:
                for at, entry in enumerate(self._waiting):
                    if fits(entry.job):
                        self._under_way += 1
                        return self._waiting.pop(at)
                if not self._under_way:
                    return None
                self._changed.wait()
            return None

    def done(self) -> None:
        """A job that was taken is settled."""
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def put_back(self, entry: Entry[C]) -> None:
        """A job that was taken must be run elsewhere: it is the next."""
        with self._changed:
            self._under_way -= 1
            self._waiting.insert(0, entry)
            self._changed.notify_all()

    def close(self) -> None:
        """Hand out nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def left(self) -> tuple[Entry[C], ...]:
        """What was not handed out, in order."""
        with self._changed:
            return tuple(self._waiting)
