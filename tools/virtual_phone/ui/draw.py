"""Painting laid-out boxes."""

from __future__ import annotations

from tools.virtual_phone.ui.fonts import text_width
from tools.virtual_phone.ui.layout import Context, EditBox, TextBox
from tools.virtual_phone.ui.paint import Painter, Rect
from tools.virtual_phone.ui.placement import Placed
from tools.virtual_phone.ui.primitives import PILL, Canvas, Surface
from tools.virtual_phone.ui.widget_layout import Icon


def paint(root: Placed, painter: Painter, context: Context) -> None:
    """Paint a tree of boxes onto the painter's picture."""
    whole = painter.clip
    for placed in root.shown():
        painter.clip = placed.clip
        box = placed.box
        widget = box.widget
        if isinstance(widget, Surface):
            _surface(widget, placed.rect, painter, context)
        elif isinstance(box, TextBox):
            _text(box, placed.rect, painter, context)
        elif isinstance(box, EditBox):
            _edit(box, placed, painter, context)
        elif isinstance(widget, Icon):
            _icon(widget, placed.rect, painter, context)
        elif isinstance(widget, Canvas):
            widget.draw(painter, placed.rect)
    painter.clip = whole


def caret_place(box: EditBox, index: int) -> tuple[int, float]:
    """The caret's line number and its distance (px) from the start of the line."""
    text, font = box.edit.text, box.font
    line = 0
    for number, (first, _) in enumerate(box.spans):
        if first <= index:
            line = number
    first, last = box.spans[line]
    return line, text_width(text[first : min(index, last)], font.size, font.weight)


def caret_at(box: EditBox, rect: Rect, x: float, y: float) -> int:
    """The caret index nearest to a point on the screen."""
    font, text = box.font, box.edit.text
    line = int((y - rect[1]) // font.line_height)
    first, last = box.spans[min(len(box.spans) - 1, max(0, line))]
    last = min(last, len(text))
    left = rect[0] + _edit_shift(box, first, last)
    best = min(first, last)
    for index in range(best, last + 1):
        place = left + text_width(text[first:index], font.size, font.weight)
        if place - x > 0 and index > first:
            before = left + text_width(text[first : index - 1], font.size, font.weight)
            return index if place - x < x - before else index - 1
        best = index
    return best


def _surface(widget: Surface, rect: Rect, painter: Painter, context: Context) -> None:
    theme = context.theme
    radius = context.px(min(widget.radius, PILL))
    if widget.shadow:
        corner = min(radius, (rect[2] - rect[0]) // 2, (rect[3] - rect[1]) // 2)
        painter.shadow(rect, corner, context.px(widget.shadow))
    if widget.fill:
        painter.rounded(rect, radius, theme.color(widget.fill), top_only=widget.top_only)
    if widget.border:
        width = max(1, context.px(widget.border_width))
        painter.ring(rect, radius, width, theme.color(widget.border))


def _text(box: TextBox, rect: Rect, painter: Painter, context: Context) -> None:
    color = context.theme.color(box.color)
    left, top, right, bottom = rect
    font = box.font
    top += max(0, bottom - top - font.line_height * len(box.lines)) // 2 if _is_fixed(box) else 0
    for line in box.lines:
        x = float(left)
        if box.align != "start":
            spare = right - left - text_width(line, font.size, font.weight)
            x += spare / 2 if box.align == "center" else spare
        painter.line(line, x, top, font, color)
        top += font.line_height


def _is_fixed(box: TextBox) -> bool:
    return len(box.lines) == 1 and box.align == "center"


def _icon(widget: Icon, rect: Rect, painter: Painter, context: Context) -> None:
    side = context.px(widget.size)
    left = rect[0] + (rect[2] - rect[0] - side) // 2
    top = rect[1] + (rect[3] - rect[1] - side) // 2
    painter.icon(widget.name, left, top, side, context.theme.color(widget.color))


def _edit(box: EditBox, placed: Placed, painter: Painter, context: Context) -> None:
    edit, font, rect = box.edit, box.font, placed.rect
    shown = edit.text or edit.placeholder
    color = context.theme.color(edit.color if edit.text else "on_surface_variant")
    painter.clip = placed.visible
    for number, (first, last) in enumerate(box.spans):
        x = rect[0] + _edit_shift(box, first, last)
        painter.line(shown[first:last], x, rect[1] + number * font.line_height, font, color)
    if edit.caret is None:
        return
    line, along = caret_place(box, edit.caret)
    first, last = box.spans[line] if edit.text else (0, 0)
    x = round(rect[0] + _edit_shift(box, first, last) + along)
    top = rect[1] + line * font.line_height
    inset = (font.line_height - font.size * 5 // 4) // 2
    bar = (x, top + inset, x + box.caret_width, top + font.line_height - inset)
    painter.fill(bar, context.theme.color("primary"))


def _edit_shift(box: EditBox, first: int, last: int) -> float:
    """Where the line starts: centred, or moved left so that the caret (or the end) shows."""
    edit, font = box.edit, box.font
    width = text_width((edit.text or edit.placeholder)[first:last], font.size, font.weight)
    if edit.align == "center":
        return (box.width - width) / 2
    if edit.multiline or edit.caret is None or not edit.text:
        return 0
    at = text_width(edit.text[: edit.caret], font.size, font.weight)
    return min(0.0, box.width - box.caret_width - at)
