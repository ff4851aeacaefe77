"""Cuts out what an action points at, so that a replay can find the place again."""

import io

from PIL import Image

from agent.recording.format import Target
from tools.geometry import Box, Point, Size
from tools.ui_tree import UiNode, UiTree

_REACH = 120
"""Half the side of a patch in px: wide enough to hold an icon's label too. A patch of the icon
alone matched the next row's icon at 0.925, one with the label at 0.44."""
_QUALITY = 90


def cut_patch(image: Image.Image, at: Point) -> tuple[Box, bytes]:
    """Cut the square around ``at``.

    Returns:
        Where it was cut, clipped to the frame, and its JPEG bytes.
    """
    frame = Box.of(Size(width=image.width, height=image.height))
    around = Box(left=at.x, top=at.y, right=at.x + 1, bottom=at.y + 1).grown(_REACH)
    box = around.intersection(frame)
    buffer = io.BytesIO()
    image.crop((box.left, box.top, box.right, box.bottom)).save(buffer, "JPEG", quality=_QUALITY)
    return box, buffer.getvalue()


def find_target(tree: UiTree | None, at: Point) -> Target | None:
    """Describe the smallest element under ``at``; one that can be clicked wins over others."""
    if tree is None:
        return None
    under = [node for node in tree.nodes if node.box.contains(at)]
    if not under:
        return None
    node = min(under, key=lambda each: (not each.clickable, each.box.area))
    words = node if node.label else _first_named(tree, node)
    return Target(
        kind=node.kind,
        text=words.text,
        description=words.description,
        hint=words.hint,
        resource_id=node.resource_id,
        box=node.box,
    )


def _first_named(tree: UiTree, node: UiNode) -> UiNode:
    return next((below for below in tree.descendants(node) if below.label), node)
