"""The words of ``mobile_use`` and ``computer_use``, which the Qwen and GUI-Owl families speak."""

from typing import Any, Final

from pydantic import JsonValue

from agent.dialects.reading.fit import Aim
from agent.dialects.saying.pointing import Pointing
from agent.dialects.words import Arguments, Pick, Vocabulary, Word
from tools.action import Direction
from tools.errors import BadArgumentsError
from tools.geometry import Space
from tools.registry import Registry

TERMINATE = Word(
    "terminate",
    "End the task and say whether it was reached.",
    takes={"text": "answer"},
    pick=Pick(
        "status",
        {"success": ("finish", {"success": True}), "failure": ("finish", {"success": False})},
        {
            "done": "success", "finished": "success", "complete": "success",
            "completed": "success", "succeeded": "success",
            "fail": "failure", "failed": "failure", "infeasible": "failure",
        },
    ),
)  # fmt: skip
ANSWER = Word(
    "answer",
    "End the task with the answer the person asked for.",
    "finish",
    takes={"text": "answer"},
    fixed={"success": True},
)
INTERACT = Word(
    "interact",
    "Ask the person what only they can know or decide.",
    "ask_user",
    takes={"text": "question"},
    also=("call_user",),
)
_USUAL_AMOUNT: Final = 0.5
_LEAST_AMOUNT: Final = 0.05
_BUTTONS: Final = {
    "Back": ("back", {}),
    "Home": ("home", {}),
    "Menu": ("press_key", {"key": "menu"}),
    "Enter": ("press_key", {"key": "enter"}),
}
_PHONE: Final = (
    Word(
        "key",
        "Press one key of the keyboard or of the phone.",
        "press_key",
        takes={"text": "key"},
    ),
    Word(
        "click",
        "Touch the point at coordinate.",
        "tap",
        takes={"coordinate": "at"},
        also=("tap", "left_click", "touch"),
    ),
    Word(
        "long_press",
        "Hold the point at coordinate for time seconds.",
        "long_press",
        takes={"coordinate": "at", "time": "duration_s"},
        also=("longpress", "press_and_hold"),
    ),
    Word(
        "swipe",
        "Move a finger from coordinate to coordinate2.",
        "swipe",
        takes={"coordinate": "start", "coordinate2": "end"},
    ),
    Word(
        "type",
        "Enter text into the field that has the focus.",
        "type_text",
        takes={"text": "text", "clear": "clear"},
        also=("input", "input_text"),
    ),
    Word("system_button", "Press a button of the system.", pick=Pick("button", _BUTTONS)),
    Word(
        "open",
        "Bring the app of this name to the front.",
        "open_app",
        takes={"text": "name"},
        also=("launch", "open_app"),
    ),
    Word("wait", "Do nothing for time seconds.", "wait", takes={"time": "duration_s"}),
)
_ARGUMENTS: Final = (
    "action", "coordinate", "coordinate2", "text", "time", "button", "status", "clear", "keys",
    "pixels", "start_coordinate",
)  # fmt: skip
QWEN_PHONE = Vocabulary((*_PHONE, ANSWER, TERMINATE), _ARGUMENTS)
GUI_OWL_PHONE = Vocabulary((*_PHONE, ANSWER, INTERACT, TERMINATE), _ARGUMENTS)


def _keys(arguments: Arguments, aim: Aim) -> tuple[str, dict[str, JsonValue]]:  # noqa: ARG001
    keys = arguments.get("keys", arguments.get("text"))
    if isinstance(keys, str):
        keys = [part for part in keys.replace("+", " ").split() if part]
    if not isinstance(keys, list) or not keys:
        raise BadArgumentsError("key cannot be called like this:\n- keys: is missing")
    return ("press_key", {"key": keys[0]}) if len(keys) == 1 else ("hotkey", {"keys": keys})


def _tell_keys(
    tool: str,
    given: Arguments,
    pointing: Pointing,  # noqa: ARG001
) -> dict[str, JsonValue] | None:
    keys = {"press_key": [given.get("key")], "hotkey": given.get("keys")}.get(tool)
    return {"keys": keys} if keys else None


def _scroll(arguments: Arguments, aim: Aim) -> tuple[str, dict[str, JsonValue]]:
    return _turned(arguments, aim, "scroll", ("up", "down"))


def _scroll_across(arguments: Arguments, aim: Aim) -> tuple[str, dict[str, JsonValue]]:
    return _turned(arguments, aim, "hscroll", ("right", "left"))


def _turned(
    arguments: Arguments, aim: Aim, word: str, ways: tuple[Direction, Direction]
) -> tuple[str, dict[str, JsonValue]]:
    """Turns pixels of the shown picture, positive for the first way, into a part of the screen."""
    pixels = arguments.get("pixels")
    try:
        amount = float(pixels) if isinstance(pixels, str | int | float) else 0.0
    except (ValueError, OverflowError):
        amount = 0.0
    if not 0 < abs(amount) < 1e6 or isinstance(pixels, bool):
        raise BadArgumentsError(
            f"{word} cannot be called like this:\n- pixels: a number other than 0 belongs here"
        )
    extent = _extent(aim, across=word == "hscroll")
    share: dict[str, JsonValue] = {
        "direction": ways[0] if amount > 0 else ways[1],
        "amount": min(1.0, max(_LEAST_AMOUNT, abs(amount) / extent)),
    }
    at = arguments.get("coordinate")
    return "scroll", share if at is None else {**share, "at": at}


def _tell_scroll(tool: str, given: Arguments, pointing: Pointing) -> dict[str, JsonValue] | None:
    return _tell_turn(tool, given, _extent(pointing, across=False), ("up", "down"))


def _tell_scroll_across(
    tool: str, given: Arguments, pointing: Pointing
) -> dict[str, JsonValue] | None:
    return _tell_turn(tool, given, _extent(pointing, across=True), ("right", "left"))


def _tell_turn(
    tool: str, given: Arguments, extent: int, ways: tuple[Direction, Direction]
) -> dict[str, JsonValue] | None:
    """Pixels of the shown picture, positive for the first way, for a part of the screen."""
    amount = given.get("amount", _USUAL_AMOUNT)
    if tool != "scroll" or given.get("direction") not in ways:
        return None
    if not isinstance(amount, int | float) or amount < _LEAST_AMOUNT:
        return None
    sign = 1 if given["direction"] == ways[0] else -1
    told: dict[str, JsonValue] = {"pixels": sign * max(1, round(amount * extent))}
    return told if "at" not in given else {**told, "coordinate": given["at"]}


def _extent(way: Aim | Pointing, *, across: bool) -> int:
    """How many of the family's numbers the height of the picture is, or its width."""
    shown = way.projection.shown
    return 1000 if way.space is Space.NORM1000 else shown.width if across else shown.height


_AT: Final = {"coordinate": "at"}
_COMPUTER: Final = (
    Word(
        "key",
        "Press the keys in their order, all held until the last one.",
        "press_key",
        takes={"keys": "key"},
        route=_keys,
        tells=_tell_keys,
        also=("hotkey",),
    ),
    Word("type", "Enter text where the caret is.", "type_text", takes={"text": "text"}),
    Word(
        "left_click",
        "Click at coordinate.",
        "tap",
        takes=_AT,
        also=("click", "tap"),
    ),
    Word("mouse_move", "Move the pointer to coordinate.", "hover", takes=_AT, also=("hover",)),
    Word(
        "left_click_drag",
        "Press at start_coordinate, move to coordinate and let go.",
        "drag",
        takes={"start_coordinate": "start", "coordinate": "end"},
        also=("drag",),
    ),
    Word("right_click", "Click at coordinate with the right button.", "right_click", takes=_AT),
    Word("middle_click", "Click at coordinate with the middle button.", "middle_click", takes=_AT),
    Word("double_click", "Click twice at coordinate.", "double_tap", takes=_AT),
    Word("triple_click", "Click three times at coordinate.", "triple_click", takes=_AT),
    Word(
        "scroll",
        "Turn the wheel by pixels at coordinate; positive is up.",
        "scroll",
        takes={"pixels": "amount", "coordinate": "at"},
        route=_scroll,
        tells=_tell_scroll,
    ),
    Word(
        "hscroll",
        "Turn the wheel sideways by pixels at coordinate; positive is right.",
        "scroll",
        takes={"pixels": "amount", "coordinate": "at"},
        route=_scroll_across,
        tells=_tell_scroll_across,
    ),
    Word("wait", "Do nothing for time seconds.", "wait", takes={"time": "duration_s"}),
)
QWEN_COMPUTER = Vocabulary((*_COMPUTER, ANSWER, TERMINATE), _ARGUMENTS)
GUI_OWL_COMPUTER = Vocabulary((*_COMPUTER, ANSWER, INTERACT, TERMINATE), _ARGUMENTS)

ARGUMENT_NOTES: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "coordinate": ({"type": "array"}, "[x, y], the point to act on"),
    "coordinate2": ({"type": "array"}, "[x, y], where a swipe ends"),
    "start_coordinate": ({"type": "array"}, "[x, y], where a drag starts"),
    "text": ({"type": "string"}, "What to type, answer or ask, or the name to open"),
    "time": ({"type": "number"}, "Seconds"),
    "button": ({"type": "string"}, "The button"),
    "status": ({"type": "string"}, "How the task ended"),
    "clear": ({"type": "boolean"}, "Whether to empty the field first"),
    "keys": ({"type": "array", "items": {"type": "string"}}, "Names of the keys"),
    "pixels": ({"type": "number"}, "How far to scroll"),
}
"""The arguments of both functions as a model is told; which words take them is added."""


def is_phone(tools: Registry) -> bool:
    """Whether these are tools of a phone: a desktop has no way back and no home screen."""
    return "back" in tools or "home" in tools
