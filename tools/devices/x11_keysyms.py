"""What the symbols of X11's keyboards mean: characters, accents, and names of keys."""

import unicodedata
from typing import Final

_UNICODE: Final = 0x01000000
_SETS: Final = {
    0x01: "iso8859_2", 0x02: "iso8859_3", 0x03: "iso8859_4", 0x05: "iso8859_6", 0x06: "koi8_u",
    0x07: "iso8859_7", 0x0C: "iso8859_8", 0x0D: "tis_620", 0x13: "iso8859_15",
}  # fmt: skip
"""The older symbols are numbered by the character sets of their time (keysymdef.h of X11)."""
_GREEK_LETTERS: Final = range(0x7C1, 0x7FA)
_CYRILLIC_LETTERS: Final = frozenset({
    *range(0x6C0, 0x700), 0x6A3, 0x6A4, 0x6A6, 0x6A7, 0x6AD, 0x6B3, 0x6B4, 0x6B6, 0x6B7, 0x6BD,
})  # fmt: skip
_EURO: Final = 0x20AC
_ACCENTS: Final = {
    0xFE50: "\u0300", 0xFE51: "\u0301", 0xFE52: "\u0302", 0xFE53: "\u0303", 0xFE54: "\u0304",
    0xFE55: "\u0306", 0xFE56: "\u0307", 0xFE57: "\u0308", 0xFE58: "\u030a", 0xFE59: "\u030b",
    0xFE5A: "\u030c", 0xFE5B: "\u0327", 0xFE5C: "\u0328",
}  # fmt: skip
_ALONE: Final = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "¯", "\u0306": "˘",
    "\u0307": "˙", "\u0308": '"', "\u030a": "°", "\u030b": "˝", "\u030c": "ˇ", "\u0327": "¸",
    "\u0328": "˛",
}  # fmt: skip
"""What an accent and a space type together (X11's table Compose)."""
_KEYPAD_CHARACTERS: Final = {
    0xFF80: " ", 0xFFAA: "*", 0xFFAB: "+", 0xFFAC: ",", 0xFFAD: "-", 0xFFAE: ".", 0xFFAF: "/",
    0xFFBD: "=", **{0xFFB0 + digit: str(digit) for digit in range(10)},
}  # fmt: skip
_NAMES: Final = {
    0xFF0D: "enter", 0xFF8D: "enter", 0xFF08: "delete", 0xFFFF: "forward_delete",
    0xFF9F: "forward_delete", 0xFF09: "tab", 0xFE20: "tab", 0xFF1B: "escape", 0xFF52: "up",
    0xFF97: "up", 0xFF54: "down", 0xFF99: "down", 0xFF51: "left", 0xFF96: "left", 0xFF53: "right",
    0xFF98: "right", 0xFF55: "page_up", 0xFF9A: "page_up", 0xFF56: "page_down",
    0xFF9B: "page_down", 0xFF50: "move_home", 0xFF95: "move_home", 0xFF57: "move_end",
    0xFF9C: "move_end", 0xFF67: "menu", 0xFF63: "insert", 0xFF9E: "insert",
    0xFF61: "print_screen", 0xFFE5: "caps_lock", 0xFFE1: "shift", 0xFFE2: "shift",
    0xFFE3: "ctrl", 0xFFE4: "ctrl", 0xFFE7: "alt", 0xFFE8: "alt", 0xFFE9: "alt", 0xFFEA: "alt",
    0xFFEB: "meta", 0xFFEC: "meta", 0x1008FF13: "volume_up", 0x1008FF11: "volume_down",
    0x1008FF12: "mute", **{0xFFBE + number: f"f{number + 1}" for number in range(24)},
}  # fmt: skip


def name_of(symbol: int) -> str:
    """Our name of a key that types nothing; empty if it types something, or has none."""
    return _NAMES.get(symbol, "")


def combining_of(symbol: int) -> str:
    """The combining accent that a dead key puts on the next letter; empty if it is none."""
    return _ACCENTS.get(symbol, "")


def composed(accent: str, character: str) -> str:
    """What a combining accent and the character typed after it come to."""
    if character == " ":
        return _ALONE[accent]
    return unicodedata.normalize("NFC", character + accent)


def character_of(symbol: int) -> str:
    """The character that a symbol stands for; empty if none."""
    if 0x20 <= symbol <= 0x7E or 0xA0 <= symbol <= 0xFF:
        return chr(symbol)
    if _UNICODE + 0x100 <= symbol <= _UNICODE + 0x10FFFF:
        return chr(symbol - _UNICODE)
    if symbol == _EURO:
        return "€"
    if symbol in _KEYPAD_CHARACTERS:
        return _KEYPAD_CHARACTERS[symbol]
    high, low = divmod(symbol, 0x100)
    if (high == 0x07 and symbol not in _GREEK_LETTERS) or (
        high == 0x06 and symbol not in _CYRILLIC_LETTERS
    ):
        return ""
    if high not in _SETS or low < 0xA0:
        return ""
    return bytes([low]).decode(_SETS[high], "ignore")
