"""From the tree of a page to its blocks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from agent.perception.document.inline import runs_of, text_of
from agent.perception.document.listing import LISTS, read_list
from agent.perception.document.places import Places
from agent.perception.document.table import read_table
from agent.perception.document.tree import BLOCKS, HEADINGS, Element, Nodes, within
from agent.perception.document.values import Block, Figure, Formula, Placed, Words

_FORMULA_MARKS: Final = (("$$", "$$"), (r"\[", r"\]"), (r"\(", r"\)"), ("$", "$"))
_HOLDERS: Final = frozenset(("div", "figure", "section", "img", "span", "p"))
_IMG: Final = frozenset(("img",))
_TABLE: Final = frozenset(("table",))
_FIGCAPTION: Final = frozenset(("figcaption",))
_NOTATION = re.compile(r"[a-z][a-z0-9 _+-]{0,30}")
FigureType = Literal["image", "chart", "music_sheet", "chemical_formula"]


@dataclass
class BlockReader:
    """Reads one page.

    Attributes:
        places: Reads where things stand on it.
        blocks: What was read so far, in order.
    """

    places: Places
    blocks: list[Block] = field(default_factory=list)

    def read(self, nodes: Nodes) -> None:
        """Read everything in ``nodes``; words between blocks are paragraphs."""
        pending: list[Element | str] = []
        for node in nodes:
            if isinstance(node, str) or not _holds_block(node):
                pending.append(node)
                continue
            self._paragraph(tuple(pending))
            pending.clear()
            self._element(node)
        self._paragraph(tuple(pending))

    def _element(self, node: Element) -> None:
        if node.tag in _HOLDERS and _is_formula(node):
            self._formula(node)
        elif (kind := figure_type(node)) is not None:
            self._figure(node, kind)
        elif node.tag in HEADINGS:
            self._words(node, "heading", int(node.tag[1]))
        elif node.tag == "p":
            self._words(node, "paragraph")
        elif node.tag == "pre":
            self._words(node, "preformatted")
        elif node.tag in LISTS:
            self._add(read_list(node, self.places))
            self._pictures(node)
        elif node.tag == "table":
            self._add(read_table(node, self.places))
            self._pictures(node)
        elif any(_holds_block(child) for child in node.children):
            self.read(node.children)
        else:
            self._words(node, "paragraph")

    def _words(
        self, node: Element, kind: Literal["heading", "paragraph", "preformatted"], level: int = 0
    ) -> None:
        runs = runs_of(node.children, around=node, kept=kind == "preformatted")
        placed = self.places.at(node.attributes)
        if text := text_of(runs):
            self.blocks.append(
                Words(
                    type=kind,
                    level=level,
                    runs=runs,
                    text=text,
                    box=placed.box,
                    polygon=placed.polygon,
                )
            )
        self._pictures(node)
        for child in within(node, LISTS):
            self._add(read_list(child, self.places))

    def _paragraph(self, nodes: Nodes) -> None:
        runs = runs_of(nodes)
        if text := text_of(runs):
            self.blocks.append(Words(type="paragraph", runs=runs, text=text))

    def _formula(self, node: Element) -> None:
        text = _latex(text_of(runs_of(node.children)))
        placed = self.places.at(node.attributes)
        marks = node.attributes.get("class", "").lower()
        hand: Literal["", "machine_printed", "handwritten"] = ""
        if "handwritten" in marks:
            hand = "handwritten"
        elif "machine_printed" in marks:
            hand = "machine_printed"
        if text or placed.box is not None:
            self.blocks.append(
                Formula(text=text, hand=hand, box=placed.box, polygon=placed.polygon)
            )

    def _figure(self, node: Element, kind: FigureType) -> None:
        marks = node.attributes.get("class", "").lower().split()
        words: Literal["", "caption", "ocr"] = ""
        if "ocr" in marks:
            words = "ocr"
        elif "caption" in marks or any(within(node, _FIGCAPTION)):
            words = "caption"
        table = next((read_table(each, self.places) for each in within(node, _TABLE)), None)
        text = text_of(runs_of(_without_tables(node.children)))
        if not text:
            alts = (each.attributes.get("alt", "") for each in (node, *within(node, _IMG)))
            text = next((" ".join(alt.split()) for alt in alts if alt.strip()), "")
        placed = self._place_of_figure(node)
        if text or table is not None or placed.box is not None:
            self.blocks.append(
                Figure(
                    type=kind, words=words, notation=_notation(node), table=table, text=text,
                    box=placed.box, polygon=placed.polygon,
                )
            )  # fmt: skip

    def _place_of_figure(self, node: Element) -> Placed:
        """Where the picture itself is; around a caption its box is too large."""
        for picture in within(node, _IMG):
            if picture.attributes.get("data-bbox", "").strip():
                inner = self.places.at(picture.attributes)
                if inner.box is not None:
                    return inner
        return self.places.at(node.attributes)

    def _pictures(self, node: Element) -> None:
        """Pictures in the middle of words stand behind them."""
        for picture in within(node, _IMG):
            self._figure(picture, "image")

    def _add(self, block: Block | None) -> None:
        if block is not None:
            self.blocks.append(block)


def figure_type(node: Element) -> FigureType | None:
    """Which picture an element stands for; ``None`` if it is none."""
    marks = node.attributes.get("class", "").lower().replace("_", " ").replace("-", " ").split()
    if node.tag in _HOLDERS:
        if "chemical" in marks:
            return "chemical_formula"
        if "music" in marks:
            return "music_sheet"
        if "chart" in marks:
            return "chart"
    if node.tag in {"img", "figure"}:
        return "image"
    is_image = node.tag in {"div", "section"} and not {"image", "figure"}.isdisjoint(marks)
    return "image" if is_image else None


def _is_formula(node: Element) -> bool:
    marks = node.attributes.get("class", "").lower().split()
    return "formula" in marks and "chemical" not in marks


def _latex(text: str) -> str:
    """``text`` without the marks that begin and end a formula."""
    bare = text.strip()
    for opening, closing in _FORMULA_MARKS:
        inner = bare.removeprefix(opening).removesuffix(closing)
        if len(bare) - len(inner) == len(opening) + len(closing) and opening not in inner:
            return inner.strip()
    return bare


def _notation(node: Element) -> str:
    written = node.attributes.get("format", "").strip().lower()
    return written if _NOTATION.fullmatch(written) else ""


def _holds_block(node: Element | str) -> bool:
    if isinstance(node, str):
        return False
    if node.tag in BLOCKS or _is_formula(node) or figure_type(node) is not None:
        return True
    return any(_holds_block(child) for child in node.children)


def _without_tables(nodes: Iterable[Element | str]) -> Nodes:
    found: list[Element | str] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
        elif node.tag != "table":
            found.append(Element(node.tag, node.attributes, _without_tables(node.children)))
    return tuple(found)
