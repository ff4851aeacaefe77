"""Draws the finger onto the frames of a film: a ripple for taps, a trail for swipes."""

import math

from PIL import Image, ImageDraw

from agent.recording.marks import Mark

POINTER = (255, 64, 64)
TARGET = (64, 150, 255)
_RIM = (255, 255, 255)
_Place = tuple[float, float]
_REACH = 32
"""How far from a finger anything is drawn, px of a film 360 px wide."""
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
    unit = max(frame.width, 120) / 360
    left, top, right, bottom = _touched(frame, mark, scale, unit)
    if right <= left or bottom <= top:
        return frame
    # Only the part that is touched is drawn: large pictures mostly stay as they are.
    layer = Image.new("RGBA", ((right - left) * _SCALE, (bottom - top) * _SCALE))
    pen, zoom, thick = ImageDraw.Draw(layer), scale * _SCALE, unit * _SCALE

    def place(x: float, y: float) -> _Place:
        return x * zoom - left * _SCALE, y * zoom - top * _SCALE

    if mark.target is not None and mark.target.area:
        box = mark.target
        corners = (*place(box.left, box.top), *place(box.right, box.bottom))
        width = max(1, round(2 * thick))
        pen.rounded_rectangle(corners, radius=6 * thick, outline=(*TARGET, 220), width=width)
    start = place(mark.at.x + 0.5, mark.at.y + 0.5)
    if mark.to is not None:
        _trail(pen, start, place(mark.to.x + 0.5, mark.to.y + 0.5), progress, thick)
    else:
        _ripple(pen, start, progress, thick, rings=2 if mark.kind == "double_tap" else 1)
        if mark.kind == "long_press":
            _hold(pen, start, progress, thick)
    shrunk = layer.reduce(_SCALE)
    drawn = frame.copy()
    drawn.paste(shrunk, (left, top), mask=shrunk.getchannel("A"))
    return drawn


def _touched(
    frame: Image.Image, mark: Mark, scale: float, unit: float
) -> tuple[int, int, int, int]:
    """The part of the frame that the gesture is drawn on: left, top, right, bottom."""
    ends = (mark.at, mark.to if mark.to is not None else mark.at)
    xs, ys = [end.x * scale for end in ends], [end.y * scale for end in ends]
    if mark.target is not None:
        xs += [mark.target.left * scale, mark.target.right * scale]
        ys += [mark.target.top * scale, mark.target.bottom * scale]
    reach = _REACH * unit
    return (
        max(0, round(min(xs) - reach)),
        max(0, round(min(ys) - reach)),
        min(frame.width, round(max(xs) + reach)),
        min(frame.height, round(max(ys) + reach)),
    )


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
