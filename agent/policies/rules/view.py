"""The screen as a person reads it: things to press, fields to fill, and plain text.

Made from the accessibility tree alone. A pressable thing carries all the words inside it, so that a
row made of a title, a value and an icon is one element with several texts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agent.policies.rules.text import normal, says
from agent.policy import Glimpse
from tools.device import Observation
from tools.errors import CaptureError
from tools.geometry import Box, Point, Size
from tools.ui_tree import UiNode, UiTree

_DIALOG_SHARE = 0.9
_WINDOW, _DIALOG = "Window", "Dialog"
"""What the roots of a desktop's tree are; those of a phone are layouts."""


@dataclass(frozen=True)
class Element:
    """Something that can be pressed or filled.

    Attributes:
        node: The node that takes the press.
        texts: Every word on it, in reading order; the first is its label.
        checked: State of a switch, box or radio button; ``None`` if it has none.
        selected: Whether it is shown as the chosen one.
    """

    node: UiNode
    texts: tuple[str, ...]
    checked: bool | None
    selected: bool

    @property
    def label(self) -> str:
        """What a person would call it."""
        return self.texts[0] if self.texts else ""

    @property
    def values(self) -> tuple[str, ...]:
        """The words after the label: a picker's value, a row's second line."""
        return self.texts[1:]

    @property
    def box(self) -> Box:
        """Where it is, device px."""
        return self.node.box

    @property
    def at(self) -> Point:
        """Where to press it."""
        return self.node.box.center

    @property
    def editable(self) -> bool:
        """Whether text can be typed into it."""
        return self.node.editable

    @property
    def enabled(self) -> bool:
        """Whether it reacts."""
        return self.node.enabled

    @property
    def is_on(self) -> bool:
        """Whether it is checked or selected."""
        return bool(self.checked) or self.selected

    @property
    def key(self) -> str:
        """The same for the same thing on a later look."""
        return f"{self.node.resource_id}|{self.node.kind}|{normal(self.label)}"

    def says(self, phrases: tuple[str, ...]) -> int:
        """How well its label says one of ``phrases``, 0..3."""
        return says(self.label, phrases)


class View:
    """One observation, read.

    Args:
        observation: A look with a UI tree.

    Raises:
        CaptureError: It has none; rules cannot read pixels.
    """

    def __init__(self, observation: Observation | Glimpse) -> None:
        if observation.ui_tree is None:
            raise CaptureError(
                "The device gives no UI tree, and the rules policy reads nothing else."
            )
        self.tree: UiTree = observation.ui_tree
        self.size: Size = observation.size
        self.app = observation.app or self.tree.package
        self.activity = observation.activity

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Everything that can be pressed or filled, top to bottom, left to right."""
        found = [self._element(node) for node in self.tree.nodes if _takes_input(node)]
        visible = [element for element in found if element.box.area > 0]
        return tuple(sorted(visible, key=lambda element: (element.box.top, element.box.left)))

    @cached_property
    def plain_texts(self) -> tuple[UiNode, ...]:
        """Texts that are not part of anything pressable, in reading order."""
        return tuple(
            node
            for node in self.tree.nodes
            if (node.text or node.description)
            and not _takes_input(node)
            and not any(_takes_input(ancestor) for ancestor in self.tree.ancestors(node))
        )

    @cached_property
    def all_texts(self) -> tuple[str, ...]:
        """Every word on the screen that is not in an input field."""
        return tuple(
            text
            for node in self.tree.nodes
            if not node.editable
            for text in (node.text, node.description)
            if text
        )

    @cached_property
    def fields(self) -> tuple[Element, ...]:
        """The enabled input fields."""
        return tuple(item for item in self.elements if item.editable and item.enabled)

    @cached_property
    def pressables(self) -> tuple[Element, ...]:
        """Everything enabled that is pressed rather than filled."""
        return tuple(item for item in self.elements if not item.editable and item.enabled)

    @property
    def scrollables(self) -> tuple[UiNode, ...]:
        """What can be scrolled, the largest first."""
        nodes = [node for node in self.tree.nodes if node.scrollable and node.box.area > 0]
        return tuple(sorted(nodes, key=lambda node: -node.box.area))

    @cached_property
    def is_dialog(self) -> bool:
        """Whether the window in front is a dialog; a phone's covers only part of the screen."""
        if self.on_desktop:
            return bool(self.tree.nodes) and self.tree.nodes[0].kind == _DIALOG
        boxes = [node.box for node in self.tree.nodes]
        top = min(box.top for box in boxes)
        bottom = max(box.bottom for box in boxes)
        left = min(box.left for box in boxes)
        right = max(box.right for box in boxes)
        share = (bottom - top) * (right - left) / (self.size.width * self.size.height)
        return share < _DIALOG_SHARE and (top > 0.08 * self.size.height)

    @property
    def on_desktop(self) -> bool:
        """Whether this is a desktop: it has windows, or nothing at all where none is open."""
        return not self.tree.nodes or self.tree.nodes[0].kind in (_WINDOW, _DIALOG)

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of a desktop's windows in front."""
        return tuple(node.text for node in self.tree.nodes if node.kind == _WINDOW)

    @cached_property
    def place(self) -> str:
        """Which screen this is, whatever its lists show: app, activity, title, dialog or not."""
        title = self.plain_texts[0].label if self.plain_texts else ""
        return f"{self.app}|{self.activity}|{normal(title)}|{self.is_dialog}"

    @cached_property
    def content(self) -> str:
        """Changes with anything a person could read or see switched."""
        parts = [
            f"{node.label}{node.checked:d}{node.selected:d}{node.box.top // 8}"
            for node in self.tree.nodes
            if node.label or node.checkable
        ]
        return f"{self.place}#{hash('|'.join(parts))}"

    @cached_property
    def everything(self) -> str:
        """Changes with anything at all that the tree tells, the focus and every place included."""
        told = [
            (node.kind, node.text, node.description, node.box, node.checked, node.selected,
             node.focused, node.enabled)
            for node in self.tree.nodes
        ]  # fmt: skip
        return f"{self.app}|{self.activity}|{hash(tuple(told))}"

    @cached_property
    def looks_like_nav(self) -> frozenset[str]:
        """Keys of the elements of a bottom navigation bar, which never "lead on"."""
        low = [
            item
            for item in self.pressables
            if item.box.top > 0.85 * self.size.height and item.label
        ]
        tops = {item.box.top for item in low}
        for top in tops:
            row = [item for item in low if item.box.top == top]
            widths = {item.box.width // 20 for item in row}
            if len(row) >= 3 and len(widths) <= 2:
                return frozenset(item.key for item in row)
        return frozenset()

    def same_row(self, box: Box) -> Iterator[Element]:
        """The elements whose middle lies in the rows of pixels that ``box`` covers."""
        for item in self.elements:
            if box.top <= item.at.y < box.bottom or item.box.top <= box.center.y < item.box.bottom:
                yield item

    def _element(self, node: UiNode) -> Element:
        texts: list[str] = []
        checked = node.checked if node.checkable else None
        selected = node.selected
        for part in (node.description, node.hint if node.editable else "", node.text):
            if part and part not in texts:
                texts.append(part)
        if not node.editable:
            for child in self._own_parts(node):
                texts.extend(part for part in (child.text, child.description) if part)
                if child.checkable and checked is None:
                    checked = child.checked
                selected = selected or child.selected
        if not texts and (node.checkable or not node.editable):
            texts.extend(self._borrowed_label(node))
        return Element(node, tuple(dict.fromkeys(texts)), checked, selected)

    def _own_parts(self, node: UiNode) -> Iterator[UiNode]:
        """Descendants that are not inside another pressable thing."""
        for child in self.tree.children(node):
            if not _takes_input(child):
                yield child
                yield from self._own_parts(child)
            elif child.checkable and not child.label:
                yield child

    def _borrowed_label(self, node: UiNode) -> Iterator[str]:
        """The words of the row that a bare switch or button stands in."""
        for ancestor in self.tree.ancestors(node):
            words = [
                part.label
                for part in self.tree.descendants(ancestor)
                if part.label and part != node
            ]
            if words:
                yield from words[:2]
                return


def _takes_input(node: UiNode) -> bool:
    return node.clickable or node.checkable or node.editable
