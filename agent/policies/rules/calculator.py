"""A sum on a calculator: its keys pressed one by one, and its display read."""

import re
from decimal import Decimal

from agent.policies.rules.arithmetic import same_value, tokens_of, value_of
from agent.policies.rules.patience import pause
from agent.policies.rules.turn import Turn, finish
from agent.policies.rules.view import Element
from agent.step import Decision

_PRESSED = "sum|pressed"


def work_out(turn: Turn) -> Decision | None:
    """The next key; at the end what the display shows, if it is right."""
    want = turn.intent.want("sum")
    if want is None or turn.view.is_dialog:
        return None
    if turn.memory.tries[_PRESSED] == 0 and _display(turn) not in ("", "0"):
        clear = _key(turn, turn.intent.errand.openers["clear"])
        if clear is not None and turn.try_once("sum|cleared", times=2):
            return turn.tap(clear, f"Clear the display with {clear.label!r}")
        return finish(
            "I stopped: the display shows a number, and I cannot clear it.", success=False
        )
    keys = "".join(tokens_of(want.values[0]) or ())
    at = turn.memory.tries[_PRESSED]
    if _was_lost(turn, keys, at):
        turn.memory.tries[_PRESSED] = at = at - 1
    if at > len(keys):
        return _read_off(turn, want.values[0])
    sign = (keys + "=")[at]
    ways = turn.intent.errand.openers.get(sign, (sign,))
    key = _key(turn, ways)
    if key is None:
        return pause(turn, f"no key {sign!r} is there yet") or finish(
            f"I found no key {sign!r} here.", success=False
        )
    turn.memory.tries[_PRESSED] += 1
    return turn.tap(key, f"Press {sign!r}, key {at + 1} of {len(keys) + 1}")


def _read_off(turn: Turn, asked: str) -> Decision:
    value = value_of(asked)
    shown = _display(turn)
    if value is not None and same_value(shown, value):
        return finish(f"Done: the display shows that {asked} is {shown}.", success=True)
    waiting = pause(turn, "the display does not show the result yet")
    if waiting is not None or value is None:
        return waiting or finish(f"{asked!r} is no sum.", success=False)
    right = Decimal(value.numerator) / Decimal(value.denominator)
    return finish(
        f"I pressed the keys of {asked}, but the display shows {shown!r}, not "
        f"{right.normalize():f}.",
        success=False,
    )


def _was_lost(turn: Turn, keys: str, pressed: int) -> bool:
    """Whether the last press did not arrive: a digit behind a digit must show, and once it may not.

    It was waited for before this is asked.
    """
    acted = turn.memory.acted
    if acted is None or acted.screen != turn.view.everything or not 2 <= pressed <= len(keys):
        return False
    number = re.search(r"[\d.]*$", keys[:pressed])
    before = number[0][:-1] if number is not None else ""
    return before not in ("", "0") and turn.try_once(f"sum|again|{pressed}")


def _display(turn: Turn) -> str:
    """What stands in the largest letters that cannot be pressed and are a number."""
    shown = [
        node
        for node in turn.view.tree.nodes
        if not (node.clickable or node.checkable)
        and any(char.isdigit() for char in node.text)
        and all(char in "0123456789.,-−e+ " for char in node.text)
    ]
    return max(shown, key=lambda node: node.box.height).text.strip() if shown else ""


def _key(turn: Turn, ways: tuple[str, ...]) -> Element | None:
    """The key of just these letters: punctuation is all that tells some of them apart."""
    wanted = [way.casefold() for way in ways]
    for way in wanted:
        for item in turn.view.pressables:
            if any(text.strip().casefold() == way for text in item.texts):
                return item
    return None
