"""The element that a recorded action was meant for, among those of the present screen.

By its resource id if only one has it, by its words if only one says them, by what stands around it
or its place among equals, and last, where nothing is said, by its place in the tree. Whatever is
found in two places is found in none.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from agent.policies.recorded.words import (
    alike,
    in_another_language,
    is_list_item,
    place_in_tree,
    share_a_name,
    surroundings,
    takes_input,
    words_of,
)
from tools.ui_tree import UiNode, UiTree


@dataclass(frozen=True)
class Located:
    """What was found, or why nothing was.

    Attributes:
        node: The element now; ``None`` if there is not exactly one.
        how: By what it was found, or why not, for people.
        absent: Whether nothing like it is on the screen, so that it may be further along a list.
    """

    node: UiNode | None
    how: str
    absent: bool = False


def locate(old: UiTree, wanted: UiNode, new: UiTree) -> Located:
    """Find in ``new`` what ``wanted`` is in ``old``."""
    words = words_of(old, wanted)
    called = f"{wanted.kind} {' · '.join(words[:2])!r}" if words else wanted.kind
    candidates = [
        node
        for node in new.nodes
        if node.kind == wanted.kind and node.box.area and takes_input(node) == takes_input(wanted)
    ]
    named = [node for node in candidates if _same_id(node, wanted)]
    foreign = in_another_language(old, new)
    if wanted.resource_id and sum(_same_id(node, wanted) for node in old.nodes) == 1:
        if len(named) == 1:
            return _by_id(old, wanted, new, named[0], foreign=foreign)
        if not named:
            candidates = [node for node in candidates if not node.resource_id]
    elif named:
        candidates = named
    found = _by_words(old, wanted, new, candidates) if words and not foreign else None
    if found is None and (not words or foreign):
        found = _by_path(old, wanted, new, candidates)
    if found is not None:
        return found
    return Located(None, f"no {called} is on the screen", absent=True)


def _by_id(old: UiTree, wanted: UiNode, new: UiTree, node: UiNode, *, foreign: bool) -> Located:
    """Its id is the surest; but a button that says something else, or an item of a list, is not."""
    before, now = words_of(old, wanted), words_of(new, node)
    told_apart = wanted.kind == "Button" or is_list_item(old, wanted)
    if before and now and told_apart and not foreign and not alike(before, now):
        return Located(None, f"it says {now[0]!r} where {before[0]!r} was recorded")
    if foreign and is_list_item(old, wanted) and not share_a_name(wanted.resource_id, before, now):
        return Located(None, f"an item of that number is there, but it says {now[0]!r}")
    return Located(node, f"by its id {wanted.resource_id.rpartition('/')[2]!r}")


def _by_words(old: UiTree, wanted: UiNode, new: UiTree, candidates: list[UiNode]) -> Located | None:
    words = words_of(old, wanted)
    for says, how in (
        (lambda other: other == words, "by its words"),
        (lambda other: alike(words, other), "by its first words"),
    ):
        fitting = [node for node in candidates if says(words_of(new, node))]
        equals = [
            node
            for node in old.nodes
            if node.kind == wanted.kind
            and takes_input(node) == takes_input(wanted)
            and says(words_of(old, node))
        ]
        if len(fitting) == 1 and len(equals) == 1:
            return Located(fitting[0], how)
        if fitting:
            return _among_equals(old, wanted, new, (equals, fitting))
    return None


def _among_equals(
    old: UiTree, wanted: UiNode, new: UiTree, pair: tuple[list[UiNode], list[UiNode]]
) -> Located:
    equals, fitting = pair
    around = surroundings(old, wanted)
    beside = [node for node in fitting if around and surroundings(new, node) == around]
    if len(beside) == 1:
        return Located(beside[0], f"by its words, beside {around[0]!r}")
    if len(equals) == len(fitting):
        order = equals.index(wanted)
        return Located(fitting[order], f"by its words, number {order + 1} of {len(equals)}")
    return Located(None, f"{len(fitting)} say {words_of(old, wanted)[0]!r}, {len(equals)} did")


def _by_path(
    old: UiTree, wanted: UiNode, new: UiTree, candidates: Iterable[UiNode]
) -> Located | None:
    """The same place in the tree, if what leads there is of the same kinds."""
    if is_list_item(old, wanted):
        return None
    path = place_in_tree(old, wanted)
    fitting = [node for node in candidates if place_in_tree(new, node) == path]
    if len(fitting) != 1 or not _same_id(fitting[0], wanted):
        return None
    return Located(fitting[0], "by its place in the tree")


def _same_id(node: UiNode, wanted: UiNode) -> bool:
    return node.resource_id == wanted.resource_id
