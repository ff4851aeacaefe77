"""What it costs to perform a recording again, beside the run that was recorded.

Run it as ``python -m benchmarks.replay``. Each round records a booking with the built-in rules on a
virtual phone in a process of its own, performs it again step by step on another one, once more on a
dark one, where every step must be healed, and once from the step cache. All is wired as ``agent
run`` and ``agent replay`` wire it. The phone says how long its own drawing took and what CPU time
it used, so that the figures can be read on a busy machine too; ratios are of one round each, and
the median of the rounds is told.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.config import Config
from agent.phone_process import running_phone
from agent.recording.reader import Recording, read_recording
from agent.step import Episode, Step
from agent.wiring.audience import Nobody
from agent.wiring.episode import run_with
from agent.wiring.replay import Replayed, replay_live
from benchmarks.machine import machine
from benchmarks.phone_side import TimedPhoneOptions, read_timings
from tools.device import DeviceInfo
from tools.errors import AutomationError

ROUNDS = 5
GOAL_STEPS_PER_S = 10.0
GOAL_MODEL_CALLS = 0
_GOAL = "book a one-way ticket Chongqing to Beijing"
_SHOWN = "Booking confirmed"
_ASKED = ("ask", "replan")
Memory = dict[str, Any]
Run = Callable[[Config, "Stopwatch"], Episode | Replayed]


class Stopwatch(Nobody):
    """An audience that notes when the steps begin and end: starting and connecting are no steps."""

    def __init__(self) -> None:
        self.start_s = self.end_s = self.start_cpu_s = self.end_cpu_s = 0.0

    def began(self, goal: str, device: DeviceInfo, policy: str) -> None:  # noqa: ARG002 - as asked
        """The first look comes next."""
        self.start_s, self.start_cpu_s = time.monotonic(), time.process_time()

    def stepped(self, step: Step) -> None:  # noqa: ARG002 - as asked
        """Another step is over, perhaps the last."""
        self.end_s, self.end_cpu_s = time.monotonic(), time.process_time()


@dataclass(frozen=True)
class Cost:
    """What one run cost, per step where it says so.

    Attributes:
        steps: How many it took.
        wall_ms: A step, all in all.
        quiet_ms: Its CPU time, ours and the phone's: a step on an idle machine with one CPU.
        framework_ms: A step without the phone's own drawing.
        cpu_ms: Our CPU time.
        phone_cpu_ms: That of the phone.
        observe_ms: Looking, with what it takes for the screen to come to rest.
        decide_ms: Finding the recorded step, or what the rules think.
        record_ms: Writing the recording.
        written_kb: What a step adds to the disk.
        asked: How often another policy was asked.
        rungs: How often each rung was taken; empty for a run that replays nothing.
    """

    steps: int
    wall_ms: float
    quiet_ms: float
    framework_ms: float
    cpu_ms: float
    phone_cpu_ms: float
    observe_ms: float
    decide_ms: float
    record_ms: float
    written_kb: float
    asked: int
    rungs: dict[str, int]


def run_once(
    run: Run, folder: Path, scenario: str = "default", memory: Memory | None = None
) -> tuple[Cost, Path]:
    """Run on a phone of its own.

    Args:
        run: What to run with the configuration for that phone.
        folder: Where phone and recorder write; must be empty.
        scenario: What the phone is like.
        memory: The step cache, and what is checked so that it is filled; ``None`` for none.

    Returns:
        What it cost, and its recording.

    Raises:
        AutomationError: The phone does not start, or the run did not finish.
    """
    folder.mkdir(parents=True)
    with running_phone(TimedPhoneOptions(scenario=scenario, folder=folder)) as phone:
        config = Config(
            device=phone.serial,
            adb_server=f"127.0.0.1:{phone.server_port}",
            policy="rules",
            approve="always",
            record_dir=folder / "recordings",
            **(memory or {}),
        )
        watch = Stopwatch()
        done = run(config, watch)
    episode = done.episode if isinstance(done, Replayed) else done
    if not episode.finished or episode.recording is None:
        raise AutomationError(f"The run ended early: {episode.stop}. {episode.error}")
    steps = read_recording(episode.recording).steps
    rungs = Counter(str(step.rung.rung) for step in steps if step.rung is not None)
    return _cost(episode, watch, folder, dict(rungs)), episode.recording


def _cost(episode: Episode, watch: Stopwatch, folder: Path, rungs: dict[str, int]) -> Cost:
    steps, cpu_s = len(episode.steps), watch.end_cpu_s - watch.start_cpu_s
    phone = read_timings(folder).between(watch.start_s, watch.end_s)
    drawn_s = phone.drawing_within(watch.start_s, watch.end_s)
    assert episode.recording is not None
    written = sum(file.stat().st_size for file in episode.recording.rglob("*") if file.is_file())

    def a_step(seconds: float) -> float:
        return 1000 * seconds / steps

    def spent(name: str) -> float:
        return a_step(sum(getattr(step.timing, name) for step in episode.steps))

    return Cost(
        steps=steps,
        wall_ms=a_step(watch.end_s - watch.start_s),
        quiet_ms=a_step(cpu_s + phone.cpu_s),
        framework_ms=a_step(watch.end_s - watch.start_s - drawn_s),
        cpu_ms=a_step(cpu_s),
        phone_cpu_ms=a_step(phone.cpu_s),
        observe_ms=spent("observe_s"),
        decide_ms=spent("decide_s"),
        record_ms=spent("record_s"),
        written_kb=written / steps / 1000,
        asked=sum(rungs.get(rung, 0) for rung in _ASKED),
        rungs=rungs,
    )


def measure(rounds: int, folder: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    """Run all rounds and return the figures as JSON.

    Raises:
        AutomationError: A run did not finish.
    """
    load = os.getloadavg()
    found: dict[str, list[Cost]] = {"recorded": [], "exact": [], "healed": [], "cached": []}
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        place = folder / str(number)
        cost, made = run_once(_book, place / "recorded")
        found["recorded"].append(cost)
        recording = read_recording(made)
        exact, healed = _replay(recording, "strict"), _replay(recording, "heal")
        found["exact"].append(run_once(exact, place / "exact")[0])
        found["healed"].append(run_once(healed, place / "healed", "dark")[0])
        memory: Memory = {
            "cache": "auto",
            "cache_dir": place / "steps",
            "expect": (_SHOWN,),
        }
        run_once(_book, place / "first", memory=memory)
        found["cached"].append(run_once(_book, place / "cached", memory=memory)[0])
    medians = {name: _median(costs) for name, costs in found.items()}
    ratios = {
        name: median(
            cost.framework_ms / first.framework_ms
            for cost, first in zip(found[name], found["recorded"], strict=True)
        )
        for name in ("exact", "healed", "cached")
    }
    return {
        "benchmark": "replay",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(load),
        "a_step": medians,
        "to_recorded": ratios,
        "goals": [goal for name in ("exact", "cached") for goal in _goals(name, medians, found)],
        "rounds": {name: [asdict(cost) for cost in costs] for name, costs in found.items()},
    }


def _book(config: Config, watch: Stopwatch) -> Episode:
    return run_with(config, _GOAL, audience=watch)


def _replay(recording: Recording, mode: Literal["strict", "heal"]) -> Run:
    return lambda config, watch: replay_live(config, recording, mode=mode, audience=watch)


def _median(costs: list[Cost]) -> dict[str, float]:
    names = [name for name in asdict(costs[0]) if name != "rungs"]
    return {name: median(getattr(cost, name) for cost in costs) for name in names}


def _goals(
    name: str, medians: dict[str, dict[str, float]], found: dict[str, list[Cost]]
) -> list[dict[str, Any]]:
    here, quiet = (1000 / medians[name][field] for field in ("wall_ms", "quiet_ms"))
    asked = max(cost.asked for cost in found[name])
    return [
        {"what": f"{name} steps a second, here and now", "at_least": GOAL_STEPS_PER_S,
         "measured": here, "met": here >= GOAL_STEPS_PER_S},
        {"what": "the same on one idle CPU", "at_least": GOAL_STEPS_PER_S,
         "measured": quiet, "met": quiet >= GOAL_STEPS_PER_S},
        {"what": "model or policy calls in it", "at_most": GOAL_MODEL_CALLS,
         "measured": asked, "met": asked <= GOAL_MODEL_CALLS},
    ]  # fmt: skip


def show(report: dict[str, Any], console: Console) -> None:
    """Print ``report`` as a table and its goals."""
    where = report["machine"]
    table = Table(
        title="A step in ms",
        caption=f"{where['cpus']} CPUs, load {where['load_before']} to {where['load_after']}"
        f" · Python {where['python']}",
    )
    names = list(report["a_step"])
    for column in ("", *names):
        table.add_column(column, justify="right" if column else "left")
    for row in report["a_step"][names[0]]:
        cells = (report["a_step"][name][row] for name in names)
        digits = 0 if row in {"steps", "asked"} else 1
        table.add_row(row.replace("_ms", "").replace("_", " "), *(f"{x:.{digits}f}" for x in cells))
    console.print(table)
    for name, ratio in report["to_recorded"].items():
        console.print(f"  {name}: {ratio:.2f} of the recorded run, without the phone's drawing")
    for goal in report["goals"]:
        word, style = ("met", "green") if goal["met"] else ("missed", "red")
        limit = f"at least {goal['at_least']:g}" if "at_least" in goal else (
            f"at most {goal['at_most']:g}"
        )  # fmt: skip
        line = f"  {goal['what']}: {goal['measured']:.3g} ({limit})"
        console.print(Text.assemble((f"{word:>7}", style), line))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="default: %(default)s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    given = parser.parse_args(arguments)
    if given.rounds < 1:
        parser.error("at least one round is needed")
    console = Console(stderr=True)
    with (
        tempfile.TemporaryDirectory(prefix="replay-") as folder,
        console.status("starting …") as status,
    ):
        try:
            report = measure(given.rounds, Path(folder), status.update)
        except AutomationError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    show(report, Console())
    if given.json is not None:
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
