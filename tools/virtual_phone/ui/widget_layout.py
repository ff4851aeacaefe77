"""Widgets that show or arrange: text, icons, columns, rows, cards, scrolling lists.

Widgets are frozen descriptions, built anew for every frame. All sizes are in dp (1/160 inch).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

Handler = Callable[[], object]
"""What a tap does; its result is ignored."""

Padding = float | tuple[float, float] | tuple[float, float, float, float]
"""All sides, (horizontal, vertical), or (left, top, right, bottom)."""

TextStyle = Literal["display", "headline", "title", "subtitle", "body", "small", "label", "caption"]
Align = Literal["stretch", "start", "center", "end"]
Justify = Literal["start", "center", "end", "between"]
Weight = Literal["regular", "medium"]


@dataclass(frozen=True)
class Widget:
    """Anything that can stand on a page."""


@dataclass(frozen=True)
class Text(Widget):
    """A run of text that wraps; `color` is a theme role or "#rrggbb".

    `max_lines` 0 means any number; more is cut with an ellipsis.
    """

    text: str
    _: KW_ONLY
    style: TextStyle = "body"
    color: str = "on_surface"
    align: Literal["start", "center", "end"] = "start"
    max_lines: int = 0
    key: str = ""
    weight: Weight = "regular"


@dataclass(frozen=True)
class Icon(Widget):
    """A Material Design icon; in the accessibility tree only when it has a description."""

    name: str
    _: KW_ONLY
    size: float = 24
    color: str = "on_surface_variant"
    description: str = ""


@dataclass(frozen=True)
class Avatar(Widget):
    """A filled circle with one or two letters, or with an icon when `icon` is given."""

    text: str
    _: KW_ONLY
    color: str = "primary"
    size: float = 40
    icon: str = ""


@dataclass(frozen=True)
class Picture(Widget):
    """A drawn placeholder picture: a tinted panel with an icon; fills the width it is given."""

    icon: str
    _: KW_ONLY
    color: str = "secondary_container"
    height: float = 160
    radius: float = 12
    description: str = ""


@dataclass(frozen=True)
class Bitmap(Widget):
    """The picture in an image file's bytes; fills the width it is given.

    `cover` fills the box and cuts what sticks out; without it the whole picture is shown. Bytes
    that are no picture are drawn as an empty panel with an icon.
    """

    data: bytes = field(repr=False)
    _: KW_ONLY
    height: float = 160
    radius: float = 0
    cover: bool = False
    width: float | None = None
    description: str = ""


@dataclass(frozen=True)
class Column(Widget):
    """Children one below the other."""

    children: Sequence[Widget]
    _: KW_ONLY
    gap: float = 0
    padding: Padding = 0
    align: Align = "stretch"
    key: str = ""


@dataclass(frozen=True)
class Row(Widget):
    """Children side by side; the widest give way when they do not fit."""

    children: Sequence[Widget]
    _: KW_ONLY
    gap: float = 0
    padding: Padding = 0
    align: Align = "center"
    justify: Justify = "start"
    key: str = ""


@dataclass(frozen=True)
class Expand(Widget):
    """Takes the rest of the room along the parent row or column, shared by weight."""

    child: Widget
    _: KW_ONLY
    weight: float = 1


@dataclass(frozen=True)
class Pad(Widget):
    """Room around one child."""

    child: Widget
    padding: Padding


@dataclass(frozen=True)
class Gap(Widget):
    """Empty room along the parent row or column."""

    size: float


@dataclass(frozen=True)
class Divider(Widget):
    """A hairline across the width."""


@dataclass(frozen=True)
class Wrap(Widget):
    """Children side by side, flowing onto new lines."""

    children: Sequence[Widget]
    _: KW_ONLY
    gap: float = 8


@dataclass(frozen=True)
class Grid(Widget):
    """Children in equal columns, row by row."""

    children: Sequence[Widget]
    _: KW_ONLY
    columns: int
    gap: float = 0


@dataclass(frozen=True)
class Card(Widget):
    """A rounded tonal surface around one child, clickable when `on_tap` is given."""

    child: Widget
    _: KW_ONLY
    on_tap: Handler | None = None
    key: str = ""
    color: str = "surface_container"
    padding: Padding = 16
    selected: bool = False
    description: str = ""
    on_long_press: Handler | None = None


@dataclass(frozen=True)
class Scroll(Widget):
    """A vertical scroll view; the system keeps its offset by `key`."""

    child: Widget
    _: KW_ONLY
    key: str = "list"
