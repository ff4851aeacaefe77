"""Where something stands on the page, from the numbers that the model wrote into its HTML."""

from collections.abc import Mapping
from typing import Final

from agent.dialects.reading.boxes import Frame
from agent.dialects.reading.points import numbers_in
from agent.dialects.reading.raw_boxes import CORNERS, FEWEST_OF_POLYGON, PAIR, Numbers, RawShape
from agent.perception.document.values import Placed
from tools.geometry import Point, Projection, Space

_MOST_NUMBERS: Final = 400
_LONGEST: Final = 10 * _MOST_NUMBERS


class Places:
    """Reads the places on one page, with the reader that all boxes of a dialect go through.

    Args:
        projection: From the picture that the model was shown to the page.
        space: What the model's numbers mean.
    """

    def __init__(self, projection: Projection, space: Space) -> None:
        self._frame = Frame(projection, space)

    def at(self, attributes: Mapping[str, str]) -> Placed:
        """The place that the attributes of an element name; without one, an empty value."""
        written = attributes.get("data-bbox", "") or attributes.get("bbox", "")
        outline = attributes.get("data-polygon", "")
        if not written.strip() and not outline.strip():
            return Placed()
        box, polygon = _numbers(written), _numbers(outline)
        shape = RawShape(
            box=box if len(box) == CORNERS else None,
            polygon=polygon
            if len(polygon) >= FEWEST_OF_POLYGON and not len(polygon) % PAIR
            else (),
        )
        found = self._frame.detection(shape)
        if found is None:
            return Placed()
        return Placed(box=found.box, polygon=tuple(Point(x=x, y=y) for x, y in found.polygon))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was wrong with places, a sentence each."""
        notes = self._frame.notes
        return tuple(f"Places of blocks: {note[:1].lower()}{note[1:]}" for note in notes)


def _numbers(written: str) -> Numbers:
    return tuple(numbers_in(written)) if len(written) <= _LONGEST else ()
