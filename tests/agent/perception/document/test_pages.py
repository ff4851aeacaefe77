"""Documents become pictures page by page; what cannot be used is told in one line."""

import base64
import contextlib
import io
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from agent.perception.document.pages import (
    DPI,
    MOST_DRAWN,
    DocumentError,
    LockedError,
    Sheet,
    chosen_pages,
    open_sheets,
)
from agent.perception.pictures import PictureError
from tests.agent.perception.document.pdfs import PdfPage, pdf
from tools.errors import MissingExtraError, UsageError

SHARE = st.one_of(st.just(1.0), st.floats(0, 1))
RED, WHITE = (255, 0, 0), (255, 255, 255)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    path = tmp_path / "three.pdf"
    path.write_bytes(pdf([PdfPage(), PdfPage(400, 300), PdfPage(turned=90)]))
    return path


def sheets(path: Path, pages: str = "", dpi: int = 72) -> list[Sheet]:
    with open_sheets(str(path), pages, dpi) as opened:
        return list(opened)


def test_every_page_of_a_pdf_is_drawn_upright(three: Path) -> None:
    drawn = sheets(three)
    assert [sheet.number for sheet in drawn] == [1, 2, 3]
    assert [sheet.picture.image.size for sheet in drawn] == [(300, 400), (400, 300), (400, 300)]
    lower_and_upper_left = [
        (
            sheet.picture.image.getpixel((5, sheet.picture.image.height - 5)) == RED,
            sheet.picture.image.getpixel((5, 5)) == RED,
        )
        for sheet in drawn
    ]
    assert lower_and_upper_left == [(True, False), (True, False), (False, True)]
    assert [sheet.picture.name for sheet in drawn][2] == f"{three}, page 3"


def test_dpi_says_how_large_a_page_is(three: Path) -> None:
    (sheet,) = sheets(three, "1", 144)
    assert sheet.picture.image.size == (600, 800)
    assert sheets(three, "1", DPI)[0].picture.image.size == (625, 834)


def test_a_pdf_of_pictures(tmp_path: Path) -> None:
    """As scanners write it; Pillow's writer is not ours."""
    first, second = (Image.new("RGB", (200, 300), colour) for colour in ("red", "white"))
    first.save(tmp_path / "scan.pdf", save_all=True, append_images=[second], resolution=72)
    drawn = sheets(tmp_path / "scan.pdf")
    colours = [sheet.picture.image.getpixel((100, 150)) for sheet in drawn]
    assert colours == [(254, 0, 0), WHITE]  # as JPEG keeps red


def test_a_huge_page_is_drawn_coarser_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "plan.pdf"
    path.write_bytes(pdf([PdfPage(14_000, 14_000)]))
    (sheet,) = sheets(path, dpi=300)
    assert sheet.picture.image.width * sheet.picture.image.height <= MOST_DRAWN * 1.01
    assert sheet.picture.notes == ("The page is large and was drawn at 33 dpi.",)


def test_a_picture_is_a_document_of_one_page(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    Image.new("RGB", (20, 30), "red").save(path)
    (sheet,) = sheets(path, "1")
    assert (sheet.number, sheet.picture.image.size) == (1, (20, 30))
    with pytest.raises(DocumentError, match="has one page; there is no page 2"):
        sheets(path, "2")


def test_a_tiff_of_a_scanner_has_a_page_for_each_frame(tmp_path: Path) -> None:
    first, second = (Image.new("RGB", (20, 30), colour) for colour in ("red", "white"))
    path = tmp_path / "scan.tif"
    first.save(path, save_all=True, append_images=[second.convert("1")], compression="tiff_lzw")
    drawn = sheets(path)
    assert [(each.number, each.picture.image.getpixel((5, 5))) for each in drawn] == [
        (1, RED), (2, WHITE),
    ]  # fmt: skip
    assert sheets(path, "2")[0].picture.name == f"{path}, page 2"
    with pytest.raises(DocumentError, match="has 2 pages; there is no page 3"):
        sheets(path, "3")


@pytest.mark.parametrize("kind", ["tiff", "pdf"])
@given(spoilt=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=8), cut=SHARE)
def test_a_damaged_document_is_drawn_or_told(
    kind: str, spoilt: list[tuple[float, int]], cut: float
) -> None:
    data = bytearray(_whole(kind))
    for where, value in spoilt:
        data[int(where * len(data))] = value
    source = f"data:x;base64,{base64.b64encode(data[: max(1, int(cut * len(data)))]).decode()}"
    with contextlib.suppress(UsageError), open_sheets(source, dpi=72) as opened:
        assert all(sheet.number >= 1 for sheet in opened)


@cache
def _whole(kind: str) -> bytes:
    if kind == "pdf":
        return pdf([PdfPage(30, 40)] * 2)
    written = io.BytesIO()
    first, second = (Image.effect_noise((30, 40), 90) for _ in range(2))
    first.save(written, "TIFF", save_all=True, append_images=[second])
    return written.getvalue()


def test_a_pdf_may_have_something_before_it(tmp_path: Path) -> None:
    path = tmp_path / "mailed.pdf"
    path.write_bytes(b"\r\n" * 20 + pdf())
    assert len(sheets(path)) == 1


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("", (1, 2, 3, 4, 5)),
        (" ", (1, 2, 3, 4, 5)),
        ("2", (2,)),
        ("1-3,5", (1, 2, 3, 5)),
        ("4-", (4, 5)),
        ("3,1-2,2", (1, 2, 3)),
        (" 1 - 2 , 5 ", (1, 2, 5)),
        ("5-5", (5,)),
    ],
)
def test_pages_are_chosen(written: str, numbers: tuple[int, ...]) -> None:
    assert chosen_pages(written, 5, "a.pdf") == numbers


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("6", "has 5 pages; there is no page 6"),
        ("0", "there is no page 0"),
        ("1-900000", "there is no page 900000"),
        ("6-", "there is no page 6"),
        ("3-1", "1 comes before 3"),
        ("a", "names no pages"),
        ("1,", "names no pages"),
        ("-3", "names no pages"),
        ("1-2-3", "names no pages"),
        ("1234567", "names no pages"),
        ("²", "names no pages"),
    ],
)
def test_pages_that_are_not_there(written: str, told: str) -> None:
    with pytest.raises(DocumentError, match=told):
        chosen_pages(written, 5, "a.pdf")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty, 0 bytes"),
        (pdf(password="sesame"), "is encrypted and wants a password"),
        (b"%PDF-1.7\nnothing of one", "is damaged"),
        (pdf()[:120], "is damaged"),
        (b"hello", "is neither a PDF nor a picture. Read are PDF, PNG, JPEG"),
        (b"\x89PNG\r\n\x1a\n", "is neither a PDF nor a picture"),
    ],
    ids=["0 bytes", "encrypted", "no PDF", "cut PDF", "text", "no PNG"],
)
def test_a_document_that_cannot_be_used(data: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "document"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=told):
        sheets(path)


def test_an_encrypted_pdf_is_read_with_its_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(pdf([PdfPage()], password="sesame"))
    with open_sheets(str(path), dpi=72, password="sesame") as opened:
        (sheet,) = opened
    assert sheet.picture.image.getpixel((25, 375)) == RED
    with (
        pytest.raises(LockedError, match=r"The password for '.*locked\.pdf' is wrong\.$") as caught,
        open_sheets(str(path), password="simsalabim"),
    ):
        pass
    assert "simsalabim" not in str(caught.value)


def test_a_document_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="cannot be read: No such file"):
        sheets(tmp_path / "none.pdf")
    with pytest.raises(PictureError, match="Is a directory"):
        sheets(tmp_path)


@pytest.mark.parametrize("dpi", [0, 35, 601])
def test_dpi_out_of_range(three: Path, dpi: int) -> None:
    with pytest.raises(DocumentError, match=f"36 to 600, not {dpi}"):
        sheets(three, dpi=dpi)


def test_without_the_extra_a_pdf_says_so_and_a_picture_is_opened(
    three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(MissingExtraError, match=r"tapwright\[docs\]"):
        sheets(three)
    picture = io.BytesIO()
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    (tmp_path / "a.png").write_bytes(picture.getvalue())
    assert len(sheets(tmp_path / "a.png")) == 1
