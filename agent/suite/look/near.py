"""Which things lie beside another one on the screen."""

from collections.abc import Iterable

from tools.geometry import Box
from tools.ui_tree import UiNode

_SLACK_PX = 4
"""By how much neighbours may overlap: borders are drawn twice."""


def beside(side: str, reference: UiNode, nodes: Iterable[UiNode]) -> list[UiNode]:
    """Those of ``nodes`` that lie on one side of ``reference``, the nearest first.

    Above and below they must share columns with it, right and left rows.

    Args:
        side: ``below``, ``above``, ``right_of`` or ``left_of``.
        reference: What they lie beside.
        nodes: What may be meant.
    """
    gaps = [
        (gap, node)
        for node in nodes
        if node.index != reference.index
        and (gap := _gap(side, reference.box, node.box)) is not None
    ]
    return [node for _, node in sorted(gaps, key=lambda each: (each[0], each[1].index))]


def _gap(side: str, of: Box, to: Box) -> tuple[int, int] | None:
    """Distance along the side, then across; ``None`` if it is not there."""
    columns = min(of.right, to.right) - max(of.left, to.left)
    rows = min(of.bottom, to.bottom) - max(of.top, to.top)
    apart = {
        "below": to.top - of.bottom,
        "above": of.top - to.bottom,
        "right_of": to.left - of.right,
        "left_of": of.left - to.right,
    }[side]
    shared, across = (
        (columns, abs(to.center.x - of.center.x))
        if side in {"below", "above"}
        else (rows, abs(to.center.y - of.center.y))
    )
    if apart < -_SLACK_PX or shared <= 0:
        return None
    return max(0, apart), across
