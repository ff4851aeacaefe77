"""How much of a thought is written in another script than the problem."""

import re
from typing import Final

from agent.dialects.reading.language import eastern_share

_FORMULA: Final = re.compile(
    r"\$[^$\n]{0,300}\$|\\\[.{0,600}?\\\]|\\\(.{0,300}?\\\)|\\[a-zA-Z]{1,20}|\b[a-zA-Z]\b",
    re.DOTALL,
)
_FEWEST_LETTERS: Final = 12
_EASTERN: Final = 0.75
_EAST_IN_WEST: Final = 0.05
"""A few words of Chinese in an English thought are mixing: only labels of the picture excuse it."""
_WEST_IN_EAST: Final = 0.5
"""Chinese thoughts have Latin names and units in them all the time."""


def foreign_share(problem: str, thought: str) -> float:
    """Share of the words of ``thought`` in the other script than ``problem``, 0..1.

    Formulas and single letters count for nothing. 0 if the problem is in both scripts, or where
    there are too few words to tell.
    """
    asked, words = eastern_share(_FORMULA.sub(" ", problem)), _FORMULA.sub(" ", thought)
    said = eastern_share(words)
    if asked is None or said is None or sum(map(str.isalpha, words)) < _FEWEST_LETTERS:
        return 0.0
    if asked == 0:
        return said
    return 1 - said if asked > _EASTERN else 0.0


def mixing_note(problem: str, thought: str) -> str:
    """What to tell a person of mixed languages; empty if there is nothing to tell."""
    share = foreign_share(problem, thought)
    asked = eastern_share(_FORMULA.sub(" ", problem))
    latin = asked == 0
    if share < (_EAST_IN_WEST if latin else _WEST_IN_EAST):
        return ""
    other = "Chinese, Japanese or Korean" if latin else "Latin"
    return f"The model mixes languages: {share:.0%} of its reasoning is in {other} letters."
