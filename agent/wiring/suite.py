"""Test runs, put together: jobs, devices and a performer go in, a ``SuiteResult`` comes out."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

from agent.config import Config, user_cache
from agent.suite.checks.context import Permissions
from agent.suite.language.cases import Case
from agent.suite.runner.deadline import Patience
from agent.suite.runner.job import Job, longest_first
from agent.suite.runner.memory import Memory
from agent.suite.runner.run import SuiteResult, SuiteRun
from agent.suite.runner.seams import Follower, Performer
from agent.wiring.audience import Nobody
from agent.wiring.performing import Manner, SuitePerformer
from agent.wiring.policies import find_mind
from agent.wiring.stations import open_stations
from tools.clock import SystemClock

C = TypeVar("C")
NOTHING_SPECIAL = Permissions()
Stopping: TypeAlias = Callable[[Callable[[int], None]], AbstractContextManager[object]]
"""Given how to ask a run to stop, it lets signals do so for as long as its block lasts."""


@dataclass(frozen=True)
class RunOptions:
    """Where cases are run, and when to leave off.

    Attributes:
        devices: As the person wrote them (``--device``); empty for whatever is there.
        jobs: How many at once; ``None`` for as many as there are devices.
        maxfail: Begin nothing more after so many failed or ended in an error; 0 for no limit.
        patience: How long what is waited for.
    """

    devices: str = ""
    jobs: int | None = None
    maxfail: int = 0
    patience: Patience = field(default_factory=Patience)


def performer_of(config: Config, permissions: Permissions = NOTHING_SPECIAL) -> Performer[Case]:
    """Who performs the cases of task files with this configuration.

    Raises:
        UsageError: There is no such policy or model.
        ModelError: The model cannot be loaded.
    """
    mind = find_mind(config, Nobody().notice)
    return SuitePerformer(config, mind, Manner(permissions))


def memory_of(root: Path) -> Memory:
    """What is remembered of the cases of ``root``."""
    return Memory.of(user_cache() / "suite", root)


def run_jobs(
    jobs: Sequence[Job[C]],
    performer: Performer[C],
    config: Config,
    follower: Follower,
    *,
    options: RunOptions,
    memory: Memory,
    stopping: Stopping = lambda _: nullcontext(),
) -> SuiteResult:
    """Run jobs on the devices that are named; see ``SuiteRun``.

    With several devices, what took longest last time is begun first.

    Raises:
        UsageError: A device that was named is not there.
        DeviceError: Another process uses it.
    """
    clock = SystemClock()
    wanted = sum(not job.skip for job in jobs)
    with open_stations(config, options.devices, jobs=options.jobs, cases=wanted) as stations:
        run = SuiteRun(
            jobs,
            stations,
            performer,
            clock=clock,
            record_dir=config.record_dir,
            patience=options.patience,
        )

        def order(listed: Iterable[Job[C]]) -> Sequence[Job[C]]:
            return longest_first(listed, memory.seconds) if len(stations) > 1 else tuple(listed)

        with stopping(run.ask_to_stop):
            return run.run(follower, order=order, maxfail=options.maxfail)
