"""The state a thing is in: on or off, usable, chosen, typed into."""

from agent.suite.language.form import NodeState
from tools.ui_tree import UiNode, UiTree

STATES = ("enabled", "checked", "selected", "focused")


def states_of(tree: UiTree, node: UiNode) -> dict[str, bool]:
    """The states of ``node``; of a row, whether its switch is on."""
    switch = _switch(tree, node)
    return {
        "enabled": node.enabled,
        "checked": (switch if switch is not None else node).checked,
        "selected": node.selected or any(each.selected for each in tree.descendants(node)),
        "focused": node.focused,
    }


def wanted_states(state: NodeState) -> dict[str, bool]:
    """The states that are asked for."""
    return {name: getattr(state, name) for name in STATES if getattr(state, name) is not None}


def in_words(states: dict[str, bool]) -> str:
    """``checked, not enabled``."""
    return ", ".join(name if on else f"not {name}" for name, on in states.items())


def _switch(tree: UiTree, node: UiNode) -> UiNode | None:
    """What is switched when ``node`` is pressed: itself, or the only switch of its row."""
    if node.checkable:
        return node
    for around in (node, *tree.ancestors(node)):
        there = [each for each in tree.descendants(around) if each.checkable]
        if there:
            return there[0] if len(there) == 1 and around.parent >= 0 else None
    return None
