"""What of a goal was not understood: whoever ignores a word may do the opposite of what was asked.

"Don't book a flight", "cancel my flight" and "book a nonstop flight" all read like "book a flight"
to somebody who looks for the words he knows. So whatever is neither a value that was read nor a
word that asks for nothing is told, and nothing is done.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Annotated

from pydantic import Field

from agent.policies.rules.lexicon import written
from agent.policies.rules.text import is_cjk
from tools.geometry import Frozen

_WORDS = Annotated[frozenset[str], Field(strict=False)]
_MORE = re.compile(r"[,，;；]|\b(?:and|then|but|without)\b|并|然后", re.IGNORECASE)
_TOKEN = re.compile(r"[\w'’-]+")


class Fillers(Frozen):
    """Words of one kind of errand that ask for nothing by themselves."""

    english: _WORDS
    chinese: _WORDS


@cache
def _fillers() -> dict[str, Fillers]:
    return {name: Fillers.model_validate(body) for name, body in written("fillers.yaml").items()}


def without(text: str, values: Iterable[str]) -> str:
    """``text`` without the first occurrence of each of ``values``, the longest first."""
    for value in sorted(values, key=len, reverse=True):
        at = text.casefold().find(value.casefold()) if value else -1
        if at >= 0:
            text = f"{text[:at]} {text[at + len(value) :]}"
    return text


def asks_more(name: str) -> bool:
    """Whether more than a bare name stands there: what it asks for must not be passed over."""
    return _MORE.search(name) is not None


def unread(errand: str, rest: str) -> tuple[str, ...]:
    """The words of ``rest``, a goal without the values that were read, that mean something more."""
    known = _fillers()
    english = known["common"].english | known[errand].english
    chinese = sorted(known["common"].chinese | known[errand].chinese, key=len, reverse=True)
    found: list[str] = []
    for token in _TOKEN.findall(rest.casefold().replace("’", "'")):
        if not is_cjk(token):
            parts = [part for part in token.split("-") if part.strip("'")]
            found.extend(part for part in parts if part not in english and token not in english)
            continue
        left = token
        for word in chinese:
            left = left.replace(word, " ")
        found.extend(left.split())
    return tuple(found)
