"""Switches, boxes, radio rows, segments, tabs, steppers and sliders out of primitives."""

from __future__ import annotations

from functools import partial

from tools.virtual_phone.ui.build_button import FAINT, TOUCH, hugged
from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.paint import Painter, Rect
from tools.virtual_phone.ui.primitives import PILL, Act, Canvas, Sem, Surface
from tools.virtual_phone.ui.strings import say
from tools.virtual_phone.ui.widget_controls import (
    Checkbox,
    IconButton,
    RadioRow,
    Segmented,
    Slider,
    Stepper,
    Switch,
    SwitchRow,
    Tabs,
)
from tools.virtual_phone.ui.widget_layout import Column, Expand, Icon, Row, Text, Widget

SLIDER_MARGIN = 12.0
"""Room (dp) at both ends of a slider's track, inside its box."""


def switch(widget: Switch, context: Context) -> Widget:
    """A switch in a touch target."""
    return hugged(
        Surface(
            _switch_picture(context, on=widget.on, enabled=widget.enabled),
            width=52,
            height=TOUCH,
            y="center",
            act=Act(tap=partial(widget.on_change, not widget.on), enabled=widget.enabled),
            sem=Sem(
                "Switch",
                description=widget.description,
                key=widget.key,
                checked=widget.on,
                enabled=widget.enabled,
            ),
        )
    )


def switch_row(widget: SwitchRow, context: Context) -> Widget:
    """A row whose whole area toggles; the switch in it only shows the state."""
    picture = Surface(
        _switch_picture(context, on=widget.on, enabled=widget.enabled),
        sem=Sem("Switch", description=widget.title, checked=widget.on, enabled=widget.enabled),
    )
    parts: list[Widget] = [
        Expand(_texts(widget.title, widget.subtitle, enabled=widget.enabled)),
        picture,
    ]
    if widget.icon:
        color = "on_surface_variant" if widget.enabled else FAINT
        parts.insert(0, Icon(widget.icon, color=color))
    return Surface(
        Row(parts, gap=16),
        padding=(16, 8),
        min_height=72 if widget.subtitle else 56,
        y="center",
        act=Act(tap=partial(widget.on_change, not widget.on), enabled=widget.enabled),
        sem=Sem("ViewGroup", key=widget.key, enabled=widget.enabled, leaf=False),
    )


def checkbox(widget: Checkbox, _context: Context) -> Widget:
    """A box and its label as one target."""
    symbol = "checkbox-marked" if widget.checked else "checkbox-blank-outline"
    color = "primary" if widget.checked else "on_surface_variant"
    label = Text(widget.label, color="on_surface" if widget.enabled else FAINT)
    return Surface(
        Row((Icon(symbol, color=color if widget.enabled else FAINT), Expand(label)), gap=16),
        padding=(0, 4),
        min_height=TOUCH,
        y="center",
        act=Act(tap=partial(widget.on_change, not widget.checked), enabled=widget.enabled),
        sem=Sem(
            "CheckBox",
            text=widget.label,
            key=widget.key,
            checked=widget.checked,
            enabled=widget.enabled,
        ),
    )


def radio_row(widget: RadioRow, _context: Context) -> Widget:
    """A choice with its circle."""
    symbol = "radiobox-marked" if widget.selected else "radiobox-blank"
    color = "primary" if widget.selected else "on_surface_variant"
    texts = _texts(widget.title, widget.subtitle, enabled=True)
    spoken = f"{widget.title}, {widget.subtitle}" if widget.subtitle else ""
    return Surface(
        Row((Icon(symbol, color=color), Expand(texts)), gap=16),
        padding=(16, 8),
        min_height=72 if widget.subtitle else 56,
        y="center",
        act=Act(tap=widget.on_tap),
        sem=Sem(
            "RadioButton",
            text=widget.title,
            description=spoken,
            key=widget.key,
            checked=widget.selected,
        ),
    )


def segmented(widget: Segmented, _context: Context) -> Widget:
    """Joined buttons of equal width inside one outline."""
    parts: list[Widget] = []
    for number, option in enumerate(widget.options):
        chosen = number == widget.selected
        ink = "on_secondary_container" if chosen else "on_surface"
        label = Text(option, style="label", color=ink, align="center", max_lines=2)
        content: Widget = label
        if chosen and len(widget.options) <= 3:
            content = Row((Icon("check", size=18, color=ink), label), gap=8, justify="center")
        pill = Surface(
            content,
            fill="secondary_container" if chosen else "",
            radius=PILL,
            padding=(8, 6),
            min_height=40,
            y="center",
        )
        target = Surface(
            pill,
            min_height=TOUCH,
            padding=(0, 4),
            y="center",
            act=Act(tap=partial(widget.on_select, number)),
            sem=Sem(
                "RadioButton",
                text=option,
                key=f"{widget.key}-{number}" if widget.key else "",
                checked=chosen,
            ),
        )
        parts.append(Expand(target))
    joined = Row(parts, align="stretch", key=widget.key)
    return Surface(joined, border="outline", radius=24, padding=(4, 0))


def tabs(widget: Tabs, _context: Context) -> Widget:
    """Equal tabs over a hairline; the selected one is underlined."""
    parts: list[Widget] = []
    for number, title in enumerate(widget.titles):
        chosen = number == widget.selected
        color = "primary" if chosen else "on_surface_variant"
        label = Text(title, style="label", color=color, align="center", max_lines=2)
        line = Surface(fill="primary" if chosen else "", height=3, radius=3, top_only=True)
        body = Surface(label, padding=(8, 10), min_height=45, y="center")
        parts.append(
            Expand(
                Surface(
                    Column((body, line)),
                    y="end",
                    act=Act(tap=partial(widget.on_select, number)),
                    sem=Sem(
                        "ViewGroup",
                        description=title,
                        key=f"{widget.key}-{number}" if widget.key else "",
                        selected=chosen,
                        leaf=False,
                    ),
                )
            )
        )
    return Column(
        (Row(parts, align="stretch"), Surface(fill="outline_variant", height=1)), key=widget.key
    )


def stepper(widget: Stepper, context: Context) -> Widget:
    """A label, minus, the number, plus."""
    locale = context.metrics.locale
    minus = IconButton(
        "minus",
        say("Decrease {what}", locale, what=widget.label),
        partial(widget.on_change, widget.value - 1),
        enabled=widget.value > widget.minimum,
        key=f"{widget.key}-minus" if widget.key else "",
    )
    plus = IconButton(
        "plus",
        say("Increase {what}", locale, what=widget.label),
        partial(widget.on_change, widget.value + 1),
        enabled=widget.value < widget.maximum,
        key=f"{widget.key}-plus" if widget.key else "",
    )
    number = Surface(
        Text(
            str(widget.value),
            style="subtitle",
            align="center",
            key=f"{widget.key}-value" if widget.key else "",
        ),
        min_width=32,
    )
    texts = Expand(_texts(widget.label, widget.subtitle, enabled=True))
    return Surface(
        Row((texts, minus, number, plus), gap=4, padding=(16, 4, 4, 4)),
        min_height=64,
        y="center",
    )


def slider(widget: Slider, context: Context) -> Widget:
    """A track, filled up to the thumb."""
    value = min(1.0, max(0.0, widget.value))

    def draw(painter: Painter, rect: Rect) -> None:
        theme = context.theme
        margin = context.px(SLIDER_MARGIN)
        left, right = rect[0] + margin, rect[2] - margin
        middle = (rect[1] + rect[3]) // 2
        half = context.px(4)
        at = round(left + (right - left) * value)
        track = (left, middle - half, right, middle + half)
        painter.rounded(track, half, theme.color("secondary_container"))
        painter.rounded(
            (left, middle - half, max(at, left + 1), middle + half), half, theme.color("primary")
        )
        painter.disc((at, middle), context.px(20), theme.color("primary"))

    return Surface(
        Canvas(draw, width=None, height=TOUCH),
        min_height=TOUCH,
        act=Act(slide=widget.on_change),
        sem=Sem(
            "SeekBar",
            text=f"{round(value * 100)}%",
            description=widget.description,
            key=widget.key,
        ),
    )


def _texts(title: str, subtitle: str, *, enabled: bool) -> Widget:
    lines: list[Widget] = [Text(title, color="on_surface" if enabled else FAINT)]
    if subtitle:
        faint = "on_surface_variant" if enabled else FAINT
        lines.append(Text(subtitle, style="small", color=faint))
    return Column(lines)


def _switch_picture(context: Context, *, on: bool, enabled: bool) -> Widget:
    def draw(painter: Painter, rect: Rect) -> None:
        theme, px = context.theme, context.px
        left, top, right, bottom = rect
        middle = (top + bottom) // 2
        radius = (bottom - top) // 2
        if on:
            track = "primary" if enabled else "on_surface@12"
            painter.rounded(rect, radius, theme.color(track))
            thumb = "on_primary" if enabled else "surface"
            painter.disc((right - px(16), middle), px(24), theme.color(thumb))
            return
        track = "surface_container_highest" if enabled else "surface_container"
        outline = theme.color("outline" if enabled else "on_surface@12")
        painter.rounded(rect, radius, theme.color(track))
        painter.ring(rect, radius, px(2), outline)
        thumb = "outline" if enabled else FAINT
        painter.disc((left + px(16), middle), px(16), theme.color(thumb))

    return Canvas(draw, width=52, height=32)
