"""Sliders: pressed where the wanted share of their length lies, and read off again."""

import re

from agent.policies.rules.intent import Want
from agent.policies.rules.text import says
from agent.policies.rules.turn import Turn
from agent.step import Decision
from tools.geometry import Point
from tools.ui_tree import UiNode

_KIND = "SeekBar"
_SHARE = re.compile(r"(\d{1,3})(?:\.\d+)?\s*%")
_NEAR_PERCENT = 1
_STEP_PERCENT = 8
"""Half a step of a slider with seven steps: nearer it cannot come."""
_TRIES = 3


def slide(turn: Turn, want: Want) -> Decision | None:
    """Bring the slider that is called so to ``want.amount`` per cent; nothing where none is."""
    if want.amount is None and not want.nudge:
        return None
    bar = next((node for node in turn.view.tree.nodes if _is_it(turn, node, want)), None)
    shown = _percent(bar) if bar is not None else None
    if bar is None or shown is None:
        return None
    wanted = _target(turn, want, shown)
    off = wanted - shown
    key = f"slide|{want.slot}"
    tried = turn.memory.tries[key]
    if abs(off) <= _NEAR_PERCENT or (tried >= _TRIES and abs(off) <= _STEP_PERCENT):
        turn.memory.verified[want.slot] = f"{_name(bar)} {shown}%"
        return None
    if not turn.try_once(key, times=_TRIES):
        turn.memory.abandoned[want.slot] = f"{_name(bar)!r} stays at {shown}%"
        return None
    # Where a thumb keeps off the ends, the press lies that much beside: it is put right next time.
    aim = wanted + (off if tried else 0)
    inside = bar.box.left + round((bar.box.width - 1) * min(max(aim, 0), 100) / 100)
    at = Point(x=inside, y=bar.box.center.y)
    return turn.tap_at(at, f"Set {_name(bar)!r}, now {shown}%, to {wanted}%")


def _target(turn: Turn, want: Want, shown: int) -> int:
    """Per cent to come to; where it is to be moved a little, from where it was at first."""
    if want.amount is not None:
        return want.amount
    first = turn.memory.chosen.setdefault(f"slide|{want.slot}", (str(shown),))
    return min(max(int(first[0]) + want.nudge, 0), 100)


def _is_it(turn: Turn, node: UiNode, want: Want) -> bool:
    if node.kind != _KIND or not node.enabled:
        return False
    return says(_name(node) or _above(turn, node), want.labels) >= 2


def _name(node: UiNode) -> str:
    return _SHARE.sub("", node.description).strip(" ,，:：")


def _above(turn: Turn, node: UiNode) -> str:
    above = [text for text in turn.view.plain_texts if text.box.bottom <= node.box.top + 4]
    return max(above, key=lambda text: text.box.bottom).label if above else ""


def _percent(node: UiNode) -> int | None:
    found = _SHARE.search(f"{node.text} {node.description}")
    return int(found[1]) if found is not None else None
