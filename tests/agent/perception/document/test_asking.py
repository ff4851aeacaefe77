"""What a model is asked for a page, and what becomes of a page that cannot be had."""

import sys

import pytest

from agent.dialects.choose import DIALECTS
from agent.model import ImagePart, Reply
from agent.perception.document.pages import Sheet
from agent.perception.document.reader import (
    MAX_TOKENS,
    PAGE_TOKENS,
    for_pages,
    read_document,
    read_page,
    read_pages,
)
from agent.perception.document.values import Document
from agent.perception.seer import Seer
from tests.agent.perception.document.rig import paper, seer
from tools.errors import ContextTooLongError, MissingExtraError, ModelError
from tools.geometry import Box

PAGE = '<html><body><p data-bbox="0 0 84 112">a</p></body></html>'
SYSTEM = (
    "You are an AI specialized in recognizing and extracting text from images. Your mission is to "
    "analyze the image document and generate the result in QwenVL Document Parser HTML format using"
    " specified tags while maintaining user privacy and data integrity."
)


def test_the_words_are_those_that_the_models_were_trained_with() -> None:
    used = seer(PAGE)
    read_page(used, Sheet(1, paper()))
    (request,) = used.model.requests  # type: ignore[attr-defined]
    system, user = request.messages
    assert (system.role, system.text) == ("system", SYSTEM)
    assert (user.role, user.text) == ("user", "QwenVL HTML ")
    (image,) = user.images
    assert isinstance(user.parts[0], ImagePart)
    assert image.size == used.sizing.shown(paper().size)
    assert request.sampling.max_tokens == MAX_TOKENS
    assert request.sampling.temperature == 0


@pytest.mark.parametrize("dialect", ["qwen2_5_vl", "qwen3_vl", "qwen2_vl", "tools"])
def test_a_page_has_its_boxes_in_its_own_pixels_whatever_the_dialect(dialect: str) -> None:
    used = for_pages(seer("", dialect=dialect))
    sheet = Sheet(1, paper(1600, 2000))
    shown = used.shown(sheet.picture).projection.shown
    norm = DIALECTS[dialect]().space.value == "norm1000"
    wide, high = (1000, 1000) if norm else (shown.width, shown.height)
    reply = f'<p data-bbox="{wide / 4} {high / 2} {wide} {high}">a</p>'
    page = read_page(for_pages(seer(reply, dialect=dialect)), sheet)
    box = page.blocks[0].box
    assert box is not None
    wanted = Box(left=400, top=1000, right=1600, bottom=2000)
    assert abs(box.left - wanted.left) <= 1
    assert abs(box.top - wanted.top) <= 1
    assert (box.right, box.bottom) == (1600, 2000)


def test_pages_are_shown_larger_than_screens_unless_a_person_says_otherwise() -> None:
    used = seer()
    factor = used.sizing.factor**2
    assert for_pages(used).sizing.max_pixels == PAGE_TOKENS * factor > used.sizing.max_pixels
    small = Seer(used.model, used.dialect, used.sizing.budget(max_pixels=100_000))
    assert for_pages(small).sizing.max_pixels == 100_000
    large = Seer(used.model, used.dialect, used.sizing.budget(max_pixels=9_000_000))
    assert for_pages(large).sizing.max_pixels == 9_000_000


def test_a_picture_is_a_document() -> None:
    found = read_document(seer(PAGE), paper())
    assert (found.source, found.model, found.page_count) == ("paper.png", "scripted", 1)
    assert found.whole
    (page,) = found.pages
    assert (page.number, page.outcome, page.raw) == (1, "read", PAGE)
    assert Document.model_validate_json(found.model_dump_json()) == found


def test_a_reply_that_was_cut_is_kept_and_told() -> None:
    found = read_document(seer(Reply(text="<p>a</p><p>b", finish_reason="length")), paper())
    (page,) = found.pages
    assert (page.outcome, page.finish_reason, found.whole) == ("cut", "length", False)
    assert [block.text for block in page.blocks] == ["a", "b"]
    assert "--max-tokens" in page.notes[0]


def test_a_page_too_narrow_to_be_shown_fails_alone() -> None:
    sheets = [Sheet(1, paper(3, 900)), Sheet(2, paper())]
    pages = [page for _, page in read_pages(seer(PAGE), sheets)]
    assert [page.outcome for page in pages] == ["failed", "read"]
    assert "too narrow" in pages[0].notes[0]


def test_a_page_too_much_for_the_context_fails_alone() -> None:
    used = seer(ContextTooLongError("The request has 9000 tokens."), PAGE)
    pages = [page for _, page in read_pages(used, [Sheet(1, paper()), Sheet(2, paper())])]
    assert [page.outcome for page in pages] == ["failed", "read"]
    assert "9000 tokens" in pages[0].notes[0]


def test_pages_before_one_that_fails_are_there() -> None:
    used = seer(PAGE, ModelError("gone"), PAGE)
    read = read_pages(used, [Sheet(number, paper()) for number in (1, 2, 3)])
    assert next(read)[1].number == 1
    with pytest.raises(ModelError, match="gone"):
        next(read)


def test_a_thinking_model_thinks_apart() -> None:
    reply = Reply(text=f"\n\n{PAGE}", reasoning="A <p>page</p> it is.")
    found = read_document(seer(reply, dialect="qwen3_vl_thinking"), paper())
    assert [block.text for block in found.pages[0].blocks] == ["a"]


def test_only_thoughts_are_no_page() -> None:
    found = read_document(seer(Reply(text="", reasoning="Hm.", finish_reason="length")), paper())
    assert found.pages[0].outcome == "unread"


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "selectolax.lexbor", None)
    with pytest.raises(MissingExtraError, match=r"needs the extra 'docs'.*tapwright\[docs\]"):
        read_document(seer(PAGE), paper())
