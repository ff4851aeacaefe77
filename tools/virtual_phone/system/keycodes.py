"""Android key codes: those with a meaning on this phone, and the characters of the others."""

HOME = 3
BACK = 4
DPAD_UP = 19
DPAD_DOWN = 20
DPAD_LEFT = 21
DPAD_RIGHT = 22
VOLUME_UP = 24
VOLUME_DOWN = 25
POWER = 26
SHIFT_LEFT = 59
SHIFT_RIGHT = 60
TAB = 61
SPACE = 62
ENTER = 66
DEL = 67
MENU = 82
PAGE_UP = 92
PAGE_DOWN = 93
ESCAPE = 111
FORWARD_DEL = 112
CTRL_LEFT = 113
CTRL_RIGHT = 114
CAPS_LOCK = 115
MOVE_HOME = 122
MOVE_END = 123
NUMPAD_ENTER = 160
APP_SWITCH = 187
SLEEP = 223
WAKEUP = 224
CUT = 277
COPY = 278
PASTE = 279

_SHIFTED_DIGITS = ")!@#$%^&*("
_PUNCTUATION: dict[int, tuple[str, str]] = {
    17: ("*", "*"),
    18: ("#", "#"),
    55: (",", "<"),
    56: (".", ">"),
    62: (" ", " "),
    68: ("`", "~"),
    69: ("-", "_"),
    70: ("=", "+"),
    71: ("[", "{"),
    72: ("]", "}"),
    73: ("\\", "|"),
    74: (";", ":"),
    75: ("'", '"'),
    76: ("/", "?"),
    77: ("@", "@"),
    81: ("+", "+"),
    154: ("/", "/"),
    155: ("*", "*"),
    156: ("-", "-"),
    157: ("+", "+"),
    158: (".", "."),
}


def character(code: int, *, shift: bool = False) -> str:
    """The character a key types, or an empty string for a key that types none."""
    if 7 <= code <= 16:
        return _SHIFTED_DIGITS[code - 7] if shift else str(code - 7)
    if 29 <= code <= 54:
        letter = chr(ord("a") + code - 29)
        return letter.upper() if shift else letter
    if 144 <= code <= 153:
        return str(code - 144)
    plain, shifted = _PUNCTUATION.get(code, ("", ""))
    return shifted if shift else plain
