"""One act on one thing: find the thing, find the act on its page or menu, see that it is done.

The thing is taken only where it is called exactly as the goal says: an act such as deleting is not
for what is named nearly so.
"""

from datetime import time

from agent.policies.rules.lexicon import deeds
from agent.policies.rules.navigate import starts_here
from agent.policies.rules.pick import seek_in_list
from agent.policies.rules.text import mentions, normal, says
from agent.policies.rules.turn import MAX_TRIES, Turn, decision, finish
from agent.policies.rules.view import Element
from agent.policies.rules.when import find_time
from agent.step import Decision

_AT_ITEM = "deed|at the item"


def do_deed(turn: Turn) -> Decision | None:
    """The next move towards the act; none for other kinds of goals."""
    if turn.intent.name not in deeds():
        return None
    if turn.memory.committed:
        return _see_it_done(turn)
    if turn.memory.tries[_AT_ITEM] and turn.view.place != turn.memory.opened_from:
        return _act(turn)
    return _go_to_item(turn)


def _go_to_item(turn: Turn) -> Decision | None:
    """To the thing: its own menu, its row, the folder it is in, a search, further down."""
    name = _wanted(turn, "item")
    if turn.memory.tries[_AT_ITEM] and _says_done(turn, listed=True):
        return finish(f"Done: {name!r} is as asked.", success=True)
    menu = next((each for each in turn.view.pressables if _is_menu_of(turn, each, name)), None)
    own = [each for each in turn.view.pressables if _is_called(each, name) and each is not menu]
    unfolds = _unfolds(turn, own)
    doors = ((menu, "Open the menu of"), (unfolds, "Unfold"), *((each, "Open") for each in own))
    for door, why in doors:
        if door is None or turn.pressed(door):
            continue
        cut_off = turn.uncover(door)
        if cut_off is not None:
            return cut_off
        turn.memory.tries[_AT_ITEM] += 1
        turn.memory.opened_from = "" if door is unfolds else turn.view.place
        return turn.tap(door, f"{why} {name!r}")
    for row in own:
        if turn.try_once(f"held|{row.key}"):
            turn.memory.tries[_AT_ITEM] += 1
            turn.memory.opened_from = ""  # what comes then lies over this very screen
            at = [row.at.x, row.at.y]
            return decision(f"See what holding {name!r} offers", "long_press", at=[*at])
    within = _wanted(turn, "within")
    folder = next((each for each in turn.view.pressables if _is_called(each, within)), None)
    if within and folder is not None and turn.pressed(folder) == 0:
        return turn.tap(folder, f"Open {within!r}, where {name!r} is")
    start = starts_here(turn)
    if start is not None and turn.intent.errand.start:
        turn.memory.tries["begun"] += 1
        return turn.tap(start, f"Go on with {start.label!r}")
    item = turn.intent.want("item")
    further = seek_in_list(turn, item) if item is not None and not own else None
    return further or finish(f"I found nothing that is called {name!r}.", success=False)


def _unfolds(turn: Turn, own: list[Element]) -> Element | None:
    """What unfolds the card of the thing, unless one is unfolded: its act would be for another."""
    if not own or turn.find(turn.intent.errand.commit) is not None:
        return None
    row = turn.view.same_row(own[0].box)
    return next((each for each in row if each.says(turn.words.unfold) >= 2), None)


def _act(turn: Turn) -> Decision | None:
    """At the thing: press the act, or open the menu that may hold it; else go back."""
    errand, name = turn.intent.errand, _wanted(turn, "item")
    if errand.done and _says_done(turn):
        return finish(f"Done: {name!r} is as asked already.", success=True)
    act = turn.find(errand.commit, least=3) or turn.find(errand.commit)
    if act is not None and turn.try_once(f"deed|{act.key}", times=MAX_TRIES):
        turn.memory.committed = True
        return turn.tap(act, f"At {name!r}: press {act.label!r}")
    more = turn.find(turn.words.more)
    if more is not None and turn.pressed(more) == 0:
        return turn.tap(more, f"See what else can be done with {name!r}")
    turn.memory.tries[_AT_ITEM] = 0
    if turn.try_once("deed|left", times=MAX_TRIES):
        return turn.back(f"This does not offer to {turn.intent.name} {name!r}: go back")
    return finish(f"I found no way to {turn.intent.name} {name!r}.", success=False)


def _see_it_done(turn: Turn) -> Decision | None:
    """After the act: answer its question, then look for what shows that it is done."""
    errand, name = turn.intent.errand, _wanted(turn, "item")
    again = turn.find(errand.commit, least=3) or turn.find(errand.commit)
    if turn.view.is_dialog and again is not None and turn.pressed(again) == 0:
        return turn.tap(again, f"Confirm with {again.label!r}")
    if turn.view.is_dialog:
        return None  # something else got in the way, see interruptions.py
    if errand.done:
        done = _says_done(turn)
    else:
        left = (each for each in turn.view.elements if not each.editable)
        done = not any(_is_called(each, name) for each in left)
    if done:
        return finish(f"Done: {turn.intent.name} {name!r}.", success=True)
    if turn.try_once("deed|wait", times=MAX_TRIES):
        return decision(f"Wait for {turn.intent.name} {name!r} to show", "wait", duration_s=1.0)
    if errand.done and turn.try_once("deed|looked back"):  # it may stand where one came from
        return turn.back(f"See whether {name!r} is as asked where it is listed")
    return finish(f"The screen does not show that {name!r} is as asked.", success=False)


def _says_done(turn: Turn, *, listed: bool = False) -> bool:
    """Whether what stands for the done act is on the thing's page, or beside its name in a list."""
    name, done = _wanted(turn, "item"), turn.intent.errand.done
    rows = [each for each in turn.view.pressables if _is_called(each, name)]
    if any(says(text, done) >= 2 for each in rows for text in each.values):
        return True
    return not listed and not rows and any(each.says(done) >= 2 for each in turn.view.elements)


def _wanted(turn: Turn, slot: str) -> str:
    want = turn.intent.want(slot)
    return want.values[0] if want is not None else ""


def _is_called(item: Element, name: str) -> bool:
    if any(normal(text) == normal(name) for text in item.texts):
        return bool(name)
    clock = _as_time(name)
    return clock is not None and any(_as_time(text) == clock for text in item.texts)


def _as_time(text: str) -> time | None:
    """A text that is a time of day and nothing else: an alarm goes by its time."""
    found = find_time(text)
    whole = found is not None and not text[: found.start].strip() and not text[found.end :].strip()
    return found.clock if found is not None and whole else None


def _is_menu_of(turn: Turn, item: Element, name: str) -> bool:
    """A row's own menu says whose it is: "More options for Readme.txt"."""
    label = item.label
    return says(label, turn.words.more) >= 1 and mentions((label,), name) and name in label
