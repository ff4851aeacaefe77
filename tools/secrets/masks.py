"""Regions that are painted over, and how: a flat ground and the words that stand for what is there.

What is painted follows from the box and the words alone, so that nothing of what was there is left.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from tools.errors import ConfigError
from tools.geometry import Box, Frozen
from tools.ui_tree import UiNode, UiTree

MASKED: Final = "(masked)"
"""What stands in the place of words in a region that is to be hidden."""
_BOX: Final = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*")
_LABEL: Final = "text="
_GROUND, _INK = (64, 64, 64), (255, 255, 255)
_MARGIN, _INSET = 4, 8
"""Px around a node, as letters may lean out of it; px from a painted edge to the words on it."""
_SMALLEST, _LARGEST = 10, 40
_ROW_SHARE: Final = 4


class Mask(Frozen):
    """A region of the screen that nobody is to see.

    Attributes:
        box: Where, device px; ``None`` if ``label`` says it.
        label: Words in the element to hide, with the row that reacts to a touch of it; empty if
            ``box`` says where.
    """

    box: Box | None = None
    label: str = ""

    def boxes(self, tree: UiTree | None, screen: Box) -> Iterator[Box]:
        """Where this region is now; nowhere for a label without a tree."""
        if self.box is not None:
            yield self.box.intersection(screen)
        elif tree is not None:
            sought = self.label.casefold()
            for node in tree.nodes:
                if any(sought in words.casefold() for words in words_of(node)):
                    yield around(_row_of(tree, node, screen).box, screen)


def parse_mask(text: str) -> Mask:
    """Read ``left,top,right,bottom`` in device px, or ``text=LABEL``.

    Raises:
        ConfigError: It is neither.
    """
    if text.startswith(_LABEL) and text.removeprefix(_LABEL).strip():
        return Mask(label=text.removeprefix(_LABEL).strip())
    match = _BOX.fullmatch(text)
    if match is not None:
        left, top, right, bottom = map(int, match.groups())
        if left < right and top < bottom:
            return Mask(box=Box(left=left, top=top, right=right, bottom=bottom))
    raise ConfigError(
        f"The mask {text!r} is no region.",
        hint="Give device px as LEFT,TOP,RIGHT,BOTTOM, or an element by its words: text=Balance.",
    )


@dataclass(frozen=True)
class Cover:
    """One box to paint over, and the words to paint on it."""

    box: Box
    words: str


def words_of(node: UiNode) -> tuple[str, ...]:
    """What a node says: text, description and hint, those that are not empty."""
    return tuple(filter(None, (node.text, node.description, node.hint)))


def around(box: Box, screen: Box) -> Box:
    """``box`` with a small margin, as far as it is on the screen; empty stays empty."""
    seen = box.intersection(screen)
    return seen.grown(_MARGIN).intersection(screen) if seen.area else seen


def painted(image: Image.Image, covers: Iterable[Cover]) -> Image.Image:
    """A copy of ``image`` with every cover painted, in their order."""
    copy = image.copy()
    pen = ImageDraw.Draw(copy)
    listed = tuple(covers)
    for cover in listed:
        box = cover.box
        if box.area:
            pen.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=_GROUND)
    for cover in listed:
        if cover.box.area:
            copy.paste(_sign(cover), (cover.box.left, cover.box.top))
    return copy


def _sign(cover: Cover) -> Image.Image:
    box = cover.box
    sign = Image.new("RGB", (box.width, box.height), _GROUND)
    size = max(_SMALLEST, min(_LARGEST, box.height // 2))
    font = ImageFont.load_default(size)
    pen = ImageDraw.Draw(sign)
    top = _INSET if box.height > 3 * size else max(0, (box.height - size) // 2 - size // 8)
    for line in _lines(cover.words, font, box.width - 2 * _INSET):
        if top >= box.height:
            break
        pen.text((_INSET, top), line, fill=_INK, font=font)
        top += size * 5 // 4
    return sign


def _lines(
    words: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int
) -> Iterator[str]:
    line = ""
    for word in words.split():
        longer = f"{line} {word}" if line else word
        if line and font.getlength(longer) > width:
            yield line
            longer = word
        line = longer
    yield line


def _row_of(tree: UiTree, node: UiNode, screen: Box) -> UiNode:
    """The part that reacts to a touch and has the node in it, if it is no large part of all."""
    if node.clickable:
        return node
    row = next((each for each in tree.ancestors(node) if each.clickable), node)
    return row if row.box.area * _ROW_SHARE <= screen.area else node
