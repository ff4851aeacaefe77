"""Replacing a text in an editor of a desktop: by its dialog, and seen done in the text itself."""

import re

from agent.policies.rules.evidence import names_file
from agent.policies.rules.matching import field_for
from agent.policies.rules.menus import choose_entry
from agent.policies.rules.patience import pause
from agent.policies.rules.turn import MAX_TRIES, Turn, decision, finish
from agent.policies.rules.view import Element
from agent.step import Decision

_DONE = "replace|pressed"


def replace_text(turn: Turn) -> Decision | None:
    """The next move; none for other goals."""
    old, new = turn.intent.want("old"), turn.intent.want("new")
    if turn.intent.name != "replace" or old is None or new is None:
        return None
    if turn.view.is_dialog:
        return _in_dialog(turn, old.values[0], new.values[0])
    pages = [field for field in turn.view.fields if field.box.area]
    if not pages:
        return pause(turn, "no text is there yet") or finish("I see no text here.", success=False)
    text = max(pages, key=lambda field: field.box.area).node.text
    if turn.memory.tries[_DONE]:
        return _after(turn, text, old.values[0], new.values[0])
    if old.values[0] not in text:
        return finish(f"There is no {old.values[0]!r} in the text to replace.", success=False)
    turn.memory.left_alone = text
    words = turn.intent.errand.openers
    return choose_entry(turn, words["start"], words["menus"], ("ctrl", "h")) or finish(
        "I found nothing here that replaces a text.", success=False
    )


def _in_dialog(turn: Turn, old: str, new: str) -> Decision:
    words = turn.intent.errand.openers
    if turn.memory.tries[_DONE]:
        return _leave(turn)
    wants = [
        want.model_copy(update={"labels": words[want.slot]})
        for want in turn.intent.wants
        if want.slot in ("old", "new")
    ]
    for want, text in zip(wants, (old, new), strict=True):
        field = field_for(turn, want)
        if field is None:
            return finish(
                "I found no fields for what is to be replaced, and by what.", success=False
            )
        if field.node.text != text:
            move = turn.edit(field, text, f"Type {text!r}")
            return move or finish(f"A field would not take {text!r}.", success=False)
    # These are remembered from the last time: what is asked for is just these letters, anywhere.
    for name, wanted in (("exact", True), ("pattern", False)):
        box = _box(turn, words[name])
        if box is not None and box.checked is not wanted and turn.try_once(f"box|{name}"):
            return turn.tap(box, f"Set {box.label!r} {'on' if wanted else 'off'}")
    every = turn.find(words["all"], least=3)
    if every is not None and every.checked is None:
        turn.memory.tries[_DONE] += 1
        return turn.tap(every, f"Replace with {every.label!r}")
    box = _box(turn, (*words["in_all"], *words["all"]))
    if box is not None and not box.checked and turn.try_once("box|all", times=2):
        return turn.tap(box, f"All of them: {box.label!r}")
    return pause(turn, "nothing replaces all of them yet") or finish(
        "I found no way to replace all of them.", success=False
    )


def _box(turn: Turn, names: tuple[str, ...]) -> Element | None:
    return next(
        (
            item
            for item in turn.view.pressables
            if item.checked is not None and item.says(names) == 3
        ),
        None,
    )


def _leave(turn: Turn) -> Decision:
    close = turn.find(turn.intent.errand.openers["close"], least=3)
    if turn.try_once("replace|left", times=MAX_TRIES):
        if close is not None:
            return turn.tap(close, "All are replaced: close this")
        return turn.back("All are replaced: close this")
    return finish("The dialog does not close.", success=False)


def _after(turn: Turn, text: str, old: str, new: str) -> Decision:
    before = turn.memory.left_alone
    if text != before.replace(old, new):
        waiting = pause(turn, "the text is not what it is to be yet")
        return waiting or finish(
            f"After replacing {old!r} with {new!r} the text is not what it should be.",
            success=False,
        )
    count = before.count(old)
    said = f"{old!r} is {new!r} now, in {count} {'place' if count == 1 else 'places'}"
    if turn.intent.want("saved") is None:
        return finish(f"Done: {said}.", success=True)
    if turn.memory.tries["replace|saved"] == 0:
        turn.memory.tries["replace|saved"] += 1
        return decision("Save it by its keys", "hotkey", keys=["ctrl", "s"])
    if any(_is_saved(title) for title in turn.view.titles):
        return finish(f"Done: {said}, and it is saved.", success=True)
    return pause(turn, "it is not saved yet") or finish(
        f"{said}, but the screen does not show that it is saved.", success=False
    )


def _is_saved(title: str) -> bool:
    """Whether a title has no sign of changes left to save."""
    bare = re.split(r"\s+[-–—]\s+", title)[0]
    return bool(bare) and names_file(title, bare)
