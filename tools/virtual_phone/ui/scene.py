"""A composed screen: its picture, its accessibility tree, and what lies under a point.

`compose` is a pure function: the same page, view state, chrome, theme and metrics give the same
pixels. A Scene lays out once and draws when first asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from tools.virtual_phone.ui.nodes import Node
from tools.virtual_phone.ui.theme import Theme
from tools.virtual_phone.ui.view import Chrome, Key, Metrics, ViewState
from tools.virtual_phone.ui.widget_controls import FieldKind
from tools.virtual_phone.ui.widget_layout import Handler
from tools.virtual_phone.ui.widget_pages import Page

Box = tuple[int, int, int, int]
"""(left, top, right, bottom) in screen px."""


@dataclass(frozen=True)
class Hit:
    """The topmost interactive thing at a point; exactly the members of its kind are set.

    "tap": on_tap and/or on_long_press. "field": field (focus it; the keyboard opens).
    "slider": on_slide with `value` 0..1 for the point asked about. "key": a keyboard key.
    "nav": a navigation button. "dismiss": outside an overlay (on_tap is its on_dismiss, may be
    None). "block": an overlay, disabled control or bar that swallows the touch.
    """

    kind: Literal["tap", "field", "slider", "key", "nav", "dismiss", "block"]
    box: Box
    on_tap: Handler | None = None
    on_long_press: Handler | None = None
    field: str = ""
    cursor: int = 0
    """For a field: caret position, in characters, nearest to the point."""
    on_slide: Callable[[float], object] | None = None
    value: float = 0.0
    key: Key | None = None
    nav: Literal["", "back", "home", "recents"] = ""


@dataclass(frozen=True)
class ScrollArea:
    """A scroll view that shows. Lengths in px, except `offset` and `max_offset` in dp."""

    key: str
    box: Box
    content_height: int
    viewport_height: int
    offset: float
    max_offset: float


@dataclass(frozen=True)
class FieldInfo:
    """A text field of the top window, in reading order."""

    key: str
    kind: FieldKind
    text: str
    """The text it shows; start editing from this."""
    on_change: Callable[[str], object] | None
    on_submit: Callable[[str], object] | None
    order: int
    box: Box
    """Where it stands, px; may lie outside the screen when scrolled away."""


class Scene:
    """One laid-out screen."""

    scrollables: tuple[ScrollArea, ...]
    fields: tuple[FieldInfo, ...]
    on_dismiss: Handler | None
    """What Back does first: the open overlay's on_dismiss."""
    overlay_open: bool

    def image(self) -> Image.Image:
        """The picture: RGB, the size of the screen in px. Do not draw on it."""
        raise NotImplementedError

    def node(self, package: str) -> Node:
        """The top window's accessibility tree (the overlay's only, when one is open)."""
        raise NotImplementedError

    def hit(self, x: float, y: float) -> Hit | None:
        """The topmost interactive thing at a point in px, or None."""
        raise NotImplementedError

    def scrollable_at(self, x: float, y: float) -> ScrollArea | None:
        """The innermost scroll view at a point in px, or None."""
        raise NotImplementedError

    def reveal(self, field_key: str) -> Mapping[str, float]:
        """New offsets (dp) by Scroll key that bring a field into view; empty when it is."""
        raise NotImplementedError


def compose(page: Page, view: ViewState, chrome: Chrome, theme: Theme, metrics: Metrics) -> Scene:
    """Lay out a screen. Offsets beyond the content are clamped."""
    raise NotImplementedError
