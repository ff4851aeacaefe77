"""What a document turns out to hold: pages of blocks, each with its place on the page."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from tools.geometry import Box, Frozen, Point, Size

FIGURES: Final = ("image", "chart", "music_sheet", "chemical_formula")
"""Types of blocks that are pictures on the page."""


class Run(Frozen):
    """Words that look alike.

    Attributes:
        text: What they say; a line break is kept as one.
        strong: Whether they are bold.
        emphasis: Whether they are italic.
        code: Whether they are set as code.
        script: Whether they are lowered or raised.
        colour: As ``#rrggbb``; empty for the colour of all text.
    """

    text: str
    strong: bool = False
    emphasis: bool = False
    code: bool = False
    script: Literal["", "sub", "sup"] = ""
    colour: Annotated[str, Field(pattern=r"^(#[0-9a-f]{6})?$")] = ""


class Placed(Frozen):
    """Something with a place on the page.

    Attributes:
        box: In pixels of the page; ``None`` if the model gave none that can be used.
        polygon: Its outline in pixels of the page, where the model gave one.
        text: All of it as plain text.
    """

    box: Box | None = None
    polygon: tuple[Point, ...] = ()
    text: str = ""


class Words(Placed):
    """A heading, a paragraph, or text whose line breaks count.

    Attributes:
        level: Of a heading, 1..6; else 0.
        runs: The text in pieces that look alike.
    """

    type: Literal["heading", "paragraph", "preformatted"]
    level: Annotated[int, Field(ge=0, le=6)] = 0
    runs: tuple[Run, ...] = ()


class Formula(Placed):
    """A formula; its text is LaTeX, without the marks around it.

    Attributes:
        hand: How it is written, where the model says so.
    """

    type: Literal["formula"] = "formula"
    hand: Literal["", "machine_printed", "handwritten"] = ""


class Item(Placed):
    """One point of a list.

    Attributes:
        runs: Its own words, without those of lists in it.
        lists: The lists in it.
    """

    runs: tuple[Run, ...] = ()
    lists: tuple["Listing", ...] = ()


class Listing(Placed):
    """A list.

    Attributes:
        ordered: Whether its points are numbered.
        start: The first number.
    """

    type: Literal["list"] = "list"
    ordered: bool = False
    start: int = 1
    items: tuple[Item, ...] = ()


class Cell(Placed):
    """A cell of a table.

    Attributes:
        header: Whether it heads a row or a column.
        colspan: Columns that it covers.
        rowspan: Rows that it covers.
    """

    runs: tuple[Run, ...] = ()
    header: bool = False
    colspan: Annotated[int, Field(ge=1)] = 1
    rowspan: Annotated[int, Field(ge=1)] = 1


class Table(Placed):
    """A table; its text has a line for each row and a tab between cells.

    Attributes:
        rows: The cells as they are written down, so that a spanned place has none.
        caption: Its title; may be empty.
    """

    type: Literal["table"] = "table"
    rows: tuple[tuple[Cell, ...], ...] = ()
    caption: str = ""

    @property
    def spans(self) -> bool:
        """Whether any cell covers more than one place."""
        return any(cell.colspan > 1 or cell.rowspan > 1 for row in self.rows for cell in row)


class Figure(Placed):
    """A picture on the page, and what the model says about it.

    Attributes:
        words: Whether ``text`` is a caption or what is written in the picture.
        notation: How ``text`` notes music or chemistry, such as ``smiles``.
        table: The numbers of a chart.
        file: Where it was cut out to, relative to what links it; empty if it was not.
    """

    type: Literal["image", "chart", "music_sheet", "chemical_formula"]
    words: Literal["", "caption", "ocr"] = ""
    notation: str = ""
    table: Table | None = None
    file: str = ""


Block = Annotated[Words | Formula | Listing | Table | Figure, Field(discriminator="type")]
Outcome = Literal["read", "cut", "unread", "failed"]


class Page(Frozen):
    """One page as it was read.

    Attributes:
        number: From 1, as people count the pages of the document.
        size: Of the page's picture, in which all boxes are.
        outcome: ``read``; ``cut`` if the reply ended too early and only what came is here;
            ``unread`` if the model answered something else; ``failed`` if it could not be asked.
        blocks: In reading order.
        notes: What a person should know, such as what was mended or left out.
        raw: The model's reply, verbatim.
        finish_reason: Why the reply ended, as in ``Reply``.
    """

    number: Annotated[int, Field(ge=1)]
    size: Size
    outcome: Outcome
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()
    raw: str = ""
    finish_reason: str = ""


class Document(Frozen):
    """What was read of a document.

    Attributes:
        source: What it was given as.
        model: Who read it.
        page_count: Pages that it has; not all of them need to have been asked for.
        pages: Those that were read, in order.
    """

    source: str
    model: str
    page_count: Annotated[int, Field(ge=1)]
    pages: tuple[Page, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every page that is here was read to its end."""
        return all(page.outcome == "read" for page in self.pages)

    def with_pages(self, pages: Sequence[Page]) -> "Document":
        """The same document with these pages read."""
        return self.model_copy(update={"pages": tuple(pages)})


def counted(page: Page) -> str:
    """What is on a page, in words, such as ``12 paragraphs, 1 table``."""
    names = {"preformatted": "preformatted text"}
    found = Counter(names.get(each.type, each.type.replace("_", " ")) for each in page.blocks)
    return ", ".join(f"{times} {name}{'s' if times > 1 else ''}" for name, times in found.items())
