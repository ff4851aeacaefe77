"""Finds small things: asks, looks again at an enlarged part of the picture, and maps back.

A model is shown a large picture made smaller, and a button of thirty pixels becomes a smudge. A
part of it is shown at its full size and larger, so that the second look is the better one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from agent.dialects.reading.boxes import Detection
from agent.perception.ground import Grounding, ground, look_for, wanted
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.sight import Shown
from tools.geometry import Box, Point, Projection, Size

MOST_LOOKS: Final = 12
"""Questions for one picture, the first included."""
_AROUND: Final = 4.0
"""How much wider than the thing the part around it is."""
_LEAST_SHARE: Final = 0.22
"""Of the picture's sides, that the part has at least: the first answer may be off by some."""
_MOST_TIMES: Final = 4.0
"""How much a part is enlarged beyond its own pixels: more shows nothing new."""
_WORTH: Final = 1.3
"""By how much a second look must show things larger than the first."""
_SAME: Final = 0.5
"""Overlap, intersection over union, from which on two boxes are one thing seen twice."""
_TILES: Final = 4
_OVERLAP: Final = 0.2


@dataclass(frozen=True)
class Part:
    """A part of a picture, to be shown by itself.

    Attributes:
        region: Where it is, in pixels of the picture.
        times: How many times larger than in the whole picture things are shown in it.
    """

    region: Box
    times: float


def ground_closely(
    seer: Seer, picture: Picture, what: str, *, point: bool = False, most_looks: int = MOST_LOOKS
) -> Grounding:
    """Find ``what``, then look again, enlarged, at each place where it may be.

    Where the first look finds nothing, the picture is searched in overlapping parts; so it is where
    the first look found one thing, and the second did not see it again. What is not seen again in
    the end stays as it was first answered, and that is told.

    Args:
        seer: Whom to ask.
        picture: Where to look.
        what: In words.
        point: Whether to ask for points instead of boxes.
        most_looks: How many questions may be put.

    Raises:
        UsageError: ``what`` says nothing.
        ModelError: The model could not be asked.
        CaptureError: The picture is more than 200 times as long as wide.
    """
    first = ground(seer, picture, wanted(what), point=point)
    if not first.formed:
        return first
    if not first.found:
        return _searched(seer, picture, first, point=point, most_looks=most_looks)
    found: list[Detection] = []
    notes: list[str] = []
    looks, unseen = 1, 0
    for each in first.found:
        part = part_around(seer, picture.size, each.box)
        if part.times < _WORTH or looks >= most_looks:
            found.append(each)
            continue
        looks += 1
        closer = _nearest(_looked(seer, picture, part.region, first.what, point=point), each)
        unseen += closer is None
        found.append(_with_words_of(closer, each) if closer is not None else each)
    if unseen == len(first.found) == 1:
        again = _searched(seer, picture, first, point=point, most_looks=most_looks - 1)
        if again.found:
            return again
    if unseen:
        notes.append(f"Not found again in the enlarged part: {unseen}; the first answer stands.")
    if looks > 1:
        notes.append(f"Looked {looks} times, {looks - 1} of them enlarged.")
    else:
        notes.append("Not looked at enlarged: it is shown as large as it is of use.")
    return first.model_copy(update={"found": _distinct(found), "notes": (*first.notes, *notes)})


def part_around(seer: Seer, whole: Size, box: Box) -> Part:
    """The part around ``box`` to look at again."""
    width = min(whole.width, max(box.width * _AROUND, whole.width * _LEAST_SHARE))
    height = min(whole.height, max(box.height * _AROUND, whole.height * _LEAST_SHARE))
    # As much as possible of what may be shown is used: the narrow side is widened to the square.
    side = min(max(width, height), whole.width, whole.height)
    width, height = max(width, side), max(height, side)
    center = box.center
    left = min(max(round(center.x - width / 2), 0), whole.width - math.floor(width))
    top = min(max(round(center.y - height / 2), 0), whole.height - math.floor(height))
    region = Box(left=left, top=top, right=left + int(width), bottom=top + int(height))
    return Part(region, _times(seer, whole, region))


def shown_part(seer: Seer, image: Image.Image, region: Box) -> Shown:
    """``region`` of ``image`` as the model is shown it, enlarged as far as that is of use.

    Raises:
        CaptureError: It is more than 200 times as long as wide.
    """
    whole = Size(width=image.width, height=image.height)
    part = enlarged(seer, image, region)
    shown = seer.shown(part)
    return Shown(shown.image, Projection(shown=part.size, device=whole, region=region))


def enlarged(seer: Seer, image: Image.Image, region: Box) -> Picture:
    """``region`` of ``image`` in the size in which it is shown."""
    size = _shown_size(seer, region)
    corners = (float(region.left), float(region.top), float(region.right), float(region.bottom))
    part = image.resize((size.width, size.height), Image.Resampling.LANCZOS, box=corners)
    return Picture("a part", part)


def _shown_size(seer: Seer, region: Box) -> Size:
    room = math.sqrt(seer.sizing.max_pixels / max(region.area, 1))
    times = min(max(room, 1.0), _MOST_TIMES)
    wanted_size = Size(
        width=max(1, math.floor(region.width * times)),
        height=max(1, math.floor(region.height * times)),
    )
    return seer.sizing.shown(wanted_size)


def _times(seer: Seer, whole: Size, region: Box) -> float:
    size = _shown_size(seer, region)
    return (size.width / region.width) / (seer.sizing.shown(whole).width / whole.width)


def _looked(
    seer: Seer, picture: Picture, region: Box, what: str, *, point: bool
) -> tuple[Detection, ...]:
    shown = shown_part(seer, picture.image, region)
    read, _ = look_for(seer, shown, what, point=point)
    return read.found


def _nearest(found: Sequence[Detection], first: Detection) -> Detection | None:
    """That of ``found`` whose middle is nearest to where the first look saw it."""
    return min(found, key=lambda each: _apart(each.point, first.point), default=None)


def _apart(one: Point, other: Point) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def _with_words_of(closer: Detection, first: Detection) -> Detection:
    """The place of the second look, the words of the first where the second has none."""
    kept = {
        name: getattr(first, name)
        for name in ("label", "sub_label", "text_content")
        if not getattr(closer, name)
    }
    return closer.model_copy(update=kept)


def _searched(
    seer: Seer, picture: Picture, first: Grounding, *, point: bool, most_looks: int
) -> Grounding:
    """Looks at the picture in parts, as the whole of it showed nothing."""
    parts = _tiles(picture.size)[: most_looks - 1]
    nothing = first.model_copy(update={"found": ()})
    if not parts or _times(seer, picture.size, parts[0]) < _WORTH:
        return nothing
    found = [
        each for region in parts for each in _looked(seer, picture, region, first.what, point=point)
    ]
    note = f"Looked at the whole picture, then at parts of it: {len(parts)}."
    return nothing.model_copy(update={"found": _distinct(found), "notes": (*first.notes, note)})


def _tiles(whole: Size) -> list[Box]:
    """Overlapping parts that cover the picture: more of them along its longer side."""
    across = max(1, round(math.sqrt(_TILES * whole.width / whole.height)))
    down = max(1, round(_TILES / across))
    return [
        Box(left=left, top=top, right=right, bottom=bottom)
        for top, bottom in _stretches(whole.height, down)
        for left, right in _stretches(whole.width, across)
    ]


def _stretches(length: int, count: int) -> list[tuple[int, int]]:
    if count == 1:
        return [(0, length)]
    part = math.ceil(length / (count - (count - 1) * _OVERLAP))
    steps = [round(place * (length - part) / (count - 1)) for place in range(count)]
    return [(begin, min(begin + part, length)) for begin in steps]


def _distinct(found: Sequence[Detection]) -> tuple[Detection, ...]:
    """Each thing once; of a thing seen twice, the larger box, which was not cut by an edge."""
    kept: list[Detection] = []
    for each in sorted(found, key=lambda each: -each.box.area):
        if not any(each.label == other.label and _is_same(each.box, other.box) for other in kept):
            kept.append(each)
    order = {id(each): place for place, each in enumerate(found)}
    return tuple(sorted(kept, key=lambda each: order[id(each)]))


def _is_same(one: Box, other: Box) -> bool:
    common = one.intersection(other).area
    return common > _SAME * (one.area + other.area - common) or common > 0.8 * min(
        one.area, other.area
    )
