"""Boxes put at absolute places on the screen, with what of them shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tools.virtual_phone.ui.layout import Box, ScrollBox
from tools.virtual_phone.ui.paint import Rect, is_empty, overlap


class Placed(NamedTuple):
    """A box on the screen. `rect` is where it stands, `clip` what its parents let through."""

    box: Box
    rect: Rect
    clip: Rect
    children: tuple[Placed, ...]

    @property
    def visible(self) -> Rect:
        """The part that shows; may be empty."""
        return overlap(self.rect, self.clip)

    def walk(self) -> Iterator[Placed]:
        """This box and all below it, in painting order."""
        ahead = [self]
        while ahead:
            each = ahead.pop()
            yield each
            ahead.extend(reversed(each.children))

    def shown(self) -> Iterator[Placed]:
        """As `walk`, without what is wholly outside."""
        return (each for each in self.walk() if not is_empty(each.visible))


def place(box: Box, x: int, y: int, clip: Rect) -> Placed:
    """The box with its top left corner at (x, y), in px."""
    rect = (x, y, x + box.width, y + box.height)
    inner = overlap(rect, clip) if isinstance(box, ScrollBox) else clip
    children = tuple(place(child.box, x + child.x, y + child.y, inner) for child in box.children)
    return Placed(box, rect, clip, children)
