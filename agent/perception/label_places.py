"""Finds a place for the label of each box, so that none covers another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tools.geometry import Box, Size

Sides = NDArray[np.float64]

_MOST_HIDDEN: Final = 0.5
"""Of other boxes, in parts of one, that words may lie on; above it a number is less in the way."""


@dataclass(frozen=True)
class Wish:
    """What wants a label.

    Attributes:
        box: Where it is.
        full: Width in px of its words; 0 if it has none.
        short: Width in px of its number.
    """

    box: Box
    full: int
    short: int


@dataclass(frozen=True)
class Place:
    """Where a label goes.

    Attributes:
        box: Its area.
        short: Whether there is room for the number only.
    """

    box: Box
    short: bool


def place_labels(
    wishes: Sequence[Wish], frame: Size, height: int, longest: int
) -> tuple[Place, ...]:
    """A place for each of ``wishes``, in their order.

    Labels with words never cover each other. A number is put where it covers the least, if things
    lie so close that it must.

    Args:
        wishes: What wants a label, in px of the picture.
        frame: The picture.
        height: Of every label.
        longest: Words that are wider than this are not put beside a box.
    """
    room = _Room(wishes, frame, height)
    # The small ones choose first: what is large has room at other corners too.
    order = sorted(range(len(wishes)), key=lambda index: wishes[index].box.area)
    spots: dict[int, Place] = {}
    for index in order:
        if 0 < wishes[index].full <= longest:
            spot = room.best(index, wishes[index].full, _MOST_HIDDEN)
            if spot is not None:
                spots[index] = Place(room.take(spot), short=False)
    for index in order:
        if index not in spots:
            width = wishes[index].short
            spot = room.best(index, width, math.inf)
            if spot is None:
                spot = room.least_bad(index, width)
            spots[index] = Place(room.take(spot), short=True)
    return tuple(spots[index] for index in range(len(wishes)))


class _Room:
    """What is taken on a picture; rectangles are rows of left, top, right and bottom."""

    def __init__(self, wishes: Sequence[Wish], frame: Size, height: int) -> None:
        self._boxes = np.array([_sides(wish.box) for wish in wishes]).reshape(-1, 4)
        self._areas = np.maximum(_area(self._boxes), 1)
        self._frame, self._height = frame, height
        self._taken = np.empty((0, 4))

    def take(self, spot: Sides) -> Box:
        """``spot`` is a label from now on."""
        self._taken = np.vstack([self._taken, spot])
        left, top, right, bottom = map(int, spot)
        return Box(left=left, top=top, right=right, bottom=bottom)

    def best(self, index: int, width: int, most_hidden: float) -> Sides | None:
        """The place that hides the least of other boxes; ``None`` if none is good enough."""
        spots = self._around(index, width)
        inside = (spots[:, :2] >= 0).all(axis=1)
        inside &= (spots[:, 2] <= self._frame.width) & (spots[:, 3] <= self._frame.height)
        spots = spots[inside]
        spots = spots[_overlaps(spots, self._taken).sum(axis=1) == 0]
        if not len(spots):
            return None
        shares = _overlaps(spots, self._boxes) / self._areas
        own = shares[:, index].copy()
        hidden = shares.sum(axis=1) - own
        if (hidden > most_hidden).all():
            return None
        chosen: Sides = spots[int((hidden + own / 2).argmin())]
        return chosen

    def least_bad(self, index: int, width: int) -> Sides:
        """The place in the picture that covers the least of other labels."""
        spots = self._around(index, width)
        sizes = spots[:, 2:] - spots[:, :2]
        most = np.array([self._frame.width, self._frame.height]) - sizes
        corners = np.maximum(np.minimum(spots[:, :2], most), 0)
        spots = np.hstack([corners, corners + sizes])
        chosen: Sides = spots[int(_overlaps(spots, self._taken).sum(axis=1).argmin())]
        return chosen

    def _around(self, index: int, width: int) -> Sides:
        """Places for a label, best first: above, below, inside at the edges, beside."""
        left, top, right, bottom = self._boxes[index]
        height = self._height
        middle_x, middle_y = (left + right - width) // 2, (top + bottom - height) // 2
        xs = (left, right - width, middle_x)
        corners = [(x, y) for y in (top - height, bottom) for x in xs]
        corners += [(x, y) for y in (top, bottom - height) for x in xs[:2]]
        corners += [(x, y) for y in (top, bottom - height, middle_y) for x in (right, left - width)]
        placed = np.array(corners)
        return np.hstack([placed, placed + np.array([width, height])])


def _sides(box: Box) -> tuple[int, int, int, int]:
    return box.left, box.top, box.right, box.bottom


def _area(sides: Sides) -> Sides:
    spans = np.maximum(sides[..., 2:] - sides[..., :2], 0)
    area: Sides = spans[..., 0] * spans[..., 1]
    return area


def _overlaps(some: Sides, others: Sides) -> Sides:
    """Pixels that each of ``some`` shares with each of ``others``."""
    first = np.maximum(some[:, None, :2], others[None, :, :2])
    last = np.minimum(some[:, None, 2:], others[None, :, 2:])
    return _area(np.concatenate([first, last], axis=2))
