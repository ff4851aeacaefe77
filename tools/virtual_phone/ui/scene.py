"""A composed screen: its picture, its accessibility tree, and what lies under a point.

`compose` is a pure function: the same page, view state, chrome, theme and metrics give the same
pixels. A Scene lays out once and draws when first asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from tools.virtual_phone.ui import chrome as bars
from tools.virtual_phone.ui.compose_page import Insets, place_overlay, place_page, raised_fill
from tools.virtual_phone.ui.draw import paint
from tools.virtual_phone.ui.keyboard import keyboard
from tools.virtual_phone.ui.layout import Context, Limits
from tools.virtual_phone.ui.lowering import make_context
from tools.virtual_phone.ui.nodes import Node
from tools.virtual_phone.ui.paint import Painter, Rect
from tools.virtual_phone.ui.placement import Placed, place
from tools.virtual_phone.ui.semantics import window_node
from tools.virtual_phone.ui.theme import Theme
from tools.virtual_phone.ui.touch import (
    FieldInfo,
    Hit,
    ScrollArea,
    fields_of,
    hit_in,
    reveal_offsets,
    scroll_areas,
)
from tools.virtual_phone.ui.view import Chrome, Metrics, ViewState
from tools.virtual_phone.ui.widget_layout import Handler
from tools.virtual_phone.ui.widget_pages import Menu, Page

__all__ = ["FieldInfo", "Hit", "Scene", "ScrollArea", "compose"]

_SCRIM = 0.4
"""Opacity of the shade under an overlay."""


@dataclass(frozen=True)
class _Layers:
    """What is on the screen, from back to front."""

    page: tuple[Placed, ...]
    status: Placed
    overlay: Placed | None
    keyboard: Placed | None
    nav: Placed
    toast: Placed | None


class Scene:
    """One laid-out screen; make it with `compose`."""

    def __init__(self, page: Page, chrome: Chrome, context: Context, layers: _Layers) -> None:
        self._page = page
        self._chrome = chrome
        self._context = context
        self._layers = layers
        self._image: Image.Image | None = None
        top = (layers.overlay,) if layers.overlay is not None else layers.page
        self._top = top
        self.scrollables: tuple[ScrollArea, ...] = scroll_areas(top, context.metrics)
        self.fields: tuple[FieldInfo, ...] = fields_of(top)
        self.overlay_open: bool = layers.overlay is not None
        self.on_dismiss: Handler | None = page.overlay.on_dismiss if page.overlay else None
        """What Back does first: the open overlay's on_dismiss."""

    def image(self) -> Image.Image:
        """The picture: RGB, the size of the screen in px. Do not draw on it."""
        if self._image is None:
            self._image = self._paint()
        return self._image

    def node(self, package: str) -> Node:
        """The top window's accessibility tree (the overlay's only, when one is open)."""
        overlay = self._layers.overlay
        if overlay is not None:
            return window_node((overlay,), package, overlay.visible)
        width, height = self._context.metrics.size
        return window_node(self._layers.page, package, (0, 0, width, height))

    def system_nodes(self) -> tuple[Node, ...]:
        """The other windows: the keyboard, when it shows, and the navigation bar."""
        windows = []
        if self._layers.keyboard is not None:
            panel = self._layers.keyboard
            windows.append(window_node((panel,), "com.android.inputmethod.latin", panel.visible))
        nav = self._layers.nav
        windows.append(window_node((nav,), "com.android.systemui", nav.visible))
        return tuple(windows)

    @property
    def keyboard_box(self) -> tuple[int, int, int, int] | None:
        """The keyboard's panel in px; None where it is not up."""
        return None if self._layers.keyboard is None else self._layers.keyboard.rect

    def hit(self, x: float, y: float) -> Hit | None:
        """The topmost interactive thing at a point in px, or None."""
        layers = self._layers
        above = [layers.nav, layers.keyboard, layers.overlay]
        for layer in above:
            found = hit_in(layer, x, y, self._context) if layer is not None else None
            if found is not None:
                return found
        width, height = self._context.metrics.size
        if self.overlay_open:
            return Hit("dismiss", (0, 0, width, height), on_tap=self.on_dismiss)
        for layer in (layers.status, *reversed(layers.page)):
            found = hit_in(layer, x, y, self._context)
            if found is not None:
                return found
        return None

    def scrollable_at(self, x: float, y: float) -> ScrollArea | None:
        """The innermost scroll view at a point in px, or None."""
        inside = [
            area
            for area in self.scrollables
            if area.box[0] <= x < area.box[2] and area.box[1] <= y < area.box[3]
        ]
        return inside[-1] if inside else None

    def reveal(self, field_key: str) -> Mapping[str, float]:
        """New offsets (dp) by Scroll key that bring a field into view; empty when it is."""
        return reveal_offsets(self._top, field_key, self._context)

    def _paint(self) -> Image.Image:
        context, layers = self._context, self._layers
        theme, (width, height) = context.theme, context.metrics.size
        image = Image.new("RGB", (width, height), theme.color(self._page.background))
        painter = Painter(image)
        raised = raised_fill(self._page, context)
        if raised:
            painter.fill(layers.status.rect, theme.color(raised))
        if self._page.nav is not None and layers.keyboard is None:
            painter.fill(layers.nav.rect, theme.color("surface_container"))
        for layer in (*layers.page, layers.status):
            paint(layer, painter, context)
        if layers.overlay is not None:
            paint(layers.nav, painter, context)
            if not isinstance(self._page.overlay, Menu):
                image = image.point([round(level * (1 - _SCRIM)) for level in range(256)] * 3)
            painter = Painter(image)
            paint(layers.overlay, painter, context)
        if layers.keyboard is not None:
            panel = theme.color("surface_container")
            painter.fill((0, layers.keyboard.rect[1], width, height), panel)
            paint(layers.keyboard, painter, context)
        if layers.overlay is None or layers.keyboard is not None:
            paint(layers.nav, painter, context)
        if layers.toast is not None:
            paint(layers.toast, painter, context)
        return image


def compose(page: Page, view: ViewState, chrome: Chrome, theme: Theme, metrics: Metrics) -> Scene:
    """Lay out a screen. Offsets beyond the content are clamped.

    Raises:
        UnknownWidgetError: the page holds something that is no widget of this toolkit.
    """
    context = make_context(view, theme, metrics)
    width, height = metrics.size
    screen: Rect = (0, 0, width, height)
    nav_size = metrics.px(bars.NAV_SIZE)
    top = metrics.px(bars.STATUS_HEIGHT)
    right = width - nav_size if metrics.landscape else width
    bottom = height if metrics.landscape else height - nav_size
    ink = _bar_ink(page, chrome, theme)

    status_box = context.arrange(bars.status_bar(chrome, ink), Limits(right, right, top, top))
    nav_rect = (right, 0, width, height) if metrics.landscape else (0, bottom, width, height)
    nav_ink = "on_surface" if chrome.keyboard is not None else ink
    nav_box = context.arrange(
        bars.nav_bar(chrome, nav_ink, context), _exactly(nav_rect[2] - nav_rect[0], nav_rect)
    )
    panel: Placed | None = None
    if chrome.keyboard is not None:
        box = context.arrange(keyboard(chrome.keyboard, context), Limits(right, right, 0, bottom))
        panel = place(box, 0, bottom - box.height, screen)
        bottom -= box.height
    insets = Insets((0, top, right, bottom), keyboard_shown=panel is not None)
    return Scene(
        page,
        chrome,
        context,
        _Layers(
            page=place_page(page, insets, context),
            status=place(status_box, 0, 0, screen),
            overlay=place_overlay(page.overlay, insets, context) if page.overlay else None,
            keyboard=panel,
            nav=place(nav_box, nav_rect[0], nav_rect[1], screen),
            toast=_toast(chrome, insets.area, context),
        ),
    )


def _exactly(width: int, rect: Rect) -> Limits:
    height = rect[3] - rect[1]
    return Limits(width, width, height, height)


def _bar_ink(page: Page, chrome: Chrome, theme: Theme) -> str:
    """The colour of status and navigation icons."""
    if chrome.status_bar_light is None:
        return theme.on(page.background)
    return "#ffffff" if chrome.status_bar_light else "#1b1b1f"


def _toast(chrome: Chrome, area: Rect, context: Context) -> Placed | None:
    if not chrome.toast:
        return None
    room = area[2] - area[0] - context.px(48)
    box = context.arrange(bars.toast(chrome.toast), Limits(0, room, 0, area[3] - area[1]))
    x = (area[0] + area[2] - box.width) // 2
    return place(box, x, area[3] - box.height - context.px(48), area)
