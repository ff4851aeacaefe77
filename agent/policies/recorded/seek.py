"""Scrolls a list for a target that is not in sight: down to its end, then up to its beginning."""

from agent.policies.recorded.words import words_of
from tools.action import Scroll
from tools.device import Observation
from tools.ui_tree import UiNode, UiTree

_MOST_SCROLLS = 8
"""In each direction: with 0.6 of a screen each, about forty rows."""
_AMOUNT = 0.6


class Seek:
    """One search; it ends by itself."""

    def __init__(self) -> None:
        self._directions = ["down", "up"]
        self._scrolls = 0
        self._content: object = None

    @property
    def begun(self) -> bool:
        """Whether anything was scrolled."""
        return self._content is not None

    def next_scroll(self, now: Observation) -> Scroll | None:
        """The next scroll on the largest list; ``None`` if there is none, or all was seen."""
        area = _largest(now.ui_tree)
        if area is None or now.ui_tree is None:
            return None
        content = [(node.box.top, words_of(now.ui_tree, node)) for node in now.ui_tree.nodes]
        ended = content == self._content or self._scrolls >= _MOST_SCROLLS
        if ended:
            self._directions = self._directions[1:]
            self._scrolls = 0
        self._content = content
        if not self._directions:
            return None
        self._scrolls += 1
        down = self._directions[0] == "down"
        return Scroll(at=area.box.center, direction="down" if down else "up", amount=_AMOUNT)


def _largest(tree: UiTree | None) -> UiNode | None:
    lists = [node for node in tree.nodes if node.scrollable and node.box.area] if tree else []
    return max(lists, key=lambda node: node.box.area) if lists else None
