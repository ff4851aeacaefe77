"""Closing a program of a desktop, and answering what is to become of its changes."""

from agent.policies.rules.patience import await_effect, pause
from agent.policies.rules.text import says
from agent.policies.rules.turn import MAX_TRIES, Turn, decision, finish
from agent.step import Decision

_KEYS = (["alt", "f4"], ["ctrl", "q"])


def close_app(turn: Turn) -> Decision | None:
    """The next move, once the program was brought to the front; none for other goals."""
    memory, view = turn.memory, turn.view
    if turn.intent.name != "close" or not memory.app or not view.on_desktop:
        return None
    if memory.tries["close|keys"] == 0:
        return None if view.app != memory.app else _press_keys(turn)
    late = await_effect(turn)
    if late is not None:
        return late
    if view.app != memory.app:
        return _closed(turn)
    if view.is_dialog:
        return _answer(turn)
    if memory.tries["close|refused"]:
        return finish(f"I did not close it: it asked {memory.refused!r}.", success=False)
    return (
        pause(turn, "its window is not closed yet")
        or (None if memory.tries["close|answered"] else _press_keys(turn))
        or finish(f"It is not closed: the window {view.activity!r} is still open.", success=False)
    )


def _press_keys(turn: Turn) -> Decision | None:
    tried = turn.memory.tries["close|keys"]
    if turn.view.is_dialog:  # it was open before: it may ask about something else
        return finish(
            f"I did not close it: it asks something first, {_asked(turn)!r}.", success=False
        )
    if tried >= len(_KEYS):
        return None
    if tried == 0:
        turn.memory.chosen["window"] = (turn.view.activity,)
    elif turn.memory.chosen["window"] != (turn.view.activity,):
        return finish(
            f"One window is closed, but another is open: {turn.view.activity!r}.", success=False
        )
    turn.memory.tries["close|keys"] += 1
    return decision("Close it by its keys", "hotkey", keys=[*_KEYS[tried]])


def _answer(turn: Turn) -> Decision:
    """Answer what is to become of the changes as the goal says; anything else is not agreed to."""
    wish = turn.intent.want("changes")
    words = turn.intent.errand.openers
    asked = _asked(turn)
    # What has a field asks for the name of a file as well, which the goal does not tell.
    about = not turn.view.fields and any(says(text, words["about"]) for text in turn.view.all_texts)
    answered = turn.memory.tries["close|answered"]
    if wish is not None and about and turn.memory.tries["close|refused"] == 0:
        button = turn.find(words[wish.values[0]], least=3)
        if answered and asked == turn.memory.refused:
            waiting = pause(turn, "the answer does not show yet")
            if waiting is not None:
                return waiting
        # Changes are kept as often as it asks, but only those of one text are lost.
        allowed = MAX_TRIES if wish.values[0] == "save" else 1
        if button is not None and answered < allowed:
            turn.memory.tries["close|answered"] += 1
            turn.memory.refused = asked
            return turn.tap(button, f"It asks {asked!r}: press {button.label!r}")
    turn.memory.refused = asked
    if turn.try_once("close|refused"):
        return turn.back(f"It asks {asked!r}, and the goal does not say what to answer")
    return finish(f"I did not close it: it asks {asked!r}.", success=False)


def _asked(turn: Turn) -> str:
    told = [node.label for node in turn.view.plain_texts if node.parent >= 0]
    return " ".join(dict.fromkeys(told)) or turn.view.activity


def _closed(turn: Turn) -> Decision:
    window = turn.memory.chosen["window"][0]
    if turn.memory.tries["close|refused"]:
        return finish(f"I did not agree when it asked: {turn.memory.refused!r}.", success=False)
    waiting = None if turn.memory.tries["close|answered"] else pause(turn, "it may ask something")
    answered = turn.memory.refused and f" It asked {turn.memory.refused!r}, and I answered so."
    return waiting or finish(f"Done: {window!r} is closed.{answered}", success=True)
