"""Steppers: a label, a number, and a button on each side of it."""

import re

from agent.policies.rules.intent import Want
from agent.policies.rules.text import normal, says
from agent.policies.rules.turn import Turn
from agent.policies.rules.view import Element
from agent.step import Decision
from tools.geometry import Box


def count_here(turn: Turn, want: Want) -> tuple[Decision | None, bool]:
    """Move the stepper of ``want`` by one.

    Returns:
        What to press, and whether a stepper was found; nothing to press means it is right.
    """
    row = _row_of(turn, want.labels)
    if row is None or want.amount is None:
        return None, False
    value, more, fewer = row
    if value is None:
        return None, False
    if value == want.amount:
        return None, True
    button = more if value < want.amount else fewer
    if button is None or not button.enabled:
        turn.memory.abandoned[want.slot] = f"{want.labels[0]!r} does not go to {want.amount}"
        return None, False
    why = f"{want.labels[0].capitalize()}: {value} shown, {want.amount} wanted"
    return turn.tap_at(button.at, why), True


def _row_of(
    turn: Turn, labels: tuple[str, ...]
) -> tuple[int | None, Element | None, Element | None] | None:
    """The stepper labelled with one of ``labels``: its number, plus and minus buttons."""
    words = turn.words
    for box in _label_boxes(turn, labels):
        row = list(turn.view.same_row(box))
        more = _button(row, words.increase, labels)
        fewer = _button(row, words.decrease, labels)
        if more is None and fewer is None:
            continue
        return _number(turn, box, [item for item in (more, fewer) if item]), more, fewer
    # A stepper without a label beside it: its buttons name it ("Increase quantity").
    items = list(turn.view.elements)
    more = _named(items, words.increase, labels)
    fewer = _named(items, words.decrease, labels)
    button = more or fewer
    if button is None:
        return None
    return (
        _number(turn, button.box, [item for item in (more, fewer) if item]),
        more,
        fewer,
    )


def _label_boxes(turn: Turn, labels: tuple[str, ...]) -> list[Box]:
    plain = [(says(node.label, labels), node.box) for node in turn.view.plain_texts]
    inside = [(item.says(labels), item.box) for item in turn.view.pressables]
    scored = [(score, box) for score, box in (*plain, *inside) if score >= 2]
    return [box for _, box in sorted(scored, key=lambda pair: -pair[0])]


def _button(row: list[Element], words: tuple[str, ...], labels: tuple[str, ...]) -> Element | None:
    named = _named(row, words, labels)
    if named is not None:
        return named
    return next((item for item in row if _is_sign(item, words)), None)


def _named(items: list[Element], words: tuple[str, ...], labels: tuple[str, ...]) -> Element | None:
    return next(
        (item for item in items if _is_sign(item, words) and says(item.label, labels) >= 1), None
    )


def _is_sign(item: Element, words: tuple[str, ...]) -> bool:
    if item.editable or len(normal(item.label).split()) > 5:
        return False
    return item.label.strip() in words or says(item.label, words) >= 1


def _number(turn: Turn, box: Box, buttons: list[Element]) -> int | None:
    """The number in the row of the buttons, as text of its own or inside a control."""
    top = min([box.top, *(item.box.top for item in buttons)])
    bottom = max([box.bottom, *(item.box.bottom for item in buttons)])
    for node in turn.view.tree.nodes:
        if top <= node.box.center.y < bottom and re.fullmatch(r"\s*\d+\s*", node.text):
            return int(node.text)
    return None
