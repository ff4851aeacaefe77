"""A document as a page for the browser, written from values: nothing of the model's markup."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from agent.perception.document.values import Document, Table

if TYPE_CHECKING:
    import jinja2

_FOLDER = Path(__file__).parent / "templates"


def as_html(document: Document) -> str:
    """``document`` as one page; boxes are in pixels of its pages, as ``data-bbox``."""
    style = (_FOLDER / "document.css").read_text(encoding="utf-8").rstrip("\n")
    page = _environment().get_template("document.html.j2").render(document=document, style=style)
    return f"{page}\n"


def table_html(table: Table) -> str:
    """A table in one line, for places that know no other way to write spanned cells."""
    blocks = _environment().get_template("blocks.html.j2").module
    return str(blocks.table(table))  # type: ignore[attr-defined]


def address(path: str) -> str:
    """``path`` as an address relative to what links it: no colon, so never a scheme."""
    return quote(path.replace("\\", "/"), safe="/-_.~")


@cache
def _environment() -> "jinja2.Environment":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["address"] = address
    return environment
