"""What running cases costs beside the cases: runner, JUnit file, device; and cases a minute.

``python -m benchmarks.suite [--cases N] [--phones 1,2,4] [--each N] [--json FILE]``
"""

import argparse
import json
import os
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

from agent.config import Config
from agent.suite.language.cases import Case, load_cases
from agent.suite.language.task import Where
from agent.suite.runner.job import CaseResult, Job, job_of, repeated
from agent.suite.runner.junit import JUnitFile
from agent.suite.runner.memory import Memory
from agent.suite.runner.place import InProcess
from agent.suite.runner.run import SuiteResult, SuiteRun
from agent.suite.runner.scripted import ScriptedPerformer, ScriptedStation
from agent.suite.runner.seams import Silence
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status
from agent.wiring.stations import VirtualStation
from agent.wiring.suite import RunOptions, performer_of, run_jobs
from benchmarks.machine import Load, machine
from tools.clock import SystemClock
from tools.devices.fake import FakeDevice

_TASKS = Path(__file__).parents[1] / "tasks"


def jobs_of(count: int) -> list[Job[str]]:
    """So many cases that differ in name only, in files of 25."""
    return [
        Job(
            id=f"t{n // 25}::c{n}",
            file=f"t{n // 25}.task.yaml",
            line=1,
            title=f"c{n}",
            case=f"c{n}",
        )
        for n in range(count)
    ]


def runner_cost(count: int, workers: int) -> dict[str, float]:
    """Milliseconds a case of a run whose cases take no time."""
    clock = SystemClock()
    performer = ScriptedPerformer()
    stations = [ScriptedStation(str(n), FakeDevice()) for n in range(workers)]
    places = [InProcess(each, performer, clock) for each in stations]
    run = SuiteRun(jobs_of(count), places, clock=clock, record_dir=Path("none"))
    cpu_s, began_s = process_time(), clock.now()
    run.run(Silence())
    wall_s = clock.now() - began_s
    return {
        "wall_ms": 1000 * wall_s / count,
        "cpu_ms": 1000 * (process_time() - cpu_s) / count,
    }


def junit_cost(count: int) -> dict[str, float]:
    """Milliseconds to take in one case and write the whole file again, half of them failed."""
    clock = SystemClock()
    jobs = jobs_of(count)
    failed = CaseRun(
        Status.FAILED, Failure("check.text", "not visible", "a line of details\n" * 20)
    )
    runs = (failed, CaseRun(Status.PASSED))
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "junit.xml"
        file = JUnitFile(path, jobs, datetime.now(UTC))
        for number, job in enumerate(jobs):
            attempt = Attempt(runs[number % 2], "virtual-1", datetime.now(UTC), 1.0)
            began_s = clock.now()
            file.add(CaseResult.of(job, [attempt]))
            spent.append(1000 * (clock.now() - began_s))
        kilobytes = path.stat().st_size / 1000
    return {
        "median_ms": statistics.median(spent),
        "last_tenth_ms": statistics.median(spent[-max(1, count // 10) :]),
        "file_kB": kilobytes,
    }


def device_cost(rounds: int) -> dict[str, float]:
    """Milliseconds until a virtual phone is ready: started, and reset for another case."""
    clock = SystemClock()
    station = VirtualStation(1, Config(), clock)
    spent: list[float] = []
    try:
        for number in range(rounds + 1):
            began_s = clock.now()
            station.prepare(Where(scenario="dark" if number % 2 else "default", seed=number))
            spent.append(1000 * (clock.now() - began_s))
    finally:
        station.close()
    return {"first_ms": spent[0], "next_ms": statistics.median(spent[1:])}


def one_of_each_app() -> tuple[Case, ...]:
    """The first case of plain steps for a phone in each file that we ship, each of another app."""
    cases = load_cases([_TASKS], root=_TASKS.parent, environment=os.environ.get)
    first: dict[str, Case] = {}
    for each in cases:
        if "plain" in each.task.tags and each.task.target.platform != "desktop":
            first.setdefault(each.place.path, each)
    return tuple(first.values())


def plain_jobs(cases: Sequence[Case], count: int) -> list[Job[Case]]:
    """So many jobs: the cases in turn, so that every phone gets the same mix."""
    jobs = [job_of(each, retries=0, time_s=600.0) for each in cases]
    rounds = -(-count // len(jobs))
    return list(repeated(jobs, rounds))[:count]


@dataclass(frozen=True)
class Crowd:
    """What running cases on several virtual phones at once came to.

    Attributes:
        phones: How many at once.
        per_minute: Cases a minute, from the first begun to the last ended.
        cores: Processors kept busy by this process, the phones and their starts.
        cpu_s: Seconds of a processor a case, starts of phones with it.
        around_s: Seconds on a phone from the end of one case to the beginning of the next: reset,
            connection, queue, JUnit.
        case_s: Seconds of each case, by its id; the median of its runs.
        passed: How many of all passed.
        cases: How many there were.
        load: Load of the machine when it began.
    """

    phones: int
    per_minute: float
    cores: float
    cpu_s: float
    around_s: float
    case_s: dict[str, float]
    passed: int
    cases: int
    load: float

    def slower(self, alone: "Crowd") -> dict[str, float]:
        """How much longer each case took than alone, over what that many must on this machine.

        Up to 1 they share the processors without loss: alone, a case may fill one of them.
        """
        share = max(1.0, self.phones / (os.cpu_count() or 1))
        return {
            name: took / alone.case_s[name] / share
            for name, took in self.case_s.items()
            if name in alone.case_s
        }


def throughput(cases: Sequence[Case], phones: int, each: int) -> Crowd:
    """Run real cases on so many virtual phones, which are started for it.

    Args:
        cases: Plain steps: nothing is decided by a model.
        phones: How many at once.
        each: Cases for each phone.
    """
    load, clock = os.getloadavg()[0], SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        config = Config(record_dir=Path(folder), policy="rules")
        jobs = plain_jobs(cases, phones * each)
        began_s, before = clock.now(), os.times()
        suite = run_jobs(
            jobs,
            performer_of(config),
            config,
            _Written(JUnitFile(Path(folder) / "junit.xml", jobs, datetime.now(UTC))),
            options=RunOptions(f"virtual:{phones}"),
            memory=Memory(Path(folder) / "none", {}, exists=False),
        )
        wall_s, after = clock.now() - began_s, os.times()
    return _crowd(suite, phones, sum(after[:4]) - sum(before[:4]), wall_s, load)


class _Written(Silence):
    """Follows a run as ``agent test --junit`` does."""

    def __init__(self, junit: JUnitFile) -> None:
        self._junit = junit

    def ended(self, result: CaseResult) -> None:
        """Write it down."""
        self._junit.add(result)


def _crowd(suite: SuiteResult, phones: int, cpu_s: float, wall_s: float, load: float) -> Crowd:
    made = [(result.job.id, a) for result in suite.results for a in result.attempts]
    took: dict[str, list[float]] = defaultdict(list)
    by_phone: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for name, attempt in made:
        took[name].append(attempt.duration_s)
        by_phone[attempt.device].append((attempt.started.timestamp(), attempt.duration_s))
    ends = [
        (start, following - start - lasted)
        for rows in map(sorted, by_phone.values())
        for (start, lasted), (following, _) in pairwise(rows)
    ]
    # The first attempt on each phone holds its start, which is told by ``device_cost``.
    starts = {min(rows)[0] for rows in by_phone.values()}
    first_s = min(start for rows in by_phone.values() for start, _ in rows)
    last_s = max(start + lasted for rows in by_phone.values() for start, lasted in rows)
    return Crowd(
        phones=phones,
        per_minute=60 * len(made) / (last_s - first_s),
        cores=cpu_s / wall_s,
        cpu_s=cpu_s / len(made),
        around_s=statistics.median([gap for start, gap in ends if start not in starts] or [0.0]),
        case_s={name: statistics.median(times) for name, times in took.items()},
        passed=sum(each is Status.PASSED for each in suite.statuses),
        cases=len(suite.results),
        load=load,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write figures as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--phones", default="1,2,4,8,16", help="numbers of phones; empty: none")
    parser.add_argument("--each", type=int, default=9, help="cases for each phone")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    load: Load = os.getloadavg()
    cases = one_of_each_app()
    figures: dict[str, Any] = {
        "runner": {str(workers): runner_cost(given.cases, workers) for workers in (1, 4, 16)},
        "junit": {str(count): junit_cost(count) for count in (given.cases // 10, given.cases)},
        "device": device_cost(5),
        "throughput": [],
    }
    _print("runner, a case, by workers", figures["runner"])
    _print("JUnit, a case, by cases in the file", figures["junit"])
    print(f"phone ready: {_told(figures['device'])}")
    alone: Crowd | None = None
    for phones in [int(word) for word in given.phones.split(",") if word]:
        crowd = throughput(cases, phones, given.each)
        alone = crowd if alone is None else alone
        slower = sorted(crowd.slower(alone).values())
        row = {
            **asdict(crowd),
            "slower_median": statistics.median(slower),
            "slower_most": slower[-1],
        }
        figures["throughput"].append(row)
        print(_told({name: value for name, value in row.items() if name != "case_s"}))
    figures["machine"] = machine(load)
    print(_told(figures["machine"]))
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=2))
    return 0


def _print(what: str, rows: dict[str, dict[str, float]]) -> None:
    print(what)
    for name, row in rows.items():
        print(f"  {name:>5}  {_told(row)}")


def _told(row: dict[str, Any]) -> str:
    return "  ".join(
        f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}"
        for name, value in row.items()
    )


if __name__ == "__main__":
    raise SystemExit(main())
