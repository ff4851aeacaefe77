"""Words under the pictures of a film, in any language that the shipped fonts know."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from agent.lettering import lettering, wrapped

GROUND = (17, 20, 26)
INK = (240, 242, 246)
_DIM = (158, 166, 180)
_LINES = 3


@dataclass(frozen=True)
class Caption:
    """What stands under one picture.

    Attributes:
        head: One line, what is done.
        text: Up to two lines, why.
    """

    head: str
    text: str = ""


def caption_height(width: int) -> int:
    """Height in px of the bar under a film ``width`` px wide; even."""
    size = _font_px(width)
    return (round(size * 1.45) * _LINES + size) // 2 * 2


def draw_caption(image: Image.Image, caption: Caption, top: int) -> None:
    """Write ``caption`` onto ``image`` from row ``top`` down to its end."""
    size = _font_px(image.width)
    face, line_px, margin = lettering(size), round(size * 1.45), round(size * 0.75)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, top, image.width, image.height), fill=GROUND)
    room = image.width - 2 * margin
    y = top + round(size * 1.5)
    for line in wrapped(caption.head, face, room, lines=1):
        face.write(pen, (margin, y), line, INK)
    for line in wrapped(caption.text, face, room, lines=_LINES - 1):
        y += line_px
        face.write(pen, (margin, y), line, _DIM)


def _font_px(width: int) -> int:
    return max(9, round(width / 26))
