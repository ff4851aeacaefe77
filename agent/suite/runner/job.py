"""What is to be run, as far as a runner must know it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from agent.suite.language.cases import Case
from agent.suite.language.task import Where
from agent.suite.runner.status import Attempt, Status, status_of
from tools.errors import TaskError

C_co = TypeVar("C_co", covariant=True)


@dataclass(frozen=True)
class Job(Generic[C_co]):
    """One case that is to be run once, retries not counted.

    Attributes:
        id: Its case's identity: ``file::name[row]``.
        file: The task file, as the id names it.
        line: Where its task begins, from 1.
        title: Name and row.
        case: What its performer is given.
        tags: Words to choose it by.
        target: What it must be run on.
        retries: How often it is tried again if it fails.
        time_s: Seconds it may take, teardown not counted.
        skip: Why it is not to be run; empty if it is.
        round: Which repetition this is, from 1.
        rounds: How many repetitions there are.
    """

    id: str
    file: str
    line: int
    title: str
    case: C_co
    tags: tuple[str, ...] = ()
    target: Where = field(default_factory=Where)
    retries: int = 0
    time_s: float = 600.0
    skip: str = ""
    round: int = 1
    rounds: int = 1

    @property
    def label(self) -> str:
        """The id, told apart from other repetitions: no id of a case holds a ``#``."""
        return self.id if self.rounds == 1 else f"{self.id}#{self.round}"


@dataclass(frozen=True)
class CaseResult:
    """What became of a job.

    Attributes:
        job: Which.
        status: What.
        attempts: All of them, in order; empty if it was never begun.
        reason: Why it was skipped or not run; empty if it was run.
    """

    job: Job[object]
    status: Status
    attempts: tuple[Attempt, ...] = ()
    reason: str = ""

    @classmethod
    def of(cls, job: Job[object], attempts: Iterable[Attempt]) -> "CaseResult":
        """What its attempts come to."""
        made = tuple(attempts)
        return cls(job, status_of(made), made)

    @property
    def duration_s(self) -> float:
        """Seconds of all attempts together."""
        return sum(each.duration_s for each in self.attempts)

    @property
    def last(self) -> Attempt | None:
        """The attempt that was made last."""
        return self.attempts[-1] if self.attempts else None


def job_of(case: Case, *, retries: int | None, time_s: float) -> Job[Case]:
    """A case as a job.

    Args:
        case: What is to be run.
        retries: How often it is tried again; ``None`` for what its task says, else not at all.
        time_s: Seconds it may take if its task does not say.
    """
    task = case.task
    own_s = task.budget.time_s
    return Job(
        id=case.id,
        file=case.place.path,
        line=case.place.line,
        title=case.title,
        case=case,
        tags=task.tags,
        target=task.target,
        retries=retries if retries is not None else task.retries or 0,
        time_s=own_s if own_s is not None else time_s,
        skip=task.skip or "",
    )


def repeated(jobs: Iterable[Job[C_co]], rounds: int) -> Iterator[Job[C_co]]:
    """Every job ``rounds`` times, all of the first round first."""
    once = tuple(jobs)
    for number in range(1, rounds + 1):
        for job in once:
            yield replace(job, round=number, rounds=rounds)


def check_ids(jobs: Iterable[Job[object]]) -> None:
    """Refuse cases that could not be told apart in any report.

    Raises:
        TaskError: Two have the same id.
    """
    seen: set[str] = set()
    for job in jobs:
        if job.label in seen:
            raise TaskError(f"There are two cases {job.label!r}.", hint="Give one another name.")
        seen.add(job.label)


def longest_first(
    jobs: Iterable[Job[C_co]], seconds: Callable[[str], float | None]
) -> list[Job[C_co]]:
    """The jobs, those that took longest last time first, so that none drags on at the end.

    Args:
        jobs: In the order given.
        seconds: What a case of that id took; ``None`` if that is not known. Such a one counts as
            long as the median of the others.
    """
    listed = list(jobs)
    known = sorted(took for job in listed if (took := seconds(job.id)) is not None)
    if not known:
        return listed
    median = known[len(known) // 2]

    def length(job: Job[C_co]) -> float:
        took = seconds(job.id)
        return -(took if took is not None else median)

    return sorted(listed, key=length)
