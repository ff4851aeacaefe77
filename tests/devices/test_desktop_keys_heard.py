"""What keyboards tell, on each system, and what it is called here."""

import importlib.util
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.test_placement import placements
from tools.clock import SystemClock
from tools.devices.desktop_surroundings import own_processes
from tools.devices.pynput_hearing import PynputHearing, place_of, read_key
from tools.devices.x11_keysyms import character_of, combining_of, composed, name_of
from tools.errors import MissingExtraError
from tools.geometry import DesktopPoint, Placement, Point


@pytest.mark.parametrize(
    ("symbol", "character"),
    [
        (0x61, "a"), (0xE9, "é"), (0x1B1, "ą"), (0x6C1, "а"), (0x6A4, "є"), (0x7E1, "α"),
        (0xCE0, "א"), (0x20AC, "€"), (0x1004F60, "你"), (0xFFB7, "7"), (0xFFAB, "+"),
        (0xFF0D, ""), (0x7A1, ""), (0x6A9, ""), (0xFE51, ""), (0, ""),
    ],
)  # fmt: skip
def test_characters_of_symbols(symbol: int, character: str) -> None:
    assert character_of(symbol) == character


@given(st.integers(0, 0x110FFFFF))
def test_every_symbol_is_a_character_a_name_an_accent_or_nothing(symbol: int) -> None:
    found = [character_of(symbol), name_of(symbol), combining_of(symbol)]
    assert sum(map(bool, found)) <= 1
    assert len(character_of(symbol)) <= 1


def test_names_of_keys() -> None:
    symbols = (0xFF0D, 0xFF8D, 0xFF08, 0xFFFF, 0xFE20, 0xFFBE, 0xFFC9, 0xFFE4, 0xFFEB)
    assert [name_of(symbol) for symbol in symbols] == [
        "enter", "enter", "delete", "forward_delete", "tab", "f1", "f12", "ctrl", "meta",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "character", "read"),
    [
        ("", "a", ("a", "a")), ("", "Ä", ("ä", "Ä")), ("space", "", ("space", " ")),
        ("backspace", "", ("delete", "")), ("cmd_r", "", ("meta", "")), ("f5", "", ("f5", "")),
        ("", "\x13", ("s", "")), ("", "", ("", "")),
    ],
)  # fmt: skip
def test_keys_as_pynput_tells_them(name: str, character: str, read: tuple[str, str]) -> None:
    assert read_key(name, character) == read


@dataclass(frozen=True)
class TypedKey:
    """As pynput tells of a key that types: the character is that of the moment."""

    vk: int | None
    char: str


def test_a_key_that_comes_up_as_another_character_is_the_same_key() -> None:
    assert place_of(TypedKey(83, "\x13")) == place_of(TypedKey(83, "s"))
    assert place_of(TypedKey(83, "s")) != place_of(TypedKey(84, "s"))
    assert place_of("Key.f5") != place_of("Key.f6")  # those of Key have no code of their own


@pytest.mark.parametrize(
    ("accent", "character", "typed"),
    [
        ("\u0301", "e", "é"), ("\u0308", "U", "Ü"), ("\u0302", " ", "^"), ("\u0303", " ", "~"),
        ("\u0300", " ", "`"), ("\u0301", " ", "'"), ("\u0308", " ", '"'),
    ],
)  # fmt: skip
def test_accents_and_what_is_typed_after_them(accent: str, character: str, typed: str) -> None:
    assert composed(accent, character) == typed


@given(st.integers(0xFE50, 0xFE6F))
def test_every_accent_stands_alone_before_a_space(symbol: int) -> None:
    accent = combining_of(symbol)
    assert not accent or composed(accent, " ").strip()


@pytest.mark.skipif(importlib.util.find_spec("pynput") is not None, reason="pynput is here")
def test_without_the_extra_it_is_named() -> None:
    with pytest.raises(MissingExtraError, match="tapwright\\[person\\]"):
        PynputHearing(SystemClock())


def test_who_started_this_process_is_known() -> None:
    import os

    assert {os.getpid(), os.getppid()} - {1} <= own_processes()


@given(placements(), st.data())
def test_a_point_of_the_desktop_is_a_pixel_and_back(where: Placement, data: st.DataObject) -> None:
    area = where.area
    at = DesktopPoint(
        x=data.draw(st.integers(area.left - 2, area.right + 1)),
        y=data.draw(st.integers(area.top - 2, area.bottom + 1)),
    )
    pixel = where.from_desktop(at)
    assert (pixel is not None) == area.contains(Point(x=at.x, y=at.y))
    if pixel is not None:
        assert where.to_desktop(pixel) == at
