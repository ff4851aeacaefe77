"""The words of a computer, where there is no way back and no home screen."""

from typing import Any

import pytest

from agent.dialects.choose import DIALECTS
from agent.model import Reply
from tests.agent.dialects.samples import SCREEN
from tests.agent.dialects.test_prompts import DESKTOP
from tools import errors
from tools.registry import Registry


def use(arguments: str) -> str:
    return f'<tool_call>{{"name": "computer_use", "arguments": {arguments}}}</tool_call>'


GIVEN: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "qwen2_5_vl",
        use('{"action": "left_click", "coordinate": [10, 20]}'),
        "tap",
        {"at": [21, 41]},
    ),
    ("qwen3_vl", use('{"action": "left_click", "coordinate": [10, 20]}'), "tap", {"at": [10, 40]}),
    ("qwen3_vl", use('{"action": "click", "coordinate": [10, 20]}'), "tap", {"at": [10, 40]}),
    (
        "qwen3_vl",
        use('{"action": "double_click", "coordinate": [1, 2]}'),
        "double_tap",
        {"at": [1, 4]},
    ),
    (
        "qwen3_vl",
        use('{"action": "key", "keys": ["ctrl", "c"]}'),
        "hotkey",
        {"keys": ["ctrl", "c"]},
    ),
    ("qwen3_vl", use('{"action": "key", "keys": ["Return"]}'), "press_key", {"key": "enter"}),
    ("qwen3_vl", use('{"action": "key", "keys": "ctrl+s"}'), "hotkey", {"keys": ["ctrl", "s"]}),
    ("qwen3_vl", use('{"action": "type", "text": "a"}'), "type_text", {"text": "a"}),
    ("qwen3_vl", use('{"action": "wait", "time": 2}'), "wait", {"duration_s": 2}),
    (
        "qwen3_vl",
        use('{"action": "scroll", "pixels": -500}'),
        "scroll",
        {"direction": "down", "amount": 0.5},
    ),
    (
        "qwen3_vl",
        use('{"action": "scroll", "pixels": "5", "coordinate": [5, 5]}'),
        "scroll",
        {"direction": "up", "amount": 0.05, "at": [5, 10]},
    ),
    (
        "qwen2_5_vl",
        use('{"action": "scroll", "pixels": 9000}'),
        "scroll",
        {"direction": "up", "amount": 1.0},
    ),
    (
        "gui_owl_1_5",
        use('{"action": "interact", "text": "Which?"}'),
        "ask_user",
        {"question": "Which?"},
    ),
    ("gui_owl", use('{"action": "terminate", "status": "success"}'), "finish", {"success": True}),
    ("ui_tars", "Action: left_double(start_box='(10,20)')", "double_tap", {"at": [21, 41]}),
    (
        "ui_tars",
        "Action: drag(start_box='(1,2)', end_box='(3,4)')",
        "drag",
        {"start": [3, 5], "end": [7, 9]},
    ),
    ("ui_tars", "Action: right_single(start_box='(10,20)')", "right_click", {"at": [21, 41]}),
    ("ui_tars", "Action: focus_window(title='Notes')", "focus_window", {"title": "Notes"}),
    ("qwen3_vl", use('{"action": "mouse_move", "coordinate": [1, 2]}'), "hover", {"at": [1, 4]}),
    (
        "qwen3_vl",
        use('{"action": "right_click", "coordinate": [1, 2]}'),
        "right_click",
        {"at": [1, 4]},
    ),
    (
        "qwen2_5_vl",
        use('{"action": "middle_click", "coordinate": [10, 20]}'),
        "middle_click",
        {"at": [21, 41]},
    ),
    (
        "gui_owl_1_5",
        use('{"action": "triple_click", "coordinate": [1, 2]}'),
        "triple_click",
        {"at": [1, 4]},
    ),
    (
        "qwen3_vl",
        use('{"action": "left_click_drag", "start_coordinate": [1, 2], "coordinate": [3, 4]}'),
        "drag",
        {"start": [1, 4], "end": [3, 8]},
    ),
    (
        "qwen3_vl",
        use('{"action": "hscroll", "pixels": 200}'),
        "scroll",
        {"direction": "right", "amount": 0.2},
    ),
    (
        "qwen3_vl",
        use('{"action": "hscroll", "pixels": -100}'),
        "scroll",
        {"direction": "left", "amount": 0.1},
    ),
    ("ui_tars", "Action: hotkey(key='ctrl c')", "hotkey", {"keys": ["ctrl", "c"]}),
    ("ui_tars_1_0", "Action: hotkey(key='enter')", "press_key", {"key": "enter"}),
]
REFUSED = [
    ("qwen3_vl", use('{"action": "mouse_move"}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "left_click_drag", "coordinate": [1, 2]}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "hscroll", "pixels": 0}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "swipe", "coordinate": [1, 2]}'), "UnknownToolError"),
    ("qwen3_vl", use('{"action": "left_click"}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "scroll"}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "scroll", "pixels": 0}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "scroll", "pixels": "nan"}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "scroll", "pixels": true}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "key", "keys": []}'), "BadArgumentsError"),
    ("qwen3_vl", use('{"action": "system_button", "button": "Back"}'), "UnknownToolError"),
    ("ui_tars", "Action: hotkey()", "BadArgumentsError"),
    ("ui_tars", "Action: press_back()", "UnknownToolError"),
]


@pytest.mark.parametrize(("family", "text", "tool", "arguments"), GIVEN)
def test_reads(family: str, text: str, tool: str, arguments: dict[str, Any]) -> None:
    call = DIALECTS[family]().read(Reply(text=text), SCREEN, DESKTOP).call
    assert (call.name, call.arguments) == (tool, arguments)


@pytest.mark.parametrize(("family", "text", "error"), REFUSED)
def test_refuses(family: str, text: str, error: str) -> None:
    with pytest.raises(getattr(errors, error)):
        DIALECTS[family]().read(Reply(text=text), SCREEN, DESKTOP)


def test_a_hotkey_where_there_is_none_is_a_mistake() -> None:
    few = Registry(tool for tool in DESKTOP if tool.name != "hotkey")
    text = use('{"action": "key", "keys": ["ctrl", "c"]}')
    with pytest.raises(errors.UnknownToolError):
        DIALECTS["qwen3_vl"]().read(Reply(text=text), SCREEN, few)
