"""What gets in the way: loading, permission questions, pop-ups, expired sessions."""

from agent.policies.rules.patience import pause
from agent.policies.rules.text import normal, says
from agent.policies.rules.turn import MAX_TRIES, Turn, decision
from agent.policies.rules.view import Element
from agent.step import Decision

_MAX_WAITS = 20


def wait_while_loading(turn: Turn) -> Decision | None:
    """Wait a second of the device's time while the screen says that it is busy."""
    busy = [
        text
        for text in turn.view.all_texts
        if says(text, turn.words.loading) >= 2 and len(text) <= 60 and not _is_button(turn, text)
    ]
    if busy and turn.try_once(f"wait|{turn.view.place}", times=_MAX_WAITS):
        return decision(f"Wait: {busy[0]!r}", "wait", duration_s=1.0)
    return None


def _is_button(turn: Turn, text: str) -> bool:
    return any(text in item.texts for item in turn.view.elements)


def dismiss(turn: Turn) -> Decision | None:
    """Close a dialog that is no part of the errand."""
    if not turn.view.is_dialog or turn.memory.opened is not None:
        return None
    acted = turn.memory.acted
    if acted is not None and acted.activity == turn.view.activity:
        waiting = pause(turn, "the dialog may be about to close")
        if waiting is not None:
            return waiting
    buttons = [item for item in turn.view.pressables if item.label and turn.pressed(item) == 0]
    return _agree(turn, buttons) or _refuse(turn, buttons)


def _agree(turn: Turn, buttons: list[Element]) -> Decision | None:
    """Say yes to what the errand needs."""
    allowing = _allowing(turn, buttons)
    if allowing is not None:
        return turn.tap(allowing, f"Answer the permission question with {allowing.label!r}")
    confirming = _confirming(turn, buttons)
    if confirming is not None:
        return turn.tap(confirming, f"Confirm with {confirming.label!r}")
    replacing = _replacing(turn, buttons)
    if replacing is not None:
        return turn.tap(replacing, f"The old file may be replaced: press {replacing.label!r}")
    return None


def _refuse(turn: Turn, buttons: list[Element]) -> Decision | None:
    """Close it by what commits to the least."""
    safe = [item for item in buttons if says(item.label, turn.words.danger) == 0]
    if turn.view.on_desktop and len(safe) < len(buttons):  # it asks whether to replace or delete
        told = [node.label for node in turn.view.plain_texts if node.parent >= 0]
        turn.memory.refused = " ".join(dict.fromkeys(told)) or turn.view.activity
    for phrase in turn.words.dismiss:
        for item in safe:
            if says(item.label, (phrase,)) >= 2:
                return turn.tap(item, f"Close what is in the way with {item.label!r}")
    if len(safe) == 1:
        return turn.tap(safe[0], f"The only way on is {safe[0].label!r}")
    if turn.try_once(f"back|{turn.view.content}"):
        return turn.back("Close what is in the way")
    return None


def _allowing(turn: Turn, buttons: list[Element]) -> Element | None:
    texts = turn.view.all_texts
    asks = "permission" in turn.view.app or any(
        says(text, turn.words.permission) and text.rstrip().endswith(("?", "？")) for text in texts
    )
    if not asks:
        return None
    for phrase in turn.words.allow:
        for item in buttons:
            if says(item.label, (phrase,)) == 3:
                return item
    return None


def _confirming(turn: Turn, buttons: list[Element]) -> Element | None:
    """After what makes the errand final was pressed, its own question back is answered yes."""
    if not turn.memory.committed or not turn.try_once(
        f"confirm|{turn.view.place}", times=MAX_TRIES
    ):
        return None
    scored = [(item.says(turn.intent.errand.commit), item) for item in buttons]
    good = [pair for pair in scored if pair[0] >= 2]
    return max(good, key=lambda pair: pair[0])[1] if good else None


def _replacing(turn: Turn, buttons: list[Element]) -> Element | None:
    """The goal agrees to replace a file of the wanted name: of that name, and no other."""
    file = turn.intent.want("file")
    if not turn.intent.replaces or file is None or not turn.memory.committed:
        return None
    name = normal(file.values[0].replace("\\", "/").rpartition("/")[2])
    asked = [node.label for node in turn.view.plain_texts if node.parent >= 0]
    if not any(f" {name} " in f" {normal(text)} " for text in asked):
        return None
    found = [item for item in buttons if item.says(turn.words.replace) == 3]
    return found[0] if len(found) == 1 else None
