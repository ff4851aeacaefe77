"""Accessibility nodes out of placed boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.virtual_phone.ui.layout import ScrollBox
from tools.virtual_phone.ui.nodes import Node
from tools.virtual_phone.ui.paint import Rect, is_empty
from tools.virtual_phone.ui.placement import Placed
from tools.virtual_phone.ui.primitives import Sem, Surface
from tools.virtual_phone.ui.widget_layout import Column, Icon, Row, Text

_WIDGETS = "android.widget."
_VIEWS = "android.view."


def window_node(roots: Iterable[Placed], package: str, bounds: Rect) -> Node:
    """The tree of one window: a frame around the nodes of what shows."""
    children = tuple(node for root in roots for node in _nodes(root, package))
    return Node(_class("FrameLayout"), bounds, package, children=children)


def _nodes(placed: Placed, package: str) -> Iterator[Node]:
    """The node of this box, or, when it has none, those of the boxes in it."""
    widget = placed.box.widget
    shows = not is_empty(placed.visible)
    if isinstance(widget, Surface) and widget.sem is not None:
        if shows:
            yield _surface_node(widget, widget.sem, placed, package)
        return
    if isinstance(widget, Text):
        if shows and widget.text:
            yield Node(
                _class("TextView"),
                placed.visible,
                package,
                text=widget.text,
                resource_id=_id(package, widget.key),
            )
        return
    if isinstance(widget, Icon):
        if shows and widget.description:
            yield Node(
                _class("ImageView"), placed.visible, package, content_desc=widget.description
            )
        return
    below = tuple(node for child in placed.children for node in _nodes(child, package))
    if isinstance(placed.box, ScrollBox):
        if shows:
            scrollable = placed.box.content_height > placed.box.height
            yield Node(
                _class("ScrollView"),
                placed.visible,
                package,
                resource_id=_id(package, placed.box.key),
                scrollable=scrollable,
                focusable=scrollable,
                children=below,
            )
        return
    key = widget.key if isinstance(widget, Column | Row) else ""
    if key and shows:
        yield Node(
            _class("ViewGroup"),
            placed.visible,
            package,
            resource_id=_id(package, key),
            children=below,
        )
        return
    yield from below


def _surface_node(widget: Surface, sem: Sem, placed: Placed, package: str) -> Node:
    act = widget.act
    live = act is not None and act.enabled
    slides = act is not None and act.slide is not None
    edits = act is not None and act.field is not None
    taps = act is not None and any((act.tap, act.field, act.key, act.nav))
    children: tuple[Node, ...] = ()
    if not sem.leaf:
        children = tuple(node for child in placed.children for node in _nodes(child, package))
    return Node(
        _class(sem.role),
        placed.visible,
        package,
        text=sem.text,
        resource_id=_id(package, sem.key),
        content_desc=sem.description,
        hint=sem.hint,
        checkable=sem.checked is not None,
        checked=bool(sem.checked),
        clickable=live and taps,
        enabled=sem.enabled,
        focusable=live and (taps or slides or edits),
        focused=sem.focused,
        long_clickable=act is not None and live and (edits or act.long_press is not None),
        password=sem.password,
        selected=sem.selected,
        children=children,
    )


def _class(role: str) -> str:
    return (_VIEWS if role in ("View", "ViewGroup") else _WIDGETS) + role


def _id(package: str, key: str) -> str:
    return f"{package}:id/{key}" if key else ""
