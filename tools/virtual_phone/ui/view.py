"""What a frame depends on besides the page: view state, chrome around the page, screen metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

KeyboardLayout = Literal["letters", "symbols", "symbols2", "numbers"]
EnterLabel = Literal["enter", "search", "done", "next", "send", "go"]
KeyAction = Literal["text", "shift", "layout", "backspace", "enter", "language", "hide"]


@dataclass(frozen=True)
class ViewState:
    """What the user has done to the page's views; keys are the widgets' keys."""

    scroll: Mapping[str, float] = field(default_factory=dict)
    """Offset in dp by Scroll key."""
    focus: str | None = None
    """Key of the field that has the focus."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Text by field key."""
    cursors: Mapping[str, int] = field(default_factory=dict)
    """Caret position in characters by field key; the end when missing."""


@dataclass(frozen=True)
class KeyboardState:
    """The soft keyboard as it shows."""

    layout: KeyboardLayout = "letters"
    shift: bool = False
    language: Literal["en", "zh"] = "en"
    enter: EnterLabel = "enter"


@dataclass(frozen=True)
class Key:
    """One key of the soft keyboard.

    `action` "text" types `value`; "layout" goes to the layout named by `value`.
    """

    action: KeyAction
    value: str = ""


@dataclass(frozen=True)
class Chrome:
    """The system's own parts of the screen."""

    time_text: str = "9:30"
    wifi: bool = True
    airplane: bool = False
    bluetooth: bool = False
    battery: int = 100
    """Per cent."""
    notification_icons: tuple[str, ...] = ()
    """Icon names, drawn beside the time."""
    do_not_disturb: bool = False
    charging: bool = False
    keyboard: KeyboardState | None = None
    toast: str | None = None
    status_bar_light: bool | None = None
    """True forces white bar icons (on a dark wallpaper); None follows the theme."""


@dataclass(frozen=True)
class Metrics:
    """The screen and the configuration that sizes depend on."""

    size: tuple[int, int] = (1080, 2400)
    """Width and height in px, as held (swapped in landscape)."""
    density: int = 420
    """Dots per inch; 160 makes a dp one px."""
    font_scale: float = 1.0
    locale: Literal["en", "zh"] = "en"
    hours24: bool = True

    @property
    def landscape(self) -> bool:
        """Whether the screen is wider than high."""
        return self.size[0] > self.size[1]

    def px(self, dp: float) -> int:
        """Whole px for a length in dp."""
        return round(dp * self.density / 160)

    def dp(self, px: float) -> float:
        """A length in px as dp."""
        return px * 160 / self.density
