"""What the elements of a screen say, and whether two of them say the same."""

import re
from collections.abc import Iterator

from agent.policies.recorded.titles import bare_title, is_title
from tools.geometry import Box, Point
from tools.ui_tree import UiNode, UiTree

_NUMBER = re.compile(r"[¥￥$€£]?\s?\d[\d.,:/-]*")
_MANY_WORDS = 4
"""From so many texts on, an element is a card that tells one thing apart from others."""
_SAME_SHARE = 0.6
"""Part of a card's texts that must be the same for it to be the same card."""
_ENOUGH_WORDS = 5
"""So many texts are not all replaced by others unless the language is another one."""
_CHINESE = re.compile("[\u4e00-\u9fff]")
_LIST = 3
"""So many neighbours of one kind with words make a list."""
_NAME = re.compile(r"[A-Za-z0-9]{2,}")
Words = tuple[str, ...]


def takes_input(node: UiNode) -> bool:
    """Whether it is pressed, switched or filled."""
    return node.clickable or node.checkable or node.editable


def touched(tree: UiTree, at: Point) -> UiNode | None:
    """What a touch at ``at`` is meant for: the smallest thing that reacts, else the smallest."""
    under = [node for node in tree.nodes if node.box.contains(at)]
    if not under:
        return None
    return min(under, key=lambda node: (not takes_input(node), node.box.area, -node.index))


def focused(tree: UiTree) -> UiNode | None:
    """The field that text goes into."""
    return next((node for node in tree.nodes if node.focused and node.editable), None)


def words_of(tree: UiTree, node: UiNode) -> Words:
    """What a person reads on ``node`` and in it; of a field what it is for, not what is in it."""
    return tuple(dict.fromkeys(_texts(tree, node)))


def _texts(tree: UiTree, node: UiNode) -> Iterator[str]:
    for part in (node, *tree.descendants(node)):
        own = (part.description, part.hint) if part.editable else (part.text, part.description)
        if is_title(part):
            own = (bare_title(part.text), part.description)
        yield from (" ".join(text.split()) for text in own if text.strip())


def screen_words(tree: UiTree) -> frozenset[str]:
    """Every text of a screen that is not in an input field."""
    return frozenset(text for node in tree.nodes if node.parent < 0 for text in _texts(tree, node))


def surroundings(tree: UiTree, node: UiNode) -> Words:
    """The words around ``node``: of the nearest thing it lies in that says more than it does."""
    own = set(words_of(tree, node))
    for ancestor in tree.ancestors(node):
        around = tuple(word for word in words_of(tree, ancestor) if word not in own)
        if around:
            return around
    return ()


def is_list_item(tree: UiTree, node: UiNode) -> bool:
    """Whether ``node`` is one of several like it, which only their words tell apart."""
    parent = tree.parent(node)
    if parent is None:
        return False
    like = [
        other
        for other in tree.children(parent)
        if other.kind == node.kind and takes_input(other) and words_of(tree, other)
    ]
    return len(like) >= _LIST and node.kind != "Button"


def without_numbers(text: str) -> str:
    """``text`` with prices, times and counts made equal."""
    return _NUMBER.sub("#", text).casefold()


def alike(old: Words, new: Words) -> bool:
    """Whether two elements are called the same, apart from numbers and second lines."""
    if not old or not new:
        return old == new
    if without_numbers(old[0]) != without_numbers(new[0]):
        return False
    if max(len(old), len(new)) < _MANY_WORDS:
        return True
    return len(set(old) & set(new)) >= _SAME_SHARE * max(len(old), len(new))


def share_a_name(resource_id: str, old: Words, new: Words) -> bool:
    """Whether an item in another language is surely the same: its id says what, not which number.

    Else a code, a number or a name must stand on both.
    """
    if not re.search(r"\d", resource_id.rpartition("/")[2]) or not new:
        return True
    before, now = (set(_NAME.findall(" ".join(words))) for words in (old, new))
    return bool(before & now)


def window(tree: UiTree) -> Box | None:
    """What the window in front covers; ``None`` if the tree is empty."""
    if not tree.nodes:
        return None
    boxes = [node.box for node in tree.nodes if node.parent < 0]
    return Box(
        left=min(box.left for box in boxes),
        top=min(box.top for box in boxes),
        right=max(box.right for box in boxes),
        bottom=max(box.bottom for box in boxes),
    )


def in_another_language(old: UiTree, new: UiTree) -> bool:
    """Whether two looks have the same elements by name but hardly a word in common."""
    old_ids = {node.resource_id for node in old.nodes if node.resource_id}
    new_ids = {node.resource_id for node in new.nodes if node.resource_id}
    if len(old_ids & new_ids) < max(1, len(old_ids) // 2):
        return False
    said = {text for text in screen_words(old) if without_numbers(text) != "#"}
    here = screen_words(new)
    if 3 * len(said & here) >= len(said):
        return False
    # Of a few words all may be others in the same language; then only the letters tell.
    return len(said) >= _ENOUGH_WORDS or _is_chinese(said) != _is_chinese(here)


def _is_chinese(texts: frozenset[str] | set[str]) -> bool:
    return 2 * sum(bool(_CHINESE.search(text)) for text in texts) > len(texts)


def place_in_tree(tree: UiTree, node: UiNode) -> tuple[tuple[str, int], ...]:
    """Kind and number among its neighbours of ``node`` and of all it lies in."""
    steps: list[tuple[str, int]] = []
    current: UiNode | None = node
    while current is not None:
        parent = tree.parent(current)
        siblings = tree.children(parent) if parent is not None else _roots(tree)
        steps.append((current.kind, _position(siblings, current)))
        current = parent
    return tuple(steps)


def _roots(tree: UiTree) -> tuple[UiNode, ...]:
    return tuple(node for node in tree.nodes if node.parent < 0)


def _position(siblings: tuple[UiNode, ...], node: UiNode) -> int:
    return next(place for place, other in enumerate(siblings) if other.index == node.index)
