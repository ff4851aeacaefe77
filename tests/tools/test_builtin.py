"""The built-in tools: one for every action, each one building what it says."""

from dataclasses import replace
from typing import Any, get_args

import pytest
from PIL import Image

from tools.action import (
    DESKTOP_KINDS,
    PHONE_KINDS,
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
)
from tools.builtin import BUILTIN, builtin_registry
from tools.device import DeviceInfo, Observation, Window
from tools.errors import BadArgumentsError, OffScreenError
from tools.geometry import Point, Size
from tools.outcome import Finish, Note, Outcome, Question, ToolContext
from tools.screen import Screenshot

A, B = Point(x=10, y=20), Point(x=30, y=40)
KINDS = {member.model_fields["kind"].default for member in get_args(get_args(Action)[0])}


@pytest.fixture(scope="module")
def context() -> ToolContext:
    size = Size(width=101, height=201)
    image = Image.new("RGB", (size.width, size.height))
    info = DeviceInfo(
        name="d", kind="android", model="M", release="14", size=size, density_dpi=420,
        locale="en-US", emulated=True, animated=False, capture="raw",
    )  # fmt: skip
    windows = (
        Window(title="Draft 1", app="editor", active=False),
        Window(title="Draft 2", app="editor", active=True),
    )
    seen = Observation(screenshot=Screenshot(image), windows=windows)
    return ToolContext(observation=seen, device=info)


CALLS: list[tuple[str, dict[str, Any], Outcome]] = [
    ("tap", {"at": [10, 20]}, Tap(at=A)),
    ("double_tap", {"at": [10, 20]}, DoubleTap(at=A)),
    ("triple_click", {"at": [10, 20]}, TripleClick(at=A)),
    ("right_click", {"at": [10, 20]}, RightClick(at=A)),
    ("middle_click", {"at": [10, 20]}, MiddleClick(at=A)),
    ("hover", {"at": [10, 20]}, Hover(at=A)),
    ("list_windows", {}, "Draft 2 (editor)\nDraft 1 (editor)"),
    ("focus_window", {"title": "Draft"}, FocusWindow(title="Draft")),
    ("long_press", {"at": [10, 20]}, LongPress(at=A)),
    ("long_press", {"at": [10, 20], "duration_s": 2}, LongPress(at=A, duration_s=2.0)),
    ("swipe", {"start": [10, 20], "end": [30, 40]}, Swipe(start=A, end=B)),
    ("drag", {"start": [10, 20], "end": [30, 40]}, Drag(start=A, end=B)),
    ("scroll", {"direction": "down"}, Scroll(at=Point(x=50, y=100), direction="down")),
    (
        "scroll",
        {"direction": "up", "at": [10, 20], "amount": 0.25},
        Scroll(at=A, direction="up", amount=0.25),
    ),
    ("type_text", {"text": "done"}, TypeText(text="done")),
    (
        "type_text",
        {"text": "a", "clear": True, "submit": True},
        TypeText(text="a", clear=True, submit=True),
    ),
    ("press_key", {"key": "enter"}, PressKey(key="enter")),
    ("hotkey", {"keys": ["ctrl", "a"]}, Hotkey(keys=("ctrl", "a"))),
    ("open_app", {"name": "next"}, OpenApp(name="next")),
    ("back", {}, Back()),
    ("home", {}, Home()),
    ("recents", {}, Recents()),
    ("wait", {"duration_s": 0.5}, Wait(duration_s=0.5)),
    ("note", {"text": "x"}, Note(text="x")),
    ("ask_user", {"question": "x?"}, Question(text="x?")),
    ("finish", {"success": True, "answer": "42"}, Finish(success=True, answer="42")),
]


@pytest.mark.parametrize(("name", "arguments", "wanted"), CALLS)
def test_call(name: str, arguments: dict[str, Any], wanted: Outcome, context: ToolContext) -> None:
    assert builtin_registry().resolve(name, arguments, context) == wanted


def test_every_tool_is_tried_and_every_action_has_one() -> None:
    assert {name for name, _, _ in CALLS} == {entry.name for entry in BUILTIN}
    assert {kind for entry in BUILTIN for kind in entry.needs} == KINDS


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("wait", {"duration_s": 0}),
        ("wait", {"duration_s": 61}),
        ("wait", {"duration_s": float("nan")}),
        ("scroll", {"direction": "down", "amount": 1.5}),
        ("scroll", {"direction": "forward"}),
        ("type_text", {"text": ""}),
        ("type_text", {"text": "a", "submit": 1}),
        ("type_text", {"text": "\ud800"}),
        ("press_key", {"key": "self_destruct"}),
        ("hotkey", {"keys": ["a"]}),
        ("hotkey", {"keys": "ctrl+a"}),
        ("finish", {}),
        ("home", {"x": 0}),
    ],
)
def test_arguments_that_do_not_fit(
    name: str, arguments: dict[str, Any], context: ToolContext
) -> None:
    with pytest.raises(BadArgumentsError):
        builtin_registry().resolve(name, arguments, context)


def test_both_ends_of_a_swipe_are_on_the_screen(context: ToolContext) -> None:
    with pytest.raises(OffScreenError):
        builtin_registry().resolve("swipe", {"start": [1, 1], "end": [1, 201]}, context)


@pytest.mark.parametrize("name", ["hover", "right_click", "middle_click", "triple_click"])
def test_a_click_off_the_screen_is_refused(name: str, context: ToolContext) -> None:
    with pytest.raises(OffScreenError):
        builtin_registry().resolve(name, {"at": [101, 5]}, context)


def test_no_window_is_told_in_words(context: ToolContext) -> None:
    bare = replace(context, observation=replace(context.observation, windows=()))
    assert builtin_registry().resolve("list_windows", {}, bare) == "No window is open."


def test_a_phone_is_offered_no_mouse_and_a_desktop_no_buttons_of_a_phone() -> None:
    phone = set(builtin_registry().offered(PHONE_KINDS).names)
    desktop = set(builtin_registry().offered(DESKTOP_KINDS).names)
    assert desktop - phone == {
        "triple_click", "right_click", "middle_click", "hover", "list_windows", "focus_window",
    }  # fmt: skip
    assert phone - desktop == {"swipe", "back", "home", "recents"}
    assert PHONE_KINDS | DESKTOP_KINDS == KINDS


def test_only_what_the_device_can_do_is_offered() -> None:
    offered = builtin_registry().offered({"tap", "wait"}).names
    assert offered == ("tap", "wait", "note", "ask_user", "finish")
