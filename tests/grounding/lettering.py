"""Text as the virtual phone draws it, for comparing with pictures: its fonts, at any scale.

Nothing of the phone is imported; only the font files in its folder are read, as anybody who has
seen such phones knows their letters.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Grey = NDArray[np.float32]
FONTS: Final = Path(__file__).parents[2] / "tools" / "virtual_phone" / "fonts"
_REGULAR: Final = "Roboto-Regular.ttf"
_MEDIUM: Final = "Roboto-Medium.ttf"
_LARGE: Final = 96
"""Letters are drawn at this size (px) and shrunk, so that they can have any width and height."""
_ABOVE: Final = 0.75
_BELOW: Final = 0.22
"""What letters take above and below the line they stand on, by their size."""


@dataclass(frozen=True)
class Label:
    """Words in one line, and how they are set.

    Attributes:
        text: The words.
        size_dp: Size of the letters.
        medium: Whether they are set in the heavier of the two weights.
    """

    text: str
    size_dp: float = 16
    medium: bool = False

    def __str__(self) -> str:
        return self.text

    def beginning(self, letters: int) -> "Label":
        """The same with the first letters only."""
        return Label(self.text[:letters].rstrip(), self.size_dp, self.medium)


@lru_cache(maxsize=2)
def _font(file: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / file, _LARGE, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=256)
def _drawn(text: str, medium: bool) -> Image.Image:
    """The ink of ``text``, cut to its edges left and right. There is no kerning."""
    font = _font(_MEDIUM if medium else _REGULAR)
    width = sum(font.getlength(letter) for letter in text)
    image = Image.new("L", (math.ceil(width) + 2 * _LARGE, round((_ABOVE + _BELOW) * _LARGE)))
    draw, pen, line = ImageDraw.Draw(image), float(_LARGE), round(_ABOVE * _LARGE)
    for letter in text:
        draw.text((round(pen), line), letter, fill=255, font=font, anchor="ls")
        pen += font.getlength(letter)
    box = image.getbbox()
    if box is None:
        raise ValueError(f"{text!r} has no ink")
    return image.crop((box[0], 0, box[2], image.height))


@lru_cache(maxsize=4096)
def lettering(label: Label, scale_x: float, scale_y: float) -> Grey:
    """The ink of ``label``, 0..1, one px of margin around it.

    Args:
        label: The words.
        scale_x: Px of the picture for a dp, across.
        scale_y: The same, down.
    """
    ink = _drawn(label.text, label.medium)
    step_x = _LARGE / (label.size_dp * scale_x)  # drawn px under one px of the result
    step_y = _LARGE / (label.size_dp * scale_y)
    wide, high = round(ink.width / step_x) + 2, round(ink.height / step_y) + 2
    margin = math.ceil(2 * max(step_x, step_y))
    framed = Image.new("L", (ink.width + 2 * margin, ink.height + 2 * margin))
    framed.paste(ink, (margin, margin))
    left, top = (framed.width - wide * step_x) / 2, (framed.height - high * step_y) / 2
    box = (left, top, framed.width - left, framed.height - top)
    small = framed.resize((wide, high), Image.Resampling.BICUBIC, box=box)
    return np.asarray(small, dtype=np.float32) / np.float32(255)
