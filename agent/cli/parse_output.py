"""What ``agent parse`` writes, as it goes: a document that fails at page 9 leaves eight."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import typer

from agent.cli.plain import json_text, plain
from agent.cli.seeing import tell
from tools.errors import DeviceError, ModelError, UsageError

if TYPE_CHECKING:
    from agent.perception.document.pages import Sheet, Sheets
    from agent.perception.document.values import Document, Page
    from agent.perception.seer import Seer

Format = Literal["md", "html", "text", "json"]
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True)
class Output:
    """Where a document goes, and as what.

    Attributes:
        form: How it is written down; ``None`` for the replies just as they came.
        out: File; ``None`` for standard output, once all is read.
        images: Folder to cut pictures out to.
        draw: Picture to draw the blocks to.
    """

    form: Format | None
    out: Path | None
    images: Path | None
    draw: Path | None

    def check(self, document: str | None) -> None:
        """Refuse what cannot be written before a model is asked.

        Args:
            document: What is to be read, which is not written over.

        Raises:
            UsageError: A path cannot be used.
        """
        from agent.perception.pictures import is_same_file

        for path in filter(None, (self.out, self.draw)):
            if path.is_dir():
                raise UsageError(f"{str(path)!r} is a folder.", hint="Name a file.")
            if not path.parent.is_dir():
                raise UsageError(f"There is no folder {str(path.parent)!r}.", hint="Make it first.")
            if document is not None and is_same_file(path, document):
                raise UsageError(
                    f"{str(path)!r} is the document itself.", hint="Give another name."
                )
        if self.images is not None and self.images.exists() and not self.images.is_dir():
            raise UsageError(f"{str(self.images)!r} is no folder.", hint="--images wants one.")
        if self.draw is not None and self.draw.suffix.lower() not in _PICTURES:
            raise UsageError(
                f"{str(self.draw)!r} is no name of a picture.", hint="Name it as in blocks.png."
            )

    def write(self, seer: "Seer", sheets: "Sheets", max_tokens: int) -> int:
        """Read page after page and write each as soon as it is there.

        Returns:
            The exit code: 0, or 1 if a page was not read to its end.

        Raises:
            ModelError: The model could not be asked; the pages before are written.
            DocumentError: A page cannot be drawn; the pages before are written.
        """
        from agent.cli.progress import counting
        from agent.perception.document.reader import read_pages
        from agent.perception.document.values import Document

        pages: list[Page] = []
        total = len(sheets.numbers)
        empty = Document(source=sheets.name, model=seer.model.name, page_count=sheets.count)
        try:
            with counting("reading pages") as progress:
                progress(0, total)
                for sheet, page in read_pages(seer, sheets, max_tokens=max_tokens):
                    pages.append(self._with_pictures(sheet, page, several=total > 1))
                    if self.out is not None:
                        self._save(self.out, empty.with_pages(pages))
                    progress(len(pages), total)
                    _tell_page(page, sheets.count, alone=total == 1)
        except (ModelError, DeviceError, UsageError, KeyboardInterrupt):
            if pages:
                _tell_stop(sheets, len(pages))
            raise
        finally:
            if pages and self.out is None:
                typer.echo(plain(self._written(empty.with_pages(pages))), nl=False)
        return 0 if empty.with_pages(pages).whole else 1

    def _with_pictures(self, sheet: "Sheet", page: "Page", *, several: bool) -> "Page":
        from agent.perception.document.crops import save_crops
        from agent.perception.document.overlay import draw_page
        from agent.perception.pictures import save_picture

        if self.draw is not None:
            path = self.draw
            if several:
                path = path.with_name(f"{path.stem}-{page.number}{path.suffix}")
            save_picture(draw_page(sheet, page), path)
        if self.images is None:
            return page
        linked_from = self.out.parent if self.out is not None else Path()
        return save_crops(sheet, page, self.images, linked_from)

    def _save(self, path: Path, document: "Document") -> None:
        path.write_text(self._written(document), encoding="utf-8", newline="\n")

    def _written(self, document: "Document") -> str:
        from agent.perception.document.as_html import as_html
        from agent.perception.document.as_markdown import as_markdown
        from agent.perception.document.as_text import as_text

        if self.form is None:
            return "\n".join(page.raw for page in document.pages) + "\n"
        if self.form == "json":
            return json_text(document.model_dump(mode="json"), indent=2) + "\n"
        return {"md": as_markdown, "html": as_html, "text": as_text}[self.form](document)


def _tell_page(page: "Page", count: int, *, alone: bool) -> None:
    from agent.perception.document.values import counted

    if not alone:
        tell(f"Page {page.number} of {count}: {counted(page) or 'nothing'}.")
    for note in page.notes:
        tell(note if alone else f"Page {page.number}: {note}")


def _tell_stop(sheets: "Sheets", done: int) -> None:
    if done == len(sheets.numbers):
        return
    rest = sheets.numbers[done:]
    whole = rest == tuple(range(rest[0], sheets.count + 1))
    wanted = f"{rest[0]}-" if whole else ",".join(map(str, rest))
    tell(f"Stopped at page {rest[0]}; what was read before it is kept. Go on with --pages {wanted}")
