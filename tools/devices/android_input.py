"""Android's ``input`` command: what to send for each action that is only touches and keys."""

from tools.action import (
    Action,
    Back,
    DoubleTap,
    Drag,
    Home,
    Hotkey,
    LongPress,
    PressKey,
    Recents,
    Scroll,
    Swipe,
    Tap,
    points_of,
)
from tools.errors import ActionFailedError
from tools.geometry import Box, ModelPoint, Point, Projection, Size, Space
from tools.ui_tree import UiTree

KEYCODES = {
    "enter": 66, "delete": 67, "forward_delete": 112, "tab": 61, "escape": 111, "space": 62,
    "up": 19, "down": 20, "left": 21, "right": 22, "page_up": 92, "page_down": 93,
    "move_home": 122, "move_end": 123, "search": 84, "menu": 82, "volume_up": 24,
    "volume_down": 25, "mute": 164, "power": 26, "camera": 27, "copy": 278, "cut": 277,
    "paste": 279, **{f"f{number}": 130 + number for number in range(1, 13)},
}  # fmt: skip
_MODIFIERS = {"ctrl": 113, "alt": 57, "shift": 59, "meta": 117}
_BACK, _HOME, _RECENTS, _A, _0, _F1 = 4, 3, 187, 29, 7, 131
SELECT_ALL = (_MODIFIERS["ctrl"], _A)
_SCROLL_S = 0.5
# Fingers that start at the very edge belong to the system's own gestures.
_EDGE = 0.08
_BAR = 0.16
_MARGIN = 8


def touch_command(
    action: Action, projection: Projection, *, display: str = "", tree: UiTree | None = None
) -> str | None:
    """The shell command for ``action``; ``None`` if it is none of ``input``'s.

    Args:
        action: Positions in device px of the frame.
        projection: From the frame to the pixels that ``input`` counts in.
        display: Id of a display that is not the first one.
        tree: What was last seen, if a tree was; tells where lists are.

    Raises:
        ActionFailedError: There is no such key on Android.
    """
    tool = f"input -d {display}" if display else "input"
    places = [_place(point, projection) for point in points_of(action)]
    match action:
        case Tap():
            return f"{tool} tap {places[0]}"
        case DoubleTap():
            return f"{tool} tap {places[0]}; {tool} tap {places[0]}"
        case LongPress():
            return f"{tool} swipe {places[0]} {places[0]} {_ms(action.duration_s)}"
        case Swipe():
            return f"{tool} swipe {places[0]} {places[1]} {_ms(action.duration_s)}"
        case Drag():
            return f"{tool} draganddrop {places[0]} {places[1]} {_ms(action.duration_s)}"
        case Scroll():
            start, end = scroll_path(action, projection.shown, tree)
            path = f"{_place(start, projection)} {_place(end, projection)}"
            return f"{tool} swipe {path} {_ms(_SCROLL_S)}"
        case _:
            return _key_command(action, tool)


def _key_command(action: Action, tool: str) -> str | None:
    match action:
        case PressKey(key="select_all"):
            return f"{tool} keycombination {SELECT_ALL[0]} {SELECT_ALL[1]}"
        case PressKey():
            return f"{tool} keyevent {KEYCODES[action.key]}"
        case Hotkey():
            return f"{tool} keycombination {' '.join(str(key_code(key)) for key in action.keys)}"
        case Back():
            return f"{tool} keyevent {_BACK}"
        case Home():
            return f"{tool} keyevent {_HOME}"
        case Recents():
            return f"{tool} keyevent {_RECENTS}"
        case _:
            return None


def key_code(name: str) -> int:
    """Android's code of a key: a name of ``press_key``, a modifier, a letter, a digit or F1..F12.

    Raises:
        ActionFailedError: There is no such key.
    """
    key = name.strip().lower()
    if key in _MODIFIERS or key in KEYCODES:
        return _MODIFIERS.get(key) or KEYCODES[key]
    if len(key) == 1 and key.isascii() and key.isalnum():
        return _0 + int(key) if key.isdigit() else _A + ord(key) - ord("a")
    if key.startswith("f") and key[1:].isdecimal() and 1 <= int(key[1:]) <= 12:
        return _F1 + int(key[1:]) - 1
    known = ", ".join([*_MODIFIERS, "a to z", "0 to 9", "f1 to f12", *KEYCODES])
    raise ActionFailedError(f"There is no key {name!r}. There are: {known}.")


def scroll_path(action: Scroll, size: Size, tree: UiTree | None = None) -> tuple[Point, Point]:
    """Where a finger must go to scroll as asked: against the direction, off the screen's edges.

    The finger has to go down inside the list: bars above and below it do not scroll. The path is
    centred on ``action.at`` as far as that allows, and shorter than asked only if it has to be.

    Args:
        action: What is asked.
        size: The screen.
        tree: Tells where the list is; without it, bars of a usual height are kept clear of.
    """
    inner = _scrolled_area(action.at, size, tree)
    x = _clamp(action.at.x, inner.left, inner.right - 1)
    y = _clamp(action.at.y, inner.top, inner.bottom - 1)
    if action.direction in ("up", "down"):
        low, high = _span(y, action.amount * size.height, inner.top, inner.bottom - 1)
        near, far = Point(x=x, y=low), Point(x=x, y=high)
    else:
        low, high = _span(x, action.amount * size.width, inner.left, inner.right - 1)
        near, far = Point(x=low, y=y), Point(x=high, y=y)
    # To see what lies further down or right the finger goes up or left: from the far end.
    return (far, near) if action.direction in ("down", "right") else (near, far)


def _scrolled_area(at: Point, size: Size, tree: UiTree | None) -> Box:
    across, above, below = (
        int(part) for part in (size.width * _EDGE, size.height * _BAR, size.height * _EDGE)
    )
    usual = Box(left=across, top=above, right=size.width - across, bottom=size.height - below)
    if tree is None:
        return usual
    screen = Box(left=across, top=_MARGIN, right=usual.right, bottom=size.height - _MARGIN)
    lists = [node.box for node in tree.nodes if node.scrollable and node.box.contains(at)]
    found = min(lists, key=lambda box: box.area, default=usual).grown(-_MARGIN).intersection(screen)
    return found if found.area else usual


def _span(center: int, length: float, low: int, high: int) -> tuple[int, int]:
    """A stretch of ``length`` around ``center``, moved and if need be cut to ``low..high``."""
    whole = min(max(1, round(length)), high - low)
    start = _clamp(center - whole // 2, low, high - whole)
    return start, start + whole


def _clamp(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def _place(point: Point, projection: Projection) -> str:
    shown = ModelPoint(x=float(point.x), y=float(point.y), space=Space.MODEL_PX)
    touched = projection.to_device(shown)
    return f"{touched.x} {touched.y}"


def _ms(duration_s: float) -> int:
    return round(duration_s * 1000)
