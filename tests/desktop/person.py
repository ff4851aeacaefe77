"""A person at a desktop: the X server cannot tell these events from those of a mouse and keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.desktop.rig import CLOCK, Rig

_PRESS, _RELEASE, _BUTTON_PRESS, _BUTTON_RELEASE, _MOTION = 2, 3, 4, 5, 6
_BUTTONS = {"left": 1, "middle": 2, "right": 3}
_WHEEL = {"up": 4, "down": 5, "left": 6, "right": 7}
_NAMED = {" ": "space", ".": "period", "!": "exclam", "/": "slash", "-": "minus", "_": "underscore"}
_TICK_S = 0.02


@dataclass(frozen=True)
class Person:
    """Hands on the mouse and the keyboard of a display."""

    display: Any

    def move(self, x: int, y: int) -> None:
        self._fake(_MOTION, 0, x=x, y=y)

    def button(self, name: str, *, down: bool) -> None:
        self._fake(_BUTTON_PRESS if down else _BUTTON_RELEASE, _BUTTONS[name])

    def click(self, x: int, y: int, button: str = "left", times: int = 1) -> None:
        self.move(x, y)
        for _ in range(times):
            self.button(button, down=True)
            self.button(button, down=False)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.move(*start)
        self.button("left", down=True)
        self.move(*end)
        self.button("left", down=False)

    def wheel(self, direction: str, notches: int) -> None:
        for _ in range(notches):
            self._fake(_BUTTON_PRESS, _WHEEL[direction])
            self._fake(_BUTTON_RELEASE, _WHEEL[direction])

    def type(self, text: str) -> None:
        for letter in text:
            self.keys(_NAMED.get(letter, letter))

    def keys(self, *names: str) -> None:
        """Press keys together, by their names on X11."""
        from Xlib import XK

        XK.load_keysym_group("xkb")
        codes: list[int] = []
        for name in names:
            symbol = XK.string_to_keysym(name)
            code, level = min(
                self.display.keysym_to_keycodes(symbol), key=lambda found: int(found[1])
            )
            if level:
                codes.append(self.display.keysym_to_keycode(XK.string_to_keysym("Shift_L")))
            codes.append(code)
        for code in codes:
            self._fake(_PRESS, code)
        for code in reversed(codes):
            self._fake(_RELEASE, code)

    def _fake(self, kind: int, detail: int, *, x: int = 0, y: int = 0) -> None:
        from Xlib.ext import xtest

        xtest.fake_input(self.display, kind, detail, x=x, y=y)
        self.display.sync()
        CLOCK.sleep(_TICK_S)


@contextmanager
def sitting_at(rig: Rig) -> Iterator[Person]:
    """A person at ``rig``."""
    display = rig.display()
    try:
        yield Person(display)
    finally:
        display.close()
