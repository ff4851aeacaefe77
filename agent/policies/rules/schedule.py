"""Dates, times of day and days of the week, as pickers on screens offer them."""

import re
from datetime import date

from agent.policies.rules.counting import count_here
from agent.policies.rules.intent import Want
from agent.policies.rules.matching import control_for
from agent.policies.rules.pick import accept
from agent.policies.rules.text import says
from agent.policies.rules.turn import MAX_TRIES, Turn
from agent.policies.rules.view import Element
from agent.policies.rules.when import MONTHS, read_dates, read_time
from agent.step import Decision

_MONTH_TITLE = re.compile(
    r"(?P<year>\d{4})\s*年\s*(?P<month>\d{1,2})\s*月|(?P<name>[A-Za-z]{3,9})\.?,?\s+(?P<y>\d{4})"
)


def pick_date(turn: Turn, want: Want) -> Decision | None:
    """Page to the month, press the day, accept."""
    if want.day is None:
        return None
    cells = _day_cells(turn)
    if want.day in cells:
        cell = cells[want.day]
        if cell.is_on or turn.pressed(cell) >= 1:
            return accept(turn, f"{want.day.isoformat()} is chosen")
        if not cell.enabled:
            turn.memory.abandoned[want.slot] = f"{want.day.isoformat()} cannot be chosen"
            return None
        return turn.tap(cell, f"Press the day {want.day.isoformat()}")
    if not cells:
        return None
    earlier = want.day < min(cells)
    month = want.day.strftime("%B %Y")
    if any((day.year, day.month) == (want.day.year, want.day.month) for day in cells):
        hidden = turn.scroll(f"Look for day {want.day.day}", direction="up" if earlier else "down")
        if hidden is not None:
            return hidden
    words = turn.words.previous_month if earlier else turn.words.next_month
    button = turn.find(words)
    if button is not None and button.enabled and turn.pressed(button) < 2:
        return turn.tap(button, f"Page to {month}")
    return turn.scroll(f"Look for {month}", direction="up" if earlier else "down")


def _day_cells(turn: Turn) -> dict[date, Element]:
    """Days on show: described by their full date, or bare numbers under a month's title."""
    cells: dict[date, Element] = {}
    items = [item for item in turn.view.elements if not item.editable]
    for item in items:
        for text in item.texts:
            found = read_dates(text, date.min)
            if len(found) == 1 and re.search(r"\d{4}", text):
                cells.setdefault(found[0].day, item)
    if cells:
        return cells
    month = _month_on_show(turn)
    if month is None:
        return {}
    for item in items:
        if re.fullmatch(r"\d{1,2}", item.label):
            try:
                cells.setdefault(month.replace(day=int(item.label)), item)
            except ValueError:  # a number that is no day of this month
                continue
    return cells


def _month_on_show(turn: Turn) -> date | None:
    for text in turn.view.all_texts:
        match = _MONTH_TITLE.fullmatch(text.strip())
        if match is None:
            continue
        if match["month"]:
            return date(int(match["year"]), int(match["month"]), 1)
        name = match["name"].casefold()
        for index, month in enumerate(MONTHS, start=1):
            if month.startswith(name[:3]):
                return date(int(match["y"]), index, 1)
    return None


def time_here(turn: Turn, want: Want) -> Decision | None:
    """Set hour and minute in a picker that is in front; nothing if there is none."""
    if want.clock is None:
        return None
    words = turn.words
    parts = (_part(turn, words.hour), _part(turn, words.minute))
    halves = (_exact(turn, words.morning), _exact(turn, words.afternoon))
    if parts == (None, None):
        return _time_otherwise(turn, want)
    twelve = halves[0] is not None and halves[1] is not None
    hour = (want.clock.hour % 12 or 12) if twelve else want.clock.hour
    for part, value, labels in (
        (parts[0], hour, words.hour),
        (parts[1], want.clock.minute, words.minute),
    ):
        move = _set_part(turn, part, value, labels)
        if move is not None:
            return move
    half = halves[1 if want.clock.hour >= 12 else 0]
    if twelve and half is not None and not half.is_on and turn.pressed(half) == 0:
        return turn.tap(half, f"Choose {half.label!r}")
    move = accept(turn, f"The time is {want.wish}")
    if move is not None:
        turn.memory.verified[want.slot] = want.wish
        turn.memory.committed = True
    return move


def _part(turn: Turn, words: tuple[str, ...]) -> Element | None:
    fields = [item for item in turn.view.fields if says(item.node.hint or item.label, words) >= 2]
    return fields[0] if fields else None


def _set_part(
    turn: Turn, field: Element | None, value: int, labels: tuple[str, ...]
) -> Decision | None:
    if field is None:
        stepper = Want(slot=labels[0], kind="count", labels=labels, amount=value)
        return count_here(turn, stepper)[0]
    if field.node.text.strip().isdigit() and int(field.node.text) == value:
        return None
    return turn.edit(field, f"{value:02d}", f"Set the {labels[0]} to {value:02d}")


def _time_otherwise(turn: Turn, want: Want) -> Decision | None:
    """A clock face can be switched to fields; steppers serve as they are; a row opens a picker."""
    switch = turn.find(turn.words.text_input_mode)
    if switch is not None and turn.pressed(switch) == 0:
        return turn.tap(switch, "Type the time instead of pointing at a clock")
    control = control_for(turn, want.labels)
    if control is None:
        return None
    if read_time(" ".join(control.values)) == want.clock:
        turn.memory.verified[want.slot] = want.wish
        return None
    if turn.try_once(f"open|{want.slot}", times=MAX_TRIES):
        return turn.tap(control, f"Open {control.label!r} to set it to {want.wish}")
    return None


def _exact(turn: Turn, words: tuple[str, ...]) -> Element | None:
    return next((item for item in turn.view.pressables if item.says(words) == 3), None)


def days_here(turn: Turn, want: Want) -> Decision | None:
    """Switch the days of the week that differ, beside the time that was set."""
    chips = _day_chips(turn)
    if len(chips) < 7:
        return _unfold(turn, want)
    wrong = [day for day, chip in chips.items() if chip.is_on != (day in want.days)]
    if not wrong:
        turn.memory.verified[want.slot] = want.wish
        return None
    day = wrong[0]
    if not turn.try_once(f"day|{day}", times=MAX_TRIES):
        turn.memory.abandoned[want.slot] = f"the day {chips[day].label!r} cannot be switched"
        return None
    return turn.tap_at(chips[day].at, f"Switch {chips[day].label!r} for {want.wish}")


def _day_chips(turn: Turn) -> dict[int, Element]:
    """The seven days nearest below the wanted time; by name, or seven in a row by position."""
    top = _time_bottom(turn)
    chips: dict[int, Element] = {}
    for item in turn.view.pressables:
        if item.box.top < top:
            continue
        for day, names in enumerate(turn.words.days):
            if any(says(text, names) == 3 for text in item.texts) and day not in chips:
                chips[day] = item
    return chips


def _time_bottom(turn: Turn) -> int:
    """Where the row with the wanted time starts; 0 where no time is shown."""
    want = turn.intent.want("time")
    if want is None:
        return 0
    shown = [
        node.box.top
        for node in turn.view.tree.nodes
        if node.label and read_time(node.label) == want.clock
    ]
    return min(shown, default=0)


def _unfold(turn: Turn, want: Want) -> Decision | None:
    """Days may be hidden in a folded card: press the row of the wanted time, or "Repeat"."""
    control = control_for(turn, want.labels)
    if control is not None and turn.try_once(f"unfold|{control.key}"):
        return turn.tap(control, f"Open {control.label!r} to choose {want.wish}")
    clock = turn.intent.want("time")
    if clock is None or clock.slot not in turn.memory.verified:
        return None
    for item in turn.view.pressables:
        shown = any(read_time(text) == clock.clock for text in (*item.texts, " ".join(item.texts)))
        if shown and item.checked is None and turn.try_once(f"unfold|{item.key}"):
            return turn.tap(item, f"Open the entry of {clock.wish} to choose {want.wish}")
    return None
