"""Which thing on the screen stands for a want, and whether it already shows the wanted value."""

import re

from agent.policies.rules.intent import Want
from agent.policies.rules.text import mentions, normal, same_number, says
from agent.policies.rules.turn import Turn
from agent.policies.rules.view import Element
from agent.policies.rules.when import read_dates, read_time

_LABEL_SLACK = 2
_MEASURE = "名|位|个|人"


def field_label(turn: Turn, field: Element) -> str:
    """What a field is called: its own hint or description, else the text just above it."""
    own = field.node.hint or field.node.description
    if own:
        return own
    if turn.view.on_desktop and (beside := _beside(turn, field)):
        return beside
    near = [
        node
        for node in turn.view.plain_texts
        if node.box.bottom <= field.box.top + 8
        and field.box.top - node.box.bottom < 1.5 * field.box.height
        and node.box.left < field.box.right
        and node.box.right > field.box.left
    ]
    return max(near, key=lambda node: node.box.bottom).label if near else field.node.text


def _beside(turn: Turn, field: Element) -> str:
    """The text to the left of a field in its row, where desktops put what it is called."""
    left = [
        node
        for node in turn.view.plain_texts
        if node.box.right <= field.box.left + 8
        and field.box.top <= node.box.center.y < field.box.bottom
        and field.box.left - node.box.right < 2 * field.box.height
    ]
    return max(left, key=lambda node: node.box.right).label if left else ""


def _label_score(label: str, phrases: tuple[str, ...]) -> int:
    """3 or 2 if ``label`` is one of ``phrases`` with little else; 0 if it merely contains it."""
    score = says(label, phrases)
    if score == 3:
        return 3
    longest = max((len(normal(phrase).split()) for phrase in phrases), default=0)
    return score if score and len(normal(label).split()) <= longest + _LABEL_SLACK else 0


def field_for(turn: Turn, want: Want) -> Element | None:
    """The input field of ``want``: best label first; its own value does not count as a label."""
    scored = [
        (_label_score(field_label(turn, field), want.labels), field) for field in turn.view.fields
    ]
    good = [(score, field) for score, field in scored if score >= 2]
    return max(good, key=lambda pair: pair[0])[1] if good else None


def control_for(turn: Turn, phrases: tuple[str, ...]) -> Element | None:
    """The picker or row labelled with one of ``phrases``."""
    scored = [
        (_label_score(item.label, phrases), bool(item.values), item)
        for item in turn.view.pressables
        if item.checked is None and item.key not in turn.view.looks_like_nav
    ]
    good = [entry for entry in scored if entry[0] >= 2]
    return max(good, key=lambda entry: (entry[0], entry[1]))[2] if good else None


def options_for(turn: Turn, values: tuple[str, ...]) -> list[Element]:
    """Pressable things that are one of ``values``: exactly, or as their first words."""
    exact = [item for item in turn.view.pressables if says(item.label, values) == 3]
    if exact:
        return exact
    return [item for item in turn.view.pressables if _label_score(item.label, values) == 2]


def shows(turn: Turn, want: Want, texts: tuple[str, ...]) -> bool:
    """Whether ``texts``, the value part of a control, show what is wanted."""
    joined = " ".join(texts)
    match want.kind:
        case "text":
            return any(same_text(want, text) for text in texts)
        case "choice" | "option":
            return any(says(text, want.values) >= 2 for text in texts) or any(
                says(part, want.values) == 3
                for text in texts
                for part in re.split(r"[,·|/、，]", text)
            )
        case "place" | "item":
            return shows_place(turn, want, texts)
        case "date":
            return any(found.day == want.day for found in read_dates(joined, turn.today))
        case "time":
            return any(read_time(text) == want.clock for text in (*texts, joined))
        case "count":
            return _shows_count(turn, want, joined)
        case _:
            return False


def same_text(want: Want, text: str) -> bool:
    """Whether ``text`` is the wanted text; telephone numbers are compared by their digits."""
    wanted = want.values[0]
    if want.slot == "phone":
        return same_number(text, wanted)
    return " ".join(text.split()) == " ".join(wanted.split())


def shows_place(turn: Turn, want: Want, texts: tuple[str, ...]) -> bool:
    """Whether a value names the wanted place, or the one that was chosen for it in a list."""
    if mentions(texts, want.values[0]):
        return True
    if want.slot not in turn.memory.chosen:
        return False
    chosen = set(normal(" ".join(turn.memory.chosen[want.slot])).split())
    value = normal(" ".join(texts)).split()
    return bool(value) and all(word in chosen for word in value)


def _number_beside(word: str, text: str) -> int | None:
    """The number of ``word`` in "2 adults, 1 child" or 成人 2 儿童 1: before it or behind it."""
    before, behind = rf"(\d+)\s*(?:{_MEASURE})?\s*{re.escape(word)}", rf"{re.escape(word)}\s*(\d+)"
    for part in re.split(r"[,;·|/、，；]", text):
        folded = normal(part)
        # Of several in one part, a number at the end is that of the word before it, and so on.
        ends_so = re.search(rf"\d\s*(?:{_MEASURE})?$", folded) is not None
        for pattern in (behind, before) if ends_so else (before, behind):
            if (match := re.search(pattern, folded)) is not None:
                return int(match[1])
    return None


def _shows_count(turn: Turn, want: Want, text: str) -> bool:
    """Whether "2 adults, 1 child" or 成人 2 says the number; a bare total is compared too."""
    for label in want.labels:
        number = _number_beside(normal(label), text)
        if number is not None:
            return number == want.amount
    folded = normal(text)
    numbers = re.findall(r"\d+", folded)
    people = [other for other in turn.intent.wants if other.kind == "count"]
    total = sum(other.amount or 0 for other in people)
    if all(other.slot != "adults" for other in people):
        total += 1
    return len(numbers) == 1 and int(numbers[0]) == total
