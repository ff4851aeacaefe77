"""Programs of a desktop keep what they can do in menus: the entry is looked for, then its keys."""

from agent.policies.rules.text import says
from agent.policies.rules.turn import Turn, decision
from agent.step import Decision


def choose_entry(
    turn: Turn, entry: tuple[str, ...], menus: tuple[str, ...], keys: tuple[str, ...]
) -> Decision | None:
    """Press the entry that is called so, if need be in one menu after the other; then its keys.

    Args:
        turn: What is in front.
        entry: What the entry may be called.
        menus: The menus it may be in.
        keys: The keys that do the same in many programs.
    """
    found = turn.find(entry, least=3)
    if found is not None and turn.try_once(f"entry|{entry[0]}|{found.label}", times=2):
        return turn.tap(found, f"Choose {found.label!r}")
    if _is_menu_open(turn) and turn.try_once(f"menu shut|{turn.view.content}"):
        return turn.back("It is not in this menu: close it")
    for item in turn.view.pressables:
        is_one = item.node.kind == "Menu" and says(item.label, menus) == 3
        if is_one and turn.try_once(f"menu|{entry[0]}|{item.label}"):
            return turn.tap(item, f"Look in the menu {item.label!r} for {entry[0]!r}")
    if turn.try_once(f"keys|{entry[0]}"):
        turn.memory.asks = True
        why = f"Choose {entry[0]!r} by its keys"
        if len(keys) == 1:
            return decision(why, "press_key", key=keys[0])
        return decision(why, "hotkey", keys=[*keys])
    return None


def _is_menu_open(turn: Turn) -> bool:
    return any(node.kind == "MenuItem" and node.text for node in turn.view.tree.nodes)
