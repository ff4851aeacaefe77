"""What looking at a picture costs beside the model, and what a second, enlarged look is worth.

``python -m benchmarks.perception [--times N] [--json FILE] [--zoom PAGES]``

Every part is set beside the bare image processor of transformers on the same picture, within one
run. Times are CPU times of one thread. ``--zoom`` counts how many words in small print a model that
reads pixels finds with one look and with ``--zoom``; it takes minutes.
"""

import argparse
import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

from PIL import Image

from agent.dialects.choose import dialect_named
from agent.dialects.reading.boxes import read_boxes
from agent.models.scripted import ScriptedModel
from agent.perception.draw import draw_things
from agent.perception.ground import drawn_of, ground
from agent.perception.pictures import Picture, decode_picture
from agent.perception.seer import Seer
from agent.perception.zoom import ground_closely
from benchmarks.machine import machine
from tests.agent.models.local.torchvision_shim import mend_torchvision
from tests.grounding.small_targets import GUESSING, MAX_PIXELS, SURE, SmallPrintReader, small_target

PICTURES: Final = {"screen 1080x2400": (1080, 2400), "photo 4032x3024": (4032, 3024)}
THINGS: Final = 20
LETTERS_PX: Final = (8, 9, 10, 11, 13, 16)
DIALECT: Final = "qwen2_5_vl"


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    load = os.getloadavg()
    figures: dict[str, Any] = {
        name: costs_of(size, arguments.times) for name, size in PICTURES.items()
    }
    for name, found in figures.items():
        _show(name, found)
    if arguments.zoom:
        figures["zoom"] = [
            zoomed(letters, arguments.zoom, sure)
            for sure in (GUESSING, SURE)
            for letters in LETTERS_PX
        ]
        _show_zoom(figures["zoom"])
    if arguments.json is not None:
        figures["machine"] = machine(load, "transformers", "torch")
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What looking costs beside the model.")
    parser.add_argument("--times", type=int, default=15, help="How often each part is done.")
    parser.add_argument("--json", type=Path, help="Where the figures go as JSON.")
    parser.add_argument("--zoom", type=int, default=0, help="Pages for each size of letters.")
    return parser.parse_args()


def costs_of(size: tuple[int, int], times: int) -> dict[str, float]:
    """Milliseconds of CPU of each part for one picture, and the ratio to the bare processor."""
    photo = _photo(size)
    stored = io.BytesIO()
    photo.save(stored, "JPEG", quality=90)
    dialect = dialect_named(DIALECT)
    seer = Seer(ScriptedModel([]), dialect, dialect.sizing)
    picture = Picture("photo", photo)
    shown = seer.shown(picture)
    reply = _reply(shown.projection.shown.width, shown.projection.shown.height)
    found = read_boxes(reply, shown.projection, dialect.space)
    small = photo.resize(
        (shown.image.size.width, shown.image.size.height), Image.Resampling.BICUBIC
    )
    bare = _bare_processor(dialect.sizing.min_pixels, dialect.sizing.max_pixels)
    parts = {
        "load": _cost(lambda: decode_picture(stored.getvalue(), "photo"), times),
        "size and encode": _cost(lambda: seer.shown(picture), times),
        "encode alone": _cost(lambda: seer.shown(Picture("small", small)), times),
        "parse": _cost(lambda: read_boxes(reply, shown.projection, dialect.space), times),
        "draw": _cost(lambda: draw_things(photo, drawn_of(found.found)), times),
        "bare processor": _cost(lambda: bare(photo), times),
        "bare processor on what is sent": _cost(lambda: bare(small), times),
    }
    told = parts["size and encode"] + parts["parse"]
    return {
        **{name: round(cost, 2) for name, cost in parts.items()},
        "ratio": round(told / parts["bare processor"], 3),
        "ratio with load and draw": round(
            (told + parts["load"] + parts["draw"]) / parts["bare processor"], 3
        ),
    }


def _bare_processor(least: int, most: int) -> Callable[[Image.Image], object]:
    import torch

    mend_torchvision()
    from transformers import Qwen2VLImageProcessor

    torch.set_num_threads(1)
    processor = Qwen2VLImageProcessor(min_pixels=least, max_pixels=most)
    return lambda image: processor(images=[image], return_tensors="pt")


def _cost(work: Callable[[], object], times: int) -> float:
    """Median milliseconds of CPU, the first time aside."""
    work()
    spent: list[float] = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - start))
    return median(spent)


def _photo(size: tuple[int, int]) -> Image.Image:
    """Soft shapes with some grain, about as hard to encode as a photograph."""
    random = Random(1)
    coarse = Image.new("RGB", (48, 48))
    coarse.putdata([tuple(random.randrange(256) for _ in range(3)) for _ in range(48 * 48)])
    grain = Image.effect_noise(size, 12).convert("RGB")
    return Image.blend(coarse.resize(size, Image.Resampling.BICUBIC), grain, 0.2)


def _reply(width: int, height: int) -> str:
    random = Random(2)
    things = []
    for number in range(THINGS):
        left, top = random.randrange(width - 90), random.randrange(height - 70)
        box = [left, top, left + random.randrange(20, 90), top + random.randrange(20, 70)]
        things.append({"bbox_2d": box, "label": f"thing {number % 5}", "sub_label": "seen"})
    return f"```json\n{json.dumps(things, indent=1)}\n```"


def zoomed(letters_px: int, pages: int, sure: float) -> dict[str, Any]:
    """How many of ``pages`` words are hit with one look, and with a second one."""
    dialect = dialect_named(DIALECT)
    reader = SmallPrintReader(sure)
    seer = Seer(reader, dialect, dialect.sizing.budget(max_pixels=MAX_PIXELS))
    hits, looks = {False: 0, True: 0}, {False: 0, True: 0}
    for seed in range(pages):
        target = small_target(1000 + seed, letters_px)
        picture, what = Picture("page", target.image), f"the word {target.name}"
        for closely in (False, True):
            reader.looks = 0
            found = (ground_closely if closely else ground)(seer, picture, what)
            hits[closely] += bool(found.found) and target.box.contains(found.points[0])
            looks[closely] += reader.looks
    return {
        "reader": "guesses" if sure == GUESSING else "names what it is sure of",
        "letters_px": letters_px,
        "pages": pages,
        "one look": hits[False],
        "zoom": hits[True],
        "looks": round(looks[True] / pages, 1),
    }


def _show(name: str, found: dict[str, float]) -> None:
    print(f"\n{name}, {THINGS} things, ms CPU (medians)")
    for part, cost in found.items():
        print(f"  {part:32}{cost:10.2f}")


def _show_zoom(rows: list[dict[str, Any]]) -> None:
    print("\nwords in small print that are hit")
    for row in rows:
        one, closely = (f"{row[name]} of {row['pages']}" for name in ("one look", "zoom"))
        print(
            f"  {row['reader']}, {row['letters_px']:3} px: {one} with one look, "
            f"{closely} with zoom ({row['looks']} looks)"
        )


if __name__ == "__main__":
    main()
