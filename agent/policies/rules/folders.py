"""Folders of a desktop: make one, give one another name.

File managers tell little of what lies in a folder. What counts as seen is the name of the chosen
thing in quotation marks, as their status bars tell it, or a thing of just that name in a list.
"""

import re

from agent.policies.rules.interruptions import dismiss
from agent.policies.rules.menus import choose_entry
from agent.policies.rules.patience import pause
from agent.policies.rules.text import mentions, says
from agent.policies.rules.turn import Turn, decision, finish
from agent.policies.rules.view import Element
from agent.step import Decision

_TAKEN = "folder|taken"
_NEW_FOLDER_KEYS = ("ctrl", "shift", "n")


def make_folder(turn: Turn) -> Decision | None:
    """The next move towards a new folder in a desktop's file manager; none for other goals."""
    want = turn.intent.want("folder")
    if turn.intent.name != "folder" or want is None or not turn.view.on_desktop:
        return None
    taken = turn.memory.tries[_TAKEN]
    if taken >= len(want.values):
        return _all_taken(turn, want.values)
    name = want.values[taken]
    errand = turn.intent.errand
    if turn.view.is_dialog:
        if _is_taken(turn, name):
            return _leave_taken(turn, name)
        return _fill_name(turn, name, errand.commit)
    if turn.memory.committed:
        return _see(turn, name, f"the folder {name!r} is there")
    if _is_listed(turn, name):
        turn.memory.tries[f"listed before|{name}"] = 1
    return choose_entry(turn, errand.start, turn.words.file_menu, _NEW_FOLDER_KEYS) or finish(
        "I found nothing here that makes a folder.", success=False
    )


def rename(turn: Turn) -> Decision | None:
    """The next move towards another name; none for other goals."""
    old, new = turn.intent.want("old"), turn.intent.want("new")
    if turn.intent.name != "rename" or old is None or new is None:
        return None
    was, becomes = old.values[0], new.values[0]
    words = turn.intent.errand.openers
    if turn.view.is_dialog:
        if turn.memory.committed and not turn.view.fields:
            turn.memory.refused = _told(turn)
            turn.memory.committed = False
        if turn.memory.refused:
            return dismiss(turn) or finish(f"It says {turn.memory.refused!r}.", success=False)
        return _fill_name(turn, becomes, words["finish"])
    if turn.memory.refused:
        return finish(f"I could not rename {was!r}: {turn.memory.refused!r}.", success=False)
    if turn.memory.committed:
        return _see(turn, becomes, f"{was!r} is called {becomes!r} now")
    chosen = _select(turn, was)
    if chosen is not None:
        return chosen
    return choose_entry(turn, words["start"], words["menus"], ("f2",)) or finish(
        f"I found nothing here that renames {was!r}.", success=False
    )


def _select(turn: Turn, name: str) -> Decision | None:
    """Choose the thing by typing its name; ``None`` once it is seen to be chosen."""
    field = next((item for item in turn.view.fields if item.node.focused), None)
    if _is_chosen(turn, name):
        if field is not None and field.node.text == name and turn.try_once("typed ahead|shut"):
            return turn.back(f"{name!r} is chosen: close the box it was typed into")
        return None
    row = next((item for item in turn.view.pressables if _is_called(item, name)), None)
    if row is not None and turn.try_once("row pressed"):
        return turn.tap(row, f"Choose {name!r}")
    if field is None and turn.try_once("typed ahead"):
        why = f"Choose {name!r} by typing its name"
        return decision(why, "type_text", text=name, clear=False)
    return pause(turn, f"{name!r} does not show as chosen yet") or finish(
        f"I did not rename anything: I could not see that {name!r} is chosen.", success=False
    )


def _fill_name(turn: Turn, name: str, buttons: tuple[str, ...]) -> Decision:
    """The dialog that asks for a name; another one is closed."""
    if len(turn.view.fields) != 1:
        return dismiss(turn) or finish(f"It asks {_told(turn)!r}.", success=False)
    [field] = turn.view.fields
    if field.node.text != name:
        return turn.edit(field, name, f"The name is {name!r}") or finish(
            f"The field would not take {name!r}.", success=False
        )
    button = turn.find(buttons, least=3)
    if button is not None and turn.pressed(button) == 0:
        turn.memory.committed = True
        return turn.tap(button, f"It is called {name!r}: press {button.label!r}")
    return pause(turn, "the dialog is not closed yet") or finish(
        f"I could not give the name {name!r}: it says {_told(turn)!r}.", success=False
    )


def _see(turn: Turn, name: str, what: str) -> Decision:
    listed = _is_listed(turn, name) and not turn.memory.tries[f"listed before|{name}"]
    if listed or _is_chosen(turn, name):
        return finish(f"Done: {what}, as the screen shows.", success=True)
    return pause(turn, f"{name!r} does not show yet") or finish(
        f"I pressed what gives the name {name!r} and no question came, but the screen does not "
        "show a thing of that name, so I cannot tell whether it is there.",
        success=False,
    )


def _is_chosen(turn: Turn, name: str) -> bool:
    quoted = re.compile(rf"[\"“「‘']{re.escape(name)}[\"”」’'](?!\w)")
    return any(quoted.match(text) for text in turn.view.all_texts) or any(
        item.selected and _is_called(item, name) for item in turn.view.pressables
    )


def _is_listed(turn: Turn, name: str) -> bool:
    return any(_is_called(item, name) for item in turn.view.pressables)


def _is_called(item: Element, name: str) -> bool:
    return any(text == name for text in item.texts)


def _told(turn: Turn) -> str:
    told = [node.label for node in turn.view.plain_texts if node.parent >= 0]
    return " ".join(dict.fromkeys(told)) or turn.view.activity


def _is_taken(turn: Turn, name: str) -> bool:
    """Whether the dialog says that there is one of that name, or of the name in its field."""
    told = [node.label for node in turn.view.plain_texts if node.parent >= 0]
    typed = [field.node.text for field in turn.view.fields]
    here = any(mentions((text,), name) for text in told) if not typed else typed == [name]
    return here and any(says(text, turn.words.exists) for text in told)


def _leave_taken(turn: Turn, name: str) -> Decision:
    """Another name is the next to try; what is there already is never replaced."""
    waiting = pause(turn, "it says that the name is taken") if turn.view.fields else None
    if waiting is not None:
        return waiting
    turn.memory.tries[_TAKEN] += 1
    turn.memory.committed = False
    turn.memory.refused = _told(turn)
    for phrase in turn.words.cancel:
        for item in turn.view.pressables:
            if says(item.label, (phrase,)) == 3 and not says(item.label, turn.words.danger):
                return turn.tap(item, f"There is a {name!r} already: {item.label!r}")
    return turn.back(f"There is a {name!r} already: close this")


def _all_taken(turn: Turn, names: tuple[str, ...]) -> Decision:
    if turn.view.is_dialog and turn.try_once("folder|given up"):
        return turn.back("No other name is given: close this")
    asked = ", ".join(repr(name) for name in names)
    return finish(
        f"I made no folder, as there is one called {asked} already. It says "
        f"{turn.memory.refused!r}.",
        success=False,
    )
