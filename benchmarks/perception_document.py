"""What reading a page costs besides the model, against what nobody can leave out.

Run it as ``python -m benchmarks.perception_document``. A PDF page is drawn, made ready to be sent,
the reply of a scripted model is read into blocks, and the blocks are written down. The bare minimum
beside it: pypdfium2 draws the page, and the image processor of transformers, where it is installed,
prepares it. Times are CPU times of this process; what counts is the ratio.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

from agent.dialects.qwen2_5_vl import qwen2_5_vl
from agent.model import Reply
from agent.models.scripted import ScriptedModel
from agent.perception.document.as_html import as_html
from agent.perception.document.as_markdown import as_markdown
from agent.perception.document.overlay import draw_page
from agent.perception.document.pages import DPI, Sheet, open_sheets
from agent.perception.document.reader import for_pages, read_document, read_reply
from agent.perception.document.values import Document
from agent.perception.seer import Seer
from benchmarks.machine import machine

LINES, CELLS = 45, 60
"""A full page: so many paragraphs and cells, about 3000 tokens of HTML."""
_MS = 1000.0


@dataclass(frozen=True)
class Costs:
    """CPU time of one page in ms, the median of several.

    Attributes:
        drawn: pypdfium2 and the way to Pillow, with all checks.
        shown: Made as large as the model wants it, and encoded to be sent.
        read: The reply, parsed into blocks with their places.
        written: As Markdown, HTML and JSON.
        overlay: The picture with the blocks on it; only where that is asked for.
        bare_drawn: The same page drawn by pypdfium2 alone.
        bare_processor: The image processor of transformers; 0 if it is not installed.
    """

    drawn: float
    shown: float
    read: float
    written: float
    overlay: float
    bare_drawn: float
    bare_processor: float

    @property
    def ours(self) -> float:
        """Everything but the model, without the overlay."""
        return self.drawn + self.shown + self.read + self.written

    @property
    def bare(self) -> float:
        """What a program that does nothing else needs."""
        return self.bare_drawn + self.bare_processor

    @property
    def ratio(self) -> float:
        """How often the bare minimum fits into ours."""
        return self.ours / self.bare


def written_page() -> Image.Image:
    """An A4 page at 150 dpi, full of words."""
    page = Image.new("RGB", (1240, 1754), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(20)
    for row in range(LINES):
        pen.text((80, 80 + 34 * row), f"Line {row}: " + "words and numbers " * 6, "black", font)
    return page


def reply() -> str:
    """What a model writes for a full page, table included."""
    lines = "".join(
        f'<p data-bbox="80 {80 + 20 * row} 900 {98 + 20 * row}">Line <b>{row}</b>: some words</p>'
        for row in range(LINES)
    )
    cells = "".join(f'<td data-bbox="80 {1000 + n} 200 {1010 + n}">{n}</td>' for n in range(CELLS))
    return f"```html\n<html><body>{lines}<table><tr>{cells}</tr></table></body></html>\n```"


def measure(times: int) -> Costs:
    """Read one page ``times`` times."""
    with TemporaryDirectory(prefix="document-") as folder:
        path = Path(folder) / "page.pdf"
        written_page().save(path, resolution=DPI)
        with open_sheets(str(path)) as sheets:
            (sheet,) = sheets
        drawn = _ms(times, lambda: _drawn(path))
        bare_drawn = _ms(times, lambda: _bare(path))
    dialect = qwen2_5_vl()
    seer = for_pages(Seer(ScriptedModel([reply()]), dialect, dialect.sizing))
    shown = _ms(times, lambda: seer.shown(sheet.picture))
    projection = seer.shown(sheet.picture).projection
    answer = Reply(text=reply())
    document = read_document(seer, sheet.picture)
    return Costs(
        drawn=drawn,
        shown=shown,
        read=_ms(times, lambda: read_reply(answer, projection, dialect.space)),
        written=_ms(times, lambda: _written(document)),
        overlay=_ms(times, lambda: draw_page(sheet, document.pages[0])),
        bare_drawn=bare_drawn,
        bare_processor=_processor(sheet, seer, times),
    )


def _drawn(path: Path) -> list[Sheet]:
    with open_sheets(str(path)) as sheets:
        return list(sheets)


def _bare(path: Path) -> Image.Image:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return document[0].render(scale=DPI / 72).to_pil()  # type: ignore[no-any-return]


def _written(document: Document) -> int:
    return len(as_markdown(document)) + len(as_html(document)) + len(document.model_dump_json())


def _processor(sheet: Sheet, seer: Seer, times: int) -> float:
    try:
        from transformers import Qwen2VLImageProcessorPil
    except ImportError:
        return 0.0
    sizing = seer.sizing
    limits = {"shortest_edge": sizing.min_pixels, "longest_edge": sizing.max_pixels}
    processor = Qwen2VLImageProcessorPil(size=limits)
    return _ms(times, lambda: processor(images=sheet.picture.image, return_tensors="np"))


def _ms(times: int, work: Callable[[], object]) -> float:
    work()  # what is loaded once counts for no page
    spent = []
    for _ in range(times):
        started_s = time.process_time()
        work()
        spent.append((time.process_time() - started_s) * _MS)
    return median(spent)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write JSON where that was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.perception_document", description=__doc__
    )
    parser.add_argument("--times", type=int, default=10, help="how often each part is done")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    given = parser.parse_args(arguments)
    load = os.getloadavg()
    costs = measure(given.times)
    table = Table(title="A page", caption="ms of CPU, median")
    table.add_column("")
    table.add_column("ms", justify="right")
    for name, value in asdict(costs).items():
        table.add_row(name.replace("_", " "), f"{value:.1f}")
    console = Console()
    console.print(table)
    console.print(f"  ours {costs.ours:.1f} ms, bare {costs.bare:.1f} ms: {costs.ratio:.2f} times")
    if given.json is not None:
        found: dict[str, Any] = {
            "benchmark": "perception_document",
            "machine": machine(load, "pypdfium2", "selectolax"),
            "costs": {**asdict(costs), "ours": costs.ours, "bare": costs.bare},
            "ratio": costs.ratio,
        }
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
