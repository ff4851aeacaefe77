"""What running cases costs beside the cases: runner, JUnit file, device; and cases a minute.

``python -m benchmarks.suite [--cases N] [--phones 1,2,4] [--each N] [--json FILE]``
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any, TypeVar

from agent.config import Config
from agent.suite.language.task import Where
from agent.suite.runner.deadline import Deadline
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.junit import JUnitFile
from agent.suite.runner.memory import Memory
from agent.suite.runner.place import InProcess
from agent.suite.runner.run import SuiteRun
from agent.suite.runner.scripted import ScriptedPerformer, ScriptedStation
from agent.suite.runner.seams import LeasedDevice, Performer, Silence
from agent.suite.runner.status import Attempt, CaseRun, Failure, Status
from agent.wiring.stations import VirtualStation
from agent.wiring.suite import RunOptions, run_jobs
from benchmarks.machine import Load, machine
from tools.action import Home, OpenApp
from tools.clock import SystemClock
from tools.device import Device
from tools.devices.fake import FakeDevice
from tools.settle import SettlingDevice

C = TypeVar("C")
_APPS = ("Settings", "Notes", "Contacts", "Clock", "Shop")


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


class Tour:
    """A performer for measuring: opens five apps on the phone and goes home; nothing is decided."""

    def perform(self, case: str, device: LeasedDevice, folder: Path, deadline: Deadline) -> CaseRun:
        """Make the tour."""
        del case, folder
        settled: Device = SettlingDevice(device.device, SystemClock())
        for name in _APPS:
            deadline.check()
            settled.observe()
            settled.perform(OpenApp(name=name))
        settled.perform(Home())
        settled.observe()
        return CaseRun(Status.PASSED, steps=len(_APPS) + 1)

    def close(self) -> None:
        """There is nothing to let go of."""


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


def throughput(
    performer: Performer[C], make_jobs: Callable[[int], Sequence[Job[C]]], phones: int, each: int
) -> dict[str, Any]:
    """Cases a minute on so many virtual phones, without starting them.

    Args:
        performer: Who performs the cases.
        make_jobs: Makes so many cases.
        phones: How many at once.
        each: Cases for each phone.
    """
    with tempfile.TemporaryDirectory() as folder:
        config = Config(record_dir=Path(folder))
        suite = run_jobs(
            make_jobs(phones * each),
            performer,
            config,
            Silence(),
            options=RunOptions(f"virtual:{phones}"),
            memory=Memory(Path(folder) / "none", {}, exists=False),
        )
    ends = [(a.started.timestamp(), a.duration_s) for r in suite.results for a in r.attempts]
    first_s = min(start for start, _ in ends)
    last_s = max(start + took for start, took in ends)
    return {
        "phones": phones,
        "cases": len(suite.results),
        "passed": sum(each is Status.PASSED for each in suite.statuses),
        "per_minute": 60 * len(suite.results) / (last_s - first_s),
        "case_s": statistics.median(took for _, took in ends),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write figures as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--phones", default="1,2,4,8,16", help="numbers of phones; empty: none")
    parser.add_argument("--each", type=int, default=5, help="cases for each phone")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    load: Load = os.getloadavg()
    figures: dict[str, Any] = {
        "runner": {str(workers): runner_cost(given.cases, workers) for workers in (1, 4, 16)},
        "junit": {str(count): junit_cost(count) for count in (given.cases // 10, given.cases)},
        "device": device_cost(5),
        "throughput": [],
    }
    _print("runner, a case, by workers", figures["runner"])
    _print("JUnit, a case, by cases in the file", figures["junit"])
    print(f"phone ready: {_told(figures['device'])}")
    for phones in [int(word) for word in given.phones.split(",") if word]:
        figures["throughput"].append(throughput(Tour(), jobs_of, phones, given.each))
        print(_told(figures["throughput"][-1]))
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
