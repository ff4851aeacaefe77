"""Finds boxes and points in a reply as they were written: JSON of all manners, or special tokens.

Numbers are left in the unit of whoever wrote them. What the end of the reply cut short is never
taken for the whole.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import JsonValue

from agent.dialects.reading.json_text import CUT_OFF, MAX_TEXT, read_json
from agent.dialects.reading.points import numbers_in
from tools.errors import UnreadableReplyError

Numbers = tuple[float, ...]
Kind = Literal["box", "points", "polygon"]
PAIR: Final = 2
CORNERS: Final = 4
FEWEST_OF_POLYGON: Final = 6
_MAX_FAILURES: Final = 40
_LONGEST_THING: Final = 20_000
"""Letters of one thing, a long polygon included: a model gone mad must not cost minutes."""
_BOX_KEYS: Final = frozenset({
    "bbox_2d", "bbox2d", "bbox", "box_2d", "box", "bounding_box", "boundingbox", "rect",
    "coordinates", "bboxes", "boxes",
})  # fmt: skip
_POINT_KEYS: Final = frozenset({
    "point_2d", "point2d", "point", "coordinate", "center", "click", "points_2d", "points",
})  # fmt: skip
_POLYGON_KEYS: Final = frozenset({"polygon", "polygon_2d", "poly", "quad", "segmentation"})
_SPELLED: Final = (
    ("x1", "y1", "x2", "y2"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("left", "top", "right", "bottom"),
)
_SIZED: Final = (("x", "y", "width", "height"), ("x", "y", "w", "h"))
_KINDS: Final[tuple[tuple[Kind, frozenset[str]], ...]] = (
    ("box", _BOX_KEYS),
    ("points", _POINT_KEYS),
    ("polygon", _POLYGON_KEYS),
)
_PLACES: Final = _BOX_KEYS | _POINT_KEYS | _POLYGON_KEYS
_WRAPPERS: Final = frozenset({
    "objects", "detections", "results", "result", "items", "data", "annotations", "elements",
    "found", "answer", "output", "predictions", "instances", "response", "targets", *_PLACES,
})  # fmt: skip
_LABEL: Final = "label"
_FENCE = re.compile(r"```+[ \t]*[a-zA-Z_+-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_OPENING = re.compile(r"[\[{｛［]")
_BRACE = re.compile(r"[{｛]")
_BETWEEN = re.compile(r"[\s,，;；、]*")
_MARK = re.compile(
    r"<\|object_ref_start\|>(?P<ref>.{0,500}?)<\|object_ref_end\|>"
    r"|<ref>(?P<old_ref>.{0,500}?)</ref>"
    r"|<\|?(?P<kind>box|quad|point|bbox)(?:_start)?\|?>(?P<inside>[^<]{0,400})"
    r"(?P<closed><(?:\||/)?(?:box|quad|point|bbox)(?:_end)?\|?>)?",
    re.DOTALL,
)
_NUMBER: Final = r"\s{0,3}(-?\d{1,6}(?:\.\d{1,6})?)\s{0,3}"
_BARE = re.compile(
    rf"\s*(?P<name>[^()\n]{{0,120}}?)[\s:：,，-]{{0,4}}"
    rf"[(（]{_NUMBER}[,，]{_NUMBER}[)）]\s{{0,3}}[,，]\s{{0,3}}[(（]{_NUMBER}[,，]{_NUMBER}[)）]"
)
_PAIR_ALONE = re.compile(rf"\s*[\[(（]{_NUMBER}[,，]{_NUMBER}[\])）]\s*\.?\s*")


@dataclass(frozen=True)
class RawShape:
    """One thing with its place, as it was written; without any place if that cannot be read.

    Attributes:
        box: Left, top, right and bottom, in whatever order; ``None`` if there is none.
        point: x and y; ``None`` if there is none.
        polygon: x and y of each corner, one after the other; ``None`` if there is none.
        fields: What else was said of it, by name in small letters.
    """

    box: Numbers | None = None
    point: Numbers | None = None
    polygon: Numbers | None = None
    fields: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True)
class RawShapes:
    """What was found in a reply.

    Attributes:
        shapes: In the order in which they were written.
        cut: Whether the reply ends inside a list or a thing.
        unread: How many things could not be read, the one that was cut aside.
        formed: Whether there was a list or a mark at all; an empty list is one, prose is none.
    """

    shapes: tuple[RawShape, ...] = ()
    cut: bool = False
    unread: int = 0
    formed: bool = False


def find_shapes(text: str) -> RawShapes:
    """All boxes, points and polygons in ``text``; none is no error."""
    cut = len(text) > MAX_TEXT
    text = text[:MAX_TEXT]
    if any(mark["kind"] for mark in _MARK.finditer(text)):
        found = _in_marks(text)
    else:
        found = _in_json(text)
        if not found.formed:
            found = _without_marks(text)
    return RawShapes(found.shapes, found.cut or cut, found.unread, found.formed)


def _in_marks(text: str) -> RawShapes:
    """Qwen2-VL's special tokens, and the tags of Qwen-VL and UI-TARS."""
    shapes: list[RawShape] = []
    label, cut, unread = "", False, 0
    for mark in _MARK.finditer(text):
        if mark["kind"] is None:
            label = (mark["ref"] or mark["old_ref"] or "").strip()
            continue
        ends_text = not text[mark.end() :].strip()
        if mark["closed"] is None and ends_text:
            cut = True
            continue
        numbers = tuple(numbers_in(mark["inside"]))
        kinds: dict[str, Kind] = {"quad": "polygon", "point": "points"}
        made = _by_count(numbers, {_LABEL: label}, kinds.get(mark["kind"], "box"))
        unread += not made
        shapes.extend(made)
    cut = cut or bool(re.search(r"<\|object_ref_start\|>[^<]*$", text))
    return RawShapes(tuple(shapes), cut, unread, formed=True)


def _without_marks(text: str) -> RawShapes:
    """``label(x1,y1),(x2,y2)``: the special tokens were thrown away by a server; or one ``(x, y)``.

    Only where the whole reply is made of them: numbers in brackets in prose may be anything.
    """
    if pair := _PAIR_ALONE.fullmatch(text):
        return RawShapes((RawShape(point=(float(pair[1]), float(pair[2]))),), formed=True)
    shapes: list[RawShape] = []
    at = 0
    while at < len(text.rstrip()):
        found = _BARE.match(text, at)
        if found is None:
            return RawShapes()
        corners = tuple(float(found[place]) for place in range(2, 6))
        shapes.append(RawShape(box=corners, fields={_LABEL: found["name"].strip()}))
        at = found.end()
    return RawShapes(tuple(shapes), formed=bool(shapes))


def _in_json(text: str) -> RawShapes:
    fenced = [found[1] for found in _FENCE.finditer(text) if _OPENING.search(found[1])]
    walks = [_Walk(part) for part in fenced or [text]]
    shapes = tuple(shape for walk in walks for value in walk.values for shape in _shapes(value))
    return RawShapes(
        shapes,
        cut=any(walk.cut for walk in walks),
        unread=sum(walk.unread for walk in walks),
        formed=bool(shapes) or any(walk.cut or _is_empty(walk.values) for walk in walks),
    )


def _is_empty(values: list[JsonValue]) -> bool:
    """Whether what was said is that there is nothing: an empty list, wrapped or not."""
    return any(
        value == []
        or (isinstance(value, dict) and bool(value) and all(v == [] for v in value.values()))
        for value in values
    )


class _Walk:
    """Reads every value in a text, the items of lists one by one, so that a cut list has some."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._failures = 0
        self.values: list[JsonValue] = []
        self.cut = False
        self.unread = 0
        while (found := _OPENING.search(text, self._at)) and self._failures < _MAX_FAILURES:
            self._at = found.start()
            if self._is_list_of_things():
                self._list()
            elif self._one() and self._is_pair_in_prose(found.start()):
                self.values.pop()

    def _is_pair_in_prose(self, start: int) -> bool:
        """Whether the value just read is two numbers beside other words: years, anything."""
        rest = self._text[:start] + self._text[self._at :]
        value = self.values[-1]
        return isinstance(value, list) and len(numbers_in(value)) == PAIR and bool(rest.strip())

    def _is_list_of_things(self) -> bool:
        if self._text[self._at] not in "[［":
            return False
        inside = self._skip(self._at + 1)
        return inside >= len(self._text) or self._text[inside] in "{｛[［]］"

    def _list(self) -> None:
        self._at = self._skip(self._at + 1)
        if self._at < len(self._text) and self._text[self._at] in "]］":
            self.values.append([])
        while self._at < len(self._text) and self._text[self._at] not in "]］":
            if self._text[self._at] not in "{｛[［" or not self._one():
                return  # goes on with the next thing that begins
            self._at = self._skip(self._at)
        self.cut = self.cut or self._at >= len(self._text)
        self._at += 1

    def _one(self) -> bool:
        """Read the value that begins here; after one that cannot be read go to the next brace."""
        start, part = self._at, self._text[self._at : self._at + _LONGEST_THING]
        why = CUT_OFF
        try:
            read = read_json(part)
        except UnreadableReplyError as error:
            read, why = None, str(error)
        if read is not None and not (read.mended and _is_open(part[: read.end], part)):
            self._at = start + read.end
            self.values.append(read.value)
            return True
        self._failures += 1
        following = _BRACE.search(self._text, start + 1)
        self._at = following.start() if following else len(self._text)
        skipped = self._text[start : self._at]
        if any(letter.isdigit() for letter in skipped):
            self.cut = self.cut or (following is None and CUT_OFF in why)
            self.unread += ":" in skipped and not (following is None and CUT_OFF in why)
        return False

    def _skip(self, at: int) -> int:
        found = _BETWEEN.match(self._text, at)
        return found.end() if found is not None else at


def _is_open(read: str, text: str) -> bool:
    """Whether ``text`` ends with ``read``, and the last bracket of that was never written."""
    closer = "}｝" if read[0] in "{｛" else "]］】)）"
    return not text[len(read) :].strip() and read.rstrip()[-1] not in closer


def _shapes(value: JsonValue, label: str = "") -> Iterator[RawShape]:
    """The shapes in a value, at any depth; ``label`` is the key that it stood under."""
    inherited: dict[str, JsonValue] = {_LABEL: label} if label else {}
    if isinstance(value, list):
        numbers = tuple(numbers_in(value))
        if numbers:
            yield from _by_count(numbers, inherited, "points" if _in_pairs(value) else "box")
            return
        for item in value:
            yield from _shapes(item, label)
    elif isinstance(value, dict):
        named = {_plain(key): part for key, part in value.items()}
        placed = list(_placed(named, inherited))
        if placed:
            yield from placed
            return
        for key, part in value.items():
            if isinstance(part, list | dict):
                yield from _shapes(part, label if _plain(key) in _WRAPPERS else key)


def _placed(named: dict[str, JsonValue], inherited: dict[str, JsonValue]) -> Iterator[RawShape]:
    """The shapes that an object has places for itself."""
    fields = {**inherited, **{key: part for key, part in named.items() if key not in _PLACES}}
    made: list[RawShape] = []
    for kind, keys in _KINDS:
        written = next((part for key, part in named.items() if key in keys and part), None)
        corners = kind == "box" and _in_pairs(written)
        made += _by_count(tuple(numbers_in(written)), fields, "polygon" if corners else kind)
    if not made and (spelled := _spelled(named)):
        numbers, names = spelled
        rest = {key: part for key, part in fields.items() if key not in names}
        made = _by_count(numbers, rest)
    if not made and any(numbers_in(part) for key, part in named.items() if key in _PLACES):
        yield RawShape(fields=fields)
        return
    single = len({(bool(shape.box), bool(shape.point)) for shape in made}) == len(made)
    yield from [_merged(made)] if made and single else made


def _merged(made: list[RawShape]) -> RawShape:
    return RawShape(
        box=next((shape.box for shape in made if shape.box), None),
        point=next((shape.point for shape in made if shape.point), None),
        polygon=next((shape.polygon for shape in made if shape.polygon), None),
        fields=made[0].fields,
    )


def _spelled(named: Mapping[str, JsonValue]) -> tuple[Numbers, tuple[str, ...]] | None:
    """Numbers that have a key each, and those keys."""
    for names in (*_SPELLED, *_SIZED, ("x", "y")):
        if not set(names) <= named.keys():
            continue
        numbers = tuple(numbers_in([named[name] for name in names]))
        if len(numbers) != len(names):
            continue
        if names in _SIZED:
            x, y, width, height = numbers
            numbers = (x, y, x + width, y + height)
        return numbers, names
    return None


def _by_count(
    numbers: Numbers, fields: Mapping[str, JsonValue], kind: Kind = "box"
) -> list[RawShape]:
    """What so many numbers are: points, a box, a polygon, or several boxes in a row."""
    if len(numbers) == PAIR or (kind == "points" and len(numbers) % PAIR == 0):
        return [RawShape(point=pair, fields=fields) for pair in _batched(numbers, PAIR)]
    if len(numbers) == CORNERS:
        return [RawShape(box=numbers, fields=fields)]
    if kind == "polygon" and len(numbers) >= FEWEST_OF_POLYGON and len(numbers) % PAIR == 0:
        return [RawShape(polygon=numbers, fields=fields)]
    if len(numbers) % CORNERS == 0:
        return [RawShape(box=corners, fields=fields) for corners in _batched(numbers, CORNERS)]
    return []


def _batched(numbers: Numbers, length: int) -> list[Numbers]:
    return [numbers[at : at + length] for at in range(0, len(numbers), length)]


def _in_pairs(value: JsonValue) -> bool:
    """Whether it is a list of ``[x, y]``; a list of that many boxes is another thing."""
    return isinstance(value, list) and all(
        isinstance(part, list) and len(part) == PAIR for part in value
    )


def _plain(key: str) -> str:
    return key.strip().lower().replace("-", "_").replace(" ", "_")
