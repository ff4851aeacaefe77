"""Comparing words on a screen with words of a goal, in English and Chinese.

Chinese is written without spaces, so "contains the word" means containment there, and whole words
in scripts with spaces.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz

_PUNCTUATION = re.compile(r"[^\w+×✓]+", re.UNICODE)
_CJK = re.compile(r"[\u3400-\u9fff]")
_SECRET = re.compile(r"<secret:[^<>]*>")
_NUMBER = re.compile(r"\d+")
FUZZY_ENOUGH = 88.0
_KEPT = 8192  # every element of every screen is compared with every word of the lexicon


@lru_cache(maxsize=_KEPT)
def normal(text: str) -> str:
    """Lower case, full-width made half-width, punctuation to single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _PUNCTUATION.sub(" ", folded).strip()


def is_cjk(text: str) -> bool:
    """Whether any character of ``text`` is Chinese."""
    return _CJK.search(text) is not None


@lru_cache(maxsize=_KEPT)
def says(label: str, phrases: tuple[str, ...]) -> int:
    """How well ``label`` says one of ``phrases``: 3 exactly, 2 begins with it, 1 contains it."""
    said = normal(label)
    best = 0
    for phrase in phrases:
        wanted = normal(phrase)
        if not wanted or wanted not in said:
            continue
        if said == wanted:
            return 3
        if (len(wanted) > 1 and is_cjk(wanted)) or f" {wanted} " in f" {said} ":
            best = max(best, 2 if said.startswith(wanted) else 1)
    return best


def mentions(texts: Iterable[str], value: str) -> bool:
    """Whether ``texts`` together name ``value``: every word of it, small variations allowed."""
    seen = normal(" ".join(texts))
    wanted = normal(value)
    if not wanted:
        return False
    if is_cjk(wanted):
        return wanted.replace(" ", "") in seen.replace(" ", "")
    seen_words = seen.split()
    return all(_has_word(seen_words, word) for word in wanted.split())


def closeness(texts: Iterable[str], value: str) -> float:
    """0..100: how alike ``texts`` and ``value`` are; for ranking things that all mention it."""
    return float(fuzz.token_set_ratio(normal(" ".join(texts)), normal(value)))


def digits(text: str) -> str:
    """Only the digits of ``text``: how phone numbers are compared."""
    return "".join(_NUMBER.findall(unicodedata.normalize("NFKC", text)))


def same_number(text: str, wanted: str) -> bool:
    """Whether ``text`` is the telephone number ``wanted``; the name of a secret is no number."""
    if _SECRET.search(wanted):
        return text.strip() == wanted.strip()
    return digits(text) == digits(wanted)


def _has_word(seen: list[str], word: str) -> bool:
    if word in seen:
        return True
    if word.isdigit():
        return False
    stem = word[:-1] if word.endswith("s") and len(word) > 3 else word
    if any(other == stem or (other.endswith("s") and other[:-1] == stem) for other in seen):
        return True
    return len(word) > 4 and any(fuzz.ratio(other, word) >= FUZZY_ENOUGH for other in seen)
