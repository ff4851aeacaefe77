"""Draw every widget of the virtual phone into PNG files, to be looked at.

Usage: python scripts/phone_gallery.py FOLDER [--only NAME]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tools.virtual_phone.ui.gallery import Sample, samples
from tools.virtual_phone.ui.scene import compose
from tools.virtual_phone.ui.theme import make_theme
from tools.virtual_phone.ui.view import Metrics


@dataclass(frozen=True)
class Look:
    """One appearance of the phone."""

    name: str
    metrics: Metrics
    dark: bool = False


LOOKS = (
    Look("light", Metrics()),
    Look("dark", Metrics(), dark=True),
    Look("large", Metrics(font_scale=1.5)),
    Look("zh", Metrics(locale="zh", hours24=False)),
    Look("landscape", Metrics(size=(2400, 1080))),
)


def main() -> None:
    """Write FOLDER/<sample>-<look>.png and print how long each frame took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="draw samples whose name holds this")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for look in LOOKS:
        for sample in samples(look.metrics.locale):
            if arguments.only in f"{sample.name}-{look.name}":
                draw(sample, look, arguments.folder)


def draw(sample: Sample, look: Look, folder: Path) -> None:
    """One picture."""
    theme = make_theme(dark=look.dark)
    chrome = sample.chrome
    if chrome.keyboard is not None:
        chrome = replace(chrome, keyboard=replace(chrome.keyboard, language=look.metrics.locale))
    compose(sample.page, sample.view, chrome, theme, look.metrics).image()  # fills the caches
    start = time.perf_counter()
    image = compose(sample.page, sample.view, chrome, theme, look.metrics).image()
    spent = time.perf_counter() - start
    path = folder / f"{sample.name}-{look.name}.png"
    image.save(path, compress_level=1)
    print(f"{path}: {1000 * spent:.0f} ms")


if __name__ == "__main__":
    main()
