"""Cards, list rows, avatars, banners and other things that hold content, out of primitives."""

from __future__ import annotations

from tools.virtual_phone.ui.build_button import FAINT
from tools.virtual_phone.ui.layout import Context
from tools.virtual_phone.ui.paint import Painter, Rect
from tools.virtual_phone.ui.primitives import PILL, Act, Canvas, FixedText, Sem, Surface
from tools.virtual_phone.ui.widget_controls import Banner, ListItem, Progress
from tools.virtual_phone.ui.widget_layout import (
    Avatar,
    Card,
    Column,
    Divider,
    Expand,
    Icon,
    Picture,
    Row,
    Text,
    Widget,
)


def avatar(widget: Avatar, context: Context) -> Widget:
    """A disc with letters or an icon in the colour that reads on it."""
    ink = context.theme.on(widget.color)
    content: Widget = FixedText(widget.text, size=widget.size * 0.42, color=ink, weight="medium")
    if widget.icon:
        content = Icon(widget.icon, size=widget.size * 0.56, color=ink)
    return Surface(
        Surface(
            content,
            fill=widget.color,
            radius=PILL,
            width=widget.size,
            height=widget.size,
            x="center",
            y="center",
        ),
        x="center",
        y="center",
    )


def picture(widget: Picture, context: Context) -> Widget:
    """A tinted panel with an icon in the middle."""
    ink = context.theme.on(widget.color)
    sem = Sem("ImageView", description=widget.description) if widget.description else None
    return Surface(
        Icon(widget.icon, size=min(widget.height * 0.5, 96), color=ink),
        fill=widget.color,
        radius=widget.radius,
        height=widget.height,
        x="center",
        y="center",
        sem=sem,
    )


def divider(_widget: Divider, _context: Context) -> Widget:
    """A line of one dp."""
    return Surface(fill="outline_variant", height=1)


def card(widget: Card, _context: Context) -> Widget:
    """A rounded surface; a selected one has the secondary colour and a border."""
    touchable = widget.on_tap is not None or widget.on_long_press is not None
    act = Act(tap=widget.on_tap, long_press=widget.on_long_press) if touchable else None
    sem = None
    if touchable or widget.key or widget.description:
        sem = Sem(
            "ViewGroup",
            description=widget.description,
            key=widget.key,
            selected=widget.selected,
            leaf=False,
        )
    return Surface(
        widget.child,
        fill="secondary_container" if widget.selected else widget.color,
        border="primary" if widget.selected else "",
        border_width=2,
        radius=12,
        padding=widget.padding,
        min_height=48 if touchable else 0,
        act=act,
        sem=sem,
    )


def list_item(widget: ListItem, _context: Context) -> Widget:
    """One or two lines of text between a leading and a trailing widget."""
    ink = "on_surface" if widget.enabled else FAINT
    faint = "on_surface_variant" if widget.enabled else FAINT
    texts: list[Widget] = [Text(widget.title, color=ink)]
    if widget.subtitle:
        texts.append(Text(widget.subtitle, style="small", color=faint))
    parts: list[Widget] = [Expand(Column(texts))]
    if widget.leading is not None:
        parts.insert(0, widget.leading)
    if widget.trailing is not None:
        parts.append(widget.trailing)
    touchable = widget.on_tap is not None or widget.on_long_press is not None
    act = None
    if touchable:
        act = Act(tap=widget.on_tap, long_press=widget.on_long_press, enabled=widget.enabled)
    sem = None
    if touchable or widget.key:
        sem = Sem(
            "ViewGroup",
            key=widget.key,
            enabled=widget.enabled,
            selected=widget.selected,
            leaf=False,
        )
    return Surface(
        Row(parts, gap=16),
        fill="secondary_container" if widget.selected else "",
        padding=(16, 8),
        min_height=72 if widget.subtitle else 56,
        y="center",
        act=act,
        sem=sem,
    )


def banner(widget: Banner, context: Context) -> Widget:
    """A coloured note; its action stands below the text, at the end."""
    ink = context.theme.on(widget.color)
    note = Row(
        (Icon(widget.icon, color=ink), Expand(Text(widget.text, style="small", color=ink))),
        gap=12,
        align="start",
    )
    content: Widget = note
    if widget.action is not None:
        content = Column((note, Surface(widget.action, x="end")), gap=4)
    bottom = 4 if widget.action is not None else 12
    return Surface(content, fill=widget.color, radius=12, padding=(16, 12, 16, bottom))


def progress(widget: Progress, context: Context) -> Widget:
    """A ring and a text below it, in the middle of the width."""

    def draw(painter: Painter, rect: Rect) -> None:
        width = context.px(4)
        radius = (rect[2] - rect[0]) // 2
        painter.ring(rect, radius, width, context.theme.color("secondary_container"))
        painter.arc(rect, width, 100, context.theme.color("primary"))

    ring = Surface(
        Canvas(draw, width=48, height=48),
        x="center",
        sem=Sem("ProgressBar", description=widget.text),
    )
    parts: list[Widget] = [ring]
    if widget.text:
        parts.append(Text(widget.text, style="small", color="on_surface_variant", align="center"))
    return Column(parts, gap=16, padding=24)
