"""Goals that are understood, the nearest to one that is not."""

import re
from functools import cache

from agent.policies.rules.lexicon import Words, written
from agent.policies.rules.text import is_cjk
from tools.geometry import Frozen

_TOLD = 3
_WORD = re.compile(r"[\w'-]+")


class _Example(Frozen):
    """One row of ``examples.yaml``; its fields are told there."""

    words: Words
    say: str


@cache
def _examples() -> tuple[_Example, ...]:
    return tuple(_Example.model_validate(row) for row in written("examples.yaml"))


def nearest_examples(goal: str) -> tuple[str, ...]:
    """Up to three goals that are understood, in the language of ``goal``, the nearest first."""
    chinese = is_cjk(goal)
    rows = [row for row in _examples() if is_cjk(row.say) == chinese]
    said = goal.casefold()
    words = set(_WORD.findall(said))
    scores = [
        sum(word in said for word in row.words) if chinese else len(words.intersection(row.words))
        for row in rows
    ]
    ranked = sorted(range(len(rows)), key=lambda index: -scores[index])
    near = [rows[index].say for index in ranked if scores[index]]
    return tuple(dict.fromkeys([*near, *(row.say for row in rows)]))[:_TOLD]
