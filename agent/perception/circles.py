"""Finds what a reply repeated when it went round in circles, to cut it off and to tell of it."""

from dataclasses import dataclass
from typing import Final

LONGEST_PIECE: Final = 1500
LEAST_TIMES: Final = 3
_SENTENCE_ENDS: Final = "\n.!?。！？"
_TAIL: Final = 4 * LONGEST_PIECE


@dataclass(frozen=True)
class Circle:
    """A piece that stands at the end of a text over and over.

    Attributes:
        piece: What is repeated, from where its first whole occurrence begins.
        times: How often it stands there, whole.
        start: Offset of the first occurrence.
    """

    piece: str
    times: int
    start: int


def find_circle(text: str) -> Circle | None:
    """The piece that ends ``text`` three times or more; ``None`` if there is none.

    Of several the one that fills most is taken, such as a sentence rather than the three dots that
    it ends with. Pieces of up to 1500 letters are found; the last occurrence may be cut off.
    """
    period = _period(text[-_TAIL:])
    if not period:
        return None
    start = len(text) - period
    while start and text[start - 1] == text[start - 1 + period]:
        start -= 1
    start = _sentence(text, start, period)
    times = (len(text) - start) // period
    if times < LEAST_TIMES:
        return None
    return Circle(text[start : start + period], times, start)


def _sentence(text: str, start: int, period: int) -> int:
    """Where a sentence begins in the first occurrence, so that a person can read the piece.

    What stood before may by chance end as the piece does.
    """
    last = min(start + period, len(text) - LEAST_TIMES * period + 1)
    for at in range(start, last):
        before = text[max(0, at - 9) : at].rstrip(" ")[-1:]
        if not text[at].isspace() and (not before or before in _SENTENCE_ENDS):
            return at
    return start


def _period(tail: str) -> int:
    """The shortest of the periods that fill most of ``tail`` from its end; 0 if there is none."""
    reach = _reaches(tail[::-1])
    best, most = 0, 0
    for period in range(1, min(LONGEST_PIECE, len(tail) // LEAST_TIMES) + 1):
        filled = reach[period] + period
        if filled >= LEAST_TIMES * period and filled > most:
            best, most = period, filled
    return best


def _reaches(text: str) -> list[int]:
    """For each offset, how many letters from there on are those that ``text`` begins with.

    The Z algorithm: one pass, whatever the text.
    """
    size = len(text)
    reach = [0] * (size + 1)
    left = right = 0
    for at in range(1, size):
        length = min(right - at, reach[at - left]) if at < right else 0
        while at + length < size and text[length] == text[at + length]:
            length += 1
        reach[at] = length
        if at + length > right:
            left, right = at, at + length
    return reach
