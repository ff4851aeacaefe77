"""The page's bars and what opens over it, out of primitives."""

from __future__ import annotations

from functools import partial

from tools.virtual_phone.ui.build_button import TOUCH
from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.primitives import PILL, Act, FixedText, Sem, Surface
from tools.virtual_phone.ui.strings import say
from tools.virtual_phone.ui.widget_controls import IconButton
from tools.virtual_phone.ui.widget_layout import (
    Column,
    Expand,
    Gap,
    Icon,
    Row,
    Scroll,
    Text,
    Widget,
    Wrap,
)
from tools.virtual_phone.ui.widget_pages import BottomSheet, Dialog, Menu, NavBar, TopBar

_MOST_COUNTED = 100


def top_bar(bar: TopBar, context: Context, fill: str = "") -> Widget:
    """Back arrow, title over subtitle (or a search field), actions."""
    parts: list[Widget] = []
    if bar.on_back is not None:
        up = say("Navigate up", context.metrics.locale)
        parts.append(IconButton("arrow-left", up, bar.on_back))
    else:
        parts.append(Gap(12))
    if bar.search is not None:
        parts.append(Expand(bar.search))
        parts.append(Gap(0 if bar.actions else 12))
    else:
        texts: list[Widget] = [Text(bar.title, style="title", max_lines=1)]
        if bar.subtitle:
            faint = "on_surface_variant"
            texts.append(Text(bar.subtitle, style="small", color=faint, max_lines=1))
        parts.append(Expand(Column(texts, padding=(4, 0))))
    parts.extend(bar.actions)
    least = 56 if context.metrics.landscape else 64
    return Surface(Row(parts), fill=fill, min_height=least, padding=(4, 4), y="center")


def nav_bar(bar: NavBar, _context: Context) -> Widget:
    """Icons in pills over their labels."""
    parts: list[Widget] = []
    for number, (icon, label) in enumerate(bar.items):
        chosen = number == bar.selected
        symbol: Widget = Icon(
            icon, color="on_secondary_container" if chosen else "on_surface_variant"
        )
        count = bar.badges[number] if number < len(bar.badges) else 0
        if count:
            symbol = Row((Gap(16), symbol, _badge(count)), gap=2)
        described = bar.descriptions[number] if number < len(bar.descriptions) else ""
        pill = Surface(
            symbol,
            fill="secondary_container" if chosen else "",
            radius=PILL,
            width=64,
            height=32,
            x="center",
            y="center",
        )
        text = Text(
            label,
            style="caption",
            align="center",
            max_lines=1,
            color="on_surface" if chosen else "on_surface_variant",
            weight="medium" if chosen else "regular",
        )
        item = Surface(
            Column((Surface(pill, x="center"), text), gap=4),
            padding=(2, 12, 2, 12),
            act=Act(tap=partial(bar.on_select, number)),
            sem=Sem("ViewGroup", description=described or label, selected=chosen, leaf=False),
        )
        parts.append(Expand(item))
    return Surface(Row(parts, align="stretch"), fill="surface_container", act=Act())


def _badge(count: int) -> Widget:
    """A small number beside an icon, raised."""
    text = str(count) if count < _MOST_COUNTED else f"{_MOST_COUNTED - 1}+"
    mark = Surface(
        FixedText(text, size=11, color="on_error", weight="medium"),
        fill="error",
        radius=PILL,
        padding=(4, 0),
        min_width=16,
        height=16,
        x="center",
        y="center",
    )
    return Surface(mark, padding=(0, 0, 0, 10), width=22 if count >= 10 else 16, x="start")


def dialog(widget: Dialog, _context: Context) -> Widget:
    """A rounded panel: title, body that scrolls when it must, actions at the end."""
    head: list[Widget] = []
    if widget.icon:
        head.append(Surface(Icon(widget.icon, color="secondary"), x="center"))
    if widget.title:
        head.append(Text(widget.title, style="title", align="center" if widget.icon else "start"))
    parts: list[Widget] = []
    if head:
        parts.append(Column(head, gap=16, padding=(24, 24, 24, 0)))
    parts.append(Gap(16 if head else 24))
    # Its own scroll view: the body gives way, so that the actions always show.
    body = Column((widget.body,), padding=(24, 0, 24, 0))
    parts.append(Scroll(body, key="dialog-body"))
    if widget.actions:
        actions = Surface(Wrap(widget.actions, gap=8), x="end", padding=(16, 16, 16, 16))
        parts.append(actions)
    else:
        parts.append(Gap(24))
    return Surface(
        Column(parts),
        fill="surface_container_high",
        radius=28,
        shadow=8,
        min_width=280,
        max_width=560,
        act=Act(),
    )


def bottom_sheet(widget: BottomSheet, _context: Context) -> Widget:
    """A panel with a handle and rounded upper corners."""
    handle = Surface(fill="outline", radius=PILL, width=32, height=4)
    parts: list[Widget] = [Surface(handle, x="center", padding=(0, 16, 0, 12))]
    if widget.title:
        parts.append(Surface(Text(widget.title, style="title"), padding=(16, 4, 16, 8)))
    parts.append(Scroll(Column((widget.body,), padding=(0, 0, 0, 16)), key="sheet-body"))
    return Surface(
        Column(parts),
        fill="surface_container_low",
        radius=28,
        top_only=True,
        max_width=640,
        act=Act(),
    )


def menu(widget: Menu, _context: Context) -> Widget:
    """A small panel of rows."""
    rows: list[Widget] = []
    for number, (label, handler) in enumerate(widget.items):
        rows.append(
            Surface(
                Text(label, max_lines=2),
                padding=(16, 8),
                min_height=TOUCH,
                y="center",
                act=Act(tap=handler),
                sem=Sem(
                    "ViewGroup",
                    key=f"{widget.key}-{number}" if widget.key else "",
                    leaf=False,
                ),
            )
        )
    return Surface(
        Scroll(Column(rows, padding=(0, 8)), key="menu"),
        fill="surface_container",
        radius=8,
        shadow=6,
        min_width=176,
        max_width=300,
        act=Act(),
    )
