"""Pictures out of image files: decoded, scaled and cached by their bytes."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.paint import Painter, Rect, is_empty, overlap
from tools.virtual_phone.ui.primitives import Canvas, Sem, Surface
from tools.virtual_phone.ui.widget_layout import Bitmap, Widget

_MOST_PIXELS = 40_000_000
"""Larger pictures are not decoded."""
_OVERSAMPLE = 4


def bitmap(widget: Bitmap, context: Context) -> Widget:
    """A drawing of the picture, scaled when it is painted."""

    def draw(painter: Painter, rect: Rect) -> None:
        left, top, right, bottom = rect
        width, height = right - left, bottom - top
        if width <= 0 or height <= 0:
            return
        image = _scaled(widget.data, width, height, cover=widget.cover)
        if image is None:
            _draw_missing(painter, rect, context)
            return
        left += (width - image.width) // 2
        top += (height - image.height) // 2
        _paste(painter, image, (left, top), context.px(widget.radius))

    sem = Sem("ImageView", description=widget.description) if widget.description else None
    # The canvas takes the height that is offered at least, as inside an Expand.
    canvas = Canvas(draw, width=widget.width, height=widget.height)
    return Surface(canvas, x="stretch", y="stretch", sem=sem)


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in px of the picture in a file; None if it is none (or far too large)."""
    try:
        with Image.open(BytesIO(data)) as image:
            width, height = image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return (width, height) if 0 < width * height <= _MOST_PIXELS else None


@lru_cache(maxsize=48)
def _scaled(data: bytes, width: int, height: int, *, cover: bool) -> Image.Image | None:
    if picture_size(data) is None:
        return None
    try:
        with Image.open(BytesIO(data)) as image:
            image.draft("RGB", (width, height))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None  # a whole head over a broken body
    fit = ImageOps.fit if cover else ImageOps.contain
    return fit(upright, (width, height), Image.Resampling.BICUBIC)


def _paste(painter: Painter, image: Image.Image, place: tuple[int, int], radius: int) -> None:
    left, top = place
    seen = overlap((left, top, left + image.width, top + image.height), painter.clip)
    if is_empty(seen):
        return
    part = (seen[0] - left, seen[1] - top, seen[2] - left, seen[3] - top)
    mask = _rounded(image.width, image.height, radius).crop(part) if radius else None
    painter.image.paste(image.crop(part), seen, mask)


@lru_cache(maxsize=16)
def _rounded(width: int, height: int, radius: int) -> Image.Image:
    """What a rounded rectangle covers, as a mask of its size."""
    large = Image.new("L", (width * _OVERSAMPLE, height * _OVERSAMPLE))
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * _OVERSAMPLE, fill=255)
    return large.resize((width, height), Image.Resampling.BOX)


def _draw_missing(painter: Painter, rect: Rect, context: Context) -> None:
    left, top, right, bottom = rect
    side = min(context.px(48), right - left, bottom - top) // 2 * 2
    painter.rounded(rect, context.px(8), context.theme.color("surface_container_high"))
    ink = context.theme.color("outline")
    x, y = (left + right - side) // 2, (top + bottom - side) // 2
    painter.icon("image-outline", x, y, side, ink)
