"""Fonts: which face draws a character, how wide it is, and cached masks of text and icons.

All lengths are in px. The layout engine is forced to BASIC: the other one needs a system library
and would make pictures differ between machines.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tools.virtual_phone.ui.cmap import covered
from tools.virtual_phone.ui.widget_layout import Weight

FOLDER = Path(__file__).resolve().parent.parent / "fonts"
_LATIN = {"regular": "Roboto-Regular.ttf", "medium": "Roboto-Medium.ttf"}
_CHINESE = "NotoSansSC-Regular.otf"
_ICONS = "MaterialDesignIcons.ttf"
# Roboto's ascent and descent by em; every line of text is set on this baseline.
ASCENT = 0.928
DESCENT = 0.244
# The icon font's baseline, by em from the top of the 24 x 24 grid.
_ICON_BASELINE = 448 / 512
_LARGE = 2000  # px, to measure at


class UnknownIconError(ValueError):
    """An icon name that is not in the phone's icon font."""


@dataclass(frozen=True)
class Mask:
    """Coverage of drawn text; paste it with its origin at (baseline left x - dx, top - dy)."""

    image: Image.Image
    dx: int
    dy: int


@lru_cache(maxsize=256)
def face(file: str, size: int) -> ImageFont.FreeTypeFont:
    """A loaded font at a size in px."""
    return ImageFont.truetype(FOLDER / file, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16384)
def file_for(char: str, weight: Weight) -> str:
    """The font file that draws a character; Roboto's empty box when none has it."""
    latin = _LATIN[weight]
    code = ord(char)
    if code in covered(FOLDER / latin):
        return latin
    return _CHINESE if code in covered(FOLDER / _CHINESE) else latin


@lru_cache(maxsize=16384)
def _relative_advance(char: str, weight: Weight) -> float:
    """How far a character moves the pen, by em: measured large, where rounding is nothing."""
    return face(file_for(char, weight), _LARGE).getlength(char) / _LARGE


def advance(char: str, size: int, weight: Weight) -> float:
    """How far one character moves the pen."""
    return _relative_advance(char, weight) * size


def text_width(text: str, size: int, weight: Weight) -> float:
    """How far the text moves the pen; there is no kerning."""
    return sum(_relative_advance(char, weight) for char in text) * size


@lru_cache(maxsize=1024)
def text_mask(text: str, size: int, weight: Weight) -> Mask:
    """One line of text; its vertical origin is the baseline."""
    slack = size // 2
    ascent = math.ceil(size * 1.1)
    width = math.ceil(text_width(text, size, weight)) + 2 * slack
    image = Image.new("L", (width, ascent + math.ceil(size * 0.4)))
    draw = ImageDraw.Draw(image)
    pen = float(slack)
    # One by one: the layout engine would round each advance to whole px, and so widen the text.
    for char in text:
        font = face(file_for(char, weight), size)
        draw.text((round(pen), ascent), char, fill=255, font=font, anchor="ls")
        pen += advance(char, size, weight)
    box = image.getbbox()
    if box is None:
        return Mask(Image.new("L", (1, 1)), 0, 0)
    return Mask(image.crop(box), slack - box[0], ascent - box[1])


@lru_cache(maxsize=1)
def icon_codes() -> dict[str, int]:
    """Code point by icon name."""
    table: dict[str, int] = json.loads((FOLDER / "icons.json").read_text(encoding="utf-8"))
    return table


@lru_cache(maxsize=512)
def icon_mask(name: str, size: int) -> Image.Image:
    """An icon in a square of `size` px.

    Raises:
        UnknownIconError: the font has no such icon.
    """
    code = icon_codes().get(name)
    if code is None:
        raise UnknownIconError(f"no icon {name!r}; add it to scripts/phone_icons.txt")
    image = Image.new("L", (size, size))
    baseline = round(size * _ICON_BASELINE)
    pen = (0, baseline)
    ImageDraw.Draw(image).text(pen, chr(code), fill=255, font=face(_ICONS, size), anchor="ls")
    return image
