"""Two tools for who acts from outside: look once more, and read what is there as text."""

from typing import Final

from tools.geometry import Projection, Size, Space
from tools.outcome import ToolContext
from tools.registry import tool
from tools.ui_tree import UiNode, UiTree

MOST: Final = 200
"""Elements that are listed; a screen seldom has more that have a name."""
_LONGEST: Final = 120
_STATES: Final = ("checked", "selected", "focused", "password", "scrollable")


@tool
def look() -> str:
    """Look at the screen once more, and touch nothing."""
    return "Nothing was touched."


@tool
def list_elements(context: ToolContext) -> str:
    """List what is on the screen as text: kind, label, state, and the point in the middle of it.

    Points are as for the other tools, so that they can be given to tap as they are.
    """
    seen = context.observation
    if seen.ui_tree is None:
        return "The elements of this screen cannot be read; go by the picture."
    lines = [line for node in seen.ui_tree.nodes if (line := _line(node, seen.ui_tree, seen.size))]
    if not lines:
        return "No element of this screen has a name; go by the picture."
    left_out = len(lines) - MOST
    more = [f"({left_out} more are left out)"] if left_out > 0 else []
    return "\n".join(lines[:MOST] + more)


def _line(node: UiNode, tree: UiTree, size: Size) -> str:
    """One element in a line; empty for what has no name, or stands in the line of another."""
    label = _label(node, tree)
    if not (label or node.editable or node.checkable):
        return ""
    above = next((each for each in tree.ancestors(node) if _acts(each)), None)
    if not _acts(node) and above is not None and label in _label(above, tree):
        return ""
    states = [state for state in _STATES if getattr(node, state)]
    if node.checkable and not node.checked:
        states.append("unchecked")
    if not node.enabled:
        states.append("disabled")
    told = f" ({', '.join(states)})" if states else ""
    at = Projection(shown=size, device=size).to_model(node.box.center, Space.NORM1000)
    return f'[{int(at.x)}, {int(at.y)}] {node.kind or "element"} "{label}"{told}'


def _acts(node: UiNode) -> bool:
    return node.clickable or node.editable or node.checkable or node.long_clickable


def _label(node: UiNode, tree: UiTree) -> str:
    """Its own name, else what stands in something that can be touched."""
    if node.label or not _acts(node):
        return _one_line(node.label)
    words = (each.label for each in tree.descendants(node) if each.label and not _acts(each))
    return _one_line(" · ".join(words))


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
