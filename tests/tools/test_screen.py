"""Same screen or another one: the pairs of docs, drawn anew, each with the count it may have."""

import io
import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from tools.geometry import Box, Size
from tools.screen import SAME_TILES, Screenshot, compare

SIZE = (1080, 2340)
BAR = Box(left=0, top=0, right=1080, bottom=96)
Pen = ImageDraw.ImageDraw


def _settings_page(
    pen: Pen, *, offset: int = 0, clock: str = "09:30", switch: bool = False
) -> None:
    for row in range(12):
        top = 200 + row * 170 - offset
        pen.ellipse((48, top + 20, 128, top + 100), fill=(60 + row * 12, 110, 200))
        pen.text((180, top + 14), f"Network and internet {row}", fill="black", font=_font(44))
        pen.text((180, top + 74), "Mobile, Wi-Fi, hotspot", fill=(95, 95, 95), font=_font(34))
    color = (26, 115, 232) if switch else (200, 200, 205)
    pen.rounded_rectangle((900, 560, 1020, 624), 32, fill=color)
    pen.ellipse((960 if switch else 904, 564, 1016 if switch else 960, 620), fill="white")
    pen.rectangle((0, 0, 1080, 96), fill=(248, 249, 252))
    pen.text((48, 28), clock, fill="black", font=_font(38))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _screen(
    draw: Callable[[Pen], None] = _settings_page, after: Callable[[Pen], None] | None = None
) -> Image.Image:
    image = Image.new("RGB", SIZE, (248, 249, 252))
    draw(ImageDraw.Draw(image))
    if after is not None:
        after(ImageDraw.Draw(image))
    return image


def _reencoded(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def _dimmed_with_dialog(image: Image.Image) -> Image.Image:
    dark = Image.blend(image, Image.new("RGB", SIZE), 0.5)
    pen = ImageDraw.Draw(dark)
    pen.rounded_rectangle((120, 900, 960, 1400), 48, fill="white")
    pen.text((180, 960), "Allow access to contacts?", fill="black", font=_font(52))
    return dark


def _relabel(pen: Pen) -> None:
    pen.rectangle((170, 550, 800, 610), fill=(248, 249, 252))
    pen.text((180, 554), "Connected devices", fill="black", font=_font(44))


PAGE = _screen()
SAME = {
    "equal": PAGE.copy(),
    "jpeg_50": _reencoded(PAGE, 50),
    "jpeg_80": _reencoded(PAGE, 80),
    "caret": _screen(after=lambda pen: pen.rectangle((700, 1003, 705, 1062), fill="black")),
}
DIFFERENT = {
    "one_switch": _screen(lambda pen: _settings_page(pen, switch=True)),
    "one_label": _screen(after=_relabel),
    "text_typed": _screen(
        after=lambda pen: pen.text((180, 2290), "Chongqing", fill="black", font=_font(44))
    ),
    "spinner": _screen(
        after=lambda pen: pen.arc((490, 1120, 590, 1220), 0, 270, fill=(26, 115, 232), width=14)
    ),
    "toast": _screen(
        after=lambda pen: pen.rounded_rectangle((240, 2060, 840, 2160), 50, fill=(50, 50, 50))
    ),
    "scrolled_30": _screen(lambda pen: _settings_page(pen, offset=30)),
    "scrolled_row": _screen(lambda pen: _settings_page(pen, offset=170)),
    "dialog": _dimmed_with_dialog(PAGE),
    "keyboard": _screen(
        after=lambda pen: pen.rectangle((0, 1500, 1080, 2340), fill=(220, 222, 228))
    ),
    "dark": Image.eval(PAGE, lambda value: 255 - value),
}


@pytest.mark.parametrize("image", SAME.values(), ids=SAME.keys())
def test_the_same_screen(image: Image.Image) -> None:
    difference = compare(Screenshot(PAGE), Screenshot(image))
    assert difference.same
    assert difference.count <= 1  # measured: at most one, where two are allowed


@pytest.mark.parametrize("image", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_another_screen(image: Image.Image) -> None:
    difference = compare(Screenshot(PAGE), Screenshot(image))
    assert not difference.same
    assert difference.count > SAME_TILES + 1  # a gap between the two kinds, not a hair's breadth


def test_a_clock_can_be_left_out() -> None:
    later = Screenshot(_screen(lambda pen: _settings_page(pen, clock="21:48")))
    assert compare(Screenshot(PAGE), later, ignore=(BAR,)).count == 0
    changed = compare(Screenshot(PAGE), later)
    assert changed.count > 0
    assert changed.bounds is not None
    assert BAR.encloses(changed.bounds)


def test_where_it_changed() -> None:
    difference = compare(Screenshot(PAGE), Screenshot(DIFFERENT["one_switch"]))
    assert difference.bounds is not None
    assert Box(left=864, top=528, right=1056, bottom=672).encloses(difference.bounds)
    assert difference.bounds.encloses(Box(left=904, top=564, right=1016, bottom=620))


def test_tiles_cover_the_frame_without_gaps() -> None:
    white, black = (Screenshot(Image.new("RGB", SIZE, colour)) for colour in ("white", "black"))
    everywhere = compare(white, black)
    assert everywhere.bounds == Box.of(white.size)
    assert sum(box.area for box in everywhere.boxes) == white.size.width * white.size.height


def test_frames_of_different_sizes_differ_everywhere() -> None:
    turned = Screenshot(PAGE.transpose(Image.Transpose.ROTATE_90))
    difference = compare(Screenshot(PAGE), turned)
    assert difference.count == difference.total
    wider = Screenshot(Image.new("RGB", (1082, 2340)))
    assert not compare(Screenshot(PAGE), wider).same


@given(st.integers(1, 300), st.integers(1, 300))
def test_any_size(width: int, height: int) -> None:
    white = Screenshot(Image.new("RGB", (width, height), "white"))
    black = Screenshot(Image.new("RGB", (width, height), "black"))
    assert white.grey.shape == white.compared_shape
    assert compare(white, white).count == 0
    assert compare(white, white).total == compare(white, black).total
    assert all(Box.of(white.size).encloses(box) for box in compare(white, black).boxes)
    assert black.is_black
    assert not white.is_black


@given(st.integers(1, 60), st.integers(1, 90), st.randoms(use_true_random=False))
def test_tiles_are_counted_as_the_rule_says(width: int, height: int, chance: random.Random) -> None:
    before = Image.new("L", (width, height), 100)
    after = before.copy()
    for _ in range(chance.randrange(4)):
        left, top = chance.randrange(width), chance.randrange(height)
        box = (left, top, left + chance.randrange(9), top + chance.randrange(9))
        after.paste(chance.choice((100, 116, 117, 83, 0, 255)), box)
    found = compare(Screenshot(before.convert("RGB")), Screenshot(after.convert("RGB"))).tiles
    for row, column in np.ndindex(*found.shape):
        box = (column * 12, row * 12, min(width, column * 12 + 12), min(height, row * 12 + 12))
        pairs = zip(before.crop(box).tobytes(), after.crop(box).tobytes(), strict=True)
        assert found[row, column] == (sum(abs(a - b) > 16 for a, b in pairs) > 14.4)


def test_encoded_once() -> None:
    frame = Screenshot(PAGE, source="raw", requested_s=1.0, capture_s=0.2, decode_s=0.1)
    assert frame.jpeg() is frame.jpeg()
    assert frame.jpeg(50) is not frame.jpeg()
    with Image.open(io.BytesIO(frame.jpeg())) as decoded:
        assert (decoded.format, decoded.size) == ("JPEG", SIZE)
    assert frame.size == Size(width=1080, height=2340)


def test_kept_as_it_came_where_that_is_small() -> None:
    small, large = b"\x89PNG small", bytes(600_000)
    assert Screenshot(PAGE, png=small).file() == ("png", small)
    assert Screenshot(PAGE, png=small).again(1.0, 0.1).file() == ("png", small)
    for frame in (Screenshot(PAGE), Screenshot(PAGE, png=large)):
        assert frame.file() == ("jpg", frame.jpeg())


def test_a_picture_taken_again_keeps_what_was_computed() -> None:
    frame = Screenshot(PAGE, source="raw", requested_s=1.0, capture_s=0.2, decode_s=0.1)
    grey = frame.grey
    again = frame.again(5.0, 0.3)
    assert (again.requested_s, again.capture_s, again.decode_s) == (5.0, 0.3, 0.0)
    assert again.source == "raw"
    assert again.image is frame.image
    assert again.grey is grey
    assert again.jpeg() is frame.jpeg()
