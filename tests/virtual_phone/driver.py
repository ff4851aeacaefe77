"""A pair of hands for tests: finds things in the UI tree by what they say and taps their middle.

It knows only what accessibility tells, as an agent over ADB does. What is not on the screen is
looked for by scrolling. Everything that is not found raises `NotOnScreenError` with what is.
"""

from collections.abc import Callable, Iterator

from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.system.phone import Phone
from tools.virtual_phone.ui.nodes import Node

_SCROLLS = 25


class NotOnScreenError(AssertionError):
    """A text, description or field is nowhere to be found; the message lists what shows."""


class PhoneDriver:
    """Drives a phone by labels.

    Args:
        phone: The phone to drive, or None for a new one with every app.
        scenario: The new phone's scenario.
        seed: The new phone's seed.
    """

    def __init__(
        self, phone: Phone | None = None, *, scenario: str = "default", seed: int = 0
    ) -> None:
        self.phone = phone or Phone(apps=all_apps(), scenario=scenario, seed=seed)

    # Looking.

    def nodes(self) -> list[Node]:
        """Every node of the top window, parents first."""
        return list(self.phone.window().walk())

    def texts(self) -> list[str]:
        """Every text, description and hint that shows, in tree order."""
        shown = (text for node in self.nodes() for text in _words(node))
        return [text for text in shown if text]

    def shows(self, text: str) -> bool:
        """Whether a text shows just now, whole or as part of a longer one."""
        return any(text in shown for shown in self.texts())

    def screen(self) -> str:
        """The top screen's name."""
        return self.phone.foreground()[1].removeprefix(".")

    def field_text(self, label: str) -> str:
        """What stands in the text field with this label."""
        return self._seek(lambda node: _is_field(node, label), f"field {label!r}").text

    def value(self, label: str) -> str:
        """The value beside a label inside one control, as of a picker field."""
        holder = self._seek(lambda node: _holds(node, label), f"control {label!r}")
        below = [node.text for node in holder.walk() if node.text]
        return next((text for text in below if text != label), "")

    def rows(self, table: str, package: str = "com.tapwright.bookings") -> list[dict[str, object]]:
        """Every row of an app's table."""
        with self.phone.lock:
            found = self.phone.database(package).execute(f"SELECT * FROM {table}").fetchall()
        return [dict(row) for row in found]

    # Acting.

    def open(self, package: str, screen: str = "", **args: object) -> None:
        """Start an app, or one of its screens."""
        if not self.phone.start(package, screen, **args):
            raise NotOnScreenError(f"no app {package} with a screen {screen!r}")

    def tap_text(self, text: str, *, exact: bool = True, nth: int = 0) -> None:
        """Tap what says `text`, text fields left out; scrolls to it first if need be."""

        def says(node: Node) -> bool:
            if node.class_name.endswith("EditText"):
                return False
            return node.text == text if exact else text in node.text

        self._tap(self._seek(says, f"text {text!r}", nth))

    def tap_desc(self, description: str, *, exact: bool = True, nth: int = 0) -> None:
        """Tap what is described as `description`; scrolls to it first if need be."""

        def says(node: Node) -> bool:
            if exact:
                return node.content_desc == description
            return description in node.content_desc

        self._tap(self._seek(says, f"description {description!r}", nth))

    def tap_id(self, key: str) -> None:
        """Tap the widget with this key; scrolls to it first if need be."""
        self._tap(self._seek(lambda node: _key(node) == key, f"key {key!r}"))

    def tap_value(self, label: str) -> None:
        """Tap the control that holds this label, such as a picker field."""
        self._tap(self._seek(lambda node: _holds(node, label), f"control {label!r}"))

    def field(self, label: str, text: str, *, clear: bool = True) -> None:
        """Tap a text field by its label and type into it, replacing what stands there."""
        self._tap(self._seek(lambda node: _is_field(node, label), f"field {label!r}"))
        if clear:
            self.phone.ime_clear()
        if not self.phone.ime_commit(text):
            raise NotOnScreenError(f"typing into {label!r} went nowhere")

    def type(self, text: str) -> None:
        """Type into the focused field."""
        if not self.phone.ime_commit(text):
            raise NotOnScreenError("nothing has the focus")

    def back(self) -> None:
        """The Back key."""
        self.phone.back()

    def wait(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.phone.sleep(seconds)

    def scroll(self, *, up: bool = False) -> bool:
        """Scroll the largest scroll view by two thirds; whether anything moved."""
        views = [node for node in self.nodes() if node.scrollable]
        if not views:
            return False
        left, top, right, bottom = max(views, key=_area).bounds
        x, high, low = (left + right) // 2, top + (bottom - top) // 6, bottom - (bottom - top) // 6
        before = self._fingerprint()
        start, end = (high, low) if up else (low, high)
        self.phone.swipe(x, start, x, end, 1.0)
        return self._fingerprint() != before

    def everything(self) -> list[Node]:
        """Every distinct node of the page, gathered from top to bottom by scrolling.

        A node that shows several times is given as it was when most of it showed.
        """
        while self.scroll(up=True):
            pass
        seen: dict[tuple[str, ...], Node] = {}
        for _ in range(_SCROLLS):
            for node in self.nodes():
                name = (node.class_name, _key(node), *_words(node))
                if name not in seen or _area(node) > _area(seen[name]):
                    seen[name] = node
            if not self.scroll():
                break
        return list(seen.values())

    # Finding.

    def find(self, matches: Callable[[Node], bool], nth: int = 0) -> Node | None:
        """The nth node that shows now and matches."""
        found = [node for node in self.nodes() if matches(node)]
        return found[nth] if nth < len(found) else None

    def _seek(self, matches: Callable[[Node], bool], what: str, nth: int = 0) -> Node:
        found = self.find(matches, nth)
        for up in (False, True):
            for _ in range(_SCROLLS):
                if found is not None and not self._clipped(found):
                    return found
                if not self.scroll(up=up):
                    break
                found = self.find(matches, nth)
            if found is not None:
                return found
        raise NotOnScreenError(f"no {what} on {self.screen()}; it shows {self.texts()}")

    def _clipped(self, node: Node) -> bool:
        """Whether hardly anything of it sticks out of the scroll view."""
        return node.bounds[3] - node.bounds[1] < 16 or node.bounds[2] - node.bounds[0] < 4

    def _tap(self, node: Node) -> None:
        if not node.enabled:
            raise NotOnScreenError(f"disabled: {next(iter(filter(None, _words(node))), node)!r}")
        self.phone.tap(*node.center)

    def _fingerprint(self) -> list[tuple[str, tuple[int, int, int, int]]]:
        return [(node.text or node.content_desc, node.bounds) for node in self.nodes()]


def _words(node: Node) -> Iterator[str]:
    yield node.text
    yield node.content_desc
    yield node.hint


def _key(node: Node) -> str:
    return node.resource_id.rpartition("/")[2]


def _is_field(node: Node, label: str) -> bool:
    return node.class_name.endswith("EditText") and label in (node.hint, node.content_desc)


def _holds(node: Node, label: str) -> bool:
    inside = [child for child in node.walk() if child is not node]
    return node.clickable and any(child.text == label for child in inside)


def _area(node: Node) -> int:
    left, top, right, bottom = node.bounds
    return (right - left) * (bottom - top)
