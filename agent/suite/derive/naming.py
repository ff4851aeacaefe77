"""The best words for a thing on a screen: those that find it again, on other data too."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.suite.derive.said import Said
from agent.suite.derive.trace import Screen
from agent.suite.language.form import Target
from agent.suite.look.find import Found, accepts_text, find, reacts
from tools.geometry import Box, Point
from tools.ui_tree import UiNode, UiTree

_BACKGROUND = 0.6
"""Part of the screen from which what is touched and does not react is no thing of its own."""
_LIST = 3
_MANY = 3
"""So many texts of data on one item of a list, and it is data as a whole."""
_MOST_INDEX = 50
_SHOWN = 3
_SECRET = re.compile(r"<secret:[^<>]*>")
_GRID = 1000


@dataclass(frozen=True)
class Named:
    """What a thing is called in a task.

    Attributes:
        target: How.
        note: What a person should know of it; may be empty.
        node: The element; ``None`` for a mere place.
        words: What stands on it, if ``target`` goes by any of that.
    """

    target: Target
    note: str = ""
    node: UiNode | None = None
    words: tuple[str, ...] = ()


def touched(tree: UiTree, at: Point) -> UiNode | None:
    """What a touch at ``at`` is for: the smallest thing that reacts, else the smallest."""
    under = [node for node in tree.nodes if node.box.contains(at)]
    return min(under, key=lambda each: (not _takes(each), each.box.area, -each.index), default=None)


def words_on(tree: UiTree, node: UiNode) -> tuple[str, ...]:
    """What a person reads on ``node``; of a field what it is for, not what is in it."""
    found: list[str] = []
    for part in (node, *tree.descendants(node)):
        own = (part.hint, part.description) if part.editable else (part.text, part.description)
        found.extend(text for text in own if text.strip() and not _SECRET.search(text))
    return tuple(dict.fromkeys(found))


def name_target(screen: Screen, at: Point, said: Said) -> Named:
    """What the thing at ``at`` is called in a task, its place on the grid as a last resort."""
    tree = screen.tree
    if tree is None:
        return Named(_place(screen, at), "by its place only: the recording has no UI tree here")
    node = touched(tree, at)
    if node is None or (
        node.box.area > _BACKGROUND * Box.of(screen.size).area and not _takes(node)
    ):
        return Named(_place(screen, at), "by its place only: no element was there")
    words = words_on(tree, node)
    if is_entry(tree, node, said):
        entry = _entry(tree, node, said)
        if entry is not None:
            return entry
    for target, note, told in _candidates(tree, node, words, said):
        if finds(target, tree, node):
            return Named(target, note, node, words if told else ())
    return Named(_place(screen, at), "by its place only: nothing tells it apart from others", node)


def finds(target: Target, tree: UiTree, node: UiNode) -> bool:
    """Whether looking up ``target`` leads to ``node``."""
    found = find(target, tree, prefer=accepts_text if node.editable else reacts)
    if not isinstance(found, Found):
        return False
    there = touched(tree, found.node.box.center)
    return there is not None and there.index == node.index


def _place(screen: Screen, at: Point) -> Target:
    width, height = max(1, screen.size.width), max(1, screen.size.height)
    x, y = round(at.x * _GRID / width), round(at.y * _GRID / height)
    return Target(at=(min(_GRID, max(0, x)), min(_GRID, max(0, y))))


Candidate = tuple[Target, str, bool]
"""A target, a note, and whether it goes by the words of the thing."""


def _candidates(
    tree: UiTree, node: UiNode, words: tuple[str, ...], said: Said
) -> Iterator[Candidate]:
    """The surest first: words of the app or of the goal, its id, where it is, words of data."""
    stable = [word for word in words if not said.is_data(word)]
    for word in sorted(stable, key=lambda each: not said.mentions(each)) if words else ():
        yield from _by_words(node, word)
    short = node.resource_id.rpartition("/")[2]
    steady_id = bool(short) and not said.is_data(short.replace("_", " ").replace("-", " "))
    if steady_id:
        yield Target(id=short), "", False
        yield Target(id=short, kind=node.kind or "View"), "", False
    for word in words:
        if (shorter := _without_data(word, said)) is not None:
            yield Target(text=shorter), "", True
    yield from _beside(tree, node, said)
    note = "by a text that may be other on other data"
    for word in words:
        if word not in stable:
            for target, _, told in _by_words(node, word):
                yield target, note, told
    for word in stable:
        for index in range(1, _MOST_INDEX):
            yield Target(text=word, index=index), "one of several that say the same", True
    if node.kind:
        for index in range(1, _MOST_INDEX):
            yield Target(kind=node.kind, index=index), "by its number among its like", False


def _by_words(node: UiNode, word: str) -> Iterator[Candidate]:
    yield Target(text=word), "", True
    if node.kind:
        yield Target(text=word, kind=node.kind), "", True


def _beside(tree: UiTree, node: UiNode, said: Said) -> Iterator[Candidate]:
    """By a label next to it: left of it in its row, else above it."""
    if not node.kind:
        return
    labels = [
        each
        for each in tree.nodes
        if each.text.strip() and each.box.area and not _within(tree, each, node)
        and not each.editable and not _SECRET.search(each.text) and not said.is_data(each.text)
    ]  # fmt: skip
    left = [each for each in labels if each.box.right <= node.box.left + 4]
    for label in sorted(left, key=lambda each: node.box.left - each.box.right)[:4]:
        yield Target(kind=node.kind, right_of=Target(text=label.text)), "", False
    for label in _above(labels, node)[:4]:
        yield Target(kind=node.kind, below=Target(text=label.text)), "", False


def _entry(tree: UiTree, node: UiNode, said: Said) -> Named | None:
    """An item of a list whose texts are data: by its number below what stands over the list."""
    parent = tree.parent(node)
    listed = tree.children(parent) if parent is not None else ()
    items = [each for each in listed if each.kind == node.kind and _takes(each)]
    inside = {each.index for item in items for each in (item, *tree.descendants(item))}
    labels = [
        each
        for each in tree.nodes
        if each.text.strip() and each.box.area and each.index not in inside
        and not _SECRET.search(each.text) and not said.is_data(each.text)
    ]  # fmt: skip
    shown = " · ".join(" ".join(each.split()) for each in words_on(tree, node)[:_SHOWN])
    for label in _above(labels, node):
        for index in range(1, min(len(items), _MOST_INDEX) + 1):
            target = Target(kind=node.kind, below=Target(text=label.text), index=index)
            if finds(target, tree, node):
                note = (
                    f"entry {index} of a list that other data fill otherwise; here it was {shown}. "
                    "If the choice has a meaning, say it instead: goal: Choose the …"
                )
                return Named(target, note, node)
    return None


def _above(labels: list[UiNode], node: UiNode) -> list[UiNode]:
    over = [each for each in labels if each.box.bottom <= node.box.top + 4]
    return sorted(over, key=lambda each: (node.box.top - each.box.bottom, each.box.left))


def is_entry(tree: UiTree, node: UiNode, said: Said) -> bool:
    """Whether ``node`` is an item of a list that was not chosen by anything that was said."""
    parent, words = tree.parent(node), words_on(tree, node)
    if parent is None or not words or any(said.names(word) for word in words[:2]):
        return False
    like = [each for each in tree.children(parent) if each.kind == node.kind and _takes(each)]
    if len(like) < _LIST and not said.holds_data(words[0]):
        return False
    data = [word for word in words if said.is_data(word)]
    return said.holds_data(words[0]) or (len(data) >= _MANY and 3 * len(data) > len(words))


def _without_data(text: str, said: Said) -> str | None:
    """The words of ``text`` before the first that is data: ``Pay`` of ``Pay ¥630``."""
    kept: list[str] = []
    for word in text.split():
        if said.is_data(word):
            break
        kept.append(word)
    shorter = " ".join(kept)
    return shorter if len(shorter) >= 3 and shorter != text else None


def _within(tree: UiTree, node: UiNode, outer: UiNode) -> bool:
    return node.index == outer.index or any(
        each.index == outer.index for each in tree.ancestors(node)
    )


def _takes(node: UiNode) -> bool:
    return node.clickable or node.checkable or node.editable or node.long_clickable
