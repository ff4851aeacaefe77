"""Accessibility nodes as Android describes a window, and their `uiautomator dump` XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What XML 1.0 cannot hold even escaped; uiautomator writes a full stop in its place.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


@dataclass(frozen=True)
class Node:
    """One view; `bounds` is (left, top, right, bottom) in screen px, clipped to what shows."""

    class_name: str
    bounds: tuple[int, int, int, int]
    package: str
    text: str = ""
    resource_id: str = ""
    content_desc: str = ""
    hint: str = ""
    checkable: bool = False
    checked: bool = False
    clickable: bool = False
    enabled: bool = True
    focusable: bool = False
    focused: bool = False
    scrollable: bool = False
    long_clickable: bool = False
    password: bool = False
    selected: bool = False
    children: tuple[Node, ...] = ()

    @property
    def center(self) -> tuple[int, int]:
        """The middle of the bounds, in screen px."""
        left, top, right, bottom = self.bounds
        return (left + right) // 2, (top + bottom) // 2

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def to_xml(node: Node, rotation: int = 0) -> str:
    """The tree as `uiautomator dump` writes it; `rotation` is 0..3 quarter turns."""
    parts = [
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
        f'<hierarchy rotation="{rotation}">',
    ]
    _write(node, 0, parts)
    parts.append("</hierarchy>")
    return "".join(parts)


def _write(node: Node, index: int, parts: list[str]) -> None:
    left, top, right, bottom = node.bounds
    attributes = {
        "index": str(index),
        "text": node.text,
        "resource-id": node.resource_id,
        "class": node.class_name,
        "package": node.package,
        "content-desc": node.content_desc,
        "checkable": _flag(node.checkable),
        "checked": _flag(node.checked),
        "clickable": _flag(node.clickable),
        "enabled": _flag(node.enabled),
        "focusable": _flag(node.focusable),
        "focused": _flag(node.focused),
        "scrollable": _flag(node.scrollable),
        "long-clickable": _flag(node.long_clickable),
        "password": _flag(node.password),
        "selected": _flag(node.selected),
        "bounds": f"[{left},{top}][{right},{bottom}]",
    }
    if node.hint:
        attributes["hint"] = node.hint
    parts.append("<node " + " ".join(f'{name}="{_escape(v)}"' for name, v in attributes.items()))
    if not node.children:
        parts.append(" />")
        return
    parts.append(">")
    for number, child in enumerate(node.children):
        _write(child, number, parts)
    parts.append("</node>")


def _flag(value: bool) -> str:  # noqa: FBT001  (the one value it is about)
    return "true" if value else "false"


def _escape(value: str) -> str:
    return _UNWRITABLE.sub(".", value).translate(_ESCAPES)
