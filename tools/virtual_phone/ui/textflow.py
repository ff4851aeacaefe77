"""Breaking text into lines: at spaces, between Chinese characters, inside words that are too long.

All lengths are in px.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tools.virtual_phone.ui.fonts import advance, text_width
from tools.virtual_phone.ui.widget_layout import Weight

ELLIPSIS = "…"
Span = tuple[int, int]
_NOT_FIRST = frozenset("，。、；：？！）》」』】”’…,.;:?!)]}%")
_NOT_LAST = frozenset("（《「『【“‘([{")


class TextFont(NamedTuple):
    """Size and line height in px, and the weight."""

    size: int
    line_height: int
    weight: Weight = "regular"


@lru_cache(maxsize=4096)
def spans(text: str, font: TextFont, width: int) -> tuple[Span, ...]:
    """Where each line starts and ends in the text; never empty. Line feeds belong to no line."""
    lines: list[Span] = []
    start = 0
    for paragraph in text.split("\n"):
        lines.extend(_paragraph(paragraph, start, font, width))
        start += len(paragraph) + 1
    return tuple(lines)


@lru_cache(maxsize=4096)
def lines(text: str, font: TextFont, width: int, max_lines: int = 0) -> tuple[str, ...]:
    """The lines as drawn; when there are more than `max_lines`, the last ends with an ellipsis."""
    clean = text.replace("\t", " ")
    found = spans(clean, font, width)
    cut = 0 < max_lines < len(found)
    shown = [clean[first:last].rstrip() for first, last in (found[:max_lines] if cut else found)]
    if cut:
        first, _ = found[max_lines - 1]
        shown[-1] = ellipsized(clean[first:].replace("\n", " "), font, width, force=True)
    return tuple(shown)


def ellipsized(text: str, font: TextFont, width: int, *, force: bool = False) -> str:
    """As much of the text as fits on one line, with an ellipsis when some is left out."""
    if not force and text_width(text, font.size, font.weight) <= width:
        return text
    room = width - text_width(ELLIPSIS, font.size, font.weight)
    kept = 0
    for char in text:
        room -= advance(char, font.size, font.weight)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + ELLIPSIS


def _paragraph(text: str, offset: int, font: TextFont, width: int) -> Iterator[Span]:
    start, used = 0, 0.0
    for first, last in _words(text):
        word = text[first:last]
        length = text_width(word.rstrip(), font.size, font.weight)
        if used + length <= width:
            used += text_width(word, font.size, font.weight)
            continue
        if first > start:
            yield offset + start, offset + first
            start, used = first, 0.0
        if length <= width:
            used = text_width(word, font.size, font.weight)
            continue
        for place in range(first, last):
            step = advance(text[place], font.size, font.weight)
            if used + step > width and place > start and not text[place].isspace():
                yield offset + start, offset + place
                start, used = place, 0.0
            used += step
    yield offset + start, offset + len(text)


def _words(text: str) -> Iterator[Span]:
    """Pieces that stay together, each with the spaces after it."""
    start = 0
    for place in range(1, len(text)):
        if _may_break(text[place - 1], text[place]):
            yield start, place
            start = place
    if text:
        yield start, len(text)


def _may_break(before: str, after: str) -> bool:
    if after.isspace():
        return False
    if before.isspace():
        return True
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return _is_wide(before) or _is_wide(after) or (before == "-" and after.isalpha())


@lru_cache(maxsize=4096)
def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
