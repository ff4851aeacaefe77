"""Calendars and time pickers out of primitives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.primitives import PILL, Act, EditText, FieldSpec, Sem, Surface
from tools.virtual_phone.ui.strings import long_date, month_title, say, weekday_letters
from tools.virtual_phone.ui.widget_controls import IconButton, Segmented
from tools.virtual_phone.ui.widget_layout import Column, Expand, Gap, Grid, Row, Text, Widget
from tools.virtual_phone.ui.widget_pages import DatePicker, TimePicker

_CELL = 44.0


def date_picker(widget: DatePicker, context: Context) -> Widget:
    """A month's grid under a header with arrows."""
    locale = context.metrics.locale
    first = widget.month.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    past = widget.minimum is not None and first <= widget.minimum
    header = Row(
        (
            Expand(Text(month_title(first, locale), style="subtitle", max_lines=1)),
            IconButton(
                "chevron-left",
                say("Previous month", locale),
                partial(widget.on_month, before),
                enabled=not past,
            ),
            IconButton("chevron-right", say("Next month", locale), partial(widget.on_month, after)),
        ),
        padding=(8, 0, 0, 0),
    )
    # Sunday heads the week in English, Monday in Chinese.
    lead = first.weekday() if locale == "zh" else (first.weekday() + 1) % 7
    cells: list[Widget] = [_head(letter) for letter in weekday_letters(locale)]
    cells += [Surface(height=_CELL)] * lead
    day = first
    while day.month == first.month:
        cells.append(_day(widget, day, locale))
        day += timedelta(days=1)
    return Column((header, Grid(cells, columns=7)), key=widget.key)


def time_picker(widget: TimePicker, context: Context) -> Widget:
    """Hour and minute as fields between arrows, and AM/PM on a 12-hour phone."""
    metrics = context.metrics
    hour, minute = widget.hour, widget.minute
    afternoon = hour >= 12

    def typed_hour(text: str) -> None:
        value = _number(text, 23 if metrics.hours24 else 12)
        if not metrics.hours24:
            value = value % 12 + (12 if afternoon else 0)
        widget.on_change(value, minute)

    def typed_minute(text: str) -> None:
        widget.on_change(hour, _number(text, 59))

    shown_hour = hour if metrics.hours24 else (hour - 1) % 12 + 1
    hours = _time_part(
        f"{widget.key or 'time'}-hour",
        "Hour",
        f"{shown_hour:02d}",
        typed_hour,
        lambda step: widget.on_change((hour + step) % 24, minute),
        context,
    )
    minutes = _time_part(
        f"{widget.key or 'time'}-minute",
        "Minute",
        f"{minute:02d}",
        typed_minute,
        lambda step: widget.on_change(hour, (minute + step) % 60),
        context,
    )
    # As much below the colon as the fields' labels take: it stands between the numbers.
    label_line = 16 * context.metrics.font_scale
    colon = Column((Text(":", style="display"), Gap(label_line)))
    parts: list[Widget] = [
        Row((hours, colon, minutes), gap=8, justify="center", align="center", key=widget.key)
    ]
    if not metrics.hours24:
        options = (say("AM", metrics.locale), say("PM", metrics.locale))
        halves = Segmented(
            options,
            int(afternoon),
            lambda half: widget.on_change(hour % 12 + 12 * half, minute),
            key=f"{widget.key or 'time'}-half",
        )
        parts.append(halves)
    return Column(parts, gap=16)


def _number(text: str, highest: int) -> int:
    """The number that the last typed digits make: two if that is possible, else one."""
    digits = "".join(char for char in text if char.isdecimal())
    value = int(digits[-2:] or 0)
    return value if value <= highest else value % 10


def _head(letter: str) -> Widget:
    label = Text(letter, style="caption", align="center", color="on_surface_variant")
    return Surface(label, min_height=32, y="center")


def _day(widget: DatePicker, day: date, locale: str) -> Widget:
    enabled = widget.minimum is None or day >= widget.minimum
    chosen = day == widget.selected
    ink = "on_primary" if chosen else ("on_surface" if enabled else "on_surface@38")
    if day == widget.today and not chosen:
        ink = "primary"
    disc = Surface(
        Text(str(day.day), style="small", align="center", color=ink, max_lines=1),
        fill="primary" if chosen else "",
        border="primary" if day == widget.today and not chosen else "",
        radius=PILL,
        width=40,
        height=40,
        y="center",
    )
    return Surface(
        disc,
        height=_CELL,
        x="center",
        y="center",
        act=Act(tap=partial(widget.on_pick, day), enabled=enabled),
        sem=Sem(
            "View",
            text=str(day.day),
            description=long_date(day, locale),
            selected=chosen,
            enabled=enabled,
        ),
    )


def _time_part(
    key: str,
    name: str,
    shown: str,
    on_typed: Callable[[str], object],
    on_step: Callable[[int], object],
    context: Context,
) -> Widget:
    locale = context.metrics.locale
    what = say(name, locale)
    focused = context.view.focus == key
    edit = EditText(shown, caret=len(shown) if focused else None, size=36, align="center")
    spoken = what.lower() if locale == "en" else what
    field = Surface(
        edit,
        fill="primary_container" if focused else "surface_container_highest",
        border="primary" if focused else "",
        border_width=2,
        radius=8,
        width=96,
        min_height=72,
        y="center",
        act=Act(field=FieldSpec(key, "number", shown, on_typed, None, caret_last=True)),
        sem=Sem("EditText", text=shown, hint=what, key=key, focused=focused),
    )
    return Column(
        (
            IconButton(
                "chevron-up", say("Increase {what}", locale, what=spoken), partial(on_step, 1)
            ),
            field,
            Text(what, style="caption", color="on_surface_variant"),
            IconButton(
                "chevron-down", say("Decrease {what}", locale, what=spoken), partial(on_step, -1)
            ),
        ),
        align="center",
    )
