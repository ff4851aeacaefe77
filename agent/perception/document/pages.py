"""The pages of a document as pictures: a picture, a TIFF of several, or a PDF, drawn in turn."""

import io
import math
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PIL import Image

from agent.perception.pictures import (
    BROKEN,
    CLIPBOARD,
    KINDS,
    NoPictureError,
    Picture,
    decode_picture,
    load_bytes,
    load_picture,
    short_name,
)
from tools.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

DPI: Final = 150
"""An A4 page has then 1240 x 1754 pixels, twice what a model is shown of it."""
LOWEST_DPI, HIGHEST_DPI = 36, 600
MOST_DRAWN: Final = 40_000_000
"""Pixels of a page; a larger one, such as a plan, is drawn coarser."""
_MOST_PAGES: Final = 100_000
_POINTS: Final = 72.0
_PDF: Final = b"%PDF-"
_PDF_WITHIN: Final = 1024
_TIFF: Final = (b"II*\0", b"MM\0*")
_RANGE = re.compile(r"(\d{1,6})\s*(?:(-)\s*(\d{1,6})?)?")


class DocumentError(UsageError):
    """A document that was given cannot be read."""


class LockedError(DocumentError):
    """A document is encrypted, and wants a password or another one than it was given."""


@dataclass(frozen=True)
class Sheet:
    """One page, ready to be looked at.

    Attributes:
        number: From 1.
        picture: What it looks like, upright.
    """

    number: int
    picture: Picture


@dataclass(frozen=True)
class Sheets:
    """A document that is open.

    Attributes:
        name: What it was given as.
        count: Pages that it has.
        numbers: Those that are wanted, in order.
    """

    name: str
    count: int
    numbers: tuple[int, ...]
    _page: Callable[[int], Picture]

    def __iter__(self) -> Iterator[Sheet]:
        """One page after another; each is drawn when its turn comes.

        Raises:
            DocumentError: A page cannot be drawn.
        """
        for number in self.numbers:
            yield Sheet(number, self._page(number))


@contextmanager
def open_sheets(
    source: str, pages: str = "", dpi: int = DPI, *, password: str = ""
) -> Iterator[Sheets]:
    """Open the document that ``source`` names; closed at the end.

    Args:
        source: A file, an address, ``data:...`` or ``clipboard``; a picture or a PDF.
        pages: Which ones, such as ``1-3,7`` or ``5-``; empty for all.
        dpi: Pixels for an inch of a PDF's page, 36..600.
        password: Of an encrypted PDF; empty for none.

    Raises:
        LockedError: It is encrypted, and this is not its password.
        DocumentError: It is damaged, neither a PDF nor a picture, or has no such page.
        PictureError: It cannot be read.
        MissingExtraError: It is a PDF, and the extra ``docs`` is not installed.
    """
    if not LOWEST_DPI <= dpi <= HIGHEST_DPI:
        raise DocumentError(f"--dpi is {LOWEST_DPI} to {HIGHEST_DPI}, not {dpi}.")
    if source == CLIPBOARD:
        yield sheets_of(load_picture(source), pages)
        return
    data = load_bytes(source)
    name = short_name(source)
    if _PDF in data[:_PDF_WITHIN]:
        with closing(_opened(data, name, password)) as document:
            draw = partial(_drawn, document, name, dpi)
            yield _several(name, len(document), pages, draw)
    elif data[:4] in _TIFF and (count := _frames(data)) > 1:
        yield _several(name, count, pages, partial(_frame, data, name))
    else:
        yield sheets_of(_decoded(data, name), pages)


def _decoded(data: bytes, name: str) -> Picture:
    try:
        return decode_picture(data, name)
    except NoPictureError:
        raise DocumentError(
            f"{name!r} is neither a PDF nor a picture.",
            hint=f"Read are PDF, {KINDS}; print anything else to a PDF first. A file of text needs "
            "no reading.",
        ) from None


def _several(name: str, count: int, pages: str, page: Callable[[int], Picture]) -> Sheets:
    if not 0 < count <= _MOST_PAGES:
        raise DocumentError(f"{name!r} has {count} pages.", hint="There is nothing to read.")
    return Sheets(name, count, chosen_pages(pages, count, name), page)


def sheets_of(picture: Picture, pages: str = "") -> Sheets:
    """A picture as a document of one page.

    Raises:
        DocumentError: Another page is wanted.
    """
    return Sheets(picture.name, 1, chosen_pages(pages, 1, picture.name), lambda _: picture)


def chosen_pages(written: str, count: int, name: str) -> tuple[int, ...]:
    """The numbers that ``written`` names, in order and each once; all for an empty one.

    Args:
        written: Such as ``1-3,7`` or ``5-``.
        count: Pages of the document.
        name: Of the document, for messages.

    Raises:
        DocumentError: It names none, or one that is not there.
    """
    if not written.strip():
        return tuple(range(1, count + 1))
    found: set[int] = set()
    for part in written.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            raise DocumentError(
                f"{written!r} names no pages.", hint="Pages are written as in 1-3,7 or 5-."
            )
        first = int(match[1])
        last = int(match[3]) if match[3] else (count if match[2] else first)
        for number in (first, last):
            if not 1 <= number <= count:
                many = f"{count} pages" if count > 1 else "one page"
                raise DocumentError(
                    f"{name!r} has {many}; there is no page {number}.",
                    hint=f"Pages go from 1 to {count}." if count > 1 else "Leave --pages out.",
                )
        if last < first:
            raise DocumentError(f"--pages {written!r}: {last} comes before {first}.")
        found.update(range(first, last + 1))
    return tuple(sorted(found))


def _opened(data: bytes, name: str, password: str) -> "PdfDocument":
    try:
        import pypdfium2
        import pypdfium2.raw
    except ImportError:
        raise MissingExtraError("Reading a PDF", "docs") from None
    try:
        return pypdfium2.PdfDocument(data, password=password or None)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            if password:
                raise LockedError(f"The password for {name!r} is wrong.") from None
            raise LockedError(
                f"{name!r} is encrypted and wants a password.",
                hint="Put it into the environment or the keyring and name it there: "
                "agent parse --secret NAME. Or save it without one first: qpdf --decrypt",
            ) from None
        if code == pypdfium2.raw.FPDF_ERR_SECURITY:
            raise DocumentError(f"{name!r} is protected in a way that is not known.") from None
        raise DocumentError(
            f"The PDF {name!r} is damaged.", hint="Get it again, or save it anew."
        ) from None


def _frames(data: bytes) -> int:
    """Pictures in a TIFF; 1 where that cannot be told, for decoding to say what is wrong."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as opened:
            return int(getattr(opened, "n_frames", 1))
    except BROKEN:
        return 1


def _frame(data: bytes, name: str, number: int) -> Picture:
    """One page of a scanner's TIFF, as a file of its own to be decoded like any picture."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as opened:
            opened.seek(number - 1)
            alone = io.BytesIO()
            opened.save(alone, "TIFF")
    except BROKEN as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise DocumentError(f"Page {number} of {name!r} is damaged: {reason}.") from None
    return decode_picture(alone.getvalue(), f"{name}, page {number}")


def _drawn(document: "PdfDocument", name: str, dpi: int, number: int) -> Picture:
    import pypdfium2

    try:
        page = document[number - 1]
        try:
            wide, high = page.get_size()
            scale = _scale(wide, high, dpi)
            bitmap = page.render(scale=scale, may_draw_forms=False)
            image = bitmap.to_pil().convert("RGB")
            bitmap.close()
        finally:
            page.close()
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise DocumentError(f"Page {number} of {name!r} cannot be drawn: {reason}.") from None
    notes: Sequence[str] = ()
    if scale < dpi / _POINTS * 0.999:
        notes = (f"The page is large and was drawn at {scale * _POINTS:.0f} dpi.",)
    return Picture(f"{name}, page {number}", image, tuple(notes))


def _scale(wide: float, high: float, dpi: int) -> float:
    """Pixels for a point, so that the page has not too many."""
    wanted = dpi / _POINTS
    area = max(1.0, wide) * max(1.0, high) * wanted * wanted
    return wanted if area <= MOST_DRAWN else wanted * math.sqrt(MOST_DRAWN / area)
