"""Small programs of a desktop: a file manager, a calculator, an editor, a page with a form."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from agent.policies.rules.arithmetic import value_of
from tests.agent.policies.desk_apps import DeskApp, Thing, nothing


@dataclass
class Files(DeskApp):
    """A file manager that tells of a folder's contents no more than what is chosen."""

    name: str = "thunar"
    folders: list[str] = field(default_factory=list)
    chosen: str = ""
    menu: bool = False
    asks: str = ""
    name_typed: str = ""
    tells: bool = True

    def title(self) -> str:
        return {
            "": "work - Thunar",
            "new": "Create New Folder",
            "name": f'Rename "{self.chosen}"',
        }.get(self.asks, "Question")

    def is_dialog(self) -> bool:
        return bool(self.asks)

    def things(self) -> list[Thing]:
        if self.asks in ("new", "name"):
            verb = "Create" if self.asks == "new" else "Rename"
            return [
                Thing("TextView", "Enter the name:"),
                Thing("EditText", self.name_typed, typed=self._named, focused=True),
                Thing("Button", "Cancel", press=self._cancel),
                Thing("Button", verb, press=self._finish),
            ]
        if self.asks:
            return [
                Thing("TextView", f'The file "{self.asks[1:]}" already exists.'),
                Thing("Button", "Skip", press=self._cancel),
                Thing("Button", "Replace", press=self._overwrite),
                Thing("Button", "Cancel", press=self._cancel),
            ]
        status = f'"{self.chosen}" | folder' if self.chosen else f"{len(self.folders)} folders"
        shown = [
            Thing("Menu", "File", press=self._open_menu),
            Thing("Menu", "Edit", press=nothing),
            Thing("Statusbar", status if self.tells else "Ready"),
        ]
        if self.menu:
            shown.append(Thing("MenuItem", "Create Folder...", press=self._begin))
        return shown

    def keys(self, keys: tuple[str, ...]) -> None:
        if keys == ("escape",):
            self._cancel()
        elif keys == ("ctrl", "shift", "n"):
            self._begin()
        elif keys == ("f2",) and self.chosen:
            self.asks, self.name_typed = "name", self.chosen

    def typed_beside(self, text: str) -> None:
        self.chosen = next((name for name in self.folders if name.startswith(text)), self.chosen)

    def _open_menu(self) -> None:
        self.menu = True

    def _begin(self) -> None:
        self.menu, self.asks, self.name_typed = False, "new", "New Folder"

    def _named(self, text: str) -> None:
        self.name_typed = text

    def _cancel(self) -> None:
        self.asks, self.menu = "", False

    def _overwrite(self) -> None:
        self.log.append(f"overwrote {self.asks[1:]}")
        self.asks = ""

    def _finish(self) -> None:
        if self.name_typed in self.folders:
            self.asks = f"?{self.name_typed}"
            return
        if self.asks == "name":
            self.folders.remove(self.chosen)
        self.folders.append(self.name_typed)
        self.chosen, self.asks = self.name_typed, ""


@dataclass
class Calculator(DeskApp):
    """A calculator; ``wrong`` is added to whatever it works out, and one press is lost."""

    name: str = "calculator"
    shown: str = "0"
    pressed: str = ""
    wrong: int = 0
    deaf_to: int = 0
    _presses: int = 0
    signs: str = "0123456789.+-×÷()="

    def title(self) -> str:
        return "Calculator"

    def things(self) -> list[Thing]:
        keys = [Thing("ToggleButton", sign, press=self._key(sign)) for sign in self.signs]
        marks = f"{len(self.pressed)} keys"
        return [Thing("Text", self.shown), Thing("TextView", marks),
                Thing("Button", "C", press=self._clear), *keys]  # fmt: skip

    def _clear(self) -> None:
        self.log.append("cleared")
        self.shown, self.pressed = "0", ""

    def _key(self, sign: str) -> Callable[[], None]:
        def press() -> None:
            self._presses += 1
            if self._presses == self.deaf_to:
                return
            if sign == "=":
                value = value_of(self.pressed)
                assert value is not None
                self.shown = _decimal(value + self.wrong)
            else:
                self.pressed += sign
                self.shown = (re.findall(r"[\d.]+", self.pressed) or ["0"])[-1]

        return press


def _decimal(value: Fraction) -> str:
    return f"{float(value):.10g}"


@dataclass
class Editor(DeskApp):
    """An editor with a text, which asks about its changes and replaces words.

    Attributes:
        closing_asks: How often it asks about changes before it closes.
        careless: Whether replacing takes other letters too.
    """

    name: str = "mousepad"
    text: str = ""
    file: str = ""
    closing_asks: int = 1
    careless: bool = False
    asks: str = ""
    old: str = ""
    new: str = ""
    at: str = "old"
    in_all: bool = False
    closed: bool = False

    def title(self) -> str:
        if self.closed:
            return ""
        if self.asks:
            return {"close": "Question", "name": "Save As"}.get(self.asks, "Find and Replace")
        return f"{'*' * (self.text != self.file)}/home/ann/pets.txt - Mousepad"

    def is_dialog(self) -> bool:
        return bool(self.asks)

    def things(self) -> list[Thing]:
        if self.asks == "close":
            return [
                Thing("TextView", "Do you want to save the changes before closing?"),
                Thing("Button", "Cancel", press=self._cancel),
                Thing("Button", "Don't Save", press=self._answer("lost")),
                Thing("Button", "Save", press=self._answer("saved")),
            ]
        if self.asks:
            return [
                Thing("EditText", self.old, "Search for:", lambda: self._go("old"), self._old,
                      focused=self.at == "old"),
                Thing("EditText", self.new, "Replace with:", lambda: self._go("new"), self._new,
                      focused=self.at == "new"),
                Thing("CheckBox", "Replace all in:", press=self._all, checked=self.in_all),
                Thing("Button", "Replace All" if self.in_all else "Replace", press=self._replace),
                Thing("Button", "Close", press=self._cancel),
            ]  # fmt: skip
        return [
            Thing("Menu", "Search", press=self._find),
            Thing("EditText", self.text, press=nothing, typed=self._edit, focused=True),
        ]

    def keys(self, keys: tuple[str, ...]) -> None:
        if keys == ("escape",):
            self.log.append("cancelled")
            self._cancel()
        elif keys == ("ctrl", "s"):
            self.file = self.text
        elif keys in (("alt", "f4"), ("ctrl", "q")):
            self._close()

    def _close(self) -> None:
        if self.text != self.file and self.closing_asks:
            self.closing_asks -= 1
            self.asks = "close"
        else:
            self.closed = True

    def _answer(self, how: str) -> Callable[[], None]:
        def press() -> None:
            self.log.append(how)
            if how == "saved":
                self.file = self.text
            self.asks = ""
            if self.closing_asks:  # another text of it has changes as well
                self.closing_asks -= 1
                self.asks = "close"
            else:
                self.closed = True

        return press

    def _cancel(self) -> None:
        self.asks = ""

    def _find(self) -> None:
        self.asks = "replace"

    def _go(self, at: str) -> None:
        self.at = at

    def _old(self, text: str) -> None:
        self.old = text

    def _new(self, text: str) -> None:
        self.new = text

    def _edit(self, text: str) -> None:
        self.text = text

    def _all(self) -> None:
        self.in_all = not self.in_all

    def _replace(self) -> None:
        assert self.in_all, "only one of them"
        self.text = self.text.replace(self.old, self.new)
        if self.careless:
            self.text = self.text.upper()


@dataclass
class Page(DeskApp):
    """A browser with a form."""

    name: str = "chromium"
    values: dict[str, str] = field(default_factory=lambda: {"Your name": "", "City": ""})
    boxes: dict[str, bool] = field(default_factory=lambda: {"Gift wrap": False})
    send: str = "Send order"
    focus: str = ""
    sent: str = ""
    answers: bool = True
    banner: str = "Order"

    def title(self) -> str:
        return "Order form - Chromium"

    def things(self) -> list[Thing]:
        bar = Thing(
            "EditText", "order.html", "Address and search bar", self._go("bar"), self._search
        )
        if self.sent:
            told = f"Sent: {self.sent}" if self.answers else "An error has happened"
            return [bar, Thing("Heading", self.banner), Thing("Heading", told)]
        fields = [
            Thing("EditText", value, label, self._go(label), self._fill(label),
                  focused=self.focus == label)
            for label, value in self.values.items()
        ]  # fmt: skip
        boxes = [
            Thing("CheckBox", label, press=self._tick(label), checked=on)
            for label, on in self.boxes.items()
        ]
        return [
            bar,
            Thing("Heading", self.banner),
            *fields,
            *boxes,
            Thing("Button", self.send, press=self._submit),
        ]

    def _go(self, label: str) -> Callable[[], None]:
        return lambda: setattr(self, "focus", label)

    def _search(self, text: str) -> None:
        raise AssertionError(f"nobody asked to search for {text}")

    def _fill(self, label: str) -> Callable[[str], None]:
        return lambda text: self.values.update({label: text})

    def _tick(self, label: str) -> Callable[[], None]:
        return lambda: self.boxes.update({label: not self.boxes[label]})

    def _submit(self) -> None:
        ticked = [label for label, on in self.boxes.items() if on]
        self.sent = ", ".join([*self.values.values(), *ticked])
