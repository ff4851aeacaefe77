"""Questions put to the screen at the end of an episode, answered with evidence.

The verdict is what they say, whatever the agent claims.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from agent.step import Checked, Verdict
from tools.device import Observation
from tools.ui_tree import UiTree

_SHOWN = 200


class Check(Protocol):
    """One question to the last screen of an episode."""

    @property
    def name(self) -> str:
        """What is asked, in words."""
        ...

    def run(self, seen: Observation) -> Checked:
        """Answer it from what the device shows now."""
        ...


@dataclass(frozen=True)
class Judgement:
    """What checks came to.

    Attributes:
        verdict: Of all of them together.
        checked: What each came to, as it stands in the recording.
    """

    verdict: Verdict
    checked: tuple[Checked, ...] = ()


@runtime_checkable
class Judging(Protocol):
    """A policy that knows when its episode is to be judged, and puts the checks itself.

    It writes them to the recording; the verdict of the episode is what it says.
    """

    @property
    def judgement(self) -> Judgement:
        """What its checks came to so far."""
        ...


@dataclass(frozen=True)
class TextVisible:
    """Whether a text stands on the screen, by its UI tree.

    Upper and lower case are alike, and so is white space of any kind; a text may be a part of a
    longer one, and may run over several elements that follow each other.

    Args:
        text: What must be there.
    """

    text: str

    @property
    def name(self) -> str:
        """The text and what is asked of it."""
        return f"text {self.text!r} is visible"

    def run(self, seen: Observation) -> Checked:
        """Look for it."""
        if seen.ui_tree is None:
            return Checked(
                name=self.name,
                verdict=Verdict.ERROR,
                evidence="The UI tree of the last screen could not be read.",
            )
        shown = visible_words(seen.ui_tree)
        # An activity goes on where its package ends; a window has a title of its own.
        glue = "" if seen.activity.startswith(".") else " "
        where = f"{seen.app}{glue}{seen.activity}".strip() or "the last screen"
        for words in (*shown, " ".join(shown)):
            if _plain(self.text) in _plain(words):
                found = _around(words, self.text)
                return Checked(
                    name=self.name, verdict=Verdict.PASSED, evidence=f"{where} shows {found!r}."
                )
        there = _shortened(", ".join(repr(words) for words in shown)) or "no text at all"
        evidence = f"{where} does not show it, but {there}."
        return Checked(name=self.name, verdict=Verdict.FAILED, evidence=evidence)


def visible_words(tree: UiTree) -> tuple[str, ...]:
    """The texts and descriptions of a tree, each once, in reading order."""
    words = (text for node in tree.nodes for text in (node.text, node.description) if text.strip())
    return tuple(dict.fromkeys(words))


def verdict_of(results: Iterable[Checked]) -> Verdict:
    """The verdict of several checks: ``unverified`` without any, else the worst there is."""
    found = {result.verdict for result in results}
    for worst in (Verdict.FAILED, Verdict.ERROR, Verdict.PASSED):
        if worst in found:
            return worst
    return Verdict.UNVERIFIED


def run_checks(checks: Sequence[Check], seen: Observation) -> tuple[Checked, ...]:
    """Put all of them to one look; none is left out because another failed."""
    return tuple(check.run(seen) for check in checks)


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def _around(words: str, text: str) -> str:
    """The part of ``words`` that holds ``text``, if the whole is too long to be shown."""
    words = " ".join(words.split())
    if len(words) <= _SHOWN:
        return words
    start = max(0, words.casefold().find(_plain(text)) - _SHOWN // 4)
    return _shortened(words[start:])


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
