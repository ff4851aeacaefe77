"""How rows, columns, wraps and grids are laid out."""

from __future__ import annotations

from collections.abc import Sequence

from tools.virtual_phone.ui.arrange import placed
from tools.virtual_phone.ui.layout import UNBOUNDED, Box, Child, Context, Limits
from tools.virtual_phone.ui.widget_layout import (
    Column,
    Expand,
    Gap,
    Grid,
    Row,
    Scroll,
    Widget,
    Wrap,
)

_LEAST_EXPANDED = 0.35
"""The share of a row that its expanding children keep when the others want it all."""


def column(widget: Column, limits: Limits, context: Context) -> Box:
    """Children one below the other; expanding ones and scroll views share the rest."""
    left, top, right, bottom = context.padding(widget.padding)
    inner = limits.deflated(left + right, top + bottom)
    if widget.align == "stretch" and not inner.tight_width:
        natural = _column_boxes(widget, inner, context)
        widest = max((box.width for box in natural), default=0)
        width = inner.width(widest)
        inner = Limits(width, width, inner.min_h, inner.max_h)
    boxes = _column_boxes(widget, inner, context)
    width = inner.width(max((box.width for box in boxes), default=0))
    y, children = top, []
    gap = context.px(widget.gap)
    for number, box in enumerate(boxes):
        y += gap if number else 0
        children.append(Child(left + placed(widget.align, width - box.width), y, box))
        y += box.height
    return Box(widget, width + left + right, max(limits.min_h, y + bottom), tuple(children))


def _column_boxes(widget: Column, inner: Limits, context: Context) -> list[Box]:
    bounded = inner.max_h < UNBOUNDED
    min_w = inner.min_w if widget.align == "stretch" and inner.tight_width else 0
    rest = inner.max_h - context.px(widget.gap) * max(0, len(widget.children) - 1)
    boxes: dict[int, Box] = {}
    for number, child in enumerate(widget.children):
        if bounded and isinstance(child, Expand | Scroll):
            continue
        if isinstance(child, Gap):
            boxes[number] = Box(child, 0, context.px(child.size))
        else:
            plain = child.child if isinstance(child, Expand) else child
            limit = max(0, rest) if bounded else UNBOUNDED
            boxes[number] = context.arrange(plain, Limits(min_w, inner.max_w, 0, limit))
        rest -= boxes[number].height
    expanding = [n for n in range(len(widget.children)) if n not in boxes]
    shares = _shares(max(0, rest), [_weight(widget.children[n]) for n in expanding])
    for number, share in zip(expanding, shares, strict=True):
        child = widget.children[number]
        plain = child.child if isinstance(child, Expand) else child
        # A bare scroll view in a column that may be lower is only as high as its content.
        least = share if isinstance(child, Expand) or inner.min_h == inner.max_h else 0
        boxes[number] = context.arrange(plain, Limits(min_w, inner.max_w, least, share))
    return [boxes[number] for number in range(len(widget.children))]


def row(widget: Row, limits: Limits, context: Context) -> Box:
    """Children side by side; when they do not fit, the widest are narrowed."""
    left, top, right, bottom = context.padding(widget.padding)
    inner = limits.deflated(left + right, top + bottom)
    gap = context.px(widget.gap)
    boxes = _row_boxes(widget.children, inner, gap, context)
    height = max((box.height for box in boxes), default=0)
    height = max(height, inner.min_h)
    if widget.align == "stretch":
        boxes = [
            context.arrange(
                child.child if isinstance(child, Expand) else child,
                Limits(box.width, box.width, height, height),
            )
            if not isinstance(child, Gap)
            else box
            for child, box in zip(widget.children, boxes, strict=True)
        ]
    used = sum(box.width for box in boxes) + gap * max(0, len(boxes) - 1)
    fills = widget.justify != "start" or any(isinstance(c, Expand) for c in widget.children)
    width = inner.max_w if fills else inner.width(used)
    spare = max(0, width - used)
    x = left + (spare // 2 if widget.justify == "center" else 0)
    x += spare if widget.justify == "end" else 0
    between = _shares(spare, [1.0] * (len(boxes) - 1)) if widget.justify == "between" else []
    children = []
    for number, box in enumerate(boxes):
        children.append(Child(x, top + placed(widget.align, height - box.height), box))
        x += box.width + gap + (between[number] if number < len(between) else 0)
    return Box(widget, width + left + right, height + top + bottom, tuple(children))


def _row_boxes(children: Sequence[Widget], inner: Limits, gap: int, context: Context) -> list[Box]:
    room = inner.max_w - gap * max(0, len(children) - 1)
    boxes: dict[int, Box] = {}
    for number, child in enumerate(children):
        if isinstance(child, Gap):
            boxes[number] = Box(child, context.px(child.size), 0)
        elif not isinstance(child, Expand):
            boxes[number] = context.arrange(child, Limits(0, max(0, room), 0, inner.max_h))
    expanding = [n for n, child in enumerate(children) if isinstance(child, Expand)]
    allowed = round(room * (1 - _LEAST_EXPANDED)) if expanding else room
    if sum(box.width for box in boxes.values()) > allowed:
        cap = _cap([box.width for box in boxes.values()], allowed)
        for number, box in boxes.items():
            if box.width > cap:
                limits = Limits(0, cap, 0, inner.max_h)
                boxes[number] = context.arrange(children[number], limits)
    rest = max(0, room - sum(box.width for box in boxes.values()))
    shares = _shares(rest, [_weight(children[number]) for number in expanding])
    for number, share in zip(expanding, shares, strict=True):
        child = children[number]
        plain = child.child if isinstance(child, Expand) else child
        boxes[number] = context.arrange(plain, Limits(share, share, 0, inner.max_h))
    return [boxes[number] for number in range(len(children))]


def wrap(widget: Wrap, limits: Limits, context: Context) -> Box:
    """Children flow onto new lines at the width."""
    gap = context.px(widget.gap)
    x = y = tallest = widest = 0
    children: list[Child] = []
    for child in widget.children:
        box = context.arrange(child, Limits(0, limits.max_w, 0, UNBOUNDED))
        if x and x + box.width > limits.max_w:
            x, y, tallest = 0, y + tallest + gap, 0
        children.append(Child(x, y, box))
        x += box.width + gap
        tallest = max(tallest, box.height)
        widest = max(widest, x - gap)
    return Box(widget, limits.width(widest), max(limits.min_h, y + tallest), tuple(children))


def grid(widget: Grid, limits: Limits, context: Context) -> Box:
    """Equal columns over the whole width; the cells of a row are equally high."""
    gap = context.px(widget.gap)
    count = max(1, widget.columns)
    widths = _shares(max(0, limits.max_w - gap * (count - 1)), [1.0] * count)
    y, children = 0, []
    for start in range(0, len(widget.children), count):
        cells = widget.children[start : start + count]
        pairs = list(zip(cells, widths, strict=False))
        boxes = [context.arrange(cell, Limits(w, w, 0, UNBOUNDED)) for cell, w in pairs]
        height = max(box.height for box in boxes)
        y += gap if start else 0
        x = 0
        for cell, width in pairs:
            box = context.arrange(cell, Limits(width, width, height, height))
            children.append(Child(x, y, box))
            x += width + gap
        y += height
    return Box(widget, limits.max_w, max(limits.min_h, y), tuple(children))


def _weight(child: Widget) -> float:
    return child.weight if isinstance(child, Expand) else 1.0


def _shares(total: int, weights: Sequence[float]) -> list[int]:
    """Whole px by weight that add up to the total."""
    shares, given, seen = [], 0, 0.0
    whole = sum(weights)
    for weight in weights:
        seen += weight
        upto = round(total * seen / whole)
        shares.append(upto - given)
        given = upto
    return shares


def _cap(widths: Sequence[int], total: int) -> int:
    """The width that, when nothing is wider, lets all fit into the total."""
    rest, count = total, len(widths)
    for width in sorted(widths):
        if width * count > rest:
            return max(0, rest // count)
        rest -= width
        count -= 1
    return max(widths)
