"""A text in an editor of a desktop: begun on an empty page, saved under its name by the menu."""

from agent.policies.rules.matching import same_text
from agent.policies.rules.patience import pause
from agent.policies.rules.turn import MAX_TRIES, Turn, decision, finish
from agent.step import Decision

_ERRANDS = frozenset({"document", "write"})


def begin_document(turn: Turn) -> Decision | None:
    """Begin a new page, if the editor holds something already: that is the person's."""
    body, memory = turn.intent.want("body"), turn.memory
    if turn.intent.name not in _ERRANDS or body is None or turn.view.is_dialog:
        return None
    if body not in memory.open_wants(turn.intent):
        return None
    pages = [field for field in turn.view.fields if field.box.area]
    if len(pages) != 1 or same_text(body, pages[0].node.text):
        return None
    text = pages[0].node.text
    if memory.tries["began"]:
        return _no_new_page(turn) if text and text == memory.left_alone else None
    memory.tries["began"] += 1
    if not text:
        return None
    memory.left_alone = text
    why = "There is a text here already: leave it alone and begin a new page"
    return decision(why, "hotkey", keys=["ctrl", "n"])


def _no_new_page(turn: Turn) -> Decision:
    """The old text is still in front: nothing may be typed over it."""
    return pause(turn, "the new page is not there yet") or finish(
        "I stopped: there is a text in the editor, and it does not begin a new page. "
        "I leave that text alone.",
        success=False,
    )


def save_document(turn: Turn) -> Decision | None:
    """Once the text stands there, open what asks for the name of the file."""
    file = turn.intent.want("file")
    if turn.intent.name != "document" or file is None or turn.view.is_dialog:
        return None
    if turn.memory.open_wants(turn.intent) != [file]:
        return None
    entry = turn.find(file.openers, least=3)
    if entry is not None and turn.try_once("save as", times=MAX_TRIES):
        return turn.tap(entry, f"Save it under a name: {entry.label!r}")
    menu = turn.find(turn.words.file_menu, least=3)
    if menu is not None and turn.try_once("file menu", times=MAX_TRIES):
        return turn.tap(menu, f"Look in the menu {menu.label!r} for how to save it")
    if turn.try_once("save keys"):
        turn.memory.asks = True
        return decision("Save it under a name by its keys", "hotkey", keys=["ctrl", "shift", "s"])
    return None
