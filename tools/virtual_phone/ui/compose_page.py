"""Where a page's parts and its overlay stand on the screen. All lengths in px."""

from __future__ import annotations

from dataclasses import dataclass

from tools.virtual_phone.ui.build_bar import bottom_sheet, dialog, menu, nav_bar, top_bar
from tools.virtual_phone.ui.layout import Box, Context, Limits
from tools.virtual_phone.ui.paint import Rect
from tools.virtual_phone.ui.placement import Placed, place
from tools.virtual_phone.ui.widget_layout import Column, Expand, Pad, Scroll, Widget
from tools.virtual_phone.ui.widget_pages import BottomSheet, Dialog, Overlay, Page


@dataclass(frozen=True)
class Insets:
    """The part of the screen that status bar, navigation bar and keyboard leave free."""

    area: Rect
    keyboard_shown: bool = False


def place_page(page: Page, insets: Insets, context: Context) -> tuple[Placed, ...]:
    """The page's parts, from back to front: body, bars, floating button."""
    left, top, right, bottom = insets.area
    parts: list[Placed] = []
    if page.top is not None:
        fill = raised_fill(page, context)
        box = _full_width(top_bar(page.top, context, fill), insets.area, context)
        parts.append(place(box, left, top, insets.area))
        top += box.height
    if page.nav is not None and not insets.keyboard_shown:
        box = _full_width(nav_bar(page.nav, context), insets.area, context)
        bottom -= box.height
        parts.append(place(box, left, bottom, insets.area))
    if page.bottom is not None:
        box = _full_width(page.bottom, insets.area, context)
        bottom -= box.height
        parts.insert(
            len(parts) - (page.nav is not None and not insets.keyboard_shown),
            place(box, left, bottom, insets.area),
        )
    area = (left, top, right, max(top, bottom))
    button: Placed | None = None
    if page.fab is not None:
        margin = context.px(16)
        box = context.arrange(page.fab, Limits(0, right - left - 2 * margin, 0, bottom - top))
        button = place(box, right - margin - box.width, bottom - margin - box.height, area)
        context.bottom_inset = box.height + 2 * margin
        context.inset_scroll = _outer_scroll(page.body)
    body = place(_body(page.body, area, context), left, top, area)
    # The body comes after the top bar in reading order; nothing of them overlaps.
    after_top = 1 if page.top is not None else 0
    ordered = [*parts[:after_top], body, *parts[after_top:]]
    return tuple(ordered) if button is None else (*ordered, button)


def raised_fill(page: Page, context: Context) -> str:
    """The colour of the top bar (and of the status bar): another once content is under it."""
    scroll = _outer_scroll(page.body)
    key = scroll.key if isinstance(scroll, Scroll) else "page"
    scrolled = page.top is not None and context.view.scroll.get(key, 0.0) > 0
    return "surface_container" if scrolled else ""


def place_overlay(overlay: Overlay, insets: Insets, context: Context) -> Placed:
    """A dialog in the middle, a sheet at the bottom, a menu at the top right."""
    left, top, right, bottom = insets.area
    width, height = right - left, bottom - top
    if isinstance(overlay, Dialog):
        margin = context.px(24 if width > context.px(400) else 16)
        edge = context.px(8)
        limits = Limits(0, width - 2 * margin, 0, height - 2 * edge)
        panel = dialog(overlay, context)
        wide = min(limits.max_w, context.px(560 if context.metrics.landscape else 400))
        box = context.arrange(panel, Limits(wide, wide, 0, limits.max_h))
        x, y = left + (width - box.width) // 2, top + (height - box.height) // 2
    elif isinstance(overlay, BottomSheet):
        wide = min(width, context.px(640))
        box = context.arrange(
            bottom_sheet(overlay, context), Limits(wide, wide, 0, height - context.px(40))
        )
        x, y = left + (width - box.width) // 2, bottom - box.height
    else:
        edge = context.px(8)
        box = context.arrange(menu(overlay, context), Limits(0, width, 0, height - 2 * edge))
        x, y = right - edge - box.width, top + edge
    return place(box, x, y, insets.area)


def _full_width(widget: Widget, area: Rect, context: Context) -> Box:
    width = area[2] - area[0]
    return context.arrange(widget, Limits(width, width, 0, area[3] - area[1]))


def _body(body: Widget, area: Rect, context: Context) -> Box:
    """The body fills its area; one that is higher scrolls as a whole."""
    width, height = area[2] - area[0], area[3] - area[1]
    limits = Limits(width, width, height, height)
    box = context.arrange(body, limits)
    if box.height <= height:
        return box
    whole = Scroll(body, key="page")
    if context.bottom_inset:
        context.inset_scroll = whole
    return context.arrange(whole, limits)


def _outer_scroll(widget: Widget) -> Widget | None:
    if isinstance(widget, Scroll):
        return widget
    if isinstance(widget, Expand | Pad):
        return _outer_scroll(widget.child)
    if isinstance(widget, Column):
        found = (_outer_scroll(child) for child in widget.children)
        return next((scroll for scroll in found if scroll is not None), None)
    return None
