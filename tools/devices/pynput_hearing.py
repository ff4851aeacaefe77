"""Hears mouse and keyboard of Windows and macOS, through pynput.

On X11 it is not used: the Xlib that it wants is another one than pyautogui's, under the same name.
"""

from queue import Empty, SimpleQueue
from typing import Any, Final, get_args

from tools.clock import Clock
from tools.devices.desktop_hearing import (
    Button,
    ButtonMoved,
    KeyMoved,
    RawEvent,
    WheelTurned,
)
from tools.errors import MissingExtraError, UnknownDeviceError
from tools.geometry import DesktopPoint

_NAMES: Final = {
    "backspace": "delete", "delete": "forward_delete", "esc": "escape", "home": "move_home",
    "end": "move_end", "media_volume_up": "volume_up", "media_volume_down": "volume_down",
    "media_volume_mute": "mute", "cmd": "meta", "cmd_l": "meta", "cmd_r": "meta", "alt_l": "alt",
    "alt_r": "alt", "ctrl_l": "ctrl", "ctrl_r": "ctrl", "shift_l": "shift", "shift_r": "shift",
}  # fmt: skip
"""Pynput's names of keys to ours, where they differ."""
_BUTTONS: Final = frozenset(get_args(Button))
_ALT_GR: Final = "alt_gr"
_FIRST_PRINTABLE: Final = 0x20


class PynputHearing:
    """See the module.

    Args:
        clock: Tells when something happened.

    Raises:
        MissingExtraError: pynput is not installed.
        UnknownDeviceError: The system does not let this program listen.
    """

    def __init__(self, clock: Clock) -> None:
        try:
            from pynput import keyboard, mouse
        except ModuleNotFoundError:
            raise MissingExtraError("Hearing this computer's mouse and keyboard", "person") from (
                None
            )
        except ImportError as error:
            why = " ".join(str(error).split())
            raise UnknownDeviceError(f"Mouse and keyboard cannot be heard here: {why}") from error
        self._clock = clock
        self._keyboard: Any = keyboard
        self._events: SimpleQueue[RawEvent] = SimpleQueue()
        self._down: set[str] = set()
        self._listeners: list[Any] = [
            mouse.Listener(on_click=self.clicked, on_scroll=self.scrolled),
            keyboard.Listener(on_press=self.pressed, on_release=self.released),
        ]
        for listener in self._listeners:
            listener.start()
        for listener in self._listeners:
            listener.wait()
        if not all(getattr(each, "IS_TRUSTED", True) for each in self._listeners):
            self.close()
            raise UnknownDeviceError(
                "macOS does not let this program hear mouse and keyboard.",
                hint="Allow the terminal under Input Monitoring and Accessibility in System "
                "Settings > Privacy & Security, then start it anew.",
            )

    def next(self, timeout_s: float) -> RawEvent | None:
        """See ``Hearing``."""
        try:
            return self._events.get(timeout=timeout_s)
        except Empty:
            return None

    def close(self) -> None:
        """See ``Hearing``."""
        for listener in self._listeners:
            listener.stop()

    def clicked(self, x: float, y: float, button: Any, pressed: bool) -> None:  # noqa: ANN401, FBT001 - pynput calls it so
        """Take what pynput tells of a button."""
        if button.name in _BUTTONS:
            at = DesktopPoint(x=int(x), y=int(y))
            self._events.put(ButtonMoved(button.name, pressed, at, self._clock.now()))

    def scrolled(self, x: float, y: float, dx: float, dy: float) -> None:
        """Take what pynput tells of the wheel: positive is right and up."""
        at, now_s = DesktopPoint(x=int(x), y=int(y)), self._clock.now()
        for _ in range(abs(round(dy))):
            self._events.put(WheelTurned("up" if dy > 0 else "down", at, now_s))
        for _ in range(abs(round(dx))):
            self._events.put(WheelTurned("right" if dx > 0 else "left", at, now_s))

    def pressed(self, key: Any) -> None:  # noqa: ANN401 - pynput has no types
        """Take what pynput tells of a key that went down."""
        self._key(key, down=True)

    def released(self, key: Any) -> None:  # noqa: ANN401
        """Take what pynput tells of a key that came up."""
        self._key(key, down=False)

    def _key(self, key: Any, *, down: bool) -> None:  # noqa: ANN401
        special = key.name if isinstance(key, self._keyboard.Key) else ""
        name, text = read_key(special, getattr(key, "char", None) or "")
        if name == _ALT_GR:
            return
        place = place_of(key)
        repeated = down and place in self._down
        (self._down.add if down else self._down.discard)(place)
        self._events.put(KeyMoved(name, text if down else "", down, self._clock.now(), repeated))


def place_of(key: object) -> str:
    """What stays the same of pynput's key while it is down.

    Its character does not: ctrl and s go down as DC3, and if ctrl is let go of first, s comes up.
    """
    code = getattr(key, "vk", None)
    return str(key) if code is None else f"vk {code}"


def read_key(name: str, character: str) -> tuple[str, str]:
    """Our name of a key, and what it types, from pynput's name and character of it.

    Args:
        name: As ``pynput.keyboard.Key`` calls it; empty for a key that is not in there.
        character: What it types; empty for nothing.
    """
    if name == "space":
        return "space", " "
    if name:
        return _NAMES.get(name, name), ""
    if character and ord(character) < _FIRST_PRINTABLE:  # Windows tells ctrl+s as DC3
        return chr(ord(character) + 0x60), ""
    return character.lower(), character
