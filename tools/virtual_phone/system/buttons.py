"""The phone's keys that are not text: back, home, recents, power, page up and down."""

from __future__ import annotations

from tools.virtual_phone.system import keycodes
from tools.virtual_phone.system.display import Display
from tools.virtual_phone.system.text_entry import TextEntry
from tools.virtual_phone.system.touch import Touch
from tools.virtual_phone.system.windows import Windows

NAVIGATION = {
    "nav back": keycodes.BACK,
    "nav home": keycodes.HOME,
    "nav recents": keycodes.APP_SWITCH,
}
"""The key that a button of the navigation bar stands for."""


class Buttons:
    """Presses keys by their Android key code."""

    def __init__(self, windows: Windows, display: Display, entry: TextEntry, touch: Touch) -> None:
        self._windows = windows
        self._display = display
        self._entry = entry
        self._touch = touch

    def press(self, code: int, held: tuple[int, ...] = ()) -> None:
        """Press a key; `held` are modifier keys. A key without a meaning here is only logged."""
        state = self._windows.state
        if code in (keycodes.POWER, keycodes.SLEEP, keycodes.WAKEUP):
            state.awake = code == keycodes.WAKEUP or (code == keycodes.POWER and not state.awake)
        elif not state.awake:
            return
        elif code in (keycodes.BACK, keycodes.ESCAPE):
            self.back()
        elif code == keycodes.HOME:
            self._windows.home()
        elif code == keycodes.APP_SWITCH:
            self._windows.recents()
        elif code in (keycodes.PAGE_UP, keycodes.PAGE_DOWN):
            self._page(down=code == keycodes.PAGE_DOWN)
        elif not self._entry.key(code, held):
            self._windows.log("key without effect", str(code))

    def back(self) -> None:
        """Close the keyboard, else what lies over the screen, else the screen, else go home."""
        windows = self._windows
        scene = self._display.scene()
        if self._display.keyboard_shown:
            windows.hide_keyboard()
            return
        if scene.overlay_open:
            if scene.on_dismiss is not None:
                scene.on_dismiss()
            return
        # The arrow of a screen's bar may ask before it leaves; Back must not go round that.
        top = self._display.page().top
        if top is not None and top.on_back is not None:
            top.on_back()
        else:
            windows.close_screen(windows.state.front, windows.state.top, {})

    def _page(self, *, down: bool) -> None:
        areas = self._display.scene().scrollables
        if areas:
            by_dp = (
                areas[0].max_offset
                * areas[0].viewport_height
                / (max(areas[0].content_height - areas[0].viewport_height, 1))
            )
            self._touch.scroll(areas[0], by_dp if down else -by_dp)
