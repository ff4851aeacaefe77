"""Painting on a picture: fills, rounded shapes, rings, text and icons, all anti-aliased.

Pillow's shapes are not anti-aliased, so corners and discs are masks drawn at eight times the size
and averaged down, cached by size. All lengths are in px.
"""

from __future__ import annotations

from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from tools.virtual_phone.ui.fonts import ASCENT, DESCENT, icon_mask, text_mask
from tools.virtual_phone.ui.textflow import TextFont
from tools.virtual_phone.ui.theme import Rgb

Rect = tuple[int, int, int, int]
"""(left, top, right, bottom)."""

Corners = tuple[Image.Image, Image.Image, Image.Image, Image.Image]
"""Masks of the corners: upper left, upper right, lower left, lower right."""

_OVERSAMPLE = 8


def overlap(a: Rect, b: Rect) -> Rect:
    """What two rectangles share; empty (right <= left or bottom <= top) when nothing."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def is_empty(rect: Rect) -> bool:
    """Whether a rectangle has no area."""
    return rect[2] <= rect[0] or rect[3] <= rect[1]


class Painter:
    """Draws on one picture, within `clip`."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.clip: Rect = (0, 0, image.width, image.height)

    def fill(self, rect: Rect, color: Rgb) -> None:
        """A plain rectangle."""
        rect = overlap(rect, self.clip)
        if not is_empty(rect):
            self.image.paste(color, rect)

    def mask(self, mask: Image.Image, left: int, top: int, color: Rgb) -> None:
        """A colour through a mask whose top left corner is given."""
        whole = (left, top, left + mask.width, top + mask.height)
        seen = overlap(whole, self.clip)
        if is_empty(seen):
            return
        if seen != whole:
            mask = mask.crop((seen[0] - left, seen[1] - top, seen[2] - left, seen[3] - top))
        self.image.paste(color, seen, mask)

    def rounded(self, rect: Rect, radius: int, color: Rgb, *, top_only: bool = False) -> None:
        """A filled rectangle with rounded corners (the upper two only, with `top_only`)."""
        left, top, right, bottom = rect
        radius = min(radius, (right - left) // 2, bottom - top if top_only else (bottom - top) // 2)
        if radius <= 0:
            self.fill(rect, color)
            return
        low = bottom if top_only else bottom - radius
        self.fill((left + radius, top, right - radius, top + radius), color)
        self.fill((left, top + radius, right, low), color)
        self._corners(_disc_corners(radius), rect, color, top_only=top_only)
        if not top_only:
            self.fill((left + radius, low, right - radius, bottom), color)

    def ring(self, rect: Rect, radius: int, width: int, color: Rgb) -> None:
        """The outline of a rounded rectangle, inside its bounds."""
        left, top, right, bottom = rect
        radius = min(radius, (right - left) // 2, (bottom - top) // 2)
        self.fill((left + radius, top, right - radius, top + width), color)
        self.fill((left + radius, bottom - width, right - radius, bottom), color)
        self.fill((left, top + radius, left + width, bottom - radius), color)
        self.fill((right - width, top + radius, right, bottom - radius), color)
        if radius > 0:
            self._corners(_ring_corners(radius, width), rect, color)

    def disc(self, center: tuple[int, int], diameter: int, color: Rgb) -> None:
        """A filled circle."""
        left, top = center[0] - diameter // 2, center[1] - diameter // 2
        self.mask(_disc(diameter), left, top, color)

    def arc(self, rect: Rect, width: int, degrees: int, color: Rgb) -> None:
        """A part of a circle's line, clockwise from the top."""
        self.mask(_arc(rect[2] - rect[0], width, degrees), rect[0], rect[1], color)

    def shadow(self, rect: Rect, radius: int, blur: int) -> None:
        """A soft dark shade around a rounded rectangle, a little lower than it."""
        left, top = rect[0] - 2 * blur, rect[1] - 2 * blur + blur // 2
        for mask, x, y in _shadow(rect[2] - rect[0], rect[3] - rect[1], radius, blur):
            self.mask(mask, left + x, top + y, (0, 0, 0))

    def line(self, text: str, left: float, top: int, font: TextFont, color: Rgb) -> None:
        """One line of text whose line box has this top left corner."""
        if not text.strip():
            return
        mask = text_mask(text, font.size, font.weight)
        spare = font.line_height - (ASCENT + DESCENT) * font.size
        baseline = round(top + spare / 2 + ASCENT * font.size)
        self.mask(mask.image, round(left) - mask.dx, baseline - mask.dy, color)

    def icon(self, name: str, left: int, top: int, size: int, color: Rgb) -> None:
        """An icon in a square with this top left corner."""
        self.mask(icon_mask(name, size), left, top, color)

    def _corners(self, corners: Corners, rect: Rect, color: Rgb, *, top_only: bool = False) -> None:
        left, top, right, bottom = rect
        radius = corners[0].width
        places: tuple[tuple[int, int], ...] = ((left, top), (right - radius, top))
        if not top_only:
            places += ((left, bottom - radius), (right - radius, bottom - radius))
        for corner, (x, y) in zip(corners, places, strict=False):
            self.mask(corner, x, y, color)


@lru_cache(maxsize=64)
def _disc(diameter: int) -> Image.Image:
    large = diameter * _OVERSAMPLE
    image = Image.new("L", (large, large))
    ImageDraw.Draw(image).ellipse((0, 0, large - 1, large - 1), fill=255)
    return image.resize((diameter, diameter), Image.Resampling.BOX)


@lru_cache(maxsize=64)
def _disc_corners(radius: int) -> Corners:
    """The quarters of a disc."""
    return _quarters(_disc(2 * radius))


@lru_cache(maxsize=64)
def _ring_corners(radius: int, width: int) -> Corners:
    """The quarters of a circle drawn `width` wide."""
    large = 2 * radius * _OVERSAMPLE
    inner = width * _OVERSAMPLE
    image = Image.new("L", (large, large))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, large - 1, large - 1), fill=255)
    draw.ellipse((inner, inner, large - 1 - inner, large - 1 - inner), fill=0)
    return _quarters(image.resize((2 * radius, 2 * radius), Image.Resampling.BOX))


@lru_cache(maxsize=16)
def _arc(diameter: int, width: int, degrees: int) -> Image.Image:
    large = diameter * _OVERSAMPLE
    image = Image.new("L", (large, large))
    box = (0, 0, large - 1, large - 1)
    ImageDraw.Draw(image).arc(box, -90, degrees - 90, fill=255, width=width * _OVERSAMPLE)
    return image.resize((diameter, diameter), Image.Resampling.BOX)


def _quarters(disc: Image.Image) -> Corners:
    middle, end = disc.width // 2, disc.width
    return (
        disc.crop((0, 0, middle, middle)),
        disc.crop((middle, 0, end, middle)),
        disc.crop((0, middle, middle, end)),
        disc.crop((middle, middle, end, end)),
    )


@lru_cache(maxsize=16)
def _shadow(
    width: int, height: int, radius: int, blur: int
) -> tuple[tuple[Image.Image, int, int], ...]:
    """The shade as four strips with their places; the middle is hidden by what casts it."""
    room = 2 * blur
    image = Image.new("L", (width + 2 * room, height + 2 * room))
    box = (room, room, room + width - 1, room + height - 1)
    ImageDraw.Draw(image).rounded_rectangle(box, radius, fill=72)
    image = image.filter(ImageFilter.GaussianBlur(blur / 1.5))
    edge = min(room + radius, image.height // 2)
    right, bottom = image.width, image.height
    strips = (
        (0, 0, right, edge),
        (0, edge, room, bottom - edge),
        (right - room, edge, right, bottom - edge),
        (0, bottom - edge, right, bottom),
    )
    return tuple((image.crop(strip), strip[0], strip[1]) for strip in strips)
