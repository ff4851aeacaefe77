"""Sums as people write them: read into the keys of a calculator, and worked out exactly."""

import re
from fractions import Fraction
from typing import Final

_WORDS: Final = (
    (r"\bmultiplied\s+by\b|\btimes\b|乘以|乘|×|·|(?<=[\d)\s])x(?=[\d(\s])", "*"),
    (r"\bdivided\s+by\b|\bover\b|除以|÷", "/"),
    (r"\bplus\b|加上|加", "+"),
    (r"\bminus\b|减去|减|−|–", "-"),
)
_TOKEN: Final = re.compile(r"\s*(\d+(?:\.\d+)?|[-+*/()])")


def tokens_of(text: str) -> tuple[str, ...] | None:
    """Numbers, ``+ - * /`` and parentheses of a sum; ``None`` if anything else is in it."""
    for words, sign in _WORDS:
        text = re.sub(words, sign, text, flags=re.IGNORECASE)
    text = text.strip().rstrip("=?？").strip()
    found: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        found.append(match[1])
        at = match.end()
    return tuple(found)


def value_of(text: str) -> Fraction | None:
    """The value of a sum with at least one sign; ``None`` if it is none, or divides by zero."""
    tokens = tokens_of(text)
    if tokens is None or len(tokens) < 3:
        return None
    try:
        value, rest = _added(tokens)
    except (IndexError, ValueError, ZeroDivisionError):
        return None
    return value if not rest else None


def _added(tokens: tuple[str, ...]) -> tuple[Fraction, tuple[str, ...]]:
    value, rest = _multiplied(tokens)
    while rest and rest[0] in "+-":
        other, after = _multiplied(rest[1:])
        value = value + other if rest[0] == "+" else value - other
        rest = after
    return value, rest


def _multiplied(tokens: tuple[str, ...]) -> tuple[Fraction, tuple[str, ...]]:
    value, rest = _single(tokens)
    while rest and rest[0] in "*/":
        other, after = _single(rest[1:])
        value = value * other if rest[0] == "*" else value / other
        rest = after
    return value, rest


def _single(tokens: tuple[str, ...]) -> tuple[Fraction, tuple[str, ...]]:
    if tokens[0] != "(":
        return Fraction(tokens[0]), tokens[1:]
    value, rest = _added(tokens[1:])
    if rest[0] != ")":
        raise ValueError("a parenthesis is not closed")
    return value, rest[1:]


def same_value(shown: str, value: Fraction) -> bool:
    """Whether a display shows ``value``, as exactly as its digits allow."""
    bare = shown.replace(",", "").replace(" ", "").replace("−", "-")
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", bare):
        return False
    digits = len(bare.partition(".")[2])
    slack = Fraction(1, 2 * 10**digits) if digits >= 6 else Fraction(0)
    return abs(Fraction(bare) - value) <= slack
