"""The place that was acted on is found where it went, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from tools.anchor import LIKE, UNLIKE, find_anchor, fit_here
from tools.geometry import Box
from tools.screen import Screenshot

WIDTH, HEIGHT = 540, 1200


def screen(*parts: tuple[tuple[int, int], Image.Image], ground: int = 250) -> Screenshot:
    image = Image.new("RGB", (WIDTH, HEIGHT), (ground, ground, ground))
    for place, part in parts:
        image.paste(part, place)
    return Screenshot(image)


def row(label: str, *, ground: int = 250) -> Image.Image:
    """A list row of 400x90: the same icon on each, and a label."""
    image = Image.new("RGB", (400, 90), (ground, ground, ground))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 70, 70), fill=(60, 90, 200))
    draw.rectangle((40, 30, 50, 60), fill=(255, 255, 255))
    draw.text((100, 26), label, fill=(20, 20, 20), font=ImageFont.load_default(34))
    return image


def box_at(left: int, top: int, width: int = 400, height: int = 90) -> Box:
    return Box(left=left, top=top, right=left + width, bottom=top + height)


@settings(max_examples=40, deadline=None)
@given(
    dx=st.integers(-60, 60), dy=st.integers(-190, 190), seed=st.integers(0, 9),
    words=st.sampled_from(["Beijing Capital", "Wi-Fi", "设置", "Pay now"]),
)  # fmt: skip
def test_what_moved_is_found_to_the_pixel(dx: int, dy: int, seed: int, words: str) -> None:
    noise = np.random.default_rng(seed).integers(-3, 4, (90, 400, 3))
    part = row(words)
    shaken = Image.fromarray(
        np.clip(np.asarray(part, dtype=int) + noise, 0, 255).astype(np.uint8)
    )  # as another encoder would leave it
    before, now = screen(((70, 500), part)), screen(((70 + dx, 500 + dy), shaken))
    fit = find_anchor(before, box_at(70, 500), now)
    assert fit is not None
    assert (fit.dx, fit.dy) == (dx, dy)
    assert fit.certain


def test_the_same_icon_beside_another_label_is_not_the_same_row() -> None:
    before = screen(((70, 500), row("Airplane mode")))
    now = screen(((70, 590), row("Bluetooth devices")))
    fit = find_anchor(before, box_at(70, 500), now)
    assert fit is not None
    assert fit.likeness < LIKE


def test_under_a_scrim_the_likeness_is_high_and_the_shade_tells() -> None:
    before = screen(((70, 500), row("Airplane mode")))
    dark = Screenshot(before.image.point(lambda level: int(level * 0.6)))
    for fit in (
        find_anchor(before, box_at(70, 500), dark),
        fit_here(before, box_at(70, 500), dark),
    ):
        assert fit is not None
        assert fit.likeness > LIKE
        assert fit.shade > 60
        assert not fit.certain


def test_what_is_there_twice_is_found_nowhere() -> None:
    part = row("Add to cart")
    before = screen(((70, 500), part))
    fit = find_anchor(before, box_at(70, 500), screen(((70, 420), part), ((70, 620), part)))
    assert fit is not None
    assert fit.rival > UNLIKE
    assert not fit.certain


def test_beyond_its_reach_it_does_not_look_unless_told() -> None:
    part = row("Beijing Capital")
    before, now = screen(((70, 200), part)), screen(((70, 900), part))
    near = find_anchor(before, box_at(70, 200), now)
    assert near is None or not near.certain
    far = find_anchor(before, box_at(70, 200), now, reach_px=HEIGHT)
    assert far is not None
    assert far.certain
    assert (far.dx, far.dy) == (0, 700)


@pytest.mark.parametrize("ground", [0, 128, 255])
def test_a_plain_patch_says_nothing(ground: int) -> None:
    empty = screen(ground=ground)
    assert find_anchor(empty, box_at(70, 500), empty) is None
    assert fit_here(empty, box_at(70, 500), empty) is None


def test_frames_of_two_sizes_are_not_compared() -> None:
    before = screen(((70, 500), row("Wi-Fi")))
    now = Screenshot(before.image.resize((WIDTH // 2, HEIGHT // 2)))
    assert find_anchor(before, box_at(70, 500), now) is None
    assert fit_here(before, box_at(70, 500), now) is None


@given(left=st.integers(0, WIDTH - 20), top=st.integers(0, HEIGHT - 20))
@settings(max_examples=30, deadline=None)
def test_at_its_own_place_a_patch_fits_wholly_even_at_the_edges(left: int, top: int) -> None:
    shades = np.random.default_rng(left * 7 + top).integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
    frame = Screenshot(Image.fromarray(shades).convert("RGB"))
    box = box_at(left, top, min(100, WIDTH - left), min(100, HEIGHT - top))
    here = fit_here(frame, box, frame)
    assert here is not None
    assert here.likeness == pytest.approx(1.0)
    found = find_anchor(frame, box, frame)
    assert found is not None
    assert (found.dx, found.dy) == (0, 0)
    assert found.likeness == pytest.approx(1.0)
