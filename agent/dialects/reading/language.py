"""Which script a text is written in: a model that mixes languages is told of to the person."""

import re
from typing import Final

_EAST: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WEST: Final = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_LETTERS_A_WORD: Final = 1.5
_FEWEST_WORDS: Final = 8
_MIXED: Final = 0.5
_EASTERN, _LATIN = "Chinese, Japanese or Korean", "Latin"


def eastern_share(text: str) -> float | None:
    """Share of the words of ``text`` in Chinese, Japanese or Korean letters; the rest is Latin.

    A word of them is counted as one and a half letters. ``None`` if there are no words.
    """
    east, west = len(_EAST.findall(text)) / _LETTERS_A_WORD, len(_WEST.findall(text))
    return east / (east + west) if east + west else None


def mixing(goal: str, said: str) -> str:
    """What to tell of the script of ``said``, if at least half of it is not that of ``goal``.

    Labels of the screen may be repeated in their own script, so less than half is no mixing; a goal
    in both scripts and a few words tell nothing either.

    Returns:
        A sentence for the person; empty if there is nothing to tell.
    """
    wanted, found = eastern_share(goal), eastern_share(said)
    words = len(_EAST.findall(said)) / _LETTERS_A_WORD + len(_WEST.findall(said))
    if wanted is None or found is None or words < _FEWEST_WORDS or 0 < wanted < _MIXED:
        return ""
    share, other, own = (found, _EASTERN, _LATIN) if wanted == 0 else (1 - found, _LATIN, _EASTERN)
    if share < _MIXED:
        return ""
    return (
        f"The model mixes languages: {share:.0%} of what it says is in {other} letters, "
        f"the goal is in {own} ones."
    )
