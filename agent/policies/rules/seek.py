"""Finding a switch or a setting wherever an app keeps it, and putting it right."""

from agent.policies.rules.intent import Want
from agent.policies.rules.lexicon import lexicon
from agent.policies.rules.matching import control_for, field_label, options_for, shows
from agent.policies.rules.pick import accept
from agent.policies.rules.slide import slide
from agent.policies.rules.text import is_cjk, mentions, normal, says
from agent.policies.rules.turn import MAX_TRIES, Turn
from agent.policies.rules.view import Element
from agent.step import Decision

_ON_ONE_PAGE = frozenset({"form", "fields"})
"""What a form asks stands on its page; the search of a browser leads away from it."""


def set_here(turn: Turn) -> Decision | None:
    """Put the switch or option that the goal names right, if it is on this screen."""
    for want in turn.memory.open_wants(turn.intent):
        if want.kind == "toggle":
            return _set_switch(turn, want)
        if want.kind == "option":
            return slide(turn, want) or _set_option(turn, want)
    return None


def look_for(turn: Turn) -> Decision | None:
    """Go towards a screen that has the switch or option that the goal names."""
    if turn.intent.name in _ON_ONE_PAGE:
        return None
    for want in turn.memory.open_wants(turn.intent):
        if want.kind in {"toggle", "option"}:
            return go_towards(turn, want)
    return None


def _set_switch(turn: Turn, want: Want) -> Decision | None:
    switch = switch_for(turn, want)
    if switch is None:
        return None
    if bool(switch.checked) == want.on:
        turn.memory.verified[want.slot] = f"{switch.label} is {want.wish}"
        return None
    if not turn.try_once(f"switch|{switch.key}", times=MAX_TRIES):
        turn.memory.abandoned[want.slot] = f"{switch.label!r} does not stay {want.wish}"
        return None
    return turn.tap(switch, f"Turn {switch.label!r} {want.wish}")


def switch_for(turn: Turn, want: Want) -> Element | None:
    """The switch named so, with nothing more to its name; on a form whatever begins so.

    "Notifications on lock screen" is not the switch of notifications, and a page called "Display"
    has switches of its own.
    """
    switches = [item for item in turn.view.elements if item.checked is not None and item.enabled]
    if turn.intent.name in _ON_ONE_PAGE:
        named = [(says(item.label, want.labels), item) for item in switches]
        good = [pair for pair in named if pair[0] >= 2]
        return max(good, key=lambda pair: pair[0])[1] if good else None
    exact = (item for item in switches if says(item.label, want.labels) == 3)
    nearly = (item for item in switches if _says_no_more(item.label, want.labels))
    return next(exact, None) or next(nearly, None)


def _says_no_more(label: str, names: tuple[str, ...]) -> bool:
    """Whether ``label`` is one of ``names`` and words that any switch may have: "Use Wi-Fi"."""
    said = f" {normal(label)} "
    for name in map(normal, names):
        if name and (name in said if is_cjk(name) else f" {name} " in said):
            rest = said.replace(name, " ", 1)
            for word in lexicon().any_switch:
                rest = rest.replace(word, " ", 1) if is_cjk(word) else rest
            if set(rest.split()) <= set(lexicon().any_switch):
                return True
    return False


def _set_option(turn: Turn, want: Want) -> Decision | None:
    if want.slot in turn.memory.verified:
        return None
    control = control_for(turn, want.labels)
    if control is not None and _shows_option(turn, want, control):
        turn.memory.verified[want.slot] = " ".join(control.texts)
        return None
    if not _on_page_of(turn, want):
        return None
    options = [each for each in options_for(turn, want.values) if not _is_switch(turn, each)]
    chosen = next((item for item in options if item.is_on), None)
    if chosen is not None:
        turn.memory.verified[want.slot] = chosen.label
        return accept(turn, f"{chosen.label!r} is chosen") if turn.view.is_dialog else None
    for option in options:
        if turn.pressed(option) == 0:
            return turn.tap(option, f"Choose {option.label!r}")
    return None


def _is_switch(turn: Turn, item: Element) -> bool:
    """Whether it is switched on and off, and not one of several to choose from."""
    parts = (item.node, *turn.view.tree.descendants(item.node))
    return any(part.kind == "Switch" for part in parts)


def _shows_option(turn: Turn, want: Want, control: Element) -> bool:
    """Whether the row is that of the option and shows its value; a list of topics shows nothing."""
    if says(control.label, want.labels) == 3:
        return shows(turn, want, control.values)
    return any(says(text, want.values) == 3 for text in control.values)


def _on_page_of(turn: Turn, want: Want) -> bool:
    """Whether the way led through the setting's own row, or this page or dialog is named so."""
    if turn.memory.tries[f"seek|{want.slot}|row"]:
        return True
    return any(says(node.label, want.labels) >= 2 for node in turn.view.plain_texts)


def go_towards(turn: Turn, want: Want) -> Decision | None:
    """Towards a page that has it: its own row, a search, a row that mentions it, scrolling.

    A row that is a switch leads nowhere: to press it is to switch it.
    """
    own = control_for(turn, want.labels)
    if own is not None and turn.pressed(own) == 0 and not _is_switch(turn, own):
        turn.memory.tries[f"seek|{want.slot}|row"] += 1
        return turn.tap(own, f"Open {own.label!r}")
    query = turn.in_screen_language(want.labels)
    for field in turn.view.fields:
        if says(field_label(turn, field), turn.words.search) >= 1:
            typed = field.node.text.strip()
            if typed != query and turn.try_once(f"query|{query}", times=MAX_TRIES):
                return turn.edit(field, query, f"Search for {query!r}")
    mentioning = [
        item
        for item in turn.view.pressables
        if any(mentions(item.texts, label) for label in want.labels)
        and turn.pressed(item) == 0
        and not _is_switch(turn, item)
    ]
    if mentioning:
        return turn.tap(mentioning[0], f"{mentioning[0].label!r} mentions {query!r}")
    button = turn.find(turn.words.search)
    if button is not None and turn.try_once(f"opened search|{turn.view.place}"):
        return turn.tap(button, f"Search for {query!r}")
    return turn.scroll(f"Look further for {query!r}")
