"""Tables: rows as they are written down, with the places that a cell covers."""

from collections.abc import Iterator
from typing import Final

from agent.perception.document.inline import runs_of, text_of
from agent.perception.document.places import Places
from agent.perception.document.tree import Element
from agent.perception.document.values import Cell, Table

_MOST_SPANNED: Final = 100


def read_table(node: Element, places: Places) -> Table | None:
    """The table in ``node``; ``None`` if nothing is in it."""
    rows = tuple(filter(None, (_row(row, places) for row in _rows(node))))
    titles = (text_of(runs_of(each.children)) for each in _children(node, "caption"))
    caption = next(filter(None, titles), "")
    if not any(cell.text for row in rows for cell in row) and not caption:
        return None
    lines = ["\t".join(cell.text.replace("\n", " ") for cell in row) for row in rows]
    at = places.at(node.attributes)
    return Table(
        rows=rows,
        caption=caption,
        text="\n".join(lines),
        box=at.box,
        polygon=at.polygon,
    )


def _rows(node: Element) -> Iterator[Element]:
    for child in node.children:
        if isinstance(child, str):
            continue
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from _children(child, "tr")


def _row(node: Element, places: Places) -> tuple[Cell, ...]:
    return tuple(
        _cell(child, places)
        for child in node.children
        if isinstance(child, Element) and child.tag in {"td", "th"}
    )


def _cell(node: Element, places: Places) -> Cell:
    runs = runs_of(tuple(_in_one(node)), around=node)
    at = places.at(node.attributes)
    return Cell(
        runs=runs,
        text=text_of(runs),
        header=node.tag == "th",
        colspan=_span(node, "colspan"),
        rowspan=_span(node, "rowspan"),
        box=at.box,
        polygon=at.polygon,
    )


def _in_one(node: Element) -> Iterator[Element | str]:
    """What is in a cell, lists and tables in it as lines of words."""
    for child in node.children:
        if isinstance(child, Element) and child.tag in {"ul", "ol", "table"}:
            yield Element("div", {}, tuple(_in_one(child)))
        else:
            yield child


def _span(node: Element, name: str) -> int:
    written = node.attributes.get(name, "").strip()
    if not (written.isascii() and written.isdigit() and len(written) < 6):
        return 1
    return min(max(int(written), 1), _MOST_SPANNED)


def _children(node: Element, tag: str) -> Iterator[Element]:
    for child in node.children:
        if isinstance(child, Element) and child.tag == tag:
            yield child
