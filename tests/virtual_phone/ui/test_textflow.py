"""Lines fit their width and lose nothing but the spaces at their ends."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.virtual_phone.ui.fonts import text_width
from tools.virtual_phone.ui.textflow import ELLIPSIS, TextFont, lines, spans

FONT = TextFont(42, 63)
TEXTS = st.text(alphabet="abcW iyo-,.()→你好世界，。（）1\n", max_size=60)
WIDTHS = st.integers(min_value=120, max_value=900)


@settings(deadline=None)  # the first example loads the fonts
@given(TEXTS, WIDTHS)
def test_lines_fit_the_width(text: str, width: int) -> None:
    for line in lines(text, FONT, width):
        assert text_width(line, FONT.size, FONT.weight) <= width + 0.01


@settings(deadline=None)  # the first example loads the fonts
@given(TEXTS, WIDTHS)
def test_nothing_is_lost(text: str, width: int) -> None:
    assert "".join("".join(lines(text, FONT, width)).split()) == "".join(text.split())


@settings(deadline=None)  # the first example loads the fonts
@given(TEXTS, WIDTHS)
def test_spans_are_in_order_and_cover_the_text(text: str, width: int) -> None:
    found = spans(text, FONT, width)
    assert found[0][0] == 0
    assert found[-1][1] == len(text)
    for (_, end), (start, _) in pairwise(found):
        assert text[end:start] in ("", "\n")


@settings(deadline=None)  # the first example loads the fonts
@given(TEXTS, WIDTHS, st.integers(min_value=1, max_value=3))
def test_cut_text_ends_with_an_ellipsis(text: str, width: int, most: int) -> None:
    shown = lines(text, FONT, width, most)
    assert len(shown) <= most
    if len(lines(text, FONT, width)) > most:
        assert shown[-1].endswith(ELLIPSIS)
        assert text_width(shown[-1], FONT.size, FONT.weight) <= width


def test_words_stay_whole_and_chinese_breaks_anywhere() -> None:
    assert lines("one two", FONT, 100) == ("one", "two")
    assert lines("一二三四", FONT, 90) == ("一二", "三四")


def test_closing_punctuation_does_not_start_a_line() -> None:
    assert lines("一二，三", FONT, 90) == ("一", "二，", "三")
