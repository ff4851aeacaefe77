"""The few widgets that layout and painting know; every other widget is built out of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

from tools.virtual_phone.ui.paint import Painter, Rect
from tools.virtual_phone.ui.view import Key
from tools.virtual_phone.ui.widget_controls import FieldKind
from tools.virtual_phone.ui.widget_layout import Align, Handler, Padding, Weight, Widget

PILL = 1000.0
"""A corner radius larger than any surface."""

NavKey = Literal["", "back", "home", "recents"]


@dataclass(frozen=True)
class FieldSpec:
    """What the system must know of a text field.

    With `caret_last` a tap puts the caret behind the text wherever it lands.
    """

    key: str
    kind: FieldKind
    text: str
    on_change: Callable[[str], object] | None
    on_submit: Callable[[str], object] | None
    caret_last: bool = False


@dataclass(frozen=True)
class Act:
    """What touching a surface does; one of the groups of members is set, or none (it blocks)."""

    tap: Handler | None = None
    long_press: Handler | None = None
    slide: Callable[[float], object] | None = None
    field: FieldSpec | None = None
    key: Key | None = None
    nav: NavKey = ""
    enabled: bool = True


@dataclass(frozen=True)
class Sem:
    """How a surface appears in the accessibility tree; `role` is the class without package."""

    role: str
    _: KW_ONLY
    text: str = ""
    description: str = ""
    hint: str = ""
    key: str = ""
    checked: bool | None = None
    """None when it cannot be checked."""
    selected: bool = False
    enabled: bool = True
    focused: bool = False
    password: bool = False
    leaf: bool = True
    """Whether what lies inside is left out of the tree."""


@dataclass(frozen=True)
class Surface(Widget):
    """A box with one child: background, border, size, padding, touch and accessibility.

    `x` and `y` say where the child stands when there is more room than it needs.
    """

    child: Widget | None = None
    _: KW_ONLY
    fill: str = ""
    radius: float = 0
    top_only: bool = False
    border: str = ""
    border_width: float = 1
    shadow: float = 0
    padding: Padding = 0
    width: float | None = None
    height: float | None = None
    min_width: float = 0
    min_height: float = 0
    max_width: float | None = None
    x: Align = "stretch"
    y: Align = "start"
    act: Act | None = None
    sem: Sem | None = None


@dataclass(frozen=True)
class FixedText(Widget):
    """One line of text in a size (dp) that the font scale does not change; not in the tree."""

    text: str
    _: KW_ONLY
    size: float
    color: str = "on_surface"
    weight: Weight = "regular"


@dataclass(frozen=True)
class Canvas(Widget):
    """A drawing of its own; fills the width it is offered when `width` is None."""

    draw: Callable[[Painter, Rect], None] = field(compare=False)
    _: KW_ONLY
    width: float | None
    height: float


@dataclass(frozen=True)
class EditText(Widget):
    """A field's content: its text or a placeholder, and the caret (an index, or None)."""

    text: str
    _: KW_ONLY
    placeholder: str = ""
    caret: int | None = None
    multiline: bool = False
    min_lines: int = 1
    size: float = 16
    align: Literal["start", "center"] = "start"
    color: str = "on_surface"
