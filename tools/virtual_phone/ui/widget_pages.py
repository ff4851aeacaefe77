"""Pages and what opens over them: bars, dialogs, sheets, menus, date and time pickers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date

from tools.virtual_phone.ui.widget_controls import Button, Fab, TextField
from tools.virtual_phone.ui.widget_layout import Handler, Widget


@dataclass(frozen=True)
class Dialog:
    """A dialog in the middle of the screen; `on_dismiss` runs on a tap outside or Back."""

    title: str
    body: Widget
    actions: Sequence[Button]
    _: KW_ONLY
    on_dismiss: Handler | None = None
    icon: str = ""


@dataclass(frozen=True)
class BottomSheet:
    """A panel from the bottom edge."""

    title: str
    body: Widget
    _: KW_ONLY
    on_dismiss: Handler | None = None


@dataclass(frozen=True)
class Menu:
    """A small menu at the top right, as of an overflow button; items are (text, handler)."""

    items: Sequence[tuple[str, Handler]]
    _: KW_ONLY
    on_dismiss: Handler | None = None
    key: str = ""


Overlay = Dialog | BottomSheet | Menu


@dataclass(frozen=True)
class DatePicker(Widget):
    """A month's calendar; `month` is its first day. Days before `minimum` cannot be picked."""

    selected: date | None
    month: date
    on_pick: Callable[[date], object]
    on_month: Callable[[date], object]
    _: KW_ONLY
    minimum: date | None = None
    key: str = ""
    today: date | None = None


@dataclass(frozen=True)
class TimePicker(Widget):
    """Hour (0..23) and minute, to be stepped or typed; AM/PM appears when the phone shows 12 h."""

    hour: int
    minute: int
    on_change: Callable[[int, int], object]
    _: KW_ONLY
    key: str = ""


@dataclass(frozen=True)
class NavBar:
    """Bottom navigation; items are (icon, label).

    `badges` are numbers beside the icons (0 for none) and `descriptions` what accessibility reads
    instead of the labels; both by place, missing ones at the end are none.
    """

    items: Sequence[tuple[str, str]]
    selected: int
    on_select: Callable[[int], object]
    badges: Sequence[int] = ()
    descriptions: Sequence[str] = ()


@dataclass(frozen=True)
class TopBar:
    """The app bar: back arrow, title (or a search field), and actions, mostly IconButtons."""

    title: str
    _: KW_ONLY
    on_back: Handler | None = None
    actions: Sequence[Widget] = ()
    subtitle: str = ""
    search: TextField | None = None


@dataclass(frozen=True)
class Page:
    """One screen. `bottom` is pinned above the keyboard; `background` a role or "#rrggbb"."""

    body: Widget
    _: KW_ONLY
    top: TopBar | None = None
    fab: Fab | None = None
    nav: NavBar | None = None
    bottom: Widget | None = None
    overlay: Overlay | None = None
    background: str = "surface"
