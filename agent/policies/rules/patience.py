"""A slow app: look again before anything is concluded from a screen that may lag behind.

On a desktop nothing tells that an app is busy. A click on "Save" may show half a second later or,
on a machine under load, five. So after each act of a run there are a few pauses, each longer than
the one before; they are spent only where the screen looks as if the act had not arrived yet.
Whoever looks too early would press "Cancel" in a dialog that is about to close, write over a text
that is about to be put away, or give up in front of a file that is being saved.
"""

from dataclasses import replace

from agent.policies.rules.turn import Acted, Turn, decision
from agent.step import Decision

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Of the device's time, after one act; an app that answers later than these in sum is stuck."""
_MOST_PAUSES = 3 * len(PAUSES_S)
"""After one act, while the screen goes on changing: a clock may run on it."""
_SHOWS = frozenset({
    "tap", "double_tap", "triple_click", "right_click", "type_text", "press_key", "hotkey",
})  # fmt: skip
"""After these something must change. A scroll may be at its end, and an app may be in front."""


def pause(turn: Turn, why: str) -> Decision | None:
    """Wait a little longer than the last time; ``None`` if the patience for this act is spent."""
    acted, seen = turn.memory.acted, turn.view.everything
    if not turn.view.on_desktop or acted is None:
        return None
    waits = acted.waits if acted.seen == seen else 0  # something came of it: more may follow
    if waits >= len(PAUSES_S) or acted.waits_in_all >= _MOST_PAUSES:
        return None
    turn.memory.acted = replace(
        acted, seen=seen, waits=waits + 1, waits_in_all=acted.waits_in_all + 1
    )
    return decision(f"Wait: {why}", "wait", duration_s=PAUSES_S[waits])


def await_effect(turn: Turn) -> Decision | None:
    """Wait while the screen is, to the last mark, what it was before the last act."""
    acted = turn.memory.acted
    if acted is None or acted.call.name not in _SHOWS or acted.screen != turn.view.everything:
        return None
    return pause(turn, f"nothing shows of the last {acted.call.name} yet")


def await_dialog(turn: Turn) -> Decision | None:
    """Wait for the dialog that the last thing pressed announces by its three dots."""
    acted = turn.memory.acted
    if acted is None or not acted.asks or turn.view.is_dialog:
        return None
    if turn.view.activity != acted.activity:
        return None
    return pause(turn, "the dialog is not there yet")


def await_words(turn: Turn) -> Decision | None:
    """Wait while what is told is not of the window in front, or nothing is told of it yet."""
    view, memory = turn.view, turn.memory
    if not view.activity:
        return None
    told = view.tree.nodes[0].text if view.tree.nodes else ""
    named_otherwise = f"named otherwise|{view.app}"
    if told == " ".join(view.activity.split()) or memory.tries[named_otherwise]:
        return None
    wait = pause(turn, f"{view.activity!r} does not tell yet what it shows")
    if wait is None and told:  # its windows have other names there: that is no sign of anything
        memory.tries[named_otherwise] += 1
    return wait


def note_act(turn: Turn, made: Decision) -> None:
    """Remember what was decided, and on which screen; waiting is no act."""
    memory = turn.memory
    if made.call.name != "wait":
        view, asks = turn.view, memory.asks
        memory.acted = Acted(made.call, view.everything, view.place, view.activity, asks)
    memory.asks = False
