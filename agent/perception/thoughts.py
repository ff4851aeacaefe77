"""Tells thought from answer while a reply is still being written, to show them apart."""

import re
from typing import Final, Literal

from agent.model import Thought

Voice = Literal["thought", "answer"]
_OPEN: Final = re.compile(r"\s*<think(?:ing)?>", re.IGNORECASE)
_CLOSE: Final = re.compile(r"</think(?:ing)?>\s*", re.IGNORECASE)
_TAGS: Final = ("<think>", "<thinking>", "</think>", "</thinking>")
_LONGEST: Final = max(map(len, _TAGS))


class ThoughtEar:
    """Hears a reply piece by piece and says what each piece is.

    What may be the beginning of a tag is held back until it is clear; ``rest`` gives it at the end.

    Args:
        thinking: Whether the reply begins within a thought, as some chat templates have it.
    """

    def __init__(self, *, thinking: bool = False) -> None:
        self._voice: Voice = "thought" if thinking else "answer"
        self._told_apart = False
        self._begun = False
        self._held = ""

    def hear(self, piece: str) -> list[tuple[Voice, str]]:
        """What ``piece`` adds, in order; never an empty text."""
        heard: list[tuple[Voice, str]] = []
        if isinstance(piece, Thought):
            if not self._told_apart:
                self._voice, self._told_apart, self._begun = "thought", True, True
        elif self._told_apart and self._voice == "thought":
            heard = self.rest()
            self._voice = "answer"
        self._held += piece
        if not self._begun:
            if _may_open(self._held):
                return []
            self._begun = True
            if opened := _OPEN.match(self._held):
                self._voice, self._held = "thought", self._held[opened.end() :]
        while closed := _CLOSE.search(self._held):
            heard.append((self._voice, self._held[: closed.start()]))
            self._voice, self._held = "answer", self._held[closed.end() :]
        sure = len(self._held) - _unsure(self._held)
        heard.append((self._voice, self._held[:sure]))
        self._held = self._held[sure:]
        return [(voice, text) for voice, text in heard if text]

    def rest(self) -> list[tuple[Voice, str]]:
        """What was held back, when the reply is at its end."""
        held, self._held = self._held, ""
        return [(self._voice, held)] if held else []


def _may_open(held: str) -> bool:
    start = held.lstrip().lower()
    return any(tag.startswith(start) and tag != start for tag in _TAGS[:2])


def _unsure(held: str) -> int:
    """Letters at the end that may become a tag."""
    low = held.lower()
    for length in range(min(_LONGEST, len(held)), 0, -1):
        if any(tag != low[-length:] and tag.startswith(low[-length:]) for tag in _TAGS):
            return length
    return 0
