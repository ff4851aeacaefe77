"""How single boxes are laid out: text, icons, surfaces, field contents, scroll views."""

from __future__ import annotations

import math

from tools.virtual_phone.ui.fonts import text_width
from tools.virtual_phone.ui.layout import (
    UNBOUNDED,
    Box,
    Child,
    Context,
    EditBox,
    Limits,
    ScrollBox,
    TextBox,
)
from tools.virtual_phone.ui.primitives import Canvas, EditText, FixedText, Surface
from tools.virtual_phone.ui.textflow import TextFont, lines, spans
from tools.virtual_phone.ui.widget_layout import Align, Expand, Gap, Icon, Pad, Scroll, Text


def text(widget: Text, limits: Limits, context: Context) -> Box:
    """Text wraps at the width it is offered."""
    font = context.font(widget.style, widget.weight)
    shown = lines(widget.text, font, limits.max_w, widget.max_lines)
    widest = max(text_width(line, font.size, font.weight) for line in shown)
    width = limits.width(math.ceil(widest))
    height = font.line_height * len(shown)
    return TextBox(
        widget, width, max(limits.min_h, height), (), shown, font, widget.align, widget.color
    )


def fixed_text(widget: FixedText, limits: Limits, context: Context) -> Box:
    """One line in a fixed size."""
    size = context.px(widget.size)
    font = TextFont(size, round(size * 1.25), widget.weight)
    width = limits.width(math.ceil(text_width(widget.text, size, widget.weight)))
    shown = (widget.text,)
    return TextBox(
        widget, width, font.line_height, (), shown, font, color=widget.color, align="center"
    )


def icon(widget: Icon, limits: Limits, context: Context) -> Box:
    """An icon has the size it says; it is centred when it must be larger."""
    side = context.px(widget.size)
    return Box(widget, limits.width(side), max(limits.min_h, side))


def pad(widget: Pad, limits: Limits, context: Context) -> Box:
    """Room around the child."""
    left, top, right, bottom = context.padding(widget.padding)
    inner = context.arrange(widget.child, limits.deflated(left + right, top + bottom))
    width, height = inner.width + left + right, inner.height + top + bottom
    return Box(widget, width, height, (Child(left, top, inner),))


def gap(widget: Gap, limits: Limits, _context: Context) -> Box:
    """A gap outside a row or column takes no room."""
    return Box(widget, limits.min_w, limits.min_h)


def expand(widget: Expand, limits: Limits, context: Context) -> Box:
    """Outside a row or column there is nothing to share."""
    inner = context.arrange(widget.child, limits)
    return Box(widget, inner.width, inner.height, (Child(0, 0, inner),))


def canvas(widget: Canvas, limits: Limits, context: Context) -> Box:
    """A drawing fills the width it is offered unless it has its own."""
    wanted = limits.max_w if widget.width is None else context.px(widget.width)
    return Box(widget, limits.width(wanted), limits.height(context.px(widget.height)))


def surface(widget: Surface, limits: Limits, context: Context) -> Box:
    """A surface is as large as its child and its own least sizes ask."""
    own = _own_limits(widget, limits, context)
    left, top, right, bottom = context.padding(widget.padding)
    if widget.child is None:
        return Box(widget, own.width(left + right), own.height(top + bottom))
    room = own.deflated(left + right, top + bottom)
    # Without a minimum the child shows its natural size and is then put in its place.
    inner_limits = Limits(
        room.min_w if widget.x == "stretch" else 0,
        room.max_w,
        room.min_h if widget.y == "stretch" else 0,
        room.max_h,
    )
    inner = context.arrange(widget.child, inner_limits)
    width = own.width(inner.width + left + right)
    # Never lower than its child: a page finds out by it that its body needs to scroll.
    height = max(own.height(0), inner.height + top + bottom)
    x = left + placed(widget.x, width - left - right - inner.width)
    y = top + placed(widget.y, height - top - bottom - inner.height)
    return Box(widget, width, height, (Child(x, y, inner),))


def placed(align: Align, spare: int) -> int:
    """Where something starts along an axis with this much room to spare."""
    if align == "center":
        return spare // 2
    return spare if align == "end" else 0


def scroll(widget: Scroll, limits: Limits, context: Context) -> Box:
    """A scroll view takes the height it is offered; the content any height."""
    inset = context.bottom_inset if context.inset_scroll is widget else 0
    inner = context.arrange(widget.child, Limits(limits.min_w, limits.max_w, 0, UNBOUNDED))
    content = inner.height + inset
    height = limits.height(content)
    wanted = context.px(context.view.scroll.get(widget.key, 0.0))
    offset = max(0, min(wanted, content - height))
    return ScrollBox(
        widget, inner.width, height, (Child(0, -offset, inner),), widget.key, offset, content
    )


def edit_text(widget: EditText, limits: Limits, context: Context) -> Box:
    """A field's content fills the width; only a multi-line one wraps."""
    scale = context.metrics.font_scale
    font = TextFont(context.px(widget.size * scale), context.px(widget.size * 1.5 * scale))
    caret = context.px(2)
    shown = widget.text or widget.placeholder
    one_line = ((0, len(shown)),)
    found = spans(shown, font, limits.max_w - caret) if widget.multiline else one_line
    height = font.line_height * max(len(found), widget.min_lines)
    return EditBox(widget, limits.max_w, max(height, limits.min_h), (), widget, found, font, caret)


def _own_limits(widget: Surface, limits: Limits, context: Context) -> Limits:
    min_w, max_w = limits.min_w, limits.max_w
    if widget.max_width is not None:
        max_w = min(max_w, context.px(widget.max_width))
        min_w = min(min_w, max_w)
    if widget.width is not None:
        min_w = max_w = min(max_w, max(min_w, context.px(widget.width)))
    else:
        min_w = min(max_w, max(min_w, context.px(widget.min_width)))
    min_h, max_h = limits.min_h, limits.max_h
    if widget.height is not None:
        min_h = max_h = max(min_h, min(max_h, context.px(widget.height)))
    else:
        min_h = min(max_h, max(min_h, context.px(widget.min_height)))
    return Limits(min_w, max_w, min_h, max_h)
