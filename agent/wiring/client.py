"""A model to ask about pictures, in plain Python; one method for each thing that it can do."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agent.config import load_config
from agent.perception.document.pages import DPI, open_sheets, sheets_of
from agent.perception.document.reader import MAX_TOKENS, read_pages
from agent.perception.document.tree import require_parser
from agent.perception.document.values import Document, Page
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.wiring.audience import Audience, Nobody
from agent.wiring.models import find_seer


class Client:
    """Looks at pictures with one model, found and loaded once.

    ::

        with Client(model="Qwen/Qwen2.5-VL-7B-Instruct", server="vllm") as client:
            ...

    Args:
        audience: Told what was chosen and how loading goes; nobody by default.
        **settings: Fields of ``Config`` such as ``model``, ``server``, ``dialect``; what is not
            given comes from the environment, ``agent.toml`` or the defaults.

    Raises:
        UsageError: A setting is wrong, or there is no such model.
        ModelError: The model cannot be loaded or reached.
    """

    def __init__(self, *, audience: Audience | None = None, **settings: Any) -> None:  # noqa: ANN401 - pydantic checks them
        listener: Audience = audience if audience is not None else Nobody()
        self.config = load_config(settings).config
        self.seer: Seer = find_seer(self.config, listener.notice)

    def parse(
        self,
        document: str | Path | Picture,
        *,
        pages: str = "",
        dpi: int = DPI,
        max_tokens: int = MAX_TOKENS,
        on_page: Callable[[Page], None] | None = None,
    ) -> Document:
        """Read a document: a PDF page by page, or a picture.

        Args:
            document: A path, an address, ``clipboard``, or a picture.
            pages: Which ones of a PDF, such as ``1-3,7`` or ``5-``; empty for all.
            dpi: Pixels for an inch of a PDF's page, 36..600.
            max_tokens: Room for the reply about one page.
            on_page: Hears each page as soon as it is read; what it heard is good even if a later
                page ends in an error.

        Raises:
            UsageError: It cannot be read, has no such page, or the extra ``docs`` is missing.
            ModelError: The model could not be asked.
        """
        require_parser()
        opened = (
            nullcontext(sheets_of(document, pages))
            if isinstance(document, Picture)
            else open_sheets(str(document), pages, dpi)
        )
        with opened as sheets:
            read = read_pages(self.seer, sheets, max_tokens=max_tokens)
            found = Document(
                source=sheets.name, model=self.seer.model.name, page_count=sheets.count
            )
            pages_read = []
            for _, page in read:
                pages_read.append(page)
                if on_page is not None:
                    on_page(page)
            return found.with_pages(pages_read)

    def close(self) -> None:
        """Let go of the model. May be called twice."""
        self.seer.model.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
