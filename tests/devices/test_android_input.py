"""What is sent to ``input``: places, times and the way a finger goes to scroll."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.action import Action, Back, Direction, Drag, LongPress, PressKey, Scroll, Swipe, Wait
from tools.devices.android_input import KEYCODES, scroll_path, touch_command
from tools.geometry import Box, Point, Projection, Size
from tools.ui_tree import UiNode, UiTree

SIZE = Size(width=1080, height=2400)
SAME = Projection(shown=SIZE, device=SIZE)
A, B = Point(x=10, y=20), Point(x=30, y=40)
LIST = Box(left=0, top=300, right=1080, bottom=2000)
TREE = UiTree(
    (
        UiNode(0, -1, Box.of(SIZE), kind="FrameLayout"),
        UiNode(1, 0, LIST, kind="ScrollView", scrollable=True),
    )
)


@pytest.mark.parametrize(
    ("action", "command"),
    [
        (LongPress(at=A, duration_s=1.5), "input swipe 10 20 10 20 1500"),
        (Swipe(start=A, end=B), "input swipe 10 20 30 40 300"),
        (Drag(start=A, end=B), "input draganddrop 10 20 30 40 1000"),
        (PressKey(key="select_all"), "input keycombination 113 29"),
        (PressKey(key="forward_delete"), "input keyevent 112"),
        (PressKey(key="f1"), "input keyevent 131"),
        (PressKey(key="f12"), "input keyevent 142"),
        (Back(), "input keyevent 4"),
        (Wait(), None),
    ],
)
def test_commands(action: Action, command: str | None) -> None:
    assert touch_command(action, SAME) == command


def test_every_key_of_press_key_has_a_code() -> None:
    keys = PressKey.model_json_schema()["properties"]["key"]["enum"]
    assert set(keys) - {"select_all"} <= KEYCODES.keys()


@pytest.mark.parametrize(
    ("direction", "start", "end"),
    [
        ("down", (540, 1800), (540, 600)),
        ("up", (540, 600), (540, 1800)),
        ("right", (810, 1200), (270, 1200)),
        ("left", (270, 1200), (810, 1200)),
    ],
)
def test_the_finger_goes_against_the_direction(
    direction: Direction, start: tuple[int, int], end: tuple[int, int]
) -> None:
    found = scroll_path(Scroll(at=Point(x=540, y=1200), direction=direction), SIZE)
    assert [(point.x, point.y) for point in found] == [start, end]


def test_the_finger_stays_on_the_list() -> None:
    action = Scroll(at=Point(x=540, y=400), direction="down", amount=1.0)
    for point in scroll_path(action, SIZE, TREE):
        assert LIST.contains(point)
    start, end = scroll_path(action.model_copy(update={"amount": 0.25}), SIZE, TREE)
    assert (start.y - end.y, LIST.contains(start), LIST.contains(end)) == (600, True, True)


@given(
    st.sampled_from(["up", "down", "left", "right"]),
    st.floats(0.01, 1),
    st.integers(100, 3000),
    st.integers(100, 3000),
    st.data(),
)
def test_no_scroll_touches_the_edges(
    direction: Direction, amount: float, width: int, height: int, data: st.DataObject
) -> None:
    size = Size(width=width, height=height)
    at = Point(x=data.draw(st.integers(0, width - 1)), y=data.draw(st.integers(0, height - 1)))
    start, end = scroll_path(Scroll(at=at, direction=direction, amount=amount), size)
    inner = Box(
        left=width // 20, top=height // 20, right=width - width // 20, bottom=height - height // 20
    )
    assert inner.contains(start)
    assert inner.contains(end)
    moved = end.y - start.y if direction in ("up", "down") else end.x - start.x
    assert moved > 0 if direction in ("up", "left") else moved < 0
