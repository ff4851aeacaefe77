"""What lies under a point of the screen, and the scroll views and fields of a window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from tools.virtual_phone.ui.build_choice import SLIDER_MARGIN
from tools.virtual_phone.ui.draw import caret_at, caret_place
from tools.virtual_phone.ui.layout import Context, EditBox, ScrollBox
from tools.virtual_phone.ui.paint import Rect, is_empty
from tools.virtual_phone.ui.placement import Placed
from tools.virtual_phone.ui.primitives import Act, NavKey, Surface
from tools.virtual_phone.ui.view import Key, Metrics
from tools.virtual_phone.ui.widget_controls import FieldKind
from tools.virtual_phone.ui.widget_layout import Handler

_REVEAL_MARGIN = 16.0
"""Room (dp) left above and below a field that was brought into view."""


@dataclass(frozen=True)
class Hit:
    """The topmost interactive thing at a point; exactly the members of its kind are set.

    "tap": on_tap and/or on_long_press. "field": field (focus it; the keyboard opens).
    "slider": on_slide with `value` 0..1 for the point asked about. "key": a keyboard key.
    "nav": a navigation button. "dismiss": outside an overlay (on_tap is its on_dismiss, may be
    None). "block": an overlay, disabled control or bar that swallows the touch.
    """

    kind: Literal["tap", "field", "slider", "key", "nav", "dismiss", "block"]
    box: Rect
    on_tap: Handler | None = None
    on_long_press: Handler | None = None
    field: str = ""
    cursor: int = 0
    """For a field: caret position, in characters, nearest to the point."""
    on_slide: Callable[[float], object] | None = None
    value: float = 0.0
    key: Key | None = None
    nav: NavKey = ""


@dataclass(frozen=True)
class ScrollArea:
    """A scroll view that shows. Lengths in px, except `offset` and `max_offset` in dp."""

    key: str
    box: Rect
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
    box: Rect
    """Where it stands, px; may lie outside the screen when scrolled away."""


def hit_in(root: Placed, x: float, y: float, context: Context) -> Hit | None:
    """The topmost thing of a tree of boxes that takes a touch at a point."""
    for child in reversed(root.children):
        found = hit_in(child, x, y, context)
        if found is not None:
            return found
    widget = root.box.widget
    if not isinstance(widget, Surface) or widget.act is None:
        return None
    left, top, right, bottom = root.visible
    if not (left <= x < right and top <= y < bottom):
        return None
    return _hit(widget.act, root, x, y, context)


def scroll_areas(roots: Iterable[Placed], metrics: Metrics) -> tuple[ScrollArea, ...]:
    """The scroll views that show, outer ones first."""
    areas = []
    for root in roots:
        for placed in root.walk():
            box = placed.box
            if not isinstance(box, ScrollBox) or is_empty(placed.visible):
                continue
            beyond = max(0, box.content_height - box.height)
            areas.append(
                ScrollArea(
                    box.key,
                    placed.visible,
                    box.content_height,
                    box.height,
                    metrics.dp(box.offset),
                    metrics.dp(beyond),
                )
            )
    return tuple(areas)


def fields_of(roots: Iterable[Placed]) -> tuple[FieldInfo, ...]:
    """The enabled text fields, also those scrolled away."""
    found: list[FieldInfo] = []
    for root in roots:
        for placed in root.walk():
            act = placed.box.widget.act if isinstance(placed.box.widget, Surface) else None
            if act is None or act.field is None or not act.enabled:
                continue
            spec = act.field
            found.append(
                FieldInfo(
                    spec.key,
                    spec.kind,
                    spec.text,
                    spec.on_change,
                    spec.on_submit,
                    len(found),
                    placed.rect,
                )
            )
    return tuple(found)


def reveal_offsets(roots: Iterable[Placed], key: str, context: Context) -> Mapping[str, float]:
    """Offsets (dp) that bring the field into its scroll view; empty when nothing need move."""
    for root in roots:
        path = _path_to_field(root, key)
        scroll = next((p for p in reversed(path) if isinstance(p.box, ScrollBox)), None)
        if scroll is None or not isinstance(scroll.box, ScrollBox):
            continue
        top, bottom = _wanted_span(path[-1], scroll.box.height)
        margin = context.px(_REVEAL_MARGIN)
        shift = 0
        if bottom + margin > scroll.rect[3]:
            shift = bottom + margin - scroll.rect[3]
        if top - margin - shift < scroll.rect[1]:
            shift = top - margin - scroll.rect[1]
        beyond = max(0, scroll.box.content_height - scroll.box.height)
        offset = max(0, min(beyond, scroll.box.offset + shift))
        return {} if offset == scroll.box.offset else {scroll.box.key: context.metrics.dp(offset)}
    return {}


def _hit(act: Act, placed: Placed, x: float, y: float, context: Context) -> Hit:
    box = placed.visible
    if not act.enabled:
        return Hit("block", box)
    if act.field is not None:
        edit = _edit_below(placed)
        cursor = len(act.field.text)
        free = bool(act.field.text) and not act.field.caret_last
        if edit is not None and isinstance(edit.box, EditBox) and free:
            cursor = caret_at(edit.box, edit.rect, x, y)
        return Hit("field", box, field=act.field.key, cursor=cursor)
    if act.slide is not None:
        margin = context.px(SLIDER_MARGIN)
        length = max(1, placed.rect[2] - placed.rect[0] - 2 * margin)
        value = min(1.0, max(0.0, (x - placed.rect[0] - margin) / length))
        return Hit("slider", box, on_slide=act.slide, value=value)
    if act.key is not None:
        return Hit("key", box, key=act.key)
    if act.nav:
        return Hit("nav", box, nav=act.nav)
    if act.tap is None and act.long_press is None:
        return Hit("block", box)
    return Hit("tap", box, on_tap=act.tap, on_long_press=act.long_press)


def _edit_below(placed: Placed) -> Placed | None:
    return next((p for p in placed.walk() if isinstance(p.box, EditBox)), None)


def _path_to_field(placed: Placed, key: str) -> list[Placed]:
    widget = placed.box.widget
    if isinstance(widget, Surface) and widget.act is not None:
        field = widget.act.field
        if field is not None and field.key == key:
            return [placed]
    for child in placed.children:
        below = _path_to_field(child, key)
        if below:
            return [placed, *below]
    return []


def _wanted_span(field: Placed, viewport: int) -> tuple[int, int]:
    """Top and bottom of what must show: the field, or its caret's line if it is too high."""
    top, bottom = field.rect[1], field.rect[3]
    edit = _edit_below(field)
    if bottom - top < viewport * 0.8 or edit is None or not isinstance(edit.box, EditBox):
        return top, bottom
    caret = edit.box.edit.caret
    line, _ = caret_place(edit.box, caret if caret is not None else 0)
    start = edit.rect[1] + line * edit.box.font.line_height
    return start, start + edit.box.font.line_height
