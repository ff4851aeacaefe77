"""Answers read off the screen, and pages that are only to be opened."""

import re
from itertools import pairwise

from agent.policies.rules.intent import Want
from agent.policies.rules.matching import control_for, field_label
from agent.policies.rules.pick import seek_in_list
from agent.policies.rules.seek import go_towards, switch_for
from agent.policies.rules.text import mentions, says
from agent.policies.rules.turn import Turn, decision, finish
from agent.step import Decision

_ROW_TEXTS = 3
_READ_OFF = {
    "phone": re.compile(r"[+(]{0,2}\d[\d\s().-]{4,}\d"),
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    "price": re.compile(
        r"(?:[¥￥$€£]|CNY|USD|EUR)\s?\d[\d,]*(?:\.\d+)?|\d[\d,]*(?:\.\d+)?\s?(?:元|€|USD)"
    ),
}
"""What a text must wholly be to answer for a slot."""


def answer(turn: Turn) -> Decision | None:
    """Tell what was asked for, or go towards where it stands; none for other kinds of goals."""
    if turn.view.is_dialog:
        return None  # something got in the way, see interruptions.py
    match turn.intent.name:
        case "home":
            return _home(turn)
        case "page" | "ask_fact" | "ask_state":
            want = turn.intent.wants[0]
            return _tell(turn, want) or go_towards(turn, want)
        case "ask_person" | "ask_price":
            return _read_off(turn)
        case "ask_message":
            return _tell_conversation(turn)
        case _:
            return None


def go_home(turn: Turn) -> Decision | None:
    """The home screen is no app: it is one key away."""
    return _home(turn) if turn.intent.name == "home" else None


def _home(turn: Turn) -> Decision:
    if "launcher" in turn.view.app:
        return finish("Done: the home screen is in front.", success=True)
    if turn.try_once("home", times=2):
        return decision("Go to the home screen", "home")
    return finish("The home screen does not come to the front.", success=False)


def _tell(turn: Turn, want: Want) -> Decision | None:
    match turn.intent.name:
        case "page":
            title = turn.view.plain_texts[0].label if turn.view.plain_texts else ""
            is_there = says(title, want.labels) == 3
            return finish(f"Done: the page {title!r} is open.", success=True) if is_there else None
        case "ask_state":
            switch = switch_for(turn, want)
            if switch is None:
                return None
            state = "on" if switch.checked else "off"
            return finish(f"{switch.label} is {state}.", success=True)
        case _:
            return _tell_row(turn, want)


def _tell_row(turn: Turn, want: Want) -> Decision | None:
    """The value in the row that is called so, or the text right below its name."""
    if any(
        says(field_label(turn, field), turn.words.search)
        for field in turn.view.fields
        if field.node.text
    ):
        return None  # what a search finds tells where it is, not what it is
    control = control_for(turn, want.labels)
    if control is not None and control.values and says(control.label, want.labels) == 3:
        return finish(f"{control.label}: {', '.join(control.values)}", success=True)
    for name, value in pairwise(turn.view.plain_texts):
        close = value.box.top - name.box.bottom < 2 * name.box.height
        if says(name.label, want.labels) == 3 and value.text and close:
            return finish(f"{name.label}: {value.label}", success=True)
    return None


def _tell_conversation(turn: Turn) -> Decision:
    """The first conversation listed, or somebody's: with whom, what stands there, and when."""
    who = turn.intent.want("sender")
    rows = [item for item in turn.view.pressables if len(item.texts) >= _ROW_TEXTS]
    if who is not None:
        rows = [row for row in rows if mentions((row.label,), who.values[0])]
    if rows:
        name, said, when = rows[0].texts[:_ROW_TEXTS]
        return finish(f"The last message with {name} ({when}): {said}", success=True)
    further = seek_in_list(turn, who) if who is not None else None
    return further or finish("I found no such conversation.", success=False)


def _read_off(turn: Turn) -> Decision | None:
    """On the page of the person or product: the text that is of the kind asked for."""
    item, asked = turn.intent.wants
    if item.slot not in turn.memory.verified:
        return None
    pattern = _READ_OFF[asked.slot]
    name = turn.memory.chosen[item.slot][0] if item.slot in turn.memory.chosen else item.values[0]
    for text in turn.view.all_texts:
        if pattern.fullmatch(text.strip()):
            return finish(f"{name}: {text.strip()}", success=True)
    return turn.scroll(f"Look for the {asked.slot} of {name!r}") or finish(
        f"The page of {name!r} shows no {asked.slot}.", success=False
    )
