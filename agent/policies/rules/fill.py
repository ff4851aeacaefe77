"""Making one want true on the screen in front: the first turn of each of them."""

from pydantic import JsonValue

from agent.policies.rules.counting import count_here
from agent.policies.rules.evidence import count_beside_item
from agent.policies.rules.intent import Want
from agent.policies.rules.lexicon import errands
from agent.policies.rules.matching import (
    control_for,
    field_for,
    field_label,
    options_for,
    same_text,
    shows,
)
from agent.policies.rules.navigate import starts_here
from agent.policies.rules.patience import pause
from agent.policies.rules.pick import candidates, name_sought, pick_from_list
from agent.policies.rules.schedule import days_here, time_here
from agent.policies.rules.text import mentions
from agent.policies.rules.turn import MAX_TRIES, Turn
from agent.policies.rules.view import Element
from agent.step import Decision

_BODY_SLOTS = frozenset({"body", "message"})


def fill_wants(turn: Turn) -> Decision | None:
    """Do the next thing that brings one of the open wants nearer, if this screen allows it."""
    for want in turn.memory.open_wants(turn.intent):
        move = _fill(turn, want)
        if move is not None:
            return move
    return None


def _fill(turn: Turn, want: Want) -> Decision | None:
    match want.kind:
        case "text":
            return _type(turn, want)
        case "choice":
            own = _choose_variant if want.slot == "variant" else _choose
            return own(turn, want)
        case "place" | "date":
            return _open_picker(turn, want)
        case "count":
            return _count(turn, want)
        case "item":
            return _choose_item(turn, want)
        case "time":
            return time_here(turn, want)
        case "days":
            return days_here(turn, want)
        case _:
            return None  # toggles and options are sought, see seek.py


def verify(turn: Turn, want: Want, evidence: str) -> None:
    """Remember that ``want`` was seen set."""
    turn.memory.verified[want.slot] = evidence


def _type(turn: Turn, want: Want) -> Decision | None:
    field = field_for(turn, want) or _only_field(turn, want)
    if field is None:
        return _reveal_field(turn, want)
    if same_text(want, field.node.text):
        verify(turn, want, field.node.text)
        return None
    name = field_label(turn, field) or want.slot
    move = turn.edit(field, want.values[0], f"Fill in {name!r} with {want.values[0]!r}")
    if move is None:
        turn.memory.abandoned[want.slot] = f"the field {name!r} would not take {want.values[0]!r}"
    return move


def _reveal_field(turn: Turn, want: Want) -> Decision | None:
    """A field may hide behind its own row or button, such as "Add label"."""
    if turn.view.is_dialog or want.optional:
        return None
    for item in turn.view.pressables:
        adds = tuple(f"{word} {label}" for word in turn.words.create for label in want.labels)
        if item.says((*adds, *want.labels)) == 3 and turn.try_once(
            f"reveal|{want.slot}|{item.key}"
        ):
            return turn.tap(item, f"Open {item.label!r} to fill in {want.wish!r}")
    return None


def accept_filled(turn: Turn) -> Decision | None:
    """A small form in a dialog is done when its field holds what was wanted: press its button."""
    if not turn.view.is_dialog:
        return None
    filled = [
        want
        for want in turn.intent.wants
        if want.kind == "text" and any(same_text(want, item.node.text) for item in turn.view.fields)
    ]
    if not filled:
        return None
    final = turn.find(turn.intent.errand.commit, least=3) or turn.find(turn.words.accept, least=3)
    if final is None:
        return None
    if turn.pressed(final) >= 1:
        return _await_closing(turn, final)
    if not turn.memory.open_wants(turn.intent):
        turn.memory.committed = True
    return turn.tap(final, f"{filled[0].wish!r} is filled in: press {final.label!r}")


def _await_closing(turn: Turn, final: Element) -> Decision | None:
    """Right after its button was pressed, a dialog is about to close: "cancel" would undo it."""
    acted = turn.memory.acted
    at: list[JsonValue] = [final.at.x, final.at.y]
    if acted is None or acted.place != turn.view.place or acted.call.arguments.get("at") != at:
        return None
    return pause(turn, f"{final.label!r} was pressed")


def _only_field(turn: Turn, want: Want) -> Element | None:
    """A body goes into the one field that nothing else is wanted for."""
    if want.slot not in _BODY_SLOTS or turn.memory.opened is not None:
        return None
    others = [other for other in turn.intent.wants if other.slot != want.slot]
    taken = {field.key for other in others if (field := field_for(turn, other)) is not None}
    free = [
        field
        for field in turn.view.fields
        if field.key not in taken
        and not mentions((field_label(turn, field),), "search")
        and "搜索" not in field_label(turn, field)
    ]
    return free[0] if len(free) == 1 else None


def _choose(turn: Turn, want: Want) -> Decision | None:
    options = options_for(turn, want.values)
    chosen = next((item for item in options if item.is_on), None)
    if chosen is not None:
        verify(turn, want, chosen.label)
        return None
    control = control_for(turn, want.labels)
    if control is not None and shows(turn, want, control.values):
        verify(turn, want, " ".join(control.texts))
        return None
    if control is not None and not control.values and (uncover := turn.uncover(control)):
        return uncover
    tappable = next((item for item in options if item.key not in turn.view.looks_like_nav), None)
    if tappable is not None:
        if turn.pressed(tappable) == 0:
            return turn.tap(tappable, f"Choose {tappable.label!r}")
        verify(turn, want, f"{tappable.label} (pressed; the screen shows no state)")
        return None
    return _open(turn, want, control)


def _open_picker(turn: Turn, want: Want) -> Decision | None:
    field = field_for(turn, want)
    control = control_for(turn, want.labels)
    shown = field if field is not None else control
    if shown is None:
        return None
    values = (shown.node.text,) if shown.editable else shown.values
    if shows(turn, want, values):
        verify(turn, want, " ".join(values))
        return None
    if not shown.editable and not values and (uncover := turn.uncover(shown)):
        return uncover
    if shown.editable and not shown.node.focused and want.kind == "place":
        return turn.edit(shown, want.values[0], f"Search for {want.values[0]!r}")
    if shown.editable:
        return pick_from_list(turn, want)
    return _open(turn, want, shown)


def _open(turn: Turn, want: Want, control: Element | None) -> Decision | None:
    if control is None:
        return None
    if not turn.try_once(f"open|{want.slot}|{turn.view.place}", times=MAX_TRIES):
        turn.memory.abandoned[want.slot] = f"{control.label!r} would not take {want.wish!r}"
        return None
    turn.memory.opened = want
    turn.memory.opened_from = turn.view.place
    return turn.tap_at(control.at, f"Open {control.label!r} to set it to {want.wish!r}")


def _count(turn: Turn, want: Want) -> Decision | None:
    move, found = count_here(turn, want)
    if found:
        if move is None:
            verify(turn, want, want.wish)
        return move
    if turn.memory.committed and turn.intent.errand.goal_page and count_beside_item(turn, want):
        verify(turn, want, want.wish)  # its buttons may be off: there is no more of it
        return None
    control = control_for(turn, want.openers or want.labels)
    if control is None:
        return None
    if shows(turn, want, control.values):
        verify(turn, want, " ".join(control.values))
        return None
    if not control.values and (uncover := turn.uncover(control)):
        return uncover
    return _open(turn, want, control)


def put_into_cart(turn: Turn) -> Decision | None:
    """What is ordered goes into the cart first, once, when it is the right thing and number."""
    if turn.intent.name != "order" or turn.memory.tries["carted"] or turn.memory.abandoned:
        return None
    if {want.slot for want in turn.memory.open_wants(turn.intent)} - {"payment"}:
        return None
    button = turn.find(errands()["cart"].commit)
    if button is None:
        return None
    turn.memory.tries["carted"] += 1
    return turn.tap(button, f"The right thing is here: press {button.label!r}")


def _choose_variant(turn: Turn, want: Want) -> Decision | None:
    """On the page of a product: what its name does not say already is chosen there."""
    chosen = turn.memory.chosen.get("product")
    if chosen is None or "product" not in turn.memory.verified:
        return None
    if mentions(chosen, want.values[0]):
        verify(turn, want, chosen[0])
        return None
    offered = [item for item in turn.view.pressables if item.says(want.values) == 3]
    for item in offered:
        if item.is_on:
            verify(turn, want, item.label)
            return None
        if turn.try_once(f"variant|{item.key}", times=MAX_TRIES):
            return turn.tap(item, f"Choose {item.label!r} of {chosen[0]!r}")
    return None


def _choose_item(turn: Turn, want: Want) -> Decision | None:
    """Find a person or a product: on the list if it is there, else by searching for it."""
    title = turn.view.plain_texts[0].label if turn.view.plain_texts else ""
    if turn.memory.tries[f"chosen|{want.slot}"] and mentions((title,), name_sought(turn, want)):
        verify(turn, want, title)
        return None
    led_on = turn.memory.tries[f"chosen|{want.slot}"] and want.slot in turn.memory.chosen
    if led_on and turn.view.place != turn.memory.opened_from:
        # What was pressed led to another screen: that is where the rest of the errand goes on.
        verify(turn, want, " ".join(turn.memory.chosen[want.slot][:2]))
        return None
    if not candidates(turn, want) and starts_here(turn):
        return None  # begin a new one first: its own list knows more than this one
    return pick_from_list(turn, want)
