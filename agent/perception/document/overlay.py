"""Draws the blocks of a page onto it, to see at a glance what was read where."""

from typing import Final

from PIL import Image, ImageDraw

from agent.perception.document.pages import Sheet
from agent.perception.document.values import Block, Listing, Page, Placed, Table
from agent.perception.draw import Drawn, draw_things

_INNER: Final = (120, 130, 145)


def draw_page(sheet: Sheet, page: Page) -> Image.Image:
    """The page with a box around each block, numbered in reading order, a colour for each type.

    Points of lists and cells of tables have thin grey boxes.
    """
    image = sheet.picture.image.copy()
    pen = ImageDraw.Draw(image)
    for part in (part for block in page.blocks for part in _inner(block)):
        if part.box is not None:
            box = part.box
            pen.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), outline=_INNER)
    things = [
        Drawn(
            box=block.box,
            polygon=block.polygon,
            label=f"{number} {block.type.replace('_', ' ')}",
            kind=block.type,
        )
        for number, block in enumerate(page.blocks, 1)
        if block.box is not None
    ]
    return draw_things(image, things) if things else image


def _inner(block: Block) -> list[Placed]:
    if isinstance(block, Listing):
        return [*block.items]
    if isinstance(block, Table):
        return [cell for row in block.rows for cell in row]
    return []
