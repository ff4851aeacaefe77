"""Where something stands on the page, from the numbers that the model wrote."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from agent.perception.document.values import Placed
from tools.geometry import NORM1000, Box, Point, Projection, Space

_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.\d{0,9})?")
_BETWEEN: Final = " \t\r\n,;()[]"
_BOX: Final = 4
_MOST_CORNERS: Final = 200
_SLACK: Final = 0.02
"""A box may leave the page by this share of it before that is worth a word."""


class Places:
    """Reads the places on one page, and counts those that cannot be used.

    Args:
        projection: From the picture that the model was shown to the page.
        space: What the model's numbers mean.
    """

    def __init__(self, projection: Projection, space: Space) -> None:
        shown, self._page = projection.shown, projection.device
        wide, high = (
            (NORM1000, NORM1000) if space is Space.NORM1000 else (shown.width, shown.height)
        )
        self._across, self._down = self._page.width / wide, self._page.height / high
        self._told: Counter[str] = Counter()

    def at(self, attributes: Mapping[str, str]) -> Placed:
        """The place that the attributes of an element name; without one, an empty value."""
        polygon = self.polygon(attributes.get("data-polygon", ""))
        box = self.box(attributes.get("data-bbox", "") or attributes.get("bbox", ""))
        return Placed(box=box or self.around(polygon), polygon=polygon)

    def box(self, written: str) -> Box | None:
        """The box in pixels of the page; ``None`` if there is none to be read."""
        numbers = _numbers(written)
        if len(numbers) != _BOX:
            if written.strip():
                self._told["could not be read"] += 1
            return None
        xs = sorted((numbers[0] * self._across, numbers[2] * self._across))
        ys = sorted((numbers[1] * self._down, numbers[3] * self._down))
        return self._on_page(xs[0], ys[0], xs[1], ys[1])

    def polygon(self, written: str) -> tuple[Point, ...]:
        """The corners in pixels of the page; empty if there are not at least three."""
        numbers = _numbers(written)[: 2 * _MOST_CORNERS]
        if len(numbers) < 6 or len(numbers) % 2:
            if written.strip():
                self._told["could not be read"] += 1
            return ()
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return tuple(
            Point(
                x=_within(round(x * self._across), self._page.width - 1),
                y=_within(round(y * self._down), self._page.height - 1),
            )
            for x, y in pairs
        )

    def around(self, corners: tuple[Point, ...]) -> Box | None:
        """The box around ``corners``; ``None`` without any."""
        if not corners:
            return None
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        return Box(left=min(xs), top=min(ys), right=max(xs) + 1, bottom=max(ys) + 1)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was wrong with places, in the order of its first occurrence."""
        return tuple(
            f"{times} place{'s' if times > 1 else ''} {what}." for what, times in self._told.items()
        )

    def _on_page(self, left: float, top: float, right: float, bottom: float) -> Box | None:
        wide, high = self._page.width, self._page.height
        if left >= wide or top >= high or right <= 0 or bottom <= 0:
            self._told["lay off the page and were dropped"] += 1
            return None
        out = max(-left / wide, -top / high, right / wide - 1, bottom / high - 1)
        if out > _SLACK:
            self._told["reached over the edge of the page and were cut there"] += 1
        x, y = _within(round(left), wide - 1), _within(round(top), high - 1)
        return Box(
            left=x, top=y, right=max(x + 1, _within(round(right), wide)),
            bottom=max(y + 1, _within(round(bottom), high)),
        )  # fmt: skip


def _numbers(written: str) -> list[float]:
    """The numbers in ``written``; empty if anything else is in it."""
    words = written.translate({ord(mark): " " for mark in _BETWEEN}).split()
    if not all(_NUMBER.fullmatch(word) for word in words):
        return []
    return [number for number in map(float, words) if math.isfinite(number)]


def _within(value: int, most: int) -> int:
    return min(max(value, 0), most)
