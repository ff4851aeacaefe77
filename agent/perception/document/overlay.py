"""Draws the blocks of a page onto it, to see at a glance what was read where."""

from PIL import Image

from agent.perception.document.pages import Sheet
from agent.perception.document.values import Block, Listing, Page, Table
from agent.perception.draw import Drawn, draw_things
from tools.geometry import Box


def draw_page(sheet: Sheet, page: Page) -> Image.Image:
    """The page with a box around each block, numbered in reading order, a colour for each type.

    Points of a list and cells of a table have boxes without a label.
    """
    things: list[Drawn] = []
    for block in page.blocks:
        name = block.type.replace("_", " ")
        things.append(Drawn(box=block.box, polygon=block.polygon, label=name, kind=block.type))
        things += [Drawn(box=part, kind=block.type) for part in _inner(block)]
    placed = [each for each in things if each.box is not None]
    return draw_things(sheet.picture.image, placed) if placed else sheet.picture.image.copy()


def _inner(block: Block) -> list[Box | None]:
    if isinstance(block, Listing):
        return [item.box for item in block.items]
    if isinstance(block, Table):
        return [cell.box for row in block.rows for cell in row]
    return []
