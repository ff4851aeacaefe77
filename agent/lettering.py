"""Words on pictures, in any language that the shipped fonts know."""

import io
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import groupby

from PIL import ImageDraw, ImageFont

_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[{_CJK}]|\s+|[^\s{_CJK}]+")
_LONGEST = 400
"""Characters that are looked at; more never fit under a picture."""
_FACES = ("Roboto-Regular.ttf", "NotoSansSC-Regular.otf")
_NO_CHARACTER = "\uffff"


@dataclass(frozen=True)
class Lettering:
    """Several fonts as one: each letter in the first font that has it."""

    fonts: tuple[ImageFont.FreeTypeFont, ...]
    _known: dict[str, ImageFont.FreeTypeFont] = field(default_factory=dict)

    def length(self, text: str) -> float:
        """Width of ``text`` in px."""
        return sum(font.getlength(run) for font, run in self._runs(text))

    def write(
        self, pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, fill: tuple[int, ...]
    ) -> None:
        """Write ``text`` with its baseline beginning at ``at``."""
        x, y = at
        for font, run in self._runs(text):
            pen.text((x, y), run, font=font, fill=fill, anchor="ls")
            x += font.getlength(run)

    def _runs(self, text: str) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        return [(font, "".join(run)) for font, run in groupby(text, self._font)]

    def _font(self, letter: str) -> ImageFont.FreeTypeFont:
        if letter not in self._known:
            self._known[letter] = next(
                (font for font in self.fonts if _has(font, letter)), self.fonts[-1]
            )
        return self._known[letter]


def _has(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether ``font`` draws something of its own for ``letter``, not the box for unknown ones."""
    if letter == " ":
        return True
    unknown = font.getmask(_NO_CHARACTER)
    drawn = font.getmask(letter)
    return drawn.size != unknown.size or bytes(drawn) != bytes(unknown)


def wrapped(text: str, face: Lettering, room: int, *, lines: int) -> list[str]:
    """Break ``text`` into at most ``lines`` lines of ``room`` px; the last ends in … if need be."""
    found: list[str] = []
    line = ""
    words = _PIECES.findall(_printable(text))
    pieces = [part for word in words for part in _fitting(word, face, room)]
    for place, piece in enumerate(pieces):
        if face.length(line + piece.rstrip()) <= room:
            line += piece if line else piece.lstrip()
            continue
        if len(found) == lines - 1:
            rest = line + "".join(pieces[place:])
            return [*found, _shortened(rest, face, room)]
        found.append(line.rstrip())
        line = piece.lstrip()
    return [*found, line] if line else found


def _fitting(piece: str, face: Lettering, room: int) -> list[str]:
    """A word alone, or its letters if it is too long for any line."""
    return [piece] if face.length(piece) <= room else list(piece)


def _shortened(text: str, face: Lettering, room: int) -> str:
    while text and face.length(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _printable(text: str) -> str:
    """``text`` on one line, without what has no shape."""
    line = " ".join(text[:_LONGEST].split())
    return "".join(letter for letter in line if unicodedata.category(letter)[0] != "C")


@lru_cache(maxsize=8)
def lettering(size: int) -> Lettering:
    """The shipped fonts, ``size`` px high; the same object every time."""
    # Read as data: the package that they lie in is never imported.
    folder = files("tools") / "virtual_phone" / "fonts"
    return Lettering(
        tuple(ImageFont.truetype(io.BytesIO((folder / name).read_bytes()), size) for name in _FACES)
    )
