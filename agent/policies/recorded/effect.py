"""Whether an action did anything to the screen."""

import re

from tools.device import Observation
from tools.screen import same_screen
from tools.ui_tree import UiTree

_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d(:\d\d)?")


def had_effect(before: Observation, now: Observation, bar_px: int) -> bool:
    """Whether a person would see that something happened between two looks.

    Args:
        before: The look the action was decided on.
        now: The look after it.
        bar_px: Height of the status bar, whose clock does not count.
    """
    if (before.app, before.activity) != (now.app, now.activity):
        return True
    if not same_screen(before.screenshot, now.screenshot, below_px=bar_px):
        return True
    return _said(before.ui_tree) != _said(now.ui_tree)


def _said(tree: UiTree | None) -> list[tuple[str, bool, bool, bool]]:
    """A toggled dot or a counter may be too small for tiles."""
    if tree is None:
        return []
    return [
        (_TIME_OF_DAY.sub("", node.text), node.checked, node.selected, node.focused)
        for node in tree.nodes
    ]
