"""Pictures and conversations to ask about."""

import io
import random

from PIL import Image, ImageDraw

from agent.model import ImagePart, Message, Part, TextPart
from tools.geometry import Size

SMALL = (112, 224)


def picture(seed: int, size: tuple[int, int] = SMALL, mode: str = "RGB") -> ImagePart:
    """A PNG with some boxes on it, another one for each seed."""
    dice = random.Random(seed)
    image = Image.new("RGB", size, (dice.randrange(256),) * 3)
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        left, top = dice.randrange(size[0]), dice.randrange(size[1])
        colour = tuple(dice.randrange(256) for _ in range(3))
        draw.rectangle((left, top, left + size[0] // 3, top + size[1] // 3), fill=colour)
    return encoded(image.convert(mode))


def encoded(image: Image.Image, kind: str = "PNG") -> ImagePart:
    """``image`` as it is sent."""
    buffer = io.BytesIO()
    image.save(buffer, kind)
    size = Size(width=image.width, height=image.height)
    return ImagePart(buffer.getvalue(), f"image/{kind.lower()}", size)


def system(text: str = "You look at a phone.") -> Message:
    return Message("system", (TextPart(text),))


def user(*parts: str | Part) -> Message:
    """A turn of words and pictures."""
    return Message("user", tuple(TextPart(p) if isinstance(p, str) else p for p in parts))


def assistant(text: str) -> Message:
    return Message("assistant", (TextPart(text),))
