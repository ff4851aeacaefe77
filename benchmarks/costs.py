"""From stopwatches to figures: what each step cost, and whether later steps cost more."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import linear_regression, mean, median, quantiles
from typing import Any

from agent.recording.format import EVENTS_FILE
from benchmarks.phone_side import PhoneTimings
from benchmarks.probes import PARTS, JpegCounter, Tracer, Yardstick
from tools.geometry import Size

WARM_UP = 10
"""Steps before the growth is measured: caches fill, the allocator finds its sizes."""
_WINDOWS = 10


@dataclass(frozen=True)
class StepCost:
    """One tap step. Durations in seconds, of the wall clock unless they are called CPU.

    Attributes:
        wall_s: From the look to the result on disk.
        drawing_s: The part of it that the phone spent on making the picture.
        cpu_s: CPU time of our process.
        phone_cpu_s: CPU time of the phone's process, drawing included.
        parts_s: The wall time by part; together they are ``wall_s``.
        parts_drawing_s: The phone's drawing by the part that waited for it.
        round_trips: ADB services asked for.
        wire_bytes: Bytes over ADB, both ways.
        disk_bytes: Bytes added to the recording.
        glances: Frames taken.
        encoded: Whole frames encoded as JPEG.
        patches: Small pictures encoded as JPEG.
    """

    step: int
    wall_s: float
    drawing_s: float
    cpu_s: float
    phone_cpu_s: float
    parts_s: dict[str, float]
    parts_drawing_s: dict[str, float]
    round_trips: int
    wire_bytes: int
    disk_bytes: int
    glances: int
    encoded: int
    patches: int

    @property
    def framework_s(self) -> float:
        """What the framework cost: everything but the phone's own drawing."""
        return self.wall_s - self.drawing_s


@dataclass(frozen=True)
class Sources:
    """What the costs of a run are computed from."""

    tracer: Tracer
    phone: PhoneTimings
    jpegs: JpegCounter
    recording: Path
    screen: Size


def step_costs(sources: Sources, count: int) -> list[StepCost]:
    """The costs of steps 1 to ``count``; step 0 is left out: no action comes before its look."""
    disk = _disk_bytes(sources.recording)
    return [_step_cost(sources, step, disk[step]) for step in range(1, count + 1)]


def _step_cost(sources: Sources, step: int, disk_bytes: int) -> StepCost:
    mark = sources.tracer.marks[step]
    phone = sources.phone.between(mark.start_s, mark.end_s)
    parts, drawing = dict.fromkeys(PARTS, 0.0), dict.fromkeys(PARTS, 0.0)
    glances = 0
    for span in sources.tracer.spans_between(mark.start_s, mark.end_s):
        parts[span.part] += span.end_s - span.start_s
        drawing[span.part] += phone.drawing_within(span.start_s, span.end_s)
        glances += span.part == "capture"
    encoded = [size for at_s, size in sources.jpegs.encoded if mark.start_s <= at_s < mark.end_s]
    whole = (sources.screen.width, sources.screen.height)
    return StepCost(
        step=step,
        wall_s=mark.end_s - mark.start_s,
        drawing_s=phone.drawing_within(mark.start_s, mark.end_s),
        cpu_s=mark.cpu_s,
        phone_cpu_s=phone.cpu_s,
        parts_s=parts,
        parts_drawing_s=drawing,
        round_trips=len(phone.services),
        wire_bytes=sum(one.sent + one.received + len(one.name) for one in phone.services),
        disk_bytes=disk_bytes,
        glances=glances,
        encoded=encoded.count(whole),
        patches=len(encoded) - encoded.count(whole),
    )


def _disk_bytes(recording: Path) -> Counter[int]:
    """Bytes in the recording by the step that wrote them."""
    found: Counter[int] = Counter()
    for line in (recording / EVENTS_FILE).read_bytes().splitlines(keepends=True):
        event = json.loads(line)
        if "step" in event:
            found[event["step"]] += len(line)
    for path in recording.glob("frames/*"):
        found[int(path.name.partition("-")[0])] += path.stat().st_size
    return found


def growth(values: Sequence[float], yardstick: Sequence[float]) -> dict[str, float] | None:
    """How much the last value is above that of step ``WARM_UP``, as a share of the latter.

    A line is fitted to the medians of windows, so that single slow steps do not count, each
    divided by the yardstick's median at that time, so that a slower machine does not count either.

    Args:
        values: One a step.
        yardstick: What a fixed piece of work took right after each step.

    Returns:
        ``share``, 0.05 for five per cent more, and ``error``, two standard errors of it; ``None``
        where there are too few values to tell.
    """
    width = (len(values) - WARM_UP + 1) // _WINDOWS
    if width < 2:
        return None
    starts = range(WARM_UP - 1, WARM_UP - 1 + width * _WINDOWS, width)
    ratios = [
        median(values[start : start + width]) / median(yardstick[start : start + width])
        for start in starts
    ]
    middles = [start + (width - 1) / 2 for start in starts]
    slope, intercept = linear_regression(middles, ratios)
    apart = (ratio - intercept - slope * at for at, ratio in zip(middles, ratios, strict=True))
    unsure = sum(rest * rest for rest in apart) / (_WINDOWS - 2)
    spacing = sum((at - mean(middles)) ** 2 for at in middles)
    first, last = (intercept + slope * at for at in (WARM_UP - 1, len(values) - 1))
    error = 2 * (unsure / spacing) ** 0.5 * (len(values) - WARM_UP) / first
    return {"share": round(last / first - 1, 4), "error": round(error, 4)}


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, mean, and the first and last decile."""
    tenths = quantiles(values, n=10, method="inclusive") if len(values) > 1 else [values[0]] * 9
    return {
        "p10": tenths[0],
        "median": median(values),
        "p90": tenths[-1],
        "mean": mean(values),
    }


def summary(costs: Sequence[StepCost], yardstick: Yardstick) -> dict[str, Any]:
    """The figures of a run as JSON: milliseconds, bytes and counts a step.

    Args:
        costs: Those of steps 1, 2, 3 ….
        yardstick: Measured after every step, the one left out included.
    """

    def ms(values: Sequence[float]) -> dict[str, float]:
        return {name: round(1000 * value, 3) for name, value in spread(values).items()}

    framework, cpu = [cost.framework_s for cost in costs], [cost.cpu_s for cost in costs]
    # What the yardstick waited for a CPU is what others took; its own time hardly varies.
    stretch = max(1.0, median(yardstick.wall_s) / spread(yardstick.cpu_s)["p10"])
    return {
        "parts_ms": {
            part: ms([cost.parts_s[part] - cost.parts_drawing_s[part] for cost in costs])
            | {"drawing": round(1000 * median(cost.parts_drawing_s[part] for cost in costs), 3)}
            for part in PARTS
        },
        "step_ms": {
            "wall": ms([cost.wall_s for cost in costs]),
            "drawing": ms([cost.drawing_s for cost in costs]),
            "framework": ms(framework),
            "unloaded": ms([value / stretch for value in framework]),
            "cpu": ms(cpu),
            "phone_cpu": ms([cost.phone_cpu_s for cost in costs]),
            "yardstick_cpu": ms(yardstick.cpu_s),
        },
        "stretch": round(stretch, 3),
        "growth": {
            "wall": growth(framework, yardstick.wall_s[1:]),
            "cpu": growth(cpu, yardstick.cpu_s[1:]),
            "from_step": WARM_UP,
            "to_step": len(costs),
        },
        "counts": {
            name: spread([float(getattr(cost, name)) for cost in costs])
            for name in (
                "round_trips",
                "glances",
                "encoded",
                "patches",
                "wire_bytes",
                "disk_bytes",
            )
        },
        "steps": [asdict(cost) | {"framework_s": cost.framework_s} for cost in costs],
    }
