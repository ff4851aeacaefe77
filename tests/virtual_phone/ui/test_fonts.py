"""The shipped fonts cover what the phone writes; each character comes from one that has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.virtual_phone.ui.cmap import FontFileError, covered
from tools.virtual_phone.ui.fonts import (
    FOLDER,
    UnknownIconError,
    file_for,
    icon_codes,
    icon_mask,
    text_mask,
    text_width,
)

CHINESE = "NotoSansSC-Regular.otf"
LATIN = "Roboto-Regular.ttf"


def gb2312() -> set[int]:
    codes = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                codes.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return codes


def test_chinese_font_covers_gb2312() -> None:
    wanted = gb2312()
    assert len(wanted) == 7445
    assert wanted - covered(FOLDER / CHINESE) == set()


@pytest.mark.parametrize("name", [LATIN, "Roboto-Medium.ttf"])
def test_latin_fonts_cover_western_europe(name: str) -> None:
    letters = "ABCXYZabcxyz0189äöüßéèñçøåÆœŁžşğ€£¥–—…“”‘’•°×÷©™"
    assert {ord(char) for char in letters} - covered(FOLDER / name) == set()


@pytest.mark.parametrize("family", ["Roboto", "NotoSansSC", "MaterialDesignIcons"])
def test_each_font_has_its_licence(family: str) -> None:
    text = (FOLDER / f"LICENSE-{family}.txt").read_text(encoding="utf-8")
    licence = "SIL OPEN FONT LICENSE Version 1.1" if family == "NotoSansSC" else "Apache License"
    assert licence in text
    assert any(path.name.startswith(family) for path in FOLDER.iterdir())


@pytest.mark.parametrize("char", list("→←航，✓★"))
def test_fallback_follows_the_character_map(char: str) -> None:
    assert file_for(char, "regular") == CHINESE
    assert ord(char) not in covered(FOLDER / LATIN)
    assert text_mask(char, 40, "regular").image.getextrema()[1] == 255


def test_latin_letters_of_mixed_text_stay_in_the_latin_font() -> None:
    files = [file_for(char, "medium") for char in "HEL→上海é"]
    assert files == ["Roboto-Medium.ttf"] * 3 + [CHINESE] * 3 + ["Roboto-Medium.ttf"]


def test_width_grows_with_the_size_and_is_that_of_the_drawn_text() -> None:
    text = "AVATAR To 你好W"
    assert text_width(text, 74, "medium") == 2 * text_width(text, 37, "medium")
    drawn = text_mask(text, 37, "medium").image.width
    assert drawn == pytest.approx(text_width(text, 37, "medium"), abs=6)


def test_icons_draw_in_the_middle_of_their_squares() -> None:
    aside = []
    for name in icon_codes():
        box = icon_mask(name, 96).getbbox()
        assert box is not None, name
        if abs((box[0] + box[2]) / 2 - 48) > 6 and min(box[0], 96 - box[2]) < 4:
            aside.append(name)
    assert len(aside) < len(icon_codes()) / 100, aside


def test_unknown_icon_says_where_to_add_it() -> None:
    with pytest.raises(UnknownIconError, match=r"phone_icons\.txt"):
        icon_mask("no-such-icon", 24)


def test_file_without_character_map_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.ttf"
    path.write_bytes(b"\0\1\0\0" + bytes(8))
    with pytest.raises(FontFileError, match="cmap"):
        covered(path)
