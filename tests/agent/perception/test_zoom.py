"""Small things: looked at again enlarged, mapped back; measured with a model that reads pixels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects.choose import dialect_named
from agent.perception.ground import ground
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.perception.zoom import ground_closely, part_around, shown_part
from tests.agent.perception.seers import model_of, picture, seer_saying
from tests.grounding.small_targets import (
    MAX_PIXELS,
    SURE,
    SmallPrintReader,
    SmallTarget,
    small_target,
)
from tools.geometry import Box, Size, Space

EMPTY = "[]"


def box_reply(box: tuple[int, int, int, int], label: str = "key") -> str:
    return f'[{{"bbox_2d": {list(box)}, "label": "{label}"}}]'


def reader_of() -> tuple[SmallPrintReader, Seer]:
    dialect = dialect_named("qwen2_5_vl")
    reader = SmallPrintReader(SURE)
    return reader, Seer(reader, dialect, dialect.sizing.budget(max_pixels=MAX_PIXELS))


def hit(target: SmallTarget, seer: Seer, *, zoom: bool) -> bool:
    """Whether the first point that is found lies on the word."""
    look = ground_closely if zoom else ground
    found = look(seer, Picture("page", target.image), f"the word {target.name}")
    return bool(found.found) and target.box.contains(found.points[0])


def test_the_second_look_is_the_better_one() -> None:
    """On the 1000 grid: first a rough box around (200, 100), then an exact one in the part."""
    seer = seer_saying(
        box_reply((95, 90, 105, 110)), box_reply((500, 500, 520, 520)), dialect="qwen3_vl"
    )
    looked = picture(2000, 1000)
    found = ground_closely(seer, looked, "the key")
    [first, second] = model_of(seer).requests
    part = part_around(seer, looked.size, Box(left=190, top=90, right=210, bottom=110)).region
    [thing] = found.found
    assert thing.label == "key"
    assert part.encloses(thing.box)
    assert thing.box.left == pytest.approx(part.left + part.width * 0.5, abs=1)
    assert thing.box.width == pytest.approx(part.width * 0.02, abs=1)
    before, after = first.messages[0].images[0].size, second.messages[0].images[0].size
    assert after.width / part.width > 1.5 * before.width / looked.size.width


def test_of_several_in_the_part_the_nearest_is_the_one() -> None:
    near = '{"bbox_2d": [490, 490, 510, 510], "label": "b"}'
    far = '{"bbox_2d": [0, 0, 20, 20], "label": "a"}'
    seer = seer_saying(box_reply((490, 490, 500, 510)), f"[{far}, {near}]", dialect="qwen3_vl")
    [thing] = ground_closely(seer, picture(2000, 1000), "x").found
    assert thing.label == "b"


def test_each_of_several_is_looked_at_again_and_none_is_told_twice() -> None:
    both = box_reply((100, 100, 110, 110))[:-1] + "," + box_reply((115, 100, 125, 110))[1:]
    same = box_reply((500, 500, 600, 600))
    seer = seer_saying(both, same, same, dialect="qwen3_vl")
    found = ground_closely(seer, picture(2000, 1000), "keys")
    assert len(model_of(seer).requests) == 3
    assert "Looked 3 times, 2 of them enlarged." in found.notes
    assert 1 <= len(found.found) <= 2


def test_what_is_large_is_not_looked_at_again() -> None:
    seer = seer_saying(box_reply((100, 100, 900, 900)), dialect="qwen3_vl")
    found = ground_closely(seer, picture(2000, 1000), "the house")
    assert len(model_of(seer).requests) == 1
    assert found.found[0].bbox_2d == (200, 100, 1800, 900)


def test_what_is_not_seen_again_anywhere_stays_and_is_told() -> None:
    seer = seer_saying(box_reply((100, 100, 105, 105)), *[EMPTY] * 11, dialect="qwen3_vl")
    found = ground_closely(seer, picture(2000, 1000), "the key")
    assert found.found[0].bbox_2d == (200, 100, 210, 105)
    assert any("the first answer stands" in note for note in found.notes)


def test_what_the_whole_picture_does_not_show_is_searched_in_parts() -> None:
    replies = [EMPTY, EMPTY, EMPTY, box_reply((500, 500, 600, 600)), EMPTY]
    seer = seer_saying(*replies, dialect="qwen3_vl")
    found = ground_closely(seer, picture(2000, 1200), "the key")
    assert len(found.found) == 1
    assert any("then at" in note for note in found.notes)
    parts = len(model_of(seer).requests) - 1
    assert parts >= 3


def test_nothing_anywhere() -> None:
    seer = seer_saying(*[EMPTY] * 12, dialect="qwen3_vl")
    found = ground_closely(seer, picture(2000, 1000), "the key")
    assert (found.found, found.formed) == ((), True)
    assert len(model_of(seer).requests) > 1


def test_prose_is_not_asked_again() -> None:
    seer = seer_saying("I cannot help with that.")
    assert not ground_closely(seer, picture(2000, 1000), "the key").formed
    assert len(model_of(seer).requests) == 1


def test_no_more_questions_than_allowed() -> None:
    many = [f'{{"bbox_2d": [{n}, 1, {n + 3}, 4], "label": "k{n}"}}' for n in range(0, 900, 30)]
    seer = seer_saying(f"[{','.join(many)}]", *[EMPTY] * 40, dialect="qwen3_vl")
    ground_closely(seer, picture(2000, 1000), "keys", most_looks=5)
    assert len(model_of(seer).requests) == 5


sides = st.integers(30, 3000)


@settings(deadline=None, max_examples=40)
@given(sides, sides, st.data())
def test_a_place_in_a_part_goes_there_and_back(
    width: int, height: int, data: st.DataObject
) -> None:
    if max(width, height) > 50 * min(width, height):
        return
    left = data.draw(st.integers(0, width - 1))
    top = data.draw(st.integers(0, height - 1))
    box = Box(left=left, top=top, right=min(left + 20, width), bottom=min(top + 20, height))
    seer = seer_saying()
    part = part_around(seer, Size(width=width, height=height), box).region
    assert Box.of(Size(width=width, height=height)).encloses(part)
    assert part.contains(box.center)
    shown = shown_part(seer, picture(width, height).image, part)
    for space in Space:
        said = shown.projection.to_model(box.center, space)
        again = shown.projection.to_device(said)
        scale = max(part.width / shown.image.size.width, part.width / 1000, part.height / 1000, 1)
        assert abs(again.x - box.center.x) <= 1 + scale
        assert abs(again.y - box.center.y) <= 1 + scale


def test_a_reader_of_pixels_finds_more_small_print_with_a_second_look() -> None:
    """Three pages on which one look misses the word, or barely hits it, and two pages it reads."""
    reader, seer = reader_of()
    pages = [small_target(seed, 9) for seed in range(3)] + [small_target(9, 16)]
    once = [hit(page, seer, zoom=False) for page in pages]
    looks = reader.looks
    closely = [hit(page, seer, zoom=True) for page in pages]
    assert looks == len(pages)
    assert sum(closely) > sum(once), (once, closely)
    assert closely[-1]
