"""A whole document in one call."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from agent.perception.document.pages import DPI, open_sheets, sheets_of
from agent.perception.document.reader import MAX_TOKENS, read_pages
from agent.perception.document.tree import require_parser
from agent.perception.document.values import Document, Page
from agent.perception.pictures import Picture
from agent.perception.seer import Seer


def parse_document(
    seer: Seer,
    document: str | Path | Picture,
    *,
    pages: str = "",
    dpi: int = DPI,
    password: str = "",
    max_tokens: int = MAX_TOKENS,
    on_page: Callable[[Page], None] | None = None,
) -> Document:
    """Read a document: a PDF page by page, or a picture.

    Args:
        seer: Whom to ask.
        document: A path, an address, ``clipboard``, or a picture.
        pages: Which ones of a PDF, such as ``1-3,7`` or ``5-``; empty for all.
        dpi: Pixels for an inch of a PDF's page, 36..600.
        password: Of an encrypted PDF; empty for none.
        max_tokens: Room for the reply about one page.
        on_page: Hears each page as soon as it is read; what it heard is good even if a later page
            ends in an error.

    Raises:
        UsageError: It cannot be read, has no such page, or the extra ``docs`` is missing.
        ModelError: The model could not be asked.
    """
    require_parser()
    opened = (
        nullcontext(sheets_of(document, pages))
        if isinstance(document, Picture)
        else open_sheets(str(document), pages, dpi, password=password)
    )
    read: list[Page] = []
    with opened as sheets:
        for _, page in read_pages(seer, sheets, max_tokens=max_tokens):
            read.append(page)
            if on_page is not None:
                on_page(page)
        empty = Document(source=sheets.name, model=seer.model.name, page_count=sheets.count)
    return empty.with_pages(read)
