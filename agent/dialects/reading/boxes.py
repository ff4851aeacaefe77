"""What a model found in a picture, in pixels of that picture: the one reader of boxes and points.

Every family's manner is read: Qwen2.5-VL's and Qwen3-VL's JSON, Qwen2-VL's special tokens, tags of
others. What the numbers mean comes from the dialect, never from the numbers.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import Field, JsonValue

from agent.dialects.reading.raw_boxes import CORNERS, PAIR, Numbers, RawShape, find_shapes
from tools.geometry import NORM1000, Box, Frozen, Point, Projection, Space

_LABELS: Final = ("label", "name", "class", "category", "object", "class_name", "type")
_SUB_LABELS: Final = ("sub_label", "sublabel", "sub_labels", "attribute")
_TEXTS: Final = ("text_content", "text", "content", "transcription")
Corners = tuple[int, int, int, int]


class Detection(Frozen):
    """One thing that a model found, in pixels of the picture that was given.

    Attributes:
        bbox_2d: Left, top, right and bottom; the last two are the first pixels outside. ``None``
            for a point.
        point_2d: x and y of a pixel; ``None`` for a box.
        label: What it is called; may be empty.
        sub_label: What else is said of it, such as ``wearing a helmet``; may be empty.
        text_content: What is written there; may be empty.
        polygon: Its corners, where the model drew more than a box.
        attributes: What else the model said, by name in small letters.
    """

    bbox_2d: Corners | None = None
    point_2d: tuple[int, int] | None = None
    label: str = ""
    sub_label: str = ""
    text_content: str = ""
    polygon: tuple[tuple[int, int], ...] = ()
    attributes: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def box(self) -> Box:
        """Its box; that of a point is the one pixel."""
        if self.bbox_2d is not None:
            left, top, right, bottom = self.bbox_2d
            return Box(left=left, top=top, right=right, bottom=bottom)
        x, y = self.point_2d or (0, 0)
        return Box(left=x, top=y, right=x + 1, bottom=y + 1)

    @property
    def point(self) -> Point:
        """Where to touch it: the point it was given by, else the middle of its box."""
        if self.point_2d is not None:
            return Point(x=self.point_2d[0], y=self.point_2d[1])
        return self.box.center

    @property
    def title(self) -> str:
        """What to call it, in a few words: label and sub-label, or what is written there."""
        return ", ".join(filter(None, (self.label, self.sub_label))) or self.text_content

    def as_json(self) -> dict[str, JsonValue]:
        """As JSON, without what is empty; ``label`` is there always."""
        written: dict[str, JsonValue] = self.model_dump(mode="json")
        return {key: part for key, part in written.items() if part or key == "label"}


@dataclass(frozen=True)
class BoxesRead:
    """What was read from one reply.

    Attributes:
        found: Everything that could be read, in the model's order, each once.
        notes: What was mended or left out, a sentence each.
        formed: Whether the reply had a list or a mark at all; an empty list is one, prose is none.
        cut: Whether the reply ended before its list did.
    """

    found: tuple[Detection, ...] = ()
    notes: tuple[str, ...] = ()
    formed: bool = False
    cut: bool = False


def read_boxes(text: str, projection: Projection, space: Space) -> BoxesRead:
    """Everything in ``text`` that has a place in the picture. Nothing is raised on any text.

    Args:
        text: A reply, its thoughts left out.
        projection: From the picture the model was shown to the one that was given.
        space: What its numbers mean.
    """
    raw = find_shapes(text)
    frame = Frame(projection, space)
    read = [detection for shape in raw.shapes if (detection := frame.detection(shape)) is not None]
    found = tuple({detection.model_dump_json(): detection for detection in read}.values())
    if repeats := len(read) - len(found):
        frame.mishaps["repeated"] = repeats
    if raw.unread:
        frame.mishaps["unread"] += raw.unread
    notes = [*frame.notes]
    if raw.cut:
        notes.append("The reply is cut off; only what is complete in it was taken.")
    if _are_shares(raw.shapes):
        notes.append("All its numbers are between 0 and 1: this model may need another --dialect.")
    return BoxesRead(found, tuple(notes), raw.formed, raw.cut)


_NOTES: Final = {
    "swapped": "Boxes with their corners in the wrong order: {count}; they were turned round.",
    "clipped": "Boxes that reach beyond the picture: {count}; they were cut to it.",
    "outside": "Left out because they lie outside the picture: {count}. Is the --dialect right?",
    "flat": "Boxes without any extent: {count}; they were made one pixel large.",
    "repeated": "Left out because the model said them more than once: {count}.",
    "unread": "Left out because they could not be read: {count}.",
}


class Frame:
    """Places shapes in the picture, and counts what had to be mended.

    Args:
        projection: From the picture the model was shown to the one that was given.
        space: What its numbers mean.
    """

    def __init__(self, projection: Projection, space: Space) -> None:
        region = projection.region
        self._area = region if region is not None else Box.of(projection.device)
        shown = projection.shown
        norm = space is Space.NORM1000
        self._extent = (NORM1000, NORM1000) if norm else (float(shown.width), float(shown.height))
        self._half = 0.0 if norm else 0.5
        self.mishaps: Counter[str] = Counter()

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be mended or left out, a sentence each."""
        return tuple(_NOTES[what].format(count=n) for what, n in self.mishaps.items() if n)

    def detection(self, shape: RawShape) -> Detection | None:
        """``shape`` in pixels; ``None`` if it is nowhere in the picture."""
        if not (shape.box or shape.point or shape.polygon):
            self.mishaps["unread"] += 1
            return None
        corners = shape.box or (_bounds(shape.polygon) if shape.polygon else None)
        box = self._box(corners) if corners is not None else None
        point = self._point(shape.point) if shape.point is not None else None
        if box is None and point is None:
            return None
        rest = dict(shape.fields)
        label, sub_label, text = (_taken(rest, keys) for keys in (_LABELS, _SUB_LABELS, _TEXTS))
        polygon = shape.polygon or ()
        return Detection(
            bbox_2d=box,
            point_2d=point,
            label=label,
            sub_label=sub_label,
            text_content=text,
            polygon=tuple(
                self._corner(polygon[at], polygon[at + 1]) for at in range(0, len(polygon), PAIR)
            ),
            attributes={key: part for key, part in rest.items() if part is not None},
        )

    def _box(self, corners: Numbers) -> Corners | None:
        first_x, first_y, second_x, second_y = corners
        left, right = sorted((first_x, second_x))
        top, bottom = sorted((first_y, second_y))
        width, height = self._extent
        if right < 0 or bottom < 0 or left > width or top > height:
            self.mishaps["outside"] += 1
            return None
        self.mishaps["swapped"] += (left, top) != (first_x, first_y)
        self.mishaps["clipped"] += left < 0 or top < 0 or right > width or bottom > height
        self.mishaps["flat"] += left == right or top == bottom
        area = self._area
        x1, x2 = _stretch(left, right, width, area.width)
        y1, y2 = _stretch(top, bottom, height, area.height)
        return area.left + x1, area.top + y1, area.left + x2, area.top + y2

    def _point(self, written: Numbers) -> tuple[int, int] | None:
        x, y = written
        if not (0 <= x <= self._extent[0] and 0 <= y <= self._extent[1]):
            self.mishaps["outside"] += 1
            return None
        return self._pixel(x, y)

    def _corner(self, x: float, y: float) -> tuple[int, int]:
        return self._pixel(min(max(x, 0), self._extent[0]), min(max(y, 0), self._extent[1]))

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        area, (width, height) = self._area, self._extent
        across = math.floor((x + self._half) * area.width / width)
        down = math.floor((y + self._half) * area.height / height)
        return area.left + min(across, area.width - 1), area.top + min(down, area.height - 1)


def _stretch(low: float, high: float, extent: float, pixels: int) -> tuple[int, int]:
    """Where a stretch of the shown picture lies on so many pixels; at least one is covered."""
    begin = min(max(round(low * pixels / extent), 0), pixels - 1)
    return begin, min(max(round(high * pixels / extent), begin + 1), pixels)


def _bounds(polygon: Numbers) -> Numbers:
    xs, ys = polygon[0::2], polygon[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _taken(fields: dict[str, JsonValue], keys: Sequence[str]) -> str:
    """The first of ``keys`` that says something, as text; it is taken out of ``fields``."""
    for key in keys:
        if (text := _text(fields.get(key))) or key in fields:
            del fields[key]
        if text:
            return text
    return ""


def _text(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, Mapping) or value is None:
        return ""
    return str(value).strip()


def _are_shares(shapes: Sequence[RawShape]) -> bool:
    """Whether the numbers look like parts of the picture's sides, which no dialect here uses."""
    numbers = [
        number
        for shape in shapes
        for part in (shape.box, shape.point, shape.polygon)
        for number in part or ()
    ]
    broken = any(number % 1 for number in numbers)
    return len(numbers) >= min(CORNERS, PAIR) and broken and all(0 <= each <= 1 for each in numbers)
