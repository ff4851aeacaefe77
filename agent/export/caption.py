"""Words under the pictures of a film, in any language that the shipped fonts know."""

import io
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont

GROUND = (17, 20, 26)
INK = (240, 242, 246)
_DIM = (158, 166, 180)
_LINES = 3
_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_PIECES = re.compile(rf"[{_CJK}]|\s+|[^\s{_CJK}]+")
_LONGEST = 400
"""Characters that are looked at; more never fit under a picture."""
_FACES = ("Roboto-Regular.ttf", "NotoSansSC-Regular.otf")
_NO_CHARACTER = "\uffff"


@dataclass(frozen=True)
class Caption:
    """What stands under one picture.

    Attributes:
        head: One line, what is done.
        text: Up to two lines, why.
    """

    head: str
    text: str = ""


@dataclass(frozen=True)
class Face:
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


def caption_height(width: int) -> int:
    """Height in px of the bar under a film ``width`` px wide; even."""
    size = _font_px(width)
    return (round(size * 1.45) * _LINES + size) // 2 * 2


def draw_caption(image: Image.Image, caption: Caption, top: int) -> None:
    """Write ``caption`` onto ``image`` from row ``top`` down to its end."""
    size = _font_px(image.width)
    face, line_px, margin = _face(size), round(size * 1.45), round(size * 0.75)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, top, image.width, image.height), fill=GROUND)
    room = image.width - 2 * margin
    y = top + round(size * 1.5)
    for line in wrapped(caption.head, face, room, lines=1):
        face.write(pen, (margin, y), line, INK)
    for line in wrapped(caption.text, face, room, lines=_LINES - 1):
        y += line_px
        face.write(pen, (margin, y), line, _DIM)


def wrapped(text: str, face: Face, room: int, *, lines: int) -> list[str]:
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


def _fitting(piece: str, face: Face, room: int) -> list[str]:
    """A word alone, or its letters if it is too long for any line."""
    return [piece] if face.length(piece) <= room else list(piece)


def _shortened(text: str, face: Face, room: int) -> str:
    while text and face.length(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _printable(text: str) -> str:
    """``text`` on one line, without what has no shape."""
    line = " ".join(text[:_LONGEST].split())
    return "".join(letter for letter in line if unicodedata.category(letter)[0] != "C")


def _font_px(width: int) -> int:
    return max(9, round(width / 26))


@lru_cache(maxsize=8)
def _face(size: int) -> Face:
    # Read as data: the package that they lie in is never imported.
    folder = files("tools") / "virtual_phone" / "fonts"
    return Face(
        tuple(ImageFont.truetype(io.BytesIO((folder / name).read_bytes()), size) for name in _FACES)
    )
