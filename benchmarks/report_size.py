"""What a report costs to build and to keep, beside the recording that it shows.

Run it as ``python -m benchmarks.report_size [RECORDING]``. The steps of one recording, by default
the booking that is shipped, are written again and again by the real writer until there are as many
as wanted, each with a number stamped onto its frame, so that no frame is stored twice. Times are
CPU times of one process; what counts are the ratios: a step at 200 steps against a step at 50.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

from agent.loop import Cast, Limits, run_episode
from agent.policies.scripted import ScriptedPolicy
from agent.recording.reader import Recording, read_recording
from agent.recording.writer import Header, RecordingWriter, new_folder
from agent.report.build import Report, write_report, write_single_page
from agent.step import Decision, Step, ToolCall
from benchmarks.machine import machine
from tools.action import Action
from tools.builtin import builtin_registry
from tools.clock import SystemClock
from tools.device import DeviceInfo, Observation
from tools.errors import NeedsHumanError
from tools.screen import Screenshot
from tools.ui_tree import parse_ui_tree

SHIPPED = Path(__file__).resolve().parents[1] / "recordings" / "shipped" / "booking"
STEPS = (50, 200)
_MEGA = 1e6


@dataclass(frozen=True)
class Cost:
    """What one report cost.

    Attributes:
        steps: Of the recording that it shows.
        recording_mb: All files of that recording.
        folder_mb: All files of the report as a folder.
        folder_cpu_s: CPU time to build it.
        single_mb: The report as one file.
        single_cpu_s: CPU time to build that.
    """

    steps: int
    recording_mb: float
    folder_mb: float
    folder_cpu_s: float
    single_mb: float
    single_cpu_s: float


class _Slides:
    """A device that shows the frames of a recording over and over, and lets itself be touched."""

    def __init__(self, recording: Recording) -> None:
        self._looks = [each.observation for each in recording.steps if each.observation is not None]
        self._recording = recording
        self._shown = 0
        self.info: DeviceInfo = recording.start.device
        self.supports = frozenset(recording.start.supports or ())

    def glance(self) -> Screenshot:
        look = self._looks[self._shown % len(self._looks)]
        with Image.open(self._recording.file(look.frame)) as stored:
            image = stored.convert("RGB")
        ImageDraw.Draw(image).text((8, 8), f"look {self._shown}", fill="red")
        return Screenshot(image=image, source="slides")

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        look = self._looks[self._shown % len(self._looks)]
        tree = parse_ui_tree(self._recording.read(look.ui_tree)) if look.ui_tree else None
        shot = seen if seen is not None else self.glance()
        self._shown += 1
        return Observation(shot, app=look.app, activity=look.activity, ui_tree=tree)

    def perform(self, action: Action) -> None:
        """Nothing happens but the next slide."""

    def close(self) -> None:
        """Nothing to let go."""


class _Silence:
    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        """Not heard."""

    def stepped(self, step: Step) -> None:
        """Not seen."""


def lengthened(recording: Recording, steps: int, parent: Path) -> Recording:
    """A recording of ``steps`` taps on the screens of ``recording``, written by the real writer."""
    device, clock = _Slides(recording), SystemClock()
    size = device.info.size
    decisions = [
        Decision(
            thought=f"Step {number} touches something.",
            call=ToolCall(
                name="tap",
                arguments={"at": [37 * number % size.width, 91 * number % size.height]},
            ),
        )
        for number in range(steps)
    ]
    folder = new_folder(parent, f"{steps} steps")
    header = Header(f"{steps} steps", "scripted", device.info, {}, {}, supports=device.supports)
    recorder = RecordingWriter(folder, header, clock)
    registry = builtin_registry().offered(device.supports)
    policy = ScriptedPolicy(decisions)
    cast = Cast(device, policy, registry, recorder, clock, _nobody, _Silence())
    limits = Limits(max_steps=steps, timeout_s=3600, may_get_stuck=False)
    run_episode(header.goal, cast, limits)
    recorder.close()
    return read_recording(folder)


def _nobody(question: str) -> str:
    raise NeedsHumanError(question)


def measure(recording: Recording, lengths: Sequence[int], folder: Path) -> list[Cost]:
    """Build a report of each length and say what it cost."""
    found = []
    for steps in lengths:
        long = lengthened(recording, steps, folder / "recordings")
        page, page_s = _built(lambda long=long, n=steps: _folder(long, folder / f"report-{n}"))
        single, single_s = _built(lambda long=long, n=steps: _single(long, folder / f"{n}.html"))
        size = sum(each.stat().st_size for each in long.folder.rglob("*") if each.is_file())
        found.append(
            Cost(
                steps=steps,
                recording_mb=size / _MEGA,
                folder_mb=page.size_bytes / _MEGA,
                folder_cpu_s=page_s,
                single_mb=single.size_bytes / _MEGA,
                single_cpu_s=single_s,
            )
        )
    return found


def _folder(recording: Recording, folder: Path) -> Report:
    return write_report([recording], folder, lambda *_: None)


def _single(recording: Recording, path: Path) -> Report:
    return write_single_page([recording], path, lambda *_: None)


def _built(build: Any) -> tuple[Report, float]:  # noqa: ANN401 - a call without arguments
    started_s = time.process_time()
    report = build()
    return report, time.process_time() - started_s


def show(costs: Sequence[Cost], console: Console) -> None:
    """Print the figures and their ratios."""
    table = Table(title="Reports", caption="MB and s of CPU")
    table.add_column("")
    for cost in costs:
        table.add_column(f"{cost.steps} steps", justify="right")
    first, last = costs[0], costs[-1]
    table.add_column("a step, last : first", justify="right")
    for name in list(asdict(first))[1:]:
        cells = [f"{getattr(cost, name):.2f}" for cost in costs]
        each = (getattr(last, name) / last.steps) / (getattr(first, name) / first.steps)
        table.add_row(name.replace("_", " "), *cells, f"{each:.2f}")
    console.print(table)
    share = last.folder_mb / last.recording_mb
    console.print(f"  a folder of {last.steps} steps is {share:.2f} of its recording")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report_size", description=__doc__)
    parser.add_argument("recording", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("--steps", type=int, nargs="+", default=list(STEPS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    given = parser.parse_args(arguments)
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        costs = measure(read_recording(given.recording), given.steps, Path(folder))
    show(costs, Console())
    if given.json is not None:
        report = {
            "benchmark": "report_size",
            "machine": machine(load),
            "costs": list(map(asdict, costs)),
        }
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
