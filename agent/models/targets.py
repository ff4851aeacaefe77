"""Pictures with known answers: a number to read, discs to point at."""

import io
from collections.abc import Sequence
from math import gcd
from typing import TYPE_CHECKING

from agent.model import ImagePart
from tools.geometry import Frozen, Size

if TYPE_CHECKING:
    from PIL import Image

COLOURS = ("#c62828", "#1565c0", "#2e7d32", "#6a1b9a", "#ef6c00", "#00838f", "#4e342e", "#ad1457")
_BACKGROUND = "#f2f2f2"
_MARGIN = 0.08
_STEP = 3
_DIGITS = "60494"


class Target(Frozen):
    """A disc: its letter, and its middle in pixels of the picture."""

    letter: str
    x: float
    y: float


def place_targets(size: Size, count: int) -> tuple[Target, ...]:
    """Spread ``count`` targets over a picture, no two in one row or column.

    Raises:
        ValueError: Fewer than 4 or more than 26, or a picture too small for them.
    """
    if not 4 <= count <= 26 or min(size.width, size.height) < 8 * count:
        raise ValueError(f"{count} targets do not fit on {size}.")
    step = next(s for s in range(_STEP, count + _STEP) if gcd(s, count) == 1)
    places = [_MARGIN + (1 - 2 * _MARGIN) * number / (count - 1) for number in range(count)]
    return tuple(
        Target(
            letter=chr(ord("A") + number),
            x=float(round(places[number] * size.width)),
            y=float(round(places[(number * step + 2) % count] * size.height)),
        )
        for number in range(count)
    )


def draw_targets(targets: Sequence[Target], size: Size) -> ImagePart:
    """A picture of ``size`` with all ``targets`` on it."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (size.width, size.height), _BACKGROUND)
    draw = ImageDraw.Draw(image)
    radius = max(4.0, min(size.width, size.height) / 28)
    font = ImageFont.load_default(radius * 1.2)
    for number, target in enumerate(targets):
        corners = (target.x - radius, target.y - radius, target.x + radius, target.y + radius)
        draw.ellipse(corners, fill=COLOURS[number % len(COLOURS)])
        draw.text((target.x, target.y), target.letter, fill="white", font=font, anchor="mm")
    return _part(image, size)


def draw_number() -> tuple[str, ImagePart]:
    """A picture of five digits, and the digits; always the same ones."""
    from PIL import Image, ImageDraw, ImageFont

    size = Size(width=448, height=224)
    image = Image.new("RGB", (size.width, size.height), _BACKGROUND)
    font = ImageFont.load_default(size.height / 3)
    middle = (size.width / 2, size.height / 2)
    ImageDraw.Draw(image).text(middle, _DIGITS, fill="black", font=font, anchor="mm")
    return _DIGITS, _part(image, size)


def _part(image: "Image.Image", size: Size) -> ImagePart:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return ImagePart(buffer.getvalue(), "image/png", size)
