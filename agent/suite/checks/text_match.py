"""Whether a text is as a check wants it."""

import re

from agent.suite.checks.context import Finding, found
from agent.suite.language.form import TextMatch

_SHOWN = 200


def judge_text(match: TextMatch, text: str, what: str) -> Finding:
    """Whether ``text`` is like ``match`` says.

    Args:
        match: What is asked.
        text: What there is.
        what: What the text is, in words: ``the output``.
    """
    told = f"{what} is {shortened(text)!r}"
    missed = [
        wrong
        for wrong, holds in (
            (f"not equal to {match.equals!r}", _equals(match, text)),
            (f"without {match.contains!r}", match.contains is None or match.contains in text),
            (f"with {match.lacks!r} in it", match.lacks is None or match.lacks not in text),
            (f"not like {match.matches!r}", _like(match, text)),
        )
        if not holds
    ]
    return found(", ".join([told, *missed]) + ".", holds=not missed)


def shortened(text: str) -> str:
    """The beginning of a long text."""
    stripped = text.strip()
    return stripped if len(stripped) <= _SHOWN else f"{stripped[: _SHOWN - 1]}…"


def _equals(match: TextMatch, text: str) -> bool:
    return match.equals is None or match.equals.strip() == text.strip()


def _like(match: TextMatch, text: str) -> bool:
    return match.matches is None or re.search(match.matches, text) is not None
