"""Widgets that are acted on: buttons, rows, fields, switches, chips, sliders.

A `key` becomes the resource id `package:id/key`; sizes are in dp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Literal

from tools.virtual_phone.ui.widget_layout import Handler, Widget

ButtonKind = Literal["filled", "tonal", "outlined", "text"]
FieldKind = Literal["text", "number", "phone", "email", "password", "multiline", "search"]


@dataclass(frozen=True)
class Button(Widget):
    """A push button; `expand` fills the width it is offered."""

    text: str
    on_tap: Handler
    _: KW_ONLY
    kind: ButtonKind = "filled"
    enabled: bool = True
    icon: str = ""
    key: str = ""
    expand: bool = False


@dataclass(frozen=True)
class IconButton(Widget):
    """A 48 dp button with an icon; `description` is what accessibility reads."""

    icon: str
    description: str
    on_tap: Handler
    _: KW_ONLY
    enabled: bool = True
    key: str = ""


@dataclass(frozen=True)
class Fab(Widget):
    """The page's floating button, with a text beside the icon unless it is empty."""

    icon: str
    text: str
    on_tap: Handler
    _: KW_ONLY
    key: str = "fab"
    description: str = ""


@dataclass(frozen=True)
class AppIcon(Widget):
    """A launcher icon: a coloured disc with a glyph over a label; one clickable TextView."""

    icon: str
    label: str
    on_tap: Handler
    _: KW_ONLY
    color: str = "primary"
    key: str = ""
    on_long_press: Handler | None = None
    label_color: str = "on_surface"


@dataclass(frozen=True)
class ListItem(Widget):
    """A row of a list: leading widget, title, subtitle, trailing widget."""

    title: str
    _: KW_ONLY
    subtitle: str = ""
    leading: Widget | None = None
    trailing: Widget | None = None
    on_tap: Handler | None = None
    on_long_press: Handler | None = None
    key: str = ""
    enabled: bool = True
    selected: bool = False


@dataclass(frozen=True)
class SwitchRow(Widget):
    """A settings row with a switch; a tap anywhere on the row toggles."""

    title: str
    on: bool
    on_change: Callable[[bool], object]
    _: KW_ONLY
    subtitle: str = ""
    icon: str = ""
    key: str = ""
    enabled: bool = True


@dataclass(frozen=True)
class Switch(Widget):
    """A switch on its own."""

    on: bool
    on_change: Callable[[bool], object]
    _: KW_ONLY
    description: str = ""
    key: str = ""
    enabled: bool = True


@dataclass(frozen=True)
class Checkbox(Widget):
    """A box with its label; a tap on either toggles."""

    label: str
    checked: bool
    on_change: Callable[[bool], object]
    _: KW_ONLY
    key: str = ""
    enabled: bool = True


@dataclass(frozen=True)
class RadioRow(Widget):
    """One choice of several, as a row."""

    title: str
    selected: bool
    on_tap: Handler
    _: KW_ONLY
    subtitle: str = ""
    key: str = ""


@dataclass(frozen=True)
class TextField(Widget):
    """A filled text field. Its text lives in the state under `key`.

    `value` is the text shown until the state holds one; a `controlled` text is always the one
    shown, whatever the state holds (the app then follows `on_change`).
    """

    key: str
    label: str
    _: KW_ONLY
    hint: str = ""
    kind: FieldKind = "text"
    on_change: Callable[[str], object] | None = None
    on_submit: Callable[[str], object] | None = None
    error: str = ""
    leading_icon: str = ""
    supporting: str = ""
    min_lines: int = 1
    value: str = ""
    controlled: str | None = None
    enabled: bool = True
    on_clear: Handler | None = None


@dataclass(frozen=True)
class PickerField(Widget):
    """Looks like a field and opens something: a clickable group of a label and a value."""

    label: str
    value: str
    on_tap: Handler
    _: KW_ONLY
    icon: str = ""
    placeholder: str = ""
    key: str = ""
    error: str = ""


@dataclass(frozen=True)
class Chip(Widget):
    """A small choice or filter; a `round` one is a disc for one letter, without a check mark."""

    text: str
    _: KW_ONLY
    selected: bool = False
    on_tap: Handler
    key: str = ""
    icon: str = ""
    description: str = ""
    round: bool = False


@dataclass(frozen=True)
class Segmented(Widget):
    """One of a few options, as joined buttons."""

    options: Sequence[str]
    selected: int
    on_select: Callable[[int], object]
    _: KW_ONLY
    key: str = ""


@dataclass(frozen=True)
class Tabs(Widget):
    """Tabs across the width with an underline under the selected one."""

    titles: Sequence[str]
    selected: int
    on_select: Callable[[int], object]
    _: KW_ONLY
    key: str = ""


@dataclass(frozen=True)
class Stepper(Widget):
    """A label and a small number with minus and plus buttons."""

    label: str
    value: int
    on_change: Callable[[int], object]
    _: KW_ONLY
    minimum: int = 0
    maximum: int = 9
    subtitle: str = ""
    key: str = ""


@dataclass(frozen=True)
class Slider(Widget):
    """A slider from 0 to 1."""

    key: str
    value: float
    on_change: Callable[[float], object]
    _: KW_ONLY
    description: str = ""


@dataclass(frozen=True)
class Progress(Widget):
    """Something is going on: a still ring and a text (nothing moves on this phone)."""

    _: KW_ONLY
    text: str = ""


@dataclass(frozen=True)
class Banner(Widget):
    """A coloured note with an icon and perhaps one action."""

    text: str
    _: KW_ONLY
    icon: str = "information"
    color: str = "tertiary_container"
    action: Button | None = None
