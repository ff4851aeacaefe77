"""Draws what was found onto a copy of the picture, so that every label can be read.

A label stands at its box where there is room for it. Where there is none, the box gets a number,
and the words stand in a list under the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from PIL import Image, ImageDraw

from agent.lettering import Lettering, lettering, wrapped
from agent.perception.label_places import Place, Wish, place_labels
from tools.geometry import Box, Point, Size

Colour = tuple[int, int, int]
PALETTE: Final[tuple[Colour, ...]] = (
    (230, 57, 70), (0, 114, 178), (0, 158, 115), (240, 178, 0), (148, 52, 196), (255, 112, 31),
    (0, 186, 214), (214, 39, 140), (118, 146, 0), (110, 76, 52), (70, 84, 240), (90, 98, 110),
)  # fmt: skip
"""Told apart by people with weak colour sight too, as far as twelve colours can be."""
_GROUND: Final[Colour] = (24, 27, 34)
_INK: Final[Colour] = (236, 238, 242)
_BLACK: Final[Colour] = (0, 0, 0)
_WHITE: Final[Colour] = (255, 255, 255)
_LEGIBLE_PX: Final = 480
"""Pictures with a shorter side than this are enlarged, or letters would be larger than things."""
_MOST_TIMES: Final = 8
_LONGEST_SIDE: Final = 4000
_MANY: Final = 40
_LONGEST_SHARE: Final = 0.55
"""Of the picture's width, for a label beside its box; longer ones go into the list."""


@dataclass(frozen=True)
class Drawn:
    """One thing to draw, in pixels of the picture.

    Attributes:
        box: Its box; ``None`` for a point.
        point: A point of it to mark; ``None`` for none.
        polygon: Its outline, which is drawn in place of the box; empty for none.
        label: What to write at it; empty for its number only.
        kind: Things of one kind have one colour.
    """

    box: Box | None = None
    point: Point | None = None
    polygon: tuple[Point, ...] = ()
    label: str = ""
    kind: str = ""


def draw_things(image: Image.Image, things: Sequence[Drawn]) -> Image.Image:
    """``image`` with ``things`` on it, each with its label.

    Args:
        image: RGB; it is not changed.
        things: What to draw, in the order in which they are numbered, from 1.

    Returns:
        A new picture: a small one is enlarged by a whole number, and it is higher by the list of
        labels that had no room beside their boxes.
    """
    canvas = _Canvas(image, things)
    canvas.outlines()
    listed = canvas.labels()
    return canvas.with_list(listed)


class _Canvas:
    def __init__(self, image: Image.Image, things: Sequence[Drawn]) -> None:
        self._times = _enlargement(image.width, image.height)
        size = (image.width * self._times, image.height * self._times)
        self._image = (
            image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
            if self._times > 1
            else image.convert("RGB").copy()
        )
        self._pen = ImageDraw.Draw(self._image)
        self._things = things
        short = min(size)
        many = len(things) > _MANY
        self._font_px = min(max(13 if many else 14, round(short / (60 if many else 46))), 72)
        self._line = max(2, round(short / (600 if many else 360)))
        kinds = dict.fromkeys(thing.kind for thing in things)
        self._colours = {kind: _colour(place) for place, kind in enumerate(kinds)}

    @cached_property
    def _face(self) -> Lettering:
        return lettering(self._font_px)

    @property
    def _pad(self) -> int:
        return max(2, self._font_px // 5)

    @property
    def _row(self) -> int:
        """Height of a label in px."""
        return round(self._font_px * 1.2) + self._pad

    def outlines(self) -> None:
        """The large things first, so that the small ones lie on top."""
        for thing in sorted(self._things, key=lambda each: -(each.box.area if each.box else 0)):
            colour = self._colours[thing.kind]
            if thing.polygon:
                self._polygon(thing.polygon, colour)
            elif thing.box is not None:
                self._rectangle(thing.box, colour)
            if thing.point is not None:
                self._dot(thing.point, colour)

    def _rectangle(self, box: Box, colour: Colour) -> None:
        times, line = self._times, self._line
        left, top = box.left * times, box.top * times
        right, bottom = box.right * times - 1, box.bottom * times - 1
        rim = (left - 1, top - 1, max(right, left) + 1, max(bottom, top) + 1)
        self._pen.rectangle(rim, outline=_WHITE if _is_dark(colour) else _BLACK)
        self._pen.rectangle(
            (left, top, max(right, left), max(bottom, top)), outline=colour, width=line
        )

    def _polygon(self, corners: Sequence[Point], colour: Colour) -> None:
        path = [((each.x + 0.5) * self._times, (each.y + 0.5) * self._times) for each in corners]
        path.append(path[0])
        self._pen.line(path, fill=_WHITE, width=self._line + 2, joint="curve")
        self._pen.line(path, fill=colour, width=self._line, joint="curve")

    def _dot(self, at: Point, colour: Colour) -> None:
        x, y = (at.x + 0.5) * self._times, (at.y + 0.5) * self._times
        outer = max(5, round(self._font_px * 0.45))
        for radius, fill in (
            (outer + 2, _BLACK),
            (outer, _WHITE),
            (outer - 2, colour),
            (1, _WHITE),
        ):
            self._pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

    def labels(self) -> list[int]:
        """Write the labels; those without room are returned, and have their number instead."""
        frame = Size(width=self._image.width, height=self._image.height)
        wishes = [
            Wish(self._scaled(thing), self._width(thing.label), self._width(str(number)))
            for number, thing in enumerate(self._things, 1)
        ]
        longest = round(frame.width * _LONGEST_SHARE)
        places = place_labels(wishes, frame, self._row, longest)
        listed: list[int] = []
        for number, (thing, place) in enumerate(zip(self._things, places, strict=True), 1):
            text = str(number) if place.short else thing.label
            self._label(place, text, self._colours[thing.kind])
            if place.short and thing.label:
                listed.append(number)
        return listed

    def _scaled(self, thing: Drawn) -> Box:
        box = thing.box or _bounds(thing.polygon, thing.point)
        reach = self._font_px // 2 if thing.box is None and not thing.polygon else 0
        return Box(
            left=box.left * self._times,
            top=box.top * self._times,
            right=box.right * self._times,
            bottom=box.bottom * self._times,
        ).grown(reach)

    def _width(self, text: str) -> int:
        """Width in px of a label with this text; 0 if there is nothing in it to see."""
        line = _line(text, self._face, self._image.width * 4)
        return round(self._face.length(line)) + 2 * self._pad if line else 0

    def _label(self, place: Place, text: str, colour: Colour) -> None:
        box = place.box
        self._pen.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=colour)
        line = _line(text, self._face, box.width - self._pad)
        at = (box.left + self._pad, box.bottom - self._pad - round(self._font_px * 0.16))
        self._face.write(self._pen, at, line, _WHITE if _is_dark(colour) else _BLACK)

    def with_list(self, numbers: Sequence[int]) -> Image.Image:
        """The picture, and under it the words of these things in columns."""
        if not numbers:
            return self._image
        gap, row = self._pad * 2, self._row + self._pad
        chip = max(self._width(str(number)) for number in numbers)
        widest = max(self._width(self._things[number - 1].label) for number in numbers)
        room = min(chip + widest + 2 * gap, self._image.width)
        columns = max(1, self._image.width // room)
        rows = -(-len(numbers) // columns)
        whole = Image.new(
            "RGB", (self._image.width, self._image.height + rows * row + gap), _GROUND
        )
        whole.paste(self._image, (0, 0))
        pen, top = ImageDraw.Draw(whole), self._image.height + gap // 2
        self._pen = pen
        for place, number in enumerate(numbers):
            thing = self._things[number - 1]
            x, y = (place // rows) * room + gap // 2, top + (place % rows) * row
            spot = Box(left=x, top=y, right=x + chip, bottom=y + self._row)
            self._label(Place(spot, short=True), str(number), self._colours[thing.kind])
            line = _line(thing.label, self._face, room - chip - 2 * gap)
            baseline = spot.bottom - self._pad - round(self._font_px * 0.16)
            self._face.write(pen, (spot.right + gap // 2, baseline), line, _INK)
        return whole


def _line(text: str, face: Lettering, room: int) -> str:
    return next(iter(wrapped(text, face, max(room, 1), lines=1)), "")


def _bounds(polygon: Sequence[Point], point: Point | None) -> Box:
    corners = [*polygon, *([point] if point is not None else [])] or [Point(x=0, y=0)]
    xs, ys = [each.x for each in corners], [each.y for each in corners]
    return Box(left=min(xs), top=min(ys), right=max(xs) + 1, bottom=max(ys) + 1)


def _enlargement(width: int, height: int) -> int:
    """By what a picture is enlarged so that its labels do not cover it."""
    wanted = -(-_LEGIBLE_PX // min(width, height))
    return max(1, min(wanted, _LONGEST_SIDE // max(width, height), _MOST_TIMES))


def _colour(place: int) -> Colour:
    """The colour of kind ``place``; after the palette it is mixed with white, then with black."""
    red, green, blue = PALETTE[place % len(PALETTE)]
    ground = ((), _WHITE, _BLACK)[place // len(PALETTE) % 3]
    if not ground:
        return red, green, blue
    mixed = [
        (3 * own + other * 2) // 5 for own, other in zip((red, green, blue), ground, strict=True)
    ]
    return mixed[0], mixed[1], mixed[2]


def _is_dark(colour: Colour) -> bool:
    """Whether white letters are read better on it than black ones (luminance of ITU-R BT.709)."""
    red, green, blue = colour
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 140
