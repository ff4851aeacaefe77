"""Test runs, put together: jobs, devices and a performer go in, a ``SuiteResult`` comes out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

from agent.config import Config, user_cache
from agent.phone_process import check_scenario
from agent.suite.checks.context import Permissions
from agent.suite.language.cases import Case
from agent.suite.runner.choice import DeviceChoice, parse_devices
from agent.suite.runner.deadline import Patience
from agent.suite.runner.job import Job, longest_first
from agent.suite.runner.memory import Memory
from agent.suite.runner.place import Engine
from agent.suite.runner.run import SuiteResult, SuiteRun
from agent.suite.runner.seams import Follower, Performer
from agent.wiring.case_config import check_secrets
from agent.wiring.devices import check_attached
from agent.wiring.engines import ENGINES, Here, PerformerOf, ray_engine
from agent.wiring.mind import Notice
from agent.wiring.performing import Manner, SuitePerformer
from agent.wiring.policies import find_mind
from agent.wiring.stations import UNHEARD, of_virtual_phones
from tools.clock import SystemClock
from tools.devices.desktop_target import DESKTOP
from tools.errors import ConfigError, UsageError

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
        engine: Where attempts are made: one of ``ENGINES``.
        ray_address: Of the Ray cluster: ``auto``, or ``host:port``.
    """

    devices: str = ""
    jobs: int | None = None
    maxfail: int = 0
    patience: Patience = field(default_factory=Patience)
    engine: str = "here"
    ray_address: str = "auto"


def performer_of(
    config: Config,
    permissions: Permissions = NOTHING_SPECIAL,
    notice: Notice = UNHEARD,
) -> Performer[Case]:
    """Who performs the cases of task files with this configuration; to be closed.

    Args:
        config: How goals are pursued.
        permissions: What checks may do.
        notice: Told what was chosen where the person did not choose, such as the model.

    Raises:
        UsageError: There is no such policy or model.
        ModelError: The model cannot be loaded.
    """
    mind = find_mind(config, notice)
    return SuitePerformer(config, mind, Manner(permissions))


def check_run(config: Config, options: RunOptions) -> None:
    """Refuse what is wrong with a run before anything is written or started for it.

    Raises:
        UsageError: What names devices is no such thing, or no virtual phone though there is a
            scenario or a seed, or there is no such scenario or engine.
        DeviceError: The virtual phone does not run here at all, or no ADB server does, though a
            phone is named.
    """
    _check_engine(options.engine)
    if named := options.devices or config.device:
        choice = parse_devices(named)
        if (what := of_virtual_phones(config)) and not choice.wants_virtual:
            raise ConfigError(
                f"A {what} is for virtual phones, and {named!r} names none.",
                hint="Add virtual to --device, or leave one of them out.",
            )
        if options.engine == "here":
            check_attached(config, choice.serials)
    if config.scenario != Config().scenario:
        check_scenario(config.scenario)


def check_cases(jobs: Sequence[Job[Case]], config: Config, options: RunOptions) -> None:
    """Refuse a run in which a case would lack what only the person can give: a secret's value.

    Cases that are skipped anyway may lack it. The nodes of a cluster have secrets of their own.

    Raises:
        TaskError: A secret has no value, or one that cannot be kept secret.
    """
    if options.engine != "here":
        return
    named = options.devices or config.device
    choice = parse_devices(named) if named else DeviceChoice(every=True)
    phones = bool(choice.serials) or choice.every or choice.wants_virtual
    wanted = (
        job.case
        for job in jobs
        if not job.skip and (choice.desktop if job.target.platform == DESKTOP else phones)
    )
    check_secrets(wanted, config)


def _check_engine(name: str) -> None:
    if name not in ENGINES:
        named = " or ".join(ENGINES)
        raise UsageError(f"There is no engine {name!r}.", hint=f"Write --engine {named}.")


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
    """Run jobs in this process, on the devices that are named; see ``run_on``.

    Raises:
        UsageError: A device that was named is not there.
        DeviceError: Another process uses it.
    """
    engine = Here(config, performer, options.devices, options.jobs)
    return run_on(engine, jobs, config, follower, options=options, memory=memory, stopping=stopping)


@contextmanager
def engine_of(
    config: Config,
    performer_of: PerformerOf[C],
    options: RunOptions,
    notice: Notice = UNHEARD,
) -> Iterator[Engine[C]]:
    """The engine that was chosen, for as long as the block lasts.

    In this process the performer is made at once, and closed at the end of the block; on a cluster
    the nodes do the same with theirs.

    Raises:
        UsageError: There is no such engine, policy or model.
        ModelError: The model cannot be loaded.
    """
    _check_engine(options.engine)
    if options.engine == "ray":
        yield ray_engine(
            config,
            performer_of,
            address=options.ray_address,
            devices=options.devices,
            jobs=options.jobs,
        )
        return
    with closing(performer_of(config)) as performer:
        yield Here(config, performer, options.devices, options.jobs, notice)


def run_on(
    engine: Engine[C],
    jobs: Sequence[Job[C]],
    config: Config,
    follower: Follower,
    *,
    options: RunOptions,
    memory: Memory,
    stopping: Stopping = lambda _: nullcontext(),
) -> SuiteResult:
    """Run jobs in the places of an engine; see ``SuiteRun``.

    With several places, what took longest last time is begun first.

    Raises:
        UsageError: A device that was named is not there.
        DeviceError: Another process uses it.
    """
    wanted = sum(not job.skip for job in jobs)
    with engine.places(wanted) as places:
        run = SuiteRun(
            jobs,
            places,
            clock=SystemClock(),
            record_dir=config.record_dir,
            patience=options.patience,
        )

        def order(listed: Iterable[Job[C]]) -> Sequence[Job[C]]:
            return longest_first(listed, memory.seconds) if len(places) > 1 else tuple(listed)

        with stopping(run.ask_to_stop):
            return run.run(follower, order=order, maxfail=options.maxfail)
