"""What is drawn can be seen and read: outlines in their place, labels that cover no other label."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from agent.perception.draw import PALETTE, Drawn, draw_things
from agent.perception.label_places import Wish, place_labels
from tools.geometry import Box, Point, Size

GREY = (128, 128, 128)
FRAME = Size(width=1200, height=800)


def box(left: int, top: int, width: int, height: int) -> Box:
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def blank(width: int = 1200, height: int = 800) -> Image.Image:
    return Image.new("RGB", (width, height), GREY)


def changed(image: Image.Image, area: Box) -> int:
    """How many pixels of ``area`` are not grey any more."""
    part = np.asarray(image.crop((area.left, area.top, area.right, area.bottom)))
    return int((part != GREY).any(axis=2).sum())


def test_the_picture_that_was_given_stays_as_it_is() -> None:
    image = blank()
    draw_things(image, [Drawn(box=box(100, 100, 50, 50), label="cat")])
    assert changed(image, Box.of(FRAME)) == 0


def test_a_box_is_drawn_on_its_own_edges() -> None:
    drawn = draw_things(blank(), [Drawn(box=box(100, 200, 300, 150), label="cat", kind="cat")])
    assert drawn.size == (1200, 800)
    for edge in ((100, 250), (399, 250), (250, 200), (250, 349)):
        assert drawn.getpixel(edge) == PALETTE[0]
    assert changed(drawn, box(110, 210, 280, 130)) == 0
    assert changed(drawn, box(500, 0, 700, 800)) == 0


def test_kinds_are_told_apart_by_colour_and_one_kind_has_one() -> None:
    things = [Drawn(box=box(100 * at + 20, 100, 60, 60), kind=f"kind {at % 3}") for at in range(6)]
    drawn = draw_things(blank(), things)
    edges = [drawn.getpixel((100 * at + 20, 130)) for at in range(6)]
    assert edges[:3] == edges[3:] == list(PALETTE[:3])


def test_colours_can_be_told_apart() -> None:
    for one, other in combinations(PALETTE, 2):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) > 60**2


def test_a_point_is_marked() -> None:
    drawn = draw_things(blank(), [Drawn(point=Point(x=600, y=400), label="nose")])
    assert changed(drawn, box(598, 398, 5, 5)) == 25
    assert changed(drawn, box(560, 440, 80, 80)) == 0


def test_a_polygon_is_drawn_in_place_of_its_box() -> None:
    corners = tuple(Point(x=x, y=y) for x, y in ((600, 100), (800, 300), (600, 500), (400, 300)))
    drawn = draw_things(blank(), [Drawn(box=box(400, 100, 401, 401), polygon=corners)])
    assert changed(drawn, box(690, 190, 20, 20)) > 0
    assert changed(drawn, box(400, 480, 60, 21)) == 0


@pytest.mark.parametrize("label", ["cat", "搜索按钮", "Straße ñ", "猫 cat 狗"])
def test_labels_of_any_language_are_written(label: str) -> None:
    things = [Drawn(box=box(100, 200, 300, 150), label=label)]
    nothing = draw_things(blank(), [Drawn(box=box(100, 200, 300, 150))])
    drawn = draw_things(blank(), things)
    above = box(100, 170, 300, 29)
    assert changed(drawn, above) > changed(nothing, above)
    inks = np.asarray(drawn.crop((100, 176, 130, 199))).reshape(-1, 3)
    assert {(255, 255, 255), PALETTE[0]} <= {tuple(map(int, ink)) for ink in inks}


def test_letters_without_a_shape_break_nothing() -> None:
    draw_things(blank(), [Drawn(box=box(9, 9, 90, 90), label="a\u202eb\x1b[31m\n\tc\U0001f600")])


def test_a_small_picture_is_enlarged_so_that_labels_do_not_cover_it() -> None:
    drawn = draw_things(blank(60, 40), [Drawn(box=box(5, 12, 20, 20), label="cat")])
    assert drawn.size == (480, 320)
    assert drawn.getpixel((40, 100)) == PALETTE[0]


def test_a_label_too_long_for_the_picture_goes_into_the_list_below() -> None:
    label = "the person who most likely acts bravely while everybody else just looks on " * 3
    drawn = draw_things(blank(), [Drawn(box=box(100, 200, 300, 150), label=label)])
    assert drawn.width == 1200
    assert drawn.height > 800


def test_where_things_lie_on_each_other_the_words_stand_below() -> None:
    heap = [Drawn(box=box(500, 400, 60, 60), label=f"person number {at}") for at in range(30)]
    drawn = draw_things(blank(), heap)
    assert drawn.height > 800


def test_many_things_are_drawn_and_the_picture_is_no_taller_than_it_must() -> None:
    chance = random.Random(7)
    things = [
        Drawn(box=box(chance.randrange(1100), chance.randrange(700), 60, 40), label="dog")
        for _ in range(200)
    ]
    drawn = draw_things(blank(), things)
    assert 800 <= drawn.height < 1600


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (3000, 2), (8688, 5792)])
def test_odd_pictures(size: tuple[int, int]) -> None:
    whole = Box(left=0, top=0, right=size[0], bottom=size[1])
    drawn = draw_things(blank(*size), [Drawn(box=whole, point=whole.center, label="all of it")])
    assert drawn.width >= size[0]


def wishes_of(draw: st.DrawFn) -> list[Wish]:
    count = draw(st.integers(1, 25))
    return [
        Wish(
            box(
                draw(st.integers(0, 1150)),
                draw(st.integers(0, 750)),
                draw(st.integers(1, 400)),
                draw(st.integers(1, 300)),
            ),
            full=draw(st.integers(0, 400)),
            short=24,
        )
        for _ in range(count)
    ]


@settings(deadline=None)
@given(st.composite(wishes_of)())
def test_labels_with_words_lie_in_the_picture_and_cover_no_other(wishes: list[Wish]) -> None:
    places = place_labels(wishes, FRAME, 24, longest=300)
    assert len(places) == len(wishes)
    for wish, place in zip(wishes, places, strict=True):
        assert Box.of(FRAME).encloses(place.box)
        assert place.box.width == (wish.short if place.short else wish.full)
        assert place.short or 0 < wish.full <= 300
    worded = [place.box for place in places if not place.short]
    assert all(one.intersection(other).area == 0 for one, other in combinations(worded, 2))


def test_a_label_with_room_keeps_its_words_and_stands_above() -> None:
    [place] = place_labels([Wish(box(300, 300, 100, 80), full=90, short=20)], FRAME, 24, 300)
    assert not place.short
    assert place.box == box(300, 276, 90, 24)


def test_nothing_to_draw_is_the_picture_itself() -> None:
    assert draw_things(blank(), []).tobytes() == blank().tobytes()


def test_at_the_upper_edge_it_stands_below() -> None:
    [place] = place_labels([Wish(box(300, 0, 100, 80), full=90, short=20)], FRAME, 24, 300)
    assert place.box == box(300, 80, 90, 24)
