"""What leads on when nothing on this screen is left to fill: a button, or one thing of a list."""

import re

from agent.policies.rules.text import says
from agent.policies.rules.turn import MAX_TRIES, Turn, finish
from agent.policies.rules.view import Element
from agent.step import Decision

_PRICE = re.compile(
    r"(?:[¥￥$€£]|CNY|USD|EUR)\s?(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s?(?:元|€|USD)"
)


def lead_on(turn: Turn) -> Decision | None:
    """Scan for fields first; then the errand's own buttons, then general ones, then a list."""
    scan = _scan(turn)
    if scan is not None:
        return scan
    return (
        go_to_goal_page(turn)
        or _commit(turn)
        or _take_suggestion(turn)
        or _press_lead(turn)
        or _choose_card(turn)
        or turn.scroll("See what comes further down")
    )


def _missing(turn: Turn) -> list[str]:
    return [
        want.name
        for want in turn.memory.open_wants(turn.intent)
        if want.slot != "quantity" and not want.optional
    ]


def _scan(turn: Turn) -> Decision | None:
    """Fields may lie further down: look through a form once before leaving it."""
    if not _missing(turn) or turn.view.is_dialog or len(_cards(turn)) >= 3:
        return None
    key = f"scan|{turn.view.place}"
    if turn.memory.tries[key] > 12:
        return None
    move = turn.scroll(f"Look for where to set {_missing(turn)[0]}")
    if move is not None:
        turn.memory.tries[key] += 1
    return move


def _commit(turn: Turn) -> Decision | None:
    errand = turn.intent.errand
    button = _best(turn, errand.commit)
    if button is None or turn.pressed(button) >= 1:
        return None
    if turn.memory.abandoned:
        slot, reason = next(iter(turn.memory.abandoned.items()))
        why = f"{slot.replace('_', ' ')} is not as asked, {reason}"
        return finish(f"I stopped before {button.label!r}: {why}.", success=False)
    missing = _missing(turn)
    if missing:
        what = ", ".join(missing)
        return finish(
            f"I stopped before {button.label!r}: I found no place to set {what}.", success=False
        )
    if not turn.try_once(f"commit|{turn.view.place}", times=MAX_TRIES):
        return None
    turn.memory.committed = True
    turn.memory.said_before = frozenset(turn.view.all_texts)
    return turn.tap(button, f"All is as asked: press {button.label!r}")


def go_to_goal_page(turn: Turn) -> Decision | None:
    """Where the result shows, once it was made final: the cart after "add to cart"."""
    page = turn.intent.errand.goal_page
    if not page or not turn.memory.committed:
        return None
    button = turn.find(page)
    if button is not None and turn.try_once(f"goal page|{turn.view.place}", times=MAX_TRIES):
        return turn.tap(button, f"Look at the result: {button.label!r}")
    return None


def _press_lead(turn: Turn) -> Decision | None:
    if turn.intent.errand.goal_page and turn.memory.committed:
        return None  # what comes behind the cart is buying
    for phrases in (turn.intent.errand.lead, *((phrase,) for phrase in turn.words.lead)):
        button = _best(turn, phrases)
        if button is not None and turn.pressed(button) == 0:
            return turn.tap(button, f"{button.label!r} leads on")
    return None


def _best(turn: Turn, phrases: tuple[str, ...]) -> Element | None:
    """The button that says it best: no entry of a navigation bar, nothing dangerous or done."""
    scored = [
        (item.says(phrases), item.box.top, item)
        for item in turn.view.pressables
        if len(item.texts) <= 2
        and item.checked is None
        and not item.selected
        and item.key not in turn.view.looks_like_nav
        and not says(item.label, turn.words.danger)
    ]
    good = [entry for entry in scored if entry[0] >= 2]
    return max(good, key=lambda entry: entry[:2])[2] if good else None


def _take_suggestion(turn: Turn) -> Decision | None:
    """A form that lacks something the goal does not tell: take what the app itself offers."""
    empty = [field for field in turn.view.fields if not field.node.text]
    if not empty or not turn.memory.tries[f"complaint|{turn.view.place}"]:
        return None
    for item in turn.view.pressables:
        offered = not item.is_on and item.box.bottom <= empty[0].box.top
        if (
            offered
            and item.node.kind != "ImageButton"
            and len(item.texts) == 1
            and not says(item.label, turn.words.up)
            and turn.try_once(f"suggestion|{turn.view.activity}|{item.label}")
        ):
            return turn.tap(item, f"The app offers {item.label!r} to fill the form")
    return None


def _cards(turn: Turn) -> list[Element]:
    """Rows or cards with several words each: what a list offers to choose from."""
    return [
        item
        for item in turn.view.pressables
        if len(item.texts) >= 3
        and item.checked is None
        and item.key not in turn.view.looks_like_nav
        and not any(says(text, turn.words.unavailable) for text in item.texts)
    ]


def _choose_card(turn: Turn) -> Decision | None:
    """Take the cheapest of what is listed; the first where no prices are told."""
    if not turn.intent.buys:
        return None
    cards = [
        item
        for item in _cards(turn)
        if turn.memory.tries[f"card|{turn.view.activity}|{'|'.join(item.texts)}"] == 0
    ]
    if not cards:
        return None
    priced = [(price, item) for item in cards if (price := _price(item)) is not None]
    best = min(priced, key=lambda pair: pair[0])[1] if priced else cards[0]
    turn.memory.tries[f"card|{turn.view.activity}|{'|'.join(best.texts)}"] += 1
    why = "the cheapest shown" if priced else "the first shown"
    return turn.tap(best, f"Choose {' · '.join(best.texts[:3])}, {why}")


def _price(item: Element) -> float | None:
    prices = [
        float((match[1] or match[2]).replace(",", ""))
        for text in item.texts
        for match in _PRICE.finditer(text)
    ]
    return min(prices) if prices else None
