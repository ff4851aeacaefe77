"""Layout: widgets and limits in, boxes with sizes and relative places out. All lengths in px."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tools.virtual_phone.ui.primitives import EditText
from tools.virtual_phone.ui.textflow import Span, TextFont
from tools.virtual_phone.ui.theme import Theme
from tools.virtual_phone.ui.view import Metrics, ViewState
from tools.virtual_phone.ui.widget_layout import Padding, TextStyle, Weight, Widget

UNBOUNDED = 1_000_000
"""A limit that no content reaches: inside a scroll view."""

# Size and line height in dp (before the font scale), and weight.
TEXT_STYLES: Mapping[TextStyle, tuple[float, float, Weight]] = {
    "display": (45, 52, "regular"),
    "headline": (28, 36, "regular"),
    "title": (22, 28, "regular"),
    "subtitle": (16, 24, "medium"),
    "body": (16, 24, "regular"),
    "small": (14, 20, "regular"),
    "label": (14, 20, "medium"),
    "caption": (12, 16, "regular"),
}


class UnknownWidgetError(TypeError):
    """A widget that layout has no rule for."""


class Limits(NamedTuple):
    """The sizes a box may take; `max_h` is UNBOUNDED inside a scroll view."""

    min_w: int
    max_w: int
    min_h: int
    max_h: int

    @property
    def tight_width(self) -> bool:
        """Whether only one width is possible."""
        return self.min_w == self.max_w

    def deflated(self, across: int, down: int) -> Limits:
        """Less room, as for the inside of a padding."""
        max_h = self.max_h if self.max_h >= UNBOUNDED else max(0, self.max_h - down)
        return Limits(
            max(0, self.min_w - across),
            max(0, self.max_w - across),
            min(max(0, self.min_h - down), max_h),
            max_h,
        )

    def width(self, wanted: int) -> int:
        """The nearest possible width."""
        return min(self.max_w, max(self.min_w, wanted))

    def height(self, wanted: int) -> int:
        """The nearest possible height."""
        return min(self.max_h, max(self.min_h, wanted))


class Child(NamedTuple):
    """A box at a place inside its parent."""

    x: int
    y: int
    box: Box


@dataclass(frozen=True)
class Box:
    """A laid-out widget."""

    widget: Widget
    width: int
    height: int
    children: tuple[Child, ...] = ()


@dataclass(frozen=True)
class TextBox(Box):
    """Laid-out text: its lines, already cut to the width."""

    lines: tuple[str, ...] = ()
    font: TextFont = field(default_factory=lambda: TextFont(16, 24))
    align: str = "start"
    color: str = "on_surface"


@dataclass(frozen=True)
class EditBox(Box):
    """A laid-out field content: which part of the text each line shows."""

    edit: EditText = field(default_factory=lambda: EditText(""))
    spans: tuple[Span, ...] = ()
    font: TextFont = field(default_factory=lambda: TextFont(16, 24))
    caret_width: int = 2


@dataclass(frozen=True)
class ScrollBox(Box):
    """A laid-out scroll view: its key, the offset in px in force, and the content's height."""

    key: str = ""
    offset: int = 0
    content_height: int = 0


Lowering = Callable[[Any, "Context"], Widget]
Arranging = Callable[[Any, Limits, "Context"], Box]


@dataclass
class Context:
    """What layout depends on; remembers boxes while one scene is laid out."""

    view: ViewState
    theme: Theme
    metrics: Metrics
    lowerings: Mapping[type[Widget], Lowering]
    arrangings: Mapping[type[Widget], Arranging]
    bottom_inset: int = 0
    """Room (px) below the content of `inset_scroll`, for a floating button."""
    inset_scroll: Widget | None = None
    _boxes: dict[tuple[int, Limits], Box] = field(default_factory=dict)
    _lowered: dict[int, tuple[Widget, Widget]] = field(default_factory=dict)

    def px(self, dp: float) -> int:
        """Whole px for a length in dp."""
        return self.metrics.px(dp)

    def font(self, style: TextStyle, weight: Weight = "regular") -> TextFont:
        """The font of a text style at this density and font scale."""
        size, line, own = TEXT_STYLES[style]
        scale = self.metrics.font_scale
        heavy: Weight = "medium" if "medium" in (own, weight) else "regular"
        return TextFont(self.px(size * scale), self.px(line * scale), heavy)

    def padding(self, padding: Padding) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) in px."""
        if isinstance(padding, tuple):
            if len(padding) == 2:
                across, down = self.px(padding[0]), self.px(padding[1])
                return across, down, across, down
            left, top, right, bottom = (self.px(part) for part in padding)
            return left, top, right, bottom
        side = self.px(padding)
        return side, side, side, side

    def arrange(self, widget: Widget, limits: Limits) -> Box:
        """Lay out a widget.

        Raises:
            UnknownWidgetError: there is no rule for its type.
        """
        known = (id(widget), limits)
        box = self._boxes.get(known)
        if box is None:
            primitive = self._lower(widget)
            arranging = self.arrangings.get(type(primitive))
            if arranging is None:
                raise UnknownWidgetError(f"no layout for {type(primitive).__name__}")
            box = self._boxes[known] = arranging(primitive, limits, self)
        return box

    def _lower(self, widget: Widget) -> Widget:
        known = self._lowered.get(id(widget))
        if known is not None:
            return known[1]
        primitive = widget
        while (lowering := self.lowerings.get(type(primitive))) is not None:
            primitive = lowering(primitive, self)
        # The widget is kept too: its id must not be given to another while this lives.
        self._lowered[id(widget)] = (widget, primitive)
        return primitive
