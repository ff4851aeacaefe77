"""What it costs to look at a minute of video, all but the model, beside the bare video processor.

Run it as ``python -m benchmarks.perception_video [--seconds N] [--json FILE]``. A film is made on
the spot. Ours: open, decode what the plan asks for, resize, encode as JPEG. Bare: the same frames,
decoded already, through the video processor of transformers, which every way of asking a
model must pay. Times are CPU times of one process and its threads; what counts is the ratio.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.table import Table

from agent.dialects.choose import choose_dialect
from agent.perception.video.clip import VideoFile
from agent.perception.video.plan import Plan, Wish, plan_frames
from agent.perception.video.watch import video_part
from benchmarks.machine import machine

FPS = 30
SIZE = (1280, 720)
ROUNDS = 3
Made = TypeVar("Made")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="length of the film")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    options = parser.parse_args()
    load = os.getloadavg()
    sizing = choose_dialect("Qwen2.5-VL").dialect.sizing
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        _make(film, options.seconds)
        opened, clip = _cpu(lambda: VideoFile(film))
        plan = plan_frames(clip.facts, sizing, Wish())
        decoded, frames = _cpu(lambda: list(clip.frames(plan.windows[0].times_s)))
        encoded, part = _cpu(lambda: video_part(frames, plan.shown, plan.windows[0].fps))
    bare = _bare(plan)
    minutes = options.seconds / 60
    rows: dict[str, float] = {
        "open": opened / minutes,
        "decode": decoded / minutes,
        "resize and encode": encoded / minutes,
        "ours together": (opened + decoded + encoded) / minutes,
        "bare video processor": bare / minutes,
    }
    ratio = rows["ours together"] / rows["bare video processor"]
    kilobytes = sum(len(frame.data) for frame in part.frames) / 1000
    table = Table("CPU s a minute of film", "", title=plan.told(clip.facts))
    for name, seconds in rows.items():
        table.add_row(name, f"{seconds:.2f}")
    table.add_row("ratio", f"{ratio:.2f}")
    table.add_row("kB sent", f"{kilobytes:.0f}")
    Console().print(table)
    if options.json is not None:
        told = {
            "machine": machine(load, "av", "transformers"),
            **rows,
            "ratio": ratio,
            "kilobytes": kilobytes,
            "frames": plan.frames,
        }
        options.json.write_text(json.dumps(told, indent=2))
    return 0


def _make(path: Path, seconds: int) -> None:
    """A film in which something moves over a picture with detail."""
    import av
    import numpy as np

    noise = np.random.default_rng(7).integers(0, 255, (SIZE[1] // 8, SIZE[0] // 8, 3), np.uint8)
    ground = noise.repeat(8, axis=0).repeat(8, axis=1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast"})
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(seconds * FPS):
            picture = ground.copy()
            left = number * 7 % (SIZE[0] - 200)
            picture[200:400, left : left + 200] = (230, 40, 40)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def _bare(plan: Plan) -> float:
    """CPU seconds of transformers' video processor for frames of the film's own size."""
    import numpy as np

    from tests.agent.models.local.torchvision_shim import mend_torchvision

    mend_torchvision()
    from transformers import Qwen2VLVideoProcessor

    processor: Any = Qwen2VLVideoProcessor()
    count = plan.windows[0].count
    frames = np.zeros((count, SIZE[1], SIZE[0], 3), np.uint8)
    area = plan.shown.width * plan.shown.height
    size = {"shortest_edge": area // 2, "longest_edge": area * count}
    seconds, _ = _cpu(
        lambda: processor(videos=[frames], do_sample_frames=False, size=size, return_tensors="pt")
    )
    return seconds


def _cpu(work: Callable[[], Made]) -> tuple[float, Made]:
    """The least CPU time of some rounds, and what the last one made."""
    begun = time.process_time()
    made = work()
    least = time.process_time() - begun
    for _ in range(ROUNDS - 1):
        begun = time.process_time()
        made = work()
        least = min(least, time.process_time() - begun)
    return least, made


if __name__ == "__main__":
    sys.exit(main())
