"""Actions are values: written as JSON, read back the same, and nothing else is let in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tools.action import (
    ACTIONS,
    Action,
    Back,
    DoubleTap,
    Drag,
    FocusWindow,
    Home,
    Hotkey,
    Hover,
    LongPress,
    MiddleClick,
    OpenApp,
    PressKey,
    Recents,
    RightClick,
    Scroll,
    Swipe,
    Tap,
    TripleClick,
    TypeText,
    Wait,
    points_of,
)
from tools.geometry import Point

A, B = Point(x=1, y=2), Point(x=3, y=4)


POINTS = st.builds(lambda x, y: Point(x=x, y=y), st.integers(), st.integers())
SECONDS = st.floats(0.001, 60)
ANY_ACTION: st.SearchStrategy[Action] = st.one_of(
    st.builds(Tap, at=POINTS),
    st.builds(DoubleTap, at=POINTS),
    st.builds(TripleClick, at=POINTS),
    st.builds(RightClick, at=POINTS),
    st.builds(MiddleClick, at=POINTS),
    st.builds(Hover, at=POINTS),
    st.builds(FocusWindow, title=st.text(min_size=1)),
    st.builds(LongPress, at=POINTS, duration_s=SECONDS),
    st.builds(Swipe, start=POINTS, end=POINTS, duration_s=SECONDS),
    st.builds(Drag, start=POINTS, end=POINTS, duration_s=SECONDS),
    st.builds(
        Scroll,
        at=POINTS,
        direction=st.sampled_from(["up", "down", "left", "right"]),
        amount=st.floats(0.001, 1),
    ),
    st.builds(TypeText, text=st.text(), clear=st.booleans(), submit=st.booleans()),
    st.builds(PressKey, key=st.sampled_from(["enter", "power", "select_all"])),
    st.builds(Hotkey, keys=st.tuples(st.text(), st.text())),
    st.builds(OpenApp, name=st.text(min_size=1)),
    st.sampled_from([Back(), Home(), Recents()]),
    st.builds(Wait, duration_s=SECONDS),
)


@given(ANY_ACTION)
def test_any_action_survives_json(action: Action) -> None:
    assert ACTIONS.validate_json(ACTIONS.dump_json(action)) == action
    assert ACTIONS.validate_python(action) is action


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "fly"},
        {"kind": "tap"},
        {"kind": "tap", "at": [1, 2]},
        {"kind": "tap", "at": {"x": 1}},
        {"kind": "tap", "at": {"x": 1, "y": 2}, "finger": 1},
        {"kind": "tap", "at": {"x": "1", "y": 2}},
        {"kind": "wait", "duration_s": 0},
        {"kind": "wait", "duration_s": 61},
        {"kind": "wait", "duration_s": "1"},
        {"kind": "scroll", "at": {"x": 1, "y": 2}, "direction": "forward"},
        {"kind": "hotkey", "keys": ["a"]},
        {"kind": "press_key", "key": "any"},
        {"kind": "open_app", "name": ""},
    ],
)
def test_what_is_no_action(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ACTIONS.validate_python(data)


def test_which_points_are_touched() -> None:
    assert points_of(Tap(at=A)) == (A,)
    assert points_of(Scroll(at=B, direction="up")) == (B,)
    assert points_of(Swipe(start=A, end=B)) == (A, B)
    assert points_of(ACTIONS.validate_python({"kind": "back"})) == ()
