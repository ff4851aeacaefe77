"""Draws the finger onto the frames of a film: a ripple for taps, a trail for swipes."""

import math

from PIL import Image, ImageDraw

from agent.recording.marks import Mark

POINTER = (255, 64, 64)
TARGET = (64, 150, 255)
_RIM = (255, 255, 255)
_SCALE = 2
"""Drawn at twice the size and shrunk, because Pillow's ellipses have ragged edges."""


def draw_pointer(frame: Image.Image, mark: Mark, progress: float, scale: float) -> Image.Image:
    """Draw ``mark`` onto a copy of ``frame``.

    Args:
        frame: RGB, a device's frame scaled by ``scale``.
        mark: What to draw, in device px.
        progress: How far the gesture is, 0..1.
        scale: Film px per device px.
    """
    layer = Image.new("RGBA", (frame.width * _SCALE, frame.height * _SCALE))
    pen = ImageDraw.Draw(layer)
    unit = max(frame.width, 120) / 360 * _SCALE
    zoom = scale * _SCALE
    if mark.target is not None:
        box = tuple(
            edge * zoom
            for edge in (mark.target.left, mark.target.top, mark.target.right, mark.target.bottom)
        )
        if box[2] > box[0] and box[3] > box[1]:
            pen.rounded_rectangle(
                box, radius=6 * unit, outline=(*TARGET, 220), width=max(1, round(2 * unit))
            )
    start = ((mark.at.x + 0.5) * zoom, (mark.at.y + 0.5) * zoom)
    if mark.to is not None:
        end = ((mark.to.x + 0.5) * zoom, (mark.to.y + 0.5) * zoom)
        _trail(pen, start, end, progress, unit)
    else:
        _ripple(pen, start, progress, unit, rings=2 if mark.kind == "double_tap" else 1)
        if mark.kind == "long_press":
            _hold(pen, start, progress, unit)
    shrunk = layer.resize(frame.size, Image.Resampling.BOX)
    drawn = frame.copy()
    drawn.paste(shrunk, mask=shrunk.getchannel("A"))
    return drawn


_Place = tuple[float, float]


def _ripple(
    pen: ImageDraw.ImageDraw, at: _Place, progress: float, unit: float, *, rings: int
) -> None:
    for ring in range(rings):
        radius = (10 + 16 * progress - 7 * ring) * unit
        faded = round(230 * (1 - 0.75 * progress))
        _circle(pen, at, radius, outline=(*POINTER, faded), width=max(1, round(2.5 * unit)))
    _dot(pen, at, 6 * unit)


def _hold(pen: ImageDraw.ImageDraw, at: _Place, progress: float, unit: float) -> None:
    """A ring that closes while the finger stays."""
    x, y = at
    radius = 20 * unit
    box = (x - radius, y - radius, x + radius, y + radius)
    pen.arc(box, -90, -90 + 360 * progress, fill=(*POINTER, 255), width=max(1, round(4 * unit)))


def _trail(
    pen: ImageDraw.ImageDraw, start: _Place, end: _Place, progress: float, unit: float
) -> None:
    x = start[0] + (end[0] - start[0]) * progress
    y = start[1] + (end[1] - start[1]) * progress
    pen.line((*start, x, y), fill=(*POINTER, 150), width=max(1, round(5 * unit)))
    _circle(pen, start, 4 * unit, fill=(*POINTER, 200))
    _dot(pen, (x, y), 8 * unit)
    if progress >= 1.0:
        _arrow(pen, start, end, unit)


def _arrow(pen: ImageDraw.ImageDraw, start: _Place, end: _Place, unit: float) -> None:
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    tip = (end[0] + 20 * unit * math.cos(angle), end[1] + 20 * unit * math.sin(angle))
    sides = [
        (end[0] + 9 * unit * math.cos(angle + turn), end[1] + 9 * unit * math.sin(angle + turn))
        for turn in (-math.pi / 2, math.pi / 2)
    ]
    pen.polygon([tip, *sides], fill=(*POINTER, 255))


def _dot(pen: ImageDraw.ImageDraw, at: _Place, radius: float) -> None:
    _circle(pen, at, radius * 1.3, fill=(*_RIM, 235))
    _circle(pen, at, radius, fill=(*POINTER, 225))


def _circle(
    pen: ImageDraw.ImageDraw,
    at: _Place,
    radius: float,
    *,
    fill: tuple[int, ...] | None = None,
    outline: tuple[int, ...] | None = None,
    width: int = 1,
) -> None:
    x, y = at
    radius = max(radius, 1.0)
    box = (x - radius, y - radius, x + radius, y + radius)
    pen.ellipse(box, fill=fill, outline=outline, width=width)
