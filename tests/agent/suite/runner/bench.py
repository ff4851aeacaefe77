"""Jobs, stations and a listening follower for tests of the runner."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from agent.suite.language.task import Where
from agent.suite.runner.deadline import Patience
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.place import InProcess
from agent.suite.runner.run import SuiteResult, SuiteRun
from agent.suite.runner.scripted import ScriptedPerformer, ScriptedStation, Turn
from agent.suite.runner.seams import Station
from agent.suite.runner.status import CaseRun, Status
from tools.clock import SystemClock
from tools.devices.fake import FakeDevice

SHORT = Patience(ready_s=5, leave_s=0.05, teardown_s=0.05, sever_s=0.05)
"""For cases that hang on purpose. Nothing asserts how long anything takes."""


def job(name: str, **changes: object) -> Job[str]:
    fields: dict[str, object] = {"retries": 0, "time_s": 60.0, **changes}
    return Job(
        id=f"tasks/a.task.yaml::{name}",
        file="tasks/a.task.yaml",
        line=3,
        title=name,
        case=name,
        **fields,  # type: ignore[arg-type]
    )


def on(device: str) -> Where:
    return Where(device=device)


class Ears:
    """Keeps what a follower is told."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str]] = []
        self.results: list[CaseResult] = []
        self.losses: list[tuple[str, str]] = []
        self.stops: list[bool] = []

    def began(self, job: Job[object], device: str) -> None:
        self.begun.append((job.title, device))

    def ended(self, result: CaseResult) -> None:
        self.results.append(result)

    def lost(self, device: str, why: str) -> None:
        self.losses.append((device, why))

    def stopping(self, *, at_once: bool) -> None:
        self.stops.append(at_once)


def stations(*names: str) -> list[ScriptedStation]:
    return [ScriptedStation(name, FakeDevice()) for name in names]


def make_run(
    jobs: Sequence[Job[str]],
    places: Sequence[Station],
    performer: ScriptedPerformer,
    patience: Patience | None = None,
) -> SuiteRun[str]:
    clock = SystemClock()
    return SuiteRun(
        jobs,
        [InProcess(each, performer, clock) for each in places],
        clock=clock,
        record_dir=Path("recordings"),
        patience=patience,
    )


def run(
    jobs: Sequence[Job[str]],
    script: Mapping[str, Iterable[CaseRun | Turn]] | None = None,
    *,
    places: Sequence[Station] | None = None,
    patience: Patience | None = None,
    maxfail: int = 0,
    ears: Ears | None = None,
) -> SuiteResult:
    """Run ``jobs`` on one station, or on ``places``."""
    chosen = places if places is not None else stations("one")
    suite = make_run(jobs, chosen, ScriptedPerformer(script), patience)
    return suite.run(ears if ears is not None else Ears(), maxfail=maxfail)


def told(suite: SuiteResult) -> dict[str, Status]:
    return {each.job.title: each.status for each in suite.results}
