"""Notices that a reply goes round in circles while it is still being written."""

from typing import Final

LEAST_LETTERS: Final = 600
"""What is repeated must fill as much: a row of dashes, a table or a long number is no loop."""
LEAST_TIMES: Final = 3
_LONGEST: Final = 1500
_KEY: Final = 32
_LOOK_EVERY: Final = 64


def tail_repeats(text: str) -> bool:
    """Whether ``text`` ends with the same piece over and over.

    The piece must come at least three times, verbatim, and fill at least 600 letters. Pieces of up
    to 1500 letters are found.
    """
    size = len(text)
    if size < LEAST_LETTERS:
        return False
    # The last letters have been there before, a period ago.
    key, at = text[-_KEY:], size - _KEY
    while (at := text.rfind(key, max(0, size - _KEY - _LONGEST), at + _KEY - 1)) >= 0:
        period = size - _KEY - at
        span = max(LEAST_LETTERS, LEAST_TIMES * period)
        if span <= size and text.startswith(
            text[size - span : size - period], size - span + period
        ):
            return True
    return False


class LoopEar:
    """Listens to a reply piece by piece, and says when it has begun to repeat itself."""

    def __init__(self) -> None:
        self._tail = ""
        self._unheard = 0

    def hear(self, piece: str) -> bool:
        """Add ``piece``; whether the reply should be cut here."""
        self._tail = (self._tail + piece)[-(LEAST_TIMES * _LONGEST) :]
        self._unheard += len(piece)
        if self._unheard < _LOOK_EVERY:
            return False
        self._unheard = 0
        return tail_repeats(self._tail)
