"""The people a phone starts with, how their names are written and in which order they stand."""

import random
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

PHONE_TYPES = ("Mobile", "Home", "Work", "Other")
PHONE_SIGNS = frozenset("0123456789 +-()*#.")
"""What a phone number may be written with."""
AVATAR_COLORS = (
    *("#7b5ea7", "#00796b", "#c2571a", "#3367d6", "#ad1457", "#5d6d1e", "#00838f", "#8d4b3a"),
)
_PICKED = (5, 9)
# The first two-byte codes of GB2312's level 1, which is sorted by pinyin, and their letters.
_PINYIN = (
    *((0xB0A1, "A"), (0xB0C5, "B"), (0xB2C1, "C"), (0xB4EE, "D"), (0xB6EA, "E"), (0xB7A2, "F")),
    *((0xB8C1, "G"), (0xB9FE, "H"), (0xBBF7, "J"), (0xBFA6, "K"), (0xC0AC, "L"), (0xC2E8, "M")),
    *((0xC4C3, "N"), (0xC5B6, "O"), (0xC5BE, "P"), (0xC6DA, "Q"), (0xC8BB, "R"), (0xC8F6, "S")),
    *((0xCBFA, "T"), (0xCDDA, "W"), (0xCEF4, "X"), (0xD1B9, "Y"), (0xD4D1, "Z")),
)
_PINYIN_END = 0xD7F9


@dataclass(frozen=True)
class Person:
    """Someone to be seeded; `phone_type` is one of `PHONE_TYPES`."""

    first_name: str
    last_name: str
    company: str
    phone: str
    phone_type: str
    email: str

    @property
    def name(self) -> str:
        """The full name."""
        return full_name(self.first_name, self.last_name)

    def row(self) -> tuple[str, ...]:
        """All fields in order."""
        return astuple(self)


def known_people(locale: str) -> list[Person]:
    """Those who are on every phone of a language."""
    return [Person(*fields) for fields in _data()[locale]["always"]]


def pick_people(rng: random.Random, locale: str) -> list[Person]:
    """Those on every phone, and some that the seed decides; 13 to 17 in all."""
    some = [Person(*fields) for fields in _data()[locale]["some"]]
    return known_people(locale) + rng.sample(some, rng.randint(*_PICKED))


def full_name(first: str, last: str) -> str:
    """`Alice Johnson`; a Chinese name is written last name first, without a blank."""
    parts = [part for part in (first.strip(), last.strip()) if part]
    if len(parts) == 2 and all(_is_han(part[0]) for part in parts):
        return parts[1] + parts[0]
    return " ".join(parts)


def heading(name: str) -> str:
    """The letter a name stands under: its first, of Chinese the first of its pinyin, or #."""
    sign = name[:1].upper()
    if sign.isascii() and sign.isalpha():
        return sign
    return _pinyin_letter(sign) or "#"


def sort_key(name: str) -> tuple[bool, str, bytes, str]:
    """Orders names by heading (# last), then within a heading."""
    letter = heading(name)
    return letter == "#", letter, name.lower().encode("gb2312", "replace"), name


def initials(name: str) -> str:
    """One sign for an avatar."""
    return name[:1].upper() or "#"


def avatar_color(name: str) -> str:
    """A colour that stays with the name."""
    return AVATAR_COLORS[sum(map(ord, name)) % len(AVATAR_COLORS)]


def digits(number: str) -> str:
    """The digits of a phone number, by which numbers are compared."""
    return "".join(sign for sign in number if sign.isdecimal() and sign.isascii())


def _is_han(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def _pinyin_letter(sign: str) -> str:
    try:
        code = int.from_bytes(sign.encode("gb2312"))
    except UnicodeEncodeError:
        return ""
    if not _PINYIN[0][0] <= code <= _PINYIN_END:
        return ""
    return [letter for first, letter in _PINYIN if first <= code][-1]


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, list[list[str]]]]:
    path = Path(__file__).with_name("people.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    found: dict[str, dict[str, list[list[str]]]] = data
    return found
