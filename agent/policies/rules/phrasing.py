"""How people say it: what asks for nothing is taken off, so that each reader knows one plain form.

"Hey, could you switch off wifi for me, please?" and "turn off wifi" ask for the same. Courtesies
stand at the two ends of a sentence and are taken off there; verbs that mean a plainer one are put
plainly at its beginning. Nothing is done in the middle, and what is dictated, the text of a message
or a note, stays to its last word: its "thanks" is for somebody else.
"""

import re
from collections.abc import Callable
from functools import cache

from pydantic import Field
from rapidfuzz.distance import OSA

from agent.policies.rules.lexicon import Words, written
from tools.geometry import Frozen

_HEAD_EDGE = re.compile(r"^[^\w\"'“‘「『«(+]+")
_TAIL_EDGE = re.compile(r"[^\w\"'”’」』»)%]+$")
_SENTENCE_END = ".。"
_FIRST_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_MIND = re.compile(
    r"^(?:would|do)\s+you\s+mind\s+(?P<stem>[a-z]{2,})ing\b|^how\s+about\s+(?P<other>[a-z]{2,})ing\b",
    re.IGNORECASE,
)
_SHORTEST_MISSPELT = 5
"""Of the words of four letters too many are one letter away from another verb: wake, make, take."""


class _Plainer(Frozen):
    """One way to say it and the plain one; both as ``re.sub`` takes them."""

    said: str
    plain: str


class _Phrasing(Frozen):
    """``phrasing.yaml``; its fields are told there."""

    before: Words
    after: Words
    after_comma: Words
    dictates: Words
    verbs: Words
    plainer: tuple[_Plainer, ...] = Field(strict=False)


@cache
def _phrasing() -> _Phrasing:
    return _Phrasing.model_validate(written("phrasing.yaml"))


@cache
def _ends() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    known = _phrasing()
    before, after = "|".join(known.before), "|".join(known.after)
    return (
        re.compile(rf"^(?:{before})(?:(?<![a-z])|(?![a-z]))[\s,，:：.!！]*", re.IGNORECASE),
        re.compile(rf"(?:[\s,，]+|(?<=[\u3400-\u9fff]))(?:{after})[\s.!?。！？]*$", re.IGNORECASE),
        re.compile(rf"[,，]\s*(?:{'|'.join(known.after_comma)})[\s.!。！]*$", re.IGNORECASE),
        re.compile("|".join(known.dictates), re.IGNORECASE),
    )


def plain(goal: str) -> str:
    """``goal`` in plain words: no courtesies at its ends, a plain verb at its beginning."""
    _, after, after_comma, dictates = _ends()
    text = _settled(goal.strip(), _without_head)
    if dictates.search(text) is not None:
        text = after_comma.sub("", text).rstrip(f"{_SENTENCE_END} \t\n")
    else:
        text = _settled(text, lambda said: _TAIL_EDGE.sub("", after.sub("", said)))
    return _settled(text, _put_plainly)


def begins_command(text: str) -> bool:
    """Whether the first word is a verb of commands, understood or not."""
    first = _FIRST_WORD.match(text)
    return first is not None and first[0].casefold() in _phrasing().verbs


def _settled(text: str, change: Callable[[str], str]) -> str:
    """``text`` after ``change``, as often as that changes something and leaves something."""
    while (changed := change(text)) != text and changed:
        text = changed
    return text


def _without_head(text: str) -> str:
    text = _HEAD_EDGE.sub("", text)
    return _ends()[0].sub("", text).strip()


def _put_plainly(text: str) -> str:
    mind = _MIND.match(text)
    if mind is not None:
        text = _verb_of(mind["stem"] or mind["other"]) + text[mind.end() :]
    text = _spelt_right(text)
    for each in _phrasing().plainer:
        changed = re.sub(each.said, each.plain, text, count=1, flags=re.IGNORECASE)
        if changed != text:
            return changed
    return text


def _verb_of(stem: str) -> str:
    """The verb whose -ing form begins with ``stem``: sett(ing) set, mak(ing) make, turn(ing)."""
    doubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
    ways = (stem, f"{stem}e", doubled)
    return next((way for way in ways if way.casefold() in _phrasing().verbs), stem)


def _spelt_right(text: str) -> str:
    """The first word is a verb; one letter too much, too few or wrong does not hide which."""
    first = _FIRST_WORD.match(text)
    verbs = _phrasing().verbs
    if first is None or first[0].casefold() in verbs:
        return text
    word = first[0].casefold()
    near = [
        verb
        for verb in verbs
        if OSA.distance(word, verb, score_cutoff=1) <= 1
        and (min(len(word), len(verb)) >= _SHORTEST_MISSPELT or sorted(word) == sorted(verb))
    ]
    return near[0] + text[first.end() :] if len(near) == 1 else text
