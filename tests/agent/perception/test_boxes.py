"""Boxes and points are read from whatever a model makes of them, and lie in the picture."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects.reading.boxes import BoxesRead, Detection, read_boxes
from tools.geometry import Box, Point, Projection, Size, Space

SHOWN, GIVEN = Size(width=700, height=1400), Size(width=1400, height=2800)
SEEN = Projection(shown=SHOWN, device=GIVEN)
KINDS = ("boxes", "marks", "points")


def written(kind: str) -> list[dict[str, Any]]:
    path = Path(__file__).parent / f"replies_{kind}.yaml"
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


ALL = [pytest.param(each, id=f"{kind}: {each['name']}") for kind in KINDS for each in written(kind)]


def px(text: str, projection: Projection = SEEN) -> BoxesRead:
    return read_boxes(text, projection, Space.MODEL_PX)


def told(found: Iterable[Detection]) -> list[list[object]]:
    """As the files write it, without the empty words at the end."""
    lists: list[list[object]] = []
    for each in found:
        row: list[object] = [*(each.bbox_2d or each.point_2d or ()), each.label, each.sub_label]
        while row[-1] == "":
            row.pop()
        lists.append(row)
    return lists


@pytest.mark.parametrize("sample", ALL)
def test_reads_the_sample(sample: dict[str, Any]) -> None:
    read = read_boxes(sample["reply"], SEEN, Space(sample.get("space", "model_px")))
    expected = sample["found"] if "found" in sample else sample["points"]
    assert told(read.found) == expected
    assert all((each.bbox_2d is None) == ("points" in sample) for each in read.found)
    assert read.cut is sample.get("cut", False)
    assert read.formed is sample.get("formed", True)
    says = [*sample.get("says", []), *(["cut off"] if read.cut else [])]
    assert len(read.notes) == len(says), read.notes
    for note, part in zip(read.notes, says, strict=True):
        assert part in note


@pytest.mark.parametrize("kind", KINDS)
def test_has_enough_samples(kind: str) -> None:
    samples = written(kind)
    assert len(samples) >= 30
    assert len({each["reply"] for each in samples}) == len(samples)


def test_keeps_what_else_the_model_said() -> None:
    reply = (
        '[{"bbox_2d": [10, 20, 30, 40], "label": "line", "text_content": "Total: 3 €",'
        ' "score": 0.9, "Colour Name": "red", "tags": ["a", "b"], "nothing": null}]'
    )
    [found] = px(reply).found
    assert found.text_content == "Total: 3 €"
    assert found.attributes == {"score": 0.9, "colour_name": "red", "tags": ["a", "b"]}
    assert found.as_json() == {
        "bbox_2d": [20, 40, 60, 80],
        "label": "line",
        "text_content": "Total: 3 €",
        "attributes": {"score": 0.9, "colour_name": "red", "tags": ["a", "b"]},
    }


def test_spotted_text_with_its_recorded_trailing_comma_and_cut() -> None:
    """As in the published notebook of Qwen2.5-VL: a comma before each brace, and no end."""
    line = '\t{{"bbox_2d": [{0}, 20, {1}, 40], "text_content": "line {0}",}},\n'
    whole = "```json\n[\n" + "".join(line.format(at, at + 5) for at in range(0, 500, 10))
    read = px(whole + '\t{"bbox_2d": [500, 20, 50')
    assert read.cut
    assert len(read.found) == 50
    assert [each.text_content for each in read.found][-1] == "line 490"


def test_a_polygon_is_kept_and_has_a_box() -> None:
    [found] = px('[{"polygon": [[10, 20], [30, 25], [28, 40], [9, 41]], "label": "sign"}]').found
    assert found.bbox_2d == (18, 40, 60, 82)
    assert found.polygon == ((21, 41), (61, 51), (57, 81), (19, 83))


def test_a_polygon_as_one_row_of_numbers() -> None:
    [found] = px('[{"poly": [10, 20, 30, 20, 30, 40, 10, 40], "label": "sign"}]').found
    assert found.bbox_2d == (20, 40, 60, 80)
    assert len(found.polygon) == 4


def test_a_box_and_a_point_of_one_thing_are_one_thing() -> None:
    [found] = px('[{"bbox_2d": [10, 20, 30, 40], "point_2d": [12, 22], "label": "key"}]').found
    assert found.bbox_2d == (20, 40, 60, 80)
    assert found.point == Point(x=25, y=45)


def test_where_to_touch() -> None:
    box = Detection(bbox_2d=(20, 40, 60, 80), label="key")
    assert box.point == box.box.center == Point(x=40, y=60)
    point = Detection(point_2d=(3, 4))
    assert point.point == Point(x=3, y=4)
    assert point.box.area == 1


def test_what_a_part_of_the_picture_shows_lies_in_that_part() -> None:
    region = Box(left=100, top=200, right=800, bottom=1600)
    part = Projection(shown=SHOWN, device=GIVEN, region=region)
    [found] = px('[{"bbox_2d": [10, 20, 30, 40]}]', part).found
    assert found.bbox_2d == (110, 220, 130, 240)
    [edge] = px('[{"bbox_2d": [600, 1300, 900, 1500]}]', part).found
    assert edge.bbox_2d == (700, 1500, 800, 1600)


numbers = st.integers(-200, 1600)
boxes = st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=1, max_size=6)
spaces = st.sampled_from(list(Space))


@settings(deadline=None)
@given(boxes, spaces)
def test_every_box_lies_in_the_picture_or_is_told_of(
    corners: list[tuple[int, int, int, int]], space: Space
) -> None:
    reply = str([{"bbox_2d": list(each), "label": f"n{at}"} for at, each in enumerate(corners)])
    read = read_boxes(reply, SEEN, space)
    for each in read.found:
        assert Box.of(GIVEN).encloses(each.box)
        assert each.box.area > 0
    limits = (1000, 1000) if space is Space.NORM1000 else (700, 1400)
    strays = [
        each
        for each in corners
        if not (min(each[0::2]) >= 0 and max(each[0::2]) <= limits[0])
        or not (min(each[1::2]) >= 0 and max(each[1::2]) <= limits[1])
    ]
    assert bool(strays) == any("picture" in note for note in read.notes)
    assert len(read.found) + sum(
        int(note.split(": ")[1].split(".")[0]) for note in read.notes if "outside" in note
    ) == len(corners)


@settings(deadline=None)
@given(st.integers(0, 698), st.integers(0, 1398), st.integers(1, 300), st.integers(1, 300))
def test_a_box_goes_there_and_back(left: int, top: int, width: int, height: int) -> None:
    corners = (left, top, min(left + width, 700), min(top + height, 1400))
    [found] = px(f"[{list(corners)}]").found
    assert found.bbox_2d == tuple(2 * number for number in corners)


WHOLE = (
    '```json\n[{"bbox_2d": [10, 20, 30, 40], "label": "a", "sub_label": "x"},'
    ' {"bbox_2d": [1, 2, 3, 4], "label": "b"}, {"point_2d": [5, 6], "label": "c"}]\n```'
)
WHOLE_MARKS = (
    "<|object_ref_start|>a<|object_ref_end|><|box_start|>(10,20),(30,40)<|box_end|>"
    "<|object_ref_start|>b<|object_ref_end|><|box_start|>(1,2),(3,4)<|box_end|>"
)


@pytest.mark.parametrize("whole", [WHOLE, WHOLE_MARKS])
def test_a_cut_reply_gives_the_beginning_of_the_list_and_never_half_a_thing(whole: str) -> None:
    everything = told(px(whole).found)
    lengths = []
    for end in range(len(whole)):
        read = px(whole[:end])
        assert told(read.found) == everything[: len(read.found)], whole[:end]
        assert all(each.label for each in read.found)
        lengths.append(len(read.found))
    assert lengths == sorted(lengths)
    assert lengths[-1] == len(everything)


@settings(deadline=None)
@given(st.text(alphabet='[]{}()<>|",:0123456789. \nab_bboxlabel2d`猫', max_size=120), spaces)
def test_nothing_is_raised_on_any_text(text: str, space: Space) -> None:
    for each in read_boxes(text, SEEN, space).found:
        assert Box.of(GIVEN).encloses(each.box)


@settings(deadline=None)
@given(st.sampled_from([WHOLE, WHOLE_MARKS]), st.data())
def test_nothing_is_raised_on_a_marred_reply(whole: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole)))
    gone = data.draw(st.integers(0, 12))
    put = data.draw(st.text(max_size=6))
    for each in px(whole[:at] + put + whole[at + gone :]).found:
        assert Box.of(GIVEN).encloses(each.box)


@pytest.mark.parametrize(
    "text",
    ['{"' * 60_000, "[" * 150_000, '[{"bbox_2d": [1, 2, ' * 8_000, "<|box_start|>(1,2" * 9_000,
     "(1,2),(3,4)" * 12_000, "cat " * 40_000,
     "<|object_ref_start|>" * 7_000, "```json\n[" * 15_000],
    ids=["braces", "brackets", "items", "marks", "pairs", "prose", "labels", "fences"],
)  # fmt: skip
@pytest.mark.timeout(60)
def test_a_model_gone_mad_costs_no_minutes(text: str) -> None:
    assert px(text).formed in (True, False)
