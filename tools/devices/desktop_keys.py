"""Names of keys: ours and people's to pyautogui's, with the modifiers of each platform."""

from collections.abc import Collection
from typing import Final

from tools.action import Key
from tools.errors import ActionFailedError

_NAMES: Final[dict[str, str]] = {
    "enter": "enter", "return": "enter", "delete": "backspace", "backspace": "backspace",
    "forward_delete": "delete", "del": "delete", "tab": "tab", "escape": "esc", "esc": "esc",
    "space": "space", "spacebar": "space", "up": "up", "down": "down", "left": "left",
    "right": "right", "page_up": "pageup", "pageup": "pageup", "page_down": "pagedown",
    "pagedown": "pagedown", "move_home": "home", "home": "home", "move_end": "end", "end": "end",
    "insert": "insert", "menu": "apps", "volume_up": "volumeup", "volume_down": "volumedown",
    "mute": "volumemute", "plus": "+", "minus": "-", "comma": ",", "period": ".", "slash": "/",
    "print_screen": "printscreen", "printscreen": "printscreen", "caps_lock": "capslock",
}  # fmt: skip
_MODIFIERS: Final = {
    "ctrl": "ctrl", "control": "ctrl", "shift": "shift", "alt": "alt", "option": "alt",
    "meta": "meta", "super": "meta", "win": "meta", "windows": "meta", "cmd": "meta",
    "command": "meta",
}  # fmt: skip
_PLATFORM: Final[dict[str, dict[str, str]]] = {
    "linux": {"ctrl": "ctrl", "shift": "shift", "alt": "alt", "meta": "winleft"},
    "win32": {"ctrl": "ctrl", "shift": "shift", "alt": "alt", "meta": "winleft"},
    "darwin": {"ctrl": "ctrl", "shift": "shift", "alt": "option", "meta": "command"},
}
_EDITING: Final[dict[str, str]] = {"copy": "c", "cut": "x", "paste": "v", "select_all": "a"}


def editing_keys(platform: str, letter: str) -> tuple[str, ...]:
    """The hotkey that copies, pastes and so on: with ctrl, or with the command key of a Mac."""
    return ("command" if platform == "darwin" else "ctrl", letter)


def pressed_for(key: Key, platform: str, known: Collection[str]) -> tuple[str, ...]:
    """What to press together for one key of ours.

    Args:
        key: The key.
        platform: As ``sys.platform`` says.
        known: The keys that pyautogui can press here.

    Raises:
        ActionFailedError: A desktop has no such key.
    """
    if key in _EDITING:
        return editing_keys(platform, _EDITING[key])
    return (key_name(key, platform, known),)


def key_name(name: str, platform: str, known: Collection[str]) -> str:
    """Pyautogui's name of a key: a name of ``press_key``, a modifier, a character or f1 to f24.

    Raises:
        ActionFailedError: There is no such key, or none on this keyboard.
    """
    key = name if len(name) == 1 else name.strip().lower().replace("-", "_").replace(" ", "_")
    if key in _MODIFIERS:
        table = _PLATFORM.get(platform, _PLATFORM["linux"])
        found = table[_MODIFIERS[key]]
    else:
        found = _NAMES.get(key, key.lower())
    if found not in known:
        names = ", ".join(
            ["ctrl", "alt", "shift", "meta", "a to z", "0 to 9", "f1 to f12", *_NAMES]
        )
        raise ActionFailedError(f"This keyboard has no key {name!r}. There are: {names}.")
    return found
