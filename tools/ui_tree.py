"""The accessibility tree as a flat tuple of nodes, read from what ``uiautomator dump`` writes.

The XML comes from another machine and may be broken, huge or hostile: it is parsed without entities
or DTDs, and refused beyond a size.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException, ElementTree

from tools.errors import CaptureError
from tools.geometry import Box

MAX_BYTES = 8 * 1024 * 1024
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FLAGS = {
    name.replace("_", "-"): name
    for name in (
        "clickable", "long_clickable", "checkable", "checked", "focusable", "focused",
        "scrollable", "selected", "password",
    )
}  # fmt: skip
_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")


@dataclass(frozen=True, slots=True)
class UiNode:
    """One element of the screen.

    Attributes:
        index: Position in the tree's tuple, in reading order of the dump (parents first).
        parent: Index of the parent; -1 for a root.
        box: Where it is, device px, clipped to the visible part.
        kind: Last part of the class name: ``Button``, ``EditText``, ``Switch``.
        text: What it shows; empty if nothing.
        description: What a screen reader says (content-desc).
        hint: Label or placeholder of an input field.
        resource_id: Full resource id, may be empty.
        package: The app it belongs to.
    """

    index: int
    parent: int
    box: Box
    kind: str = ""
    text: str = ""
    description: str = ""
    hint: str = ""
    resource_id: str = ""
    package: str = ""
    clickable: bool = False
    long_clickable: bool = False
    checkable: bool = False
    checked: bool = False
    enabled: bool = True
    focusable: bool = False
    focused: bool = False
    scrollable: bool = False
    selected: bool = False
    password: bool = False

    @property
    def label(self) -> str:
        """What a person would call it: its text, else its description, else its hint."""
        return self.text or self.description or self.hint

    @property
    def editable(self) -> bool:
        """Whether text can be typed into it."""
        return self.kind in {"EditText", "AutoCompleteTextView"}


@dataclass(frozen=True, eq=False)
class UiTree:
    """All nodes of the windows in front.

    Attributes:
        nodes: Parents before children, in the order of the dump.
        source: The XML as the device gave it.
    """

    nodes: tuple[UiNode, ...]
    source: str = ""

    @cached_property
    def _children(self) -> dict[int, tuple[UiNode, ...]]:
        children: dict[int, list[UiNode]] = {}
        for node in self.nodes:
            children.setdefault(node.parent, []).append(node)
        return {parent: tuple(found) for parent, found in children.items()}

    def children(self, node: UiNode) -> tuple[UiNode, ...]:
        """The direct children of ``node``."""
        return self._children.get(node.index, ())

    def parent(self, node: UiNode) -> UiNode | None:
        """The parent of ``node``, ``None`` for a root."""
        return self.nodes[node.parent] if node.parent >= 0 else None

    def ancestors(self, node: UiNode) -> Iterator[UiNode]:
        """Parent, grandparent and so on up to the root."""
        current = self.parent(node)
        while current is not None:
            yield current
            current = self.parent(current)

    def descendants(self, node: UiNode) -> Iterator[UiNode]:
        """Everything below ``node``, in the order of the dump."""
        stack = list(reversed(self.children(node)))
        while stack:
            child = stack.pop()
            yield child
            stack.extend(reversed(self.children(child)))

    @property
    def package(self) -> str:
        """The app in front as the tree tells it; empty if the tree is."""
        return self.nodes[0].package if self.nodes else ""


def parse_ui_tree(xml: bytes) -> UiTree:
    """Read the XML of ``uiautomator dump``.

    Args:
        xml: The document; anything before ``<?xml`` or after the last tag is cut off.

    Raises:
        CaptureError: It is not such a document, or larger than 8 MiB.
    """
    if len(xml) > MAX_BYTES:
        raise CaptureError(f"The UI tree has {len(xml)} bytes, more than {MAX_BYTES} are refused.")
    start, end = xml.find(b"<hierarchy"), xml.rfind(b">")
    if start < 0:
        raise CaptureError(f"The device gave no UI tree but {xml[:80]!r}.")
    body = xml[start : end + 1]
    try:
        root = ElementTree.fromstring(body)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise CaptureError(f"The UI tree cannot be read: {error}") from error
    nodes: list[UiNode] = []
    stack = [(child, -1) for child in reversed(root)]
    while stack:  # an explicit stack: a hostile document must not exhaust Python's
        element, parent = stack.pop()
        node = _read_node(element, len(nodes), parent)
        nodes.append(node)
        stack.extend((child, node.index) for child in reversed(element))
    return UiTree(nodes=tuple(nodes), source=body.decode("utf-8", "replace"))


def ui_tree_xml(nodes: Iterable[UiNode]) -> str:
    """Write nodes in the form that ``parse_ui_tree`` reads: of other systems than Android's too.

    Args:
        nodes: Parents before children, numbered in this order.
    """
    root = Element("hierarchy", {"rotation": "0"})
    elements: dict[int, Element] = {-1: root}
    for node in nodes:
        box = node.box
        given = {
            "class": node.kind,
            "text": node.text,
            "content-desc": node.description,
            "hint": node.hint,
            "resource-id": node.resource_id,
            "package": node.package,
            "bounds": f"[{box.left},{box.top}][{box.right},{box.bottom}]",
            "enabled": "true" if node.enabled else "false",
        }
        flags = {name: "true" for name, field in _FLAGS.items() if getattr(node, field)}
        written = {name: _NOT_XML.sub("\ufffd", value) for name, value in given.items() if value}
        elements[node.index] = SubElement(elements[node.parent], "node", written | flags)
    return tostring(root, encoding="unicode")


def _read_node(element: Element, index: int, parent: int) -> UiNode:
    def text(name: str) -> str:
        # An attribute that is left out means "none": uiautomator leaves out `hint` on old releases.
        return element.get(name, "")

    def flag(name: str) -> bool:
        return element.get(name) == "true"

    match = _BOUNDS.fullmatch(text("bounds"))
    if match is None:
        raise CaptureError(f"A node of the UI tree has no bounds: {dict(element.attrib)!r}")
    left, top, right, bottom = (int(number) for number in match.groups())
    return UiNode(
        index=index,
        parent=parent,
        box=Box(left=left, top=top, right=right, bottom=bottom),
        kind=text("class").rpartition(".")[2],
        text=text("text"),
        description=text("content-desc"),
        hint=text("hint"),
        resource_id=text("resource-id"),
        package=text("package"),
        clickable=flag("clickable"),
        long_clickable=flag("long-clickable"),
        checkable=flag("checkable"),
        checked=flag("checked"),
        enabled=element.get("enabled") != "false",
        focusable=flag("focusable"),
        focused=flag("focused"),
        scrollable=flag("scrollable"),
        selected=flag("selected"),
        password=flag("password"),
    )
