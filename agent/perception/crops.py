"""What was found as pictures of their own, and as a COCO file."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, JsonValue

from agent.dialects.reading.boxes import Detection
from agent.perception.ground import Grounding
from agent.perception.pictures import Picture
from tools.geometry import Frozen

_LONGEST_NAME: Final = 40
_NAME = re.compile(r"[^\w-]+")
_VISIBLE: Final = 2
"""COCO's word for a key point that is labelled and visible."""


def save_crops(picture: Picture, found: Sequence[Detection], folder: Path) -> tuple[Path, ...]:
    """Write each thing as a PNG of its own into ``folder``, which is made if need be.

    The names are the number of the thing, from 1, and its label as far as a file may be called so.

    Raises:
        OSError: They cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digits = len(str(len(found)))
    paths: list[Path] = []
    for number, each in enumerate(found, 1):
        box = each.box
        name = _NAME.sub("-", each.title)[:_LONGEST_NAME].strip("-")
        path = folder / f"{number:0{digits}d}{f'-{name}' if name else ''}.png"
        picture.image.crop((box.left, box.top, box.right, box.bottom)).save(path)
        paths.append(path)
    return tuple(paths)


class CocoImage(Frozen):
    """A picture, as COCO has it."""

    id: int
    file_name: str
    width: int
    height: int


class CocoCategory(Frozen):
    """A kind of things; with one key point if it was found by points."""

    id: int
    name: str
    keypoints: tuple[str, ...] = ()


class CocoAnnotation(Frozen):
    """A thing. ``bbox`` is left, top, width and height."""

    id: int
    image_id: int
    category_id: int
    bbox: tuple[int, int, int, int]
    area: Annotated[float, Field(ge=0)]
    iscrowd: int = 0
    segmentation: tuple[tuple[int, ...], ...] = ()
    keypoints: tuple[int, ...] = ()
    num_keypoints: int = 0
    attributes: dict[str, JsonValue] = Field(default_factory=dict)


class Coco(Frozen):
    """The file: detection or key points of one picture."""

    images: tuple[CocoImage, ...]
    annotations: tuple[CocoAnnotation, ...]
    categories: tuple[CocoCategory, ...]


def as_coco(grounding: Grounding) -> Coco:
    """``grounding`` as a COCO file; categories are numbered from 1 in the order they appear."""
    names = list(dict.fromkeys(each.label or grounding.what for each in grounding.found))
    pointed = {
        each.label or grounding.what for each in grounding.found if each.point_2d is not None
    }
    return Coco(
        images=(
            CocoImage(
                id=1,
                file_name=grounding.picture,
                width=grounding.size.width,
                height=grounding.size.height,
            ),
        ),
        annotations=tuple(
            _annotation(number, each, names.index(each.label or grounding.what) + 1)
            for number, each in enumerate(grounding.found, 1)
        ),
        categories=tuple(
            CocoCategory(id=number, name=name, keypoints=("point",) if name in pointed else ())
            for number, name in enumerate(names, 1)
        ),
    )


def _annotation(number: int, thing: Detection, category: int) -> CocoAnnotation:
    box, corners = thing.box, tuple(side for corner in thing.polygon for side in corner)
    said: dict[str, JsonValue] = {
        name: value
        for name, value in (("sub_label", thing.sub_label), ("text", thing.text_content))
        if value
    }
    point = thing.point_2d
    return CocoAnnotation(
        id=number,
        image_id=1,
        category_id=category,
        bbox=(box.left, box.top, box.width, box.height),
        area=float(_area(thing) if corners else box.area),
        segmentation=(corners,) if corners else (),
        keypoints=(*point, _VISIBLE) if point is not None else (),
        num_keypoints=1 if point is not None else 0,
        attributes={**said, **thing.attributes},
    )


def _area(thing: Detection) -> float:
    """Of its polygon, by the shoelace formula."""
    corners = thing.polygon
    pairs = zip(corners, (*corners[1:], corners[0]), strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2
