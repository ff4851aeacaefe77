"""A recorded step by the UI trees: what its target is now, what state it is in, where to act."""

from dataclasses import dataclass

from agent.policies.recorded.carry import between, onto_screen
from agent.policies.recorded.locate import Located, locate
from agent.policies.recorded.source import Due
from agent.policies.recorded.words import focused, touched
from tools.action import (
    Action,
    Drag,
    Hotkey,
    PressKey,
    Scroll,
    Swipe,
    Tap,
    TypeText,
)
from tools.geometry import Box, Size
from tools.ui_tree import UiNode, UiTree

_LARGE = 0.6
"""Part of the screen from which what is touched is a background, no target."""
_IN_SIGHT = 0.4
"""Part of its height, in proportion, that must show of an element to be acted on."""


@dataclass(frozen=True)
class Place:
    """Where and how to act, or why not.

    Attributes:
        action: What to do; ``None`` if the target was not found.
        how: How it was found, or why not.
        absent: Whether it may be out of sight.
        prepares: Whether ``action`` only prepares the step.
        done: Whether the step is done already.
    """

    action: Action | None
    how: str
    absent: bool = False
    prepares: bool = False
    done: bool = False


def by_tree(due: Due, old: UiTree, new: UiTree, size: Size) -> Place:
    """Find where to do ``due`` on a screen of ``size`` with the tree ``new``."""
    match due.action:
        case TypeText() | PressKey() | Hotkey():
            return _with_focus(due, old, new)
        case Scroll() | Swipe() | Drag():
            return _on_area(due, old, new, size)
        case _:
            return _on_target(due, old, new, size)


def _with_focus(due: Due, old: UiTree, new: UiTree) -> Place:
    was, field = focused(old), focused(new)
    if was is None:
        return Place(due.action, "no field had the focus when recorded")
    found = locate(old, was, new)
    if found.node is None:
        return Place(None, f"the field is not there: {found.how}", absent=found.absent)
    if field is None or field.index != found.node.index:
        tap = Tap(at=found.node.box.center)
        return Place(tap, f"the field is found {found.how} and gets the focus", prepares=True)
    if not isinstance(due.action, TypeText) or due.action.clear or field.text == was.text:
        return Place(due.action, f"the field is found {found.how}")
    if field.text == was.text + due.action.text:
        return Place(due.action, f"the field says {field.text!r} already", done=True)
    whole = due.action.model_copy(update={"text": was.text + due.action.text, "clear": True})
    return Place(whole, f"the field is found {found.how}; what stood in it is replaced")


def _on_area(due: Due, old: UiTree, new: UiTree, size: Size) -> Place:
    """A stretch of a list or page: the same part of the same one, else of the screen."""
    assert due.point is not None  # noqa: S101 - these actions have points
    area = _scrollable(old, due.point.x, due.point.y)
    if area is None:
        if isinstance(due.action, Drag):
            return _on_target(due, old, new, size)
        scaled = between(due.action, Box.of(due.seen.size), Box.of(size))
        return Place(onto_screen(scaled, size), "the same part of the screen")
    found = locate(old, area, new)
    there = found.node
    if there is None:
        lists = [node for node in new.nodes if node.scrollable and node.box.area]
        if len(lists) != 1:
            return Place(None, f"{len(lists)} lists are on the screen: {found.how}")
        there, found = lists[0], Located(lists[0], "as the only list")
    action = onto_screen(between(due.action, area.box, there.box), size)
    return Place(action, f"the list is found {found.how}")


def _on_target(due: Due, old: UiTree, new: UiTree, size: Size) -> Place:
    assert due.point is not None  # noqa: S101 - these actions have points
    wanted = touched(old, due.point)
    if wanted is None or (
        wanted.box.area > _LARGE * Box.of(due.seen.size).area and not wanted.clickable
    ):
        return Place(None, "nothing was there but the background")
    found = locate(old, wanted, new)
    node = found.node
    if node is None:
        return Place(None, found.how, absent=found.absent and _may_be_out_of_sight(due, old, size))
    if not node.enabled and wanted.enabled:
        return Place(None, f"{found.how} it is there, but it does not react")
    if _cut_off(new, node, wanted):
        return Place(None, f"{found.how} it is there, but hardly shows", absent=True)
    if state := _other_state(_switch(old, wanted), _switch(new, node)):
        return Place(due.action, f"it is {state} already", done=True)
    return Place(between(due.action, wanted.box, node.box), f"found {found.how}")


def _may_be_out_of_sight(due: Due, old: UiTree, size: Size) -> bool:
    """Whether it stood in a list, or on a page that fitted its screen and may not fit this one."""
    point = due.point
    if point is not None and _scrollable(old, point.x, point.y) is not None:
        return True
    return size != due.seen.size or not any(node.scrollable for node in old.nodes)


def _switch(tree: UiTree, node: UiNode) -> UiNode | None:
    """What is switched when ``node`` is pressed: itself, or the switch in its row."""
    parts = (node, *tree.descendants(node))
    return next((part for part in parts if part.checkable), None)


def _other_state(was: UiNode | None, now: UiNode | None) -> str:
    """What it is now that it was not when recorded: a press would take it back."""
    if was is None or now is None or was.checked == now.checked:
        return ""
    return "on" if now.checked else "off"


def _cut_off(tree: UiTree, node: UiNode, wanted: UiNode) -> bool:
    """Whether an edge of its list cuts so much of it off that it is not safe to press."""
    area = next((each for each in tree.ancestors(node) if each.scrollable), None)
    if area is None:
        return False
    at_edge = node.box.bottom >= area.box.bottom or node.box.top <= area.box.top
    wide = wanted.box.height * max(node.box.width, 1) / max(wanted.box.width, 1)
    return at_edge and node.box.height < _IN_SIGHT * min(wide, wanted.box.height)


def _scrollable(tree: UiTree, x: int, y: int) -> UiNode | None:
    """The innermost list or page at a place."""
    there = [
        node
        for node in tree.nodes
        if node.scrollable and node.box.left <= x < node.box.right
        and node.box.top <= y < node.box.bottom
    ]  # fmt: skip
    return min(there, key=lambda node: node.box.area) if there else None
