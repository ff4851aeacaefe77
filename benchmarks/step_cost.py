"""What a tap step costs the framework, on the virtual phone, with a scripted policy.

Run it as ``python -m benchmarks.step_cost``. Two hundred taps, each of which changes the screen, go
to a virtual phone in a process of its own, through its ADB server, with everything a real run has:
registry, guard, settling, stuck detector, recorder. The phone says how long its own drawing took,
so that the framework's cost is known without it. A yardstick, the same piece of work after every
step, tells how much everything is stretched by what others do on the machine; that is taken out of
one line of the table and out of the growth. On a quiet machine it makes no difference.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from agent.config import Config
from agent.loop import Cast, Limits, run_episode
from agent.policies.scripted import ScriptedPolicy
from agent.recording.writer import Header, new_folder
from agent.step import StopReason
from benchmarks.costs import Sources, step_costs, summary
from benchmarks.machine import machine
from benchmarks.phone_side import read_timings, timed_phone
from benchmarks.probes import (
    StepWatcher,
    TracedDevice,
    TracedPolicy,
    TracedWriter,
    Tracer,
    Yardstick,
    counted_jpegs,
)
from benchmarks.switches import open_switches, toggles
from tools.approval import NeverApprover
from tools.builtin import builtin_registry
from tools.clock import SystemClock
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import connect
from tools.errors import AutomationError, NeedsHumanError
from tools.guard import GuardedDevice, default_rules
from tools.settle import SettlingDevice

STEPS = 200
GOAL_MS = 25.0
GOAL_GROWTH = 0.05
GOAL_ROUND_TRIPS = 2
_GOAL = "toggle the switches"


def measure(steps: int, folder: Path, progress: Callable[[int], None]) -> dict[str, Any]:
    """Run ``steps`` taps and return the figures as JSON.

    Args:
        steps: How many; one more is made before them, which is not counted.
        folder: Where the phone and the recorder write.
        progress: Called after every step with their number.

    Raises:
        AutomationError: The phone does not start, or the episode does not come to its end.
    """
    clock, load = SystemClock(), os.getloadavg()
    tracer, yardstick = Tracer(clock), Yardstick(clock)
    with timed_phone(folder) as phone, counted_jpegs(clock) as jpegs:
        server = AdbServer(port=phone.server_port or 0)
        switches = open_switches(phone.serial, server, clock)
        plain = connect(phone.serial, server=server, clock=clock)
        inner = TracedDevice(plain, tracer, observe="look", perform="act", innermost=True)
        guarded = GuardedDevice(
            SettlingDevice(inner, clock), default_rules(plain.info), NeverApprover()
        )
        device = TracedDevice(guarded, tracer, observe="settle", perform="guard", innermost=False)
        policy = TracedPolicy(ScriptedPolicy(toggles(switches, steps + 1)), tracer)
        recorder = TracedWriter(
            new_folder(folder, _GOAL),
            Header(_GOAL, policy.name, plain.info, Config().model_dump(mode="json"), {}),
            clock,
        )
        recorder.tracer = tracer
        registry = builtin_registry().offered(device.supports)

        def between(done: int) -> None:
            yardstick.measure()
            progress(done)

        watcher = StepWatcher(tracer, between)
        cast = Cast(device, policy, registry, recorder, clock, _nobody, watcher)
        tracer.begin_step()
        try:
            episode = run_episode(_GOAL, cast, Limits(max_steps=steps + 2, timeout_s=3600.0))
        finally:
            recorder.close()
            plain.close()
    if episode.stop is not StopReason.FINISHED:
        raise AutomationError(f"The episode ended early: {episode.stop}. {episode.error}")
    sources = Sources(tracer, read_timings(folder), jpegs, recorder.folder, plain.info.size)
    figures = summary(step_costs(sources, steps), yardstick)
    return {
        "benchmark": "step_cost",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(load),
        "device": {"capture": plain.info.capture, "size": str(plain.info.size)},
        "goals": _goals(figures),
        **figures,
    }


def _nobody(question: str) -> str:
    raise NeedsHumanError(question)


def _goals(figures: dict[str, Any]) -> list[dict[str, Any]]:
    counts, grown = figures["counts"], figures["growth"]
    goals = [
        ("a tap step without drawing and others' load", "ms", GOAL_MS,
         figures["step_ms"]["unloaded"]["median"], 0.0),
        ("ADB round trips", "", GOAL_ROUND_TRIPS, counts["round_trips"]["median"], 0.0),
        ("whole frames encoded", "", 1, counts["encoded"]["median"], 0.0),
    ]  # fmt: skip
    for name, of_what in (("cpu", "our CPU time"), ("wall", "the time")):
        told = grown[name] or {"share": None, "error": None}
        what = f"growth of {of_what} from step {grown['from_step']} on"
        goals.append((what, "%", GOAL_GROWTH, told["share"], told["error"]))
    return [
        {
            "what": what,
            "unit": unit,
            "at_most": limit,
            "measured": value,
            "error": error,
            "met": _is_met(value, error, limit),
        }
        for what, unit, limit, value, error in goals
    ]


def _is_met(value: float | None, error: float, limit: float) -> bool | None:
    """``None`` where it cannot be told: not measured, or unsure by more than the limit itself."""
    if value is None:
        return None
    if value - error > limit:
        return False
    return True if value <= limit and error <= limit else None


def show(report: dict[str, Any], console: Console) -> None:
    """Print ``report`` as tables."""
    where, steps = report["machine"], report["growth"]["to_step"]
    table = Table(
        title=f"A tap step in ms, of {steps}",
        caption=f"{where['cpus']} CPUs, load {where['load_before']} to {where['load_after']}"
        f" · Python {where['python']} · capture: {report['device']['capture']}",
    )
    for name in ("part", *_FIGURES, "phone draws"):
        table.add_column(name, justify="left" if name == "part" else "right")
    for part, row in report["parts_ms"].items():
        drawing = f"{row['drawing']:.1f}" if row["drawing"] else ""
        table.add_row(part, *_cells(row), drawing)
    table.add_section()
    for part, row in report["step_ms"].items():
        table.add_row(_SUMS[part], *_cells(row))
    console.print(table)
    counts = report["counts"]
    console.print(
        f"a step: {counts['round_trips']['median']:.0f} ADB round trips, "
        f"{counts['glances']['median']:.0f} frames taken, "
        f"{counts['encoded']['median']:.0f} frames and "
        f"{counts['patches']['median']:.0f} patches encoded, "
        f"{counts['wire_bytes']['median'] / 1000:.0f} kB over ADB, "
        f"{counts['disk_bytes']['median'] / 1000:.0f} kB to disk"
    )
    for goal in report["goals"]:
        word, style = _MARKS[goal["met"]]
        measured, limit = (_figure(goal[key], goal["unit"]) for key in ("measured", "at_most"))
        if goal["error"]:
            measured += f" ± {goal['error']:.1%}"
        line = f"  {goal['what']}: {measured} (at most {limit})"
        console.print(Text.assemble((f"{word:>7}", style), line))


_FIGURES = ("p10", "median", "p90", "mean")
_MARKS = {True: ("met", "green"), False: ("missed", "red"), None: ("unknown", "yellow")}
_SUMS = {
    "wall": "the whole step",
    "drawing": "the phone's own drawing",
    "framework": "the step without it",
    "unloaded": "and without others' load",
    "cpu": "our CPU",
    "phone_cpu": "CPU of the phone",
    "yardstick_cpu": "CPU of the yardstick",
}


def _cells(row: dict[str, float]) -> list[str]:
    return [f"{row[name]:.2f}" for name in _FIGURES]


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "too few steps to tell"
    return f"{value:+.1%}" if unit == "%" else f"{value:.3g} {unit}".rstrip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.step_cost", description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS, help="tap steps (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    given = parser.parse_args(arguments)
    if given.steps < 1:
        parser.error("at least one step is needed")
    columns = (TextColumn("tapping"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Refreshed between the steps only: a thread of its own would be measured with them.
    with (
        tempfile.TemporaryDirectory(prefix="step-cost-") as folder,
        Progress(*columns, console=Console(stderr=True), auto_refresh=False) as progress,
    ):
        task = progress.add_task("", total=given.steps + 1)

        def advance(done: int) -> None:
            progress.update(task, completed=min(done, given.steps + 1), refresh=True)

        try:
            report = measure(given.steps, Path(folder), advance)
        except AutomationError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    show(report, Console())
    if given.json is not None:
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
