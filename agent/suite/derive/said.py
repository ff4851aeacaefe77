"""What the person said, told from data that happened to stand on the screen.

A test that is to pass on other data may rest on what was asked for and on what an app always says,
never on a price, a code or a name that was there by chance.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"(?=.*[A-Z])[A-Z0-9]{5,}")
_SHORTEST = 3
"""Characters from which a name of the data is looked for inside longer texts."""


def plain(text: str) -> str:
    """``text`` for comparing: one case, single spaces, no signs."""
    return " ".join(_tokens(text))


def _tokens(text: str) -> list[str]:
    """Words and numbers, numbers without leading zeros; Chinese is one word a run."""
    return [
        str(int(word))
        if word.isascii() and word.isdecimal() and len(word) < 10
        else word.casefold()
        for word in _WORD.findall(text)
    ]


@dataclass(frozen=True)
class Said:
    """What was asked for, and what is known to be data.

    Attributes:
        texts: The goal and what was typed.
        data: Texts of the device's own data, which another seed replaces; as ``plain`` gives them.
    """

    texts: tuple[str, ...]
    data: frozenset[str] = frozenset()

    def names(self, text: str) -> bool:
        """Whether every word of ``text`` was said: ``Chongqing → Beijing`` is of a goal."""
        words = _tokens(text)
        return bool(words) and all(self._has(word) for word in words)

    def mentions(self, text: str) -> bool:
        """Whether a word of ``text`` was said that is no mere filler."""
        return any(
            self._has(word)
            for word in _tokens(text)
            if len(word) > _SHORTEST or not word.isascii() or word.isdecimal()
        )

    def is_about(self, text: str) -> bool:
        """Whether more than half of the words of ``text`` were said, and one that is no filler."""
        words = _tokens(text)
        return 2 * sum(map(self._has, words)) > len(words) and self.mentions(text)

    def is_data(self, text: str) -> bool:
        """Whether ``text`` may be another one tomorrow: a number, a code, a name that varies."""
        if self.names(text):
            return False
        if any(
            any(sign.isdecimal() for sign in word) and not self._has(word) for word in _tokens(text)
        ):
            return True
        if any(_CODE.fullmatch(word) for word in text.split() if not self._has(word.casefold())):
            return True
        return self.holds_data(text)

    def holds_data(self, text: str) -> bool:
        """Whether a name of the device's data stands in ``text`` and was not said."""
        around = f" {plain(text)} "
        return any(
            f" {name} " in around
            for name in self.data
            if len(name) >= _SHORTEST and not self.names(name)
        )

    def _has(self, word: str) -> bool:
        for text in self.texts:
            words = _tokens(text)
            if word in words or (not word.isascii() and any(word in each for each in words)):
                return True
        return False


def with_words(said: Said, texts: Iterable[str]) -> Said:
    """``said``, and ``texts`` too."""
    return Said((*said.texts, *texts), said.data)
