"""What the window in front is made of, as its app tells it to screen readers (AT-SPI)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tools.clock import Clock
from tools.devices.atspi_bus import (
    ACCESSIBLE,
    REGISTRY,
    ROOT,
    AccessibilityBus,
    Ask,
    Element,
    TooSlowError,
)
from tools.geometry import Box, Placement
from tools.ui_tree import UiNode, UiTree, ui_tree_xml

LIMIT_S: Final = 1.0
_MOST_NODES: Final = 3000
_MANY, _WINDOW, _HEADERS, _INDENT = 300, 240, 8, 12
_NOWHERE: Final = Box(left=-1, top=-1, right=-1, bottom=-1)
_EVERYWHERE: Final = Box(left=-(2**30), top=-(2**30), right=2**30, bottom=2**30)
_CLIPPING: Final = frozenset({
    "scroll pane", "viewport", "table", "tree table", "tree", "list", "list box", "layered pane",
    "document web", "document frame",
})  # fmt: skip
_LONGEST_TEXT: Final = 20_000
_TEXT, _COMPONENT = "org.a11y.atspi.Text", "org.a11y.atspi.Component"
_SCREEN: Final = 0
_STATES: Final = {
    "active": 1, "checked": 4, "editable": 7, "focusable": 11, "focused": 12, "pressed": 20,
    "selectable": 22, "selected": 23, "sensitive": 24, "showing": 25, "enabled": 8,
}  # fmt: skip
_KINDS: Final = {
    "push button": "Button", "toggle button": "ToggleButton", "check box": "CheckBox",
    "radio button": "RadioButton", "switch": "Switch", "label": "TextView", "static": "TextView",
    "combo box": "Spinner", "page tab": "Tab", "frame": "Window", "image": "ImageView",
    "icon": "ImageView", "file chooser": "Dialog", "alert": "Dialog",
}  # fmt: skip
"""Roles to the kinds that Android has, so that whoever reads a tree knows one set of words."""
_CHECKABLE: Final = frozenset({
    "toggle button", "check box", "radio button", "switch", "check menu item", "radio menu item",
})  # fmt: skip
_PRESSED: Final = _CHECKABLE | {
    "push button", "menu", "menu item", "link", "page tab", "combo box", "list item", "tree item",
    "table cell", "tree table cell", "icon", "spin button", "table column header",
}  # fmt: skip
_POPUPS: Final = frozenset({"window", "popup menu", "menu", "tool tip"})
_LONG_TEXTS: Final = frozenset(
    {"text", "entry", "password text", "terminal", "paragraph", "spin button"}
)
_NAMED_BY: Final = 2
"""The relation "labelled by"."""


@dataclass
class _Found:
    """An element while it is read."""

    element: Element
    parent: int
    states: frozenset[str] = frozenset()
    role: str = ""
    name: str = ""
    says: str = ""
    interfaces: tuple[str, ...] = ()
    area: Box = field(default_factory=lambda: Box(left=0, top=0, right=0, bottom=0))
    hidden: bool = False
    in_list: bool = False
    clip: Box = field(default_factory=lambda: Box(left=0, top=0, right=0, bottom=0))
    text: str = ""
    hint: str = ""

    @property
    def seen(self) -> bool:
        """Whether any of it, or of what it holds, can be seen."""
        if "showing" not in self.states or (self.hidden and self.in_list):
            return False
        return not self.area.area or self.area.intersection(self.clip).area > 0

    @property
    def inner_clip(self) -> Box:
        """Where what it holds can be seen: an open menu lies outside of what it belongs to."""
        if self.role in _CLIPPING and self.area.area:
            return self.area.intersection(self.clip)
        return self.clip

    @property
    def editable(self) -> bool:
        """Whether text can be typed into it."""
        return "editable" in self.states and _TEXT in self.interfaces

    @property
    def holds_text(self) -> bool:
        """Whether its text is more than its name."""
        return _TEXT in self.interfaces and (self.editable or self.role in _LONG_TEXTS)


class TreeReader:
    """Reads the tree of the window that takes the keys.

    Args:
        bus: Where to ask.
        clock: Limits how long.
    """

    def __init__(self, bus: AccessibilityBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    def read(
        self, pid: int, title: str, app: str, placement: Placement, *, limit_s: float = LIMIT_S
    ) -> UiTree | None:
        """The tree of the window in front, with what has popped up over it.

        Args:
            pid: Its process; 0 if unknown.
            title: Its title.
            app: What its nodes are said to belong to.
            placement: Where the frame lies; boxes come in its device px.
            limit_s: How long it may take.

        Returns:
            The tree, empty if the app tells nothing of itself; ``None`` if it did not tell all
            in time.
        """
        end_s = self._clock.now() + limit_s
        try:
            found = self._gather(self._tops(pid, title, end_s), placement.area, end_s)
            self._read_texts(found, end_s)
        except TooSlowError:
            return None
        nodes = tuple(_node(index, each, app, placement) for index, each in enumerate(found))
        return UiTree(nodes=nodes, source=ui_tree_xml(nodes))

    def _tops(self, pid: int, title: str, end_s: float) -> list[Element]:
        """The window with the keys and its popups, among all windows of its app."""
        apps = self._children(Element(REGISTRY, ROOT), end_s)
        owners = self._bus.process([app.owner for app in apps], end_s)
        mine = [app for app, owner in zip(apps, owners, strict=True) if not pid or owner == pid]
        tops = [top for app in mine for top in self._children(app, end_s)]
        found = [_Found(top, -1, clip=_EVERYWHERE) for top in tops]
        self._read_states(found, end_s)
        self._read_facts(found, end_s)
        shown = [each for each in found if "showing" in each.states]
        fronts = [each for each in shown if "active" in each.states and each.role not in _POPUPS]
        if not fronts:
            fronts = [each for each in shown if each.name == title]
        popups = [each for each in shown if each.role in _POPUPS and each not in fronts]
        return [each.element for each in (*fronts, *popups)] if fronts else []

    def _gather(self, tops: Sequence[Element], screen: Box, end_s: float) -> list[_Found]:
        """All that shows of ``tops`` and below, parents before children."""
        children: dict[int, list[_Found]] = {}
        level = [_Found(top, -1, clip=screen) for top in tops]
        first, count = level, 0
        while level and count < _MOST_NODES:
            self._read_states(level, end_s)
            seen = [each for each in level if each.seen]
            self._read_facts(seen, end_s)
            count += len(seen)
            level = []
            for each, elements in zip(seen, self._below(seen, end_s), strict=True):
                in_list = each.in_list or each.role in _CLIPPING
                children[id(each)] = [
                    _Found(one, 0, in_list=in_list, clip=each.inner_clip) for one in elements
                ]
                level.extend(children[id(each)])
        return _in_order(first, children)

    def _below(self, found: Sequence[_Found], end_s: float) -> list[list[Element]]:
        """The children of each of ``found``; of long lists those that can be seen."""
        lists = [each for each in found if each.role in _CLIPPING]
        counts = self._bus.ask(
            [Ask.value(each.element, ACCESSIBLE, "ChildCount") for each in lists], end_s
        )
        sizes = {
            id(each): int(count[0][1]) if count else 0
            for each, count in zip(lists, counts, strict=True)
        }
        few = [each for each in found if sizes.get(id(each), 0) <= _MANY]
        answers = self._bus.ask(
            [Ask(each.element, ACCESSIBLE, "GetChildren") for each in few], end_s
        )
        below = {id(each): _elements(answer) for each, answer in zip(few, answers, strict=True)}
        for each in lists:
            if sizes[id(each)] > _MANY:
                below[id(each)] = self._in_view(each, sizes[id(each)], end_s)
        return [below.get(id(each), []) for each in found]

    def _in_view(self, parent: _Found, size: int, end_s: float) -> list[Element]:
        """Of a long list what lies around its middle on the screen, and its first: the headers."""
        middle = parent.inner_clip.center
        at = (parent.inner_clip.left + _INDENT, middle.y, _SCREEN)
        there = self._bus.ask(
            [Ask(parent.element, _COMPONENT, "GetAccessibleAtPoint", "iiu", at)], end_s
        )[0]
        row = _elements(([there[0]],)) if there else []
        places = self._bus.ask([Ask(each, ACCESSIBLE, "GetIndexInParent") for each in row], end_s)
        index = int(places[0][0]) if places and places[0] else 0
        start = max(_HEADERS, index - _WINDOW // 2)
        wanted = (*range(_HEADERS), *range(start, min(size, start + _WINDOW)))
        asks = [Ask(parent.element, ACCESSIBLE, "GetChildAtIndex", "i", (n,)) for n in wanted]
        return _elements(([answer[0] for answer in self._bus.ask(asks, end_s) if answer],))

    def _areas(self, elements: Sequence[Element], end_s: float) -> list[Box]:
        asks = [Ask(each, _COMPONENT, "GetExtents", "u", (_SCREEN,)) for each in elements]
        return [_box(answer) for answer in self._bus.ask(asks, end_s)]

    def _read_states(self, found: Sequence[_Found], end_s: float) -> None:
        answers = self._bus.ask(
            [Ask(each.element, ACCESSIBLE, "GetState") for each in found], end_s
        )
        for each, answer in zip(found, answers, strict=True):
            words = answer[0] if answer else ()
            bits = sum(int(word) << (32 * place) for place, word in enumerate(words))
            each.states = frozenset(name for name, bit in _STATES.items() if bits >> bit & 1)
        showing = [each for each in found if "showing" in each.states]
        areas = self._areas([each.element for each in showing], end_s)
        for each, area in zip(showing, areas, strict=True):
            each.area = area
            each.hidden = area == _NOWHERE

    def _read_facts(self, found: Sequence[_Found], end_s: float) -> None:
        asks: list[Ask] = []
        for each in found:
            asks += [
                Ask(each.element, ACCESSIBLE, "GetRoleName"),
                Ask.value(each.element, ACCESSIBLE, "Name"),
            ]
        answers = self._bus.ask(asks, end_s)
        for place, each in enumerate(found):
            role, name = answers[2 * place : 2 * place + 2]
            each.role = str(role[0]) if role else ""
            each.name = _variant(name).strip()
        # Asked only where it can matter: a screen has many rows, and few buttons without a name.
        nameless = [each for each in found if not each.name and each.role in _PRESSED]
        told = self._bus.ask(
            [Ask.value(each.element, ACCESSIBLE, "Description") for each in nameless], end_s
        )
        for each, says in zip(nameless, told, strict=True):
            each.says = _variant(says).strip()
        texts = [each for each in found if "editable" in each.states or each.role in _LONG_TEXTS]
        kinds = self._bus.ask(
            [Ask(each.element, ACCESSIBLE, "GetInterfaces") for each in texts], end_s
        )
        for each, interfaces in zip(texts, kinds, strict=True):
            each.interfaces = tuple(map(str, interfaces[0])) if interfaces else ()

    def _read_texts(self, found: Sequence[_Found], end_s: float) -> None:
        holding = [each for each in found if each.holds_text]
        counts = self._bus.ask(
            [Ask.value(each.element, _TEXT, "CharacterCount") for each in holding], end_s
        )
        lengths = [int(count[0][1]) if count else 0 for count in counts]
        texts = self._bus.ask(
            [
                Ask(each.element, _TEXT, "GetText", "ii", (0, min(length, _LONGEST_TEXT)))
                for each, length in zip(holding, lengths, strict=True)
            ],
            end_s,
        )
        for each, text in zip(holding, texts, strict=True):
            each.text = str(text[0]) if text else ""
        self._read_hints([each for each in holding if each.editable], end_s)

    def _read_hints(self, fields: Sequence[_Found], end_s: float) -> None:
        """What the fields are for: their name, the label beside them, or their placeholder."""
        relations = self._bus.ask(
            [Ask(each.element, ACCESSIBLE, "GetRelationSet") for each in fields], end_s
        )
        attributes = self._bus.ask(
            [Ask(each.element, ACCESSIBLE, "GetAttributes") for each in fields], end_s
        )
        for each, related, given in zip(fields, relations, attributes, strict=True):
            labels = [
                Element(str(owner), str(path))
                for kind, targets in (related[0] if related else ())
                if kind == _NAMED_BY
                for owner, path in targets
            ]
            names = self._bus.ask([Ask.value(label, ACCESSIBLE, "Name") for label in labels], end_s)
            told = given[0] if given and isinstance(given[0], dict) else {}
            placeholder = str(told.get("placeholder-text", ""))
            labelled = " ".join(filter(None, (_variant(name).strip() for name in names)))
            each.hint = each.name or labelled or placeholder

    def _children(self, element: Element, end_s: float) -> list[Element]:
        return _elements(self._bus.ask([Ask(element, ACCESSIBLE, "GetChildren")], end_s)[0])


def _in_order(first: Sequence[_Found], children: dict[int, list[_Found]]) -> list[_Found]:
    ordered: list[_Found] = []
    stack = [(each, -1) for each in reversed(first)]
    while stack:
        each, parent = stack.pop()
        if id(each) not in children:
            continue  # it does not show
        each.parent = parent
        index = len(ordered)
        ordered.append(each)
        stack.extend((child, index) for child in reversed(children[id(each)]))
    return ordered


def _elements(answer: tuple[Any, ...] | None) -> list[Element]:
    found = answer[0] if answer else ()
    return [Element(str(owner), str(path)) for owner, path in found if not path.endswith("/null")]


def _variant(answer: tuple[Any, ...] | None) -> str:
    return str(answer[0][1]) if answer else ""


def _box(answer: tuple[Any, ...] | None) -> Box:
    left, top, width, height = answer[0] if answer and len(answer[0]) == 4 else (0, 0, 0, 0)
    if left < -(2**30):  # as closed menus say, and rows of a list that are out of sight
        return _NOWHERE
    if width <= 0 or height <= 0:
        return Box(left=0, top=0, right=0, bottom=0)
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def _kind(found: _Found) -> str:
    if found.editable:
        return "EditText"
    words = re.findall(r"[A-Za-z0-9]+", found.role)
    return _KINDS.get(found.role, "".join(word.capitalize() for word in words))


def _node(index: int, found: _Found, app: str, placement: Placement) -> UiNode:
    states, role = found.states, found.role
    enabled = "sensitive" in states or "enabled" in states
    text = found.text if found.holds_text else found.name
    node = UiNode(
        index=index,
        parent=found.parent,
        box=placement.to_frame(found.area),
        kind=_kind(found),
        text=text,
        # What has a name is called by it; the description of AT-SPI is the long hint to that.
        description="" if found.name else found.says,
        hint=found.hint,
        package=app,
        clickable=role in _PRESSED or ("selectable" in states and role != "page tab list"),
        checkable=role in _CHECKABLE,
        checked="checked" in states or (role == "toggle button" and "pressed" in states),
        enabled=enabled,
        focusable="focusable" in states,
        focused="focused" in states,
        scrollable=role == "scroll pane",
        selected="selected" in states,
        password=role == "password text",
    )
    return (
        node
        if found.editable or role in _LONG_TEXTS
        else replace(node, text=" ".join(text.split()))
    )
