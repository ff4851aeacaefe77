"""Buttons, chips and launcher icons out of primitives."""

from __future__ import annotations

from typing import NamedTuple

from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.primitives import PILL, Act, Sem, Surface
from tools.virtual_phone.ui.widget_controls import AppIcon, Button, Chip, Fab, IconButton
from tools.virtual_phone.ui.widget_layout import Column, Icon, Row, Text, Widget

TOUCH = 48.0
"""The least height and width (dp) of what can be touched."""
FAINT = "on_surface@38"
"""Ink of what is disabled."""


class _Look(NamedTuple):
    fill: str
    ink: str
    border: str


_LOOKS = {
    "filled": _Look("primary", "on_primary", ""),
    "tonal": _Look("secondary_container", "on_secondary_container", ""),
    "outlined": _Look("", "primary", "outline"),
    "text": _Look("", "primary", ""),
}


def button(widget: Button, _context: Context) -> Widget:
    """A pill of at least 40 dp inside a touch target of at least 48."""
    look = _LOOKS[widget.kind]
    if not widget.enabled:
        fill = "on_surface@12" if look.fill else ""
        look = _Look(fill, FAINT, "on_surface@12" if look.border else "")
    label = Text(
        widget.text, style="label", color=look.ink, align="center", max_lines=2, weight="medium"
    )
    content: Widget = label
    if widget.icon:
        content = Row((Icon(widget.icon, size=18, color=look.ink), label), gap=8)
    side = 12 if widget.kind == "text" else 24
    pill = Surface(
        content,
        fill=look.fill,
        border=look.border,
        radius=PILL,
        padding=(16 if widget.icon and widget.kind != "text" else side, 6, side, 6),
        min_height=40,
        min_width=TOUCH,
        x="center",
        y="center",
    )
    target = Surface(
        pill,
        min_height=TOUCH,
        y="center",
        act=Act(tap=widget.on_tap, enabled=widget.enabled),
        sem=Sem("Button", text=widget.text, key=widget.key, enabled=widget.enabled),
    )
    return target if widget.expand else hugged(target)


def hugged(child: Widget) -> Widget:
    """The child in its natural size, at the start of whatever room there is."""
    return Surface(child, x="start", y="center")


def icon_button(widget: IconButton, _context: Context) -> Widget:
    """An icon in the middle of a square touch target."""
    color = "on_surface_variant" if widget.enabled else FAINT
    return hugged(
        Surface(
            Icon(widget.icon, color=color),
            width=TOUCH,
            height=TOUCH,
            x="center",
            y="center",
            act=Act(tap=widget.on_tap, enabled=widget.enabled),
            sem=Sem(
                "ImageButton",
                description=widget.description,
                key=widget.key,
                enabled=widget.enabled,
            ),
        )
    )


def fab(widget: Fab, _context: Context) -> Widget:
    """The floating button: 56 dp, wider when it has a text."""
    ink = "on_primary_container"
    symbol = Icon(widget.icon, color=ink)
    content: Widget = symbol
    if widget.text:
        label = Text(widget.text, style="label", color=ink, max_lines=1)
        content = Row((symbol, label), gap=12)
    return Surface(
        content,
        fill="primary_container",
        radius=16,
        shadow=6,
        padding=(16, 0, 20, 0) if widget.text else 16,
        min_height=56,
        min_width=56,
        x="center",
        y="center",
        act=Act(tap=widget.on_tap),
        sem=Sem(
            "Button" if widget.text else "ImageButton",
            text=widget.text,
            description=widget.description if not widget.text else "",
            key=widget.key,
        ),
    )


def chip(widget: Chip, _context: Context) -> Widget:
    """A 32 dp chip, with a check mark when selected, in a 48 dp touch target."""
    ink = "on_secondary_container" if widget.selected else "on_surface_variant"
    if widget.round:
        return _round_chip(widget)
    symbol = "check" if widget.selected else widget.icon
    label = Text(widget.text, style="label", color=ink, max_lines=1)
    content: Widget = label
    if symbol:
        content = Row((Icon(symbol, size=18, color=ink), label), gap=8)
    body = Surface(
        content,
        fill="secondary_container" if widget.selected else "",
        border="" if widget.selected else "outline",
        radius=8,
        padding=(8 if symbol else 16, 6, 16, 6),
        min_height=32,
        y="center",
    )
    return hugged(
        Surface(
            body,
            min_height=TOUCH,
            min_width=TOUCH,
            y="center",
            act=Act(tap=widget.on_tap),
            sem=_chip_sem(widget),
        )
    )


def _round_chip(widget: Chip) -> Widget:
    ink = "on_primary" if widget.selected else "on_surface_variant"
    disc = Surface(
        Text(widget.text, style="label", color=ink, align="center", max_lines=1),
        fill="primary" if widget.selected else "",
        border="" if widget.selected else "outline",
        radius=PILL,
        width=38,
        height=38,
        y="center",
    )
    target = Surface(
        disc,
        min_height=TOUCH,
        width=42,
        x="center",
        y="center",
        act=Act(tap=widget.on_tap),
        sem=_chip_sem(widget),
    )
    return hugged(target)


def _chip_sem(widget: Chip) -> Sem:
    return Sem(
        "Button",
        text=widget.text,
        description=widget.description,
        key=widget.key,
        checked=widget.selected,
    )


def app_icon(widget: AppIcon, context: Context) -> Widget:
    """A launcher's disc and label: one text view, as Android's launcher has."""
    disc = Surface(
        Icon(widget.icon, size=30, color=context.theme.on(widget.color)),
        fill=widget.color,
        radius=PILL,
        width=56,
        height=56,
        x="center",
        y="center",
    )
    label = Text(
        widget.label, style="caption", color=widget.label_color, align="center", max_lines=1
    )
    return Surface(
        Column((Surface(disc, x="center"), label), gap=8),
        padding=(4, 12),
        act=Act(tap=widget.on_tap, long_press=widget.on_long_press),
        sem=Sem("TextView", text=widget.label, description=widget.label, key=widget.key),
    )
