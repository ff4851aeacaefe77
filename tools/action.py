"""What can be done to a screen: one frozen class a verb, one discriminated union.

Positions are device px, durations seconds. An action is a value: it says what to do, and neither
how nor by which device.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from tools.geometry import Frozen, Point

Direction = Literal["up", "down", "left", "right"]
Key = Literal[
    "enter", "delete", "forward_delete", "tab", "escape", "space", "up", "down", "left", "right",
    "page_up", "page_down", "move_home", "move_end", "search", "menu", "volume_up", "volume_down",
    "mute", "power", "camera", "copy", "cut", "paste", "select_all",
    "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12",
]  # fmt: skip
Duration = Annotated[float, Field(gt=0, le=60)]


class Tap(Frozen):
    """Touch one point briefly."""

    kind: Literal["tap"] = "tap"
    at: Point


class DoubleTap(Frozen):
    """Touch one point twice, quickly."""

    kind: Literal["double_tap"] = "double_tap"
    at: Point


class TripleClick(Frozen):
    """Click one point three times, quickly: as a rule that selects a paragraph or a line."""

    kind: Literal["triple_click"] = "triple_click"
    at: Point


class RightClick(Frozen):
    """Click one point with the right button."""

    kind: Literal["right_click"] = "right_click"
    at: Point


class MiddleClick(Frozen):
    """Click one point with the middle button."""

    kind: Literal["middle_click"] = "middle_click"
    at: Point


class Hover(Frozen):
    """Move the pointer to one point and press nothing."""

    kind: Literal["hover"] = "hover"
    at: Point


class LongPress(Frozen):
    """Hold one point for ``duration_s``."""

    kind: Literal["long_press"] = "long_press"
    at: Point
    duration_s: Duration = 1.0


class Swipe(Frozen):
    """Move a finger from ``start`` to ``end`` and let go."""

    kind: Literal["swipe"] = "swipe"
    start: Point
    end: Point
    duration_s: Duration = 0.3


class Drag(Frozen):
    """Pick up what is at ``start``, move it to ``end`` and drop it."""

    kind: Literal["drag"] = "drag"
    start: Point
    end: Point
    duration_s: Duration = 1.0


class Scroll(Frozen):
    """Bring into view what lies in ``direction`` of what is shown at ``at``.

    ``down`` shows what comes further down, whichever way a finger must move for it. ``amount`` is
    the part of the screen's extent to move by.
    """

    kind: Literal["scroll"] = "scroll"
    at: Point
    direction: Direction
    amount: Annotated[float, Field(gt=0, le=1)] = 0.5


class TypeText(Frozen):
    """Enter ``text`` into the field that has the focus.

    ``clear`` empties the field first; ``submit`` presses enter after it.
    """

    kind: Literal["type_text"] = "type_text"
    text: str
    clear: bool = False
    submit: bool = False


class PressKey(Frozen):
    """Press and release one key."""

    kind: Literal["press_key"] = "press_key"
    key: Key


class Hotkey(Frozen):
    """Press several keys together, the last one last: ``("ctrl", "a")``."""

    kind: Literal["hotkey"] = "hotkey"
    keys: Annotated[tuple[str, ...], Field(min_length=2, max_length=4, strict=False)]


class OpenApp(Frozen):
    """Bring an app to the front, by the name a person sees or by its package."""

    kind: Literal["open_app"] = "open_app"
    name: Annotated[str, Field(min_length=1)]


class FocusWindow(Frozen):
    """Bring an open window to the front, by its title or the name of its app."""

    kind: Literal["focus_window"] = "focus_window"
    title: Annotated[str, Field(min_length=1)]


class Back(Frozen):
    """Go back one screen."""

    kind: Literal["back"] = "back"


class Home(Frozen):
    """Go to the home screen."""

    kind: Literal["home"] = "home"


class Recents(Frozen):
    """Show the apps used lately."""

    kind: Literal["recents"] = "recents"


class Wait(Frozen):
    """Do nothing for ``duration_s`` of the device's time."""

    kind: Literal["wait"] = "wait"
    duration_s: Duration = 1.0


Action = Annotated[
    Tap
    | DoubleTap
    | TripleClick
    | RightClick
    | MiddleClick
    | Hover
    | LongPress
    | Swipe
    | Drag
    | Scroll
    | TypeText
    | PressKey
    | Hotkey
    | OpenApp
    | FocusWindow
    | Back
    | Home
    | Recents
    | Wait,
    Field(discriminator="kind"),
]
ACTIONS: TypeAdapter[Action] = TypeAdapter(Action)
"""Reads and writes any action as JSON; an unknown kind, field or type is an error."""
PHONE_KINDS: Final = frozenset({
    "tap", "double_tap", "long_press", "swipe", "drag", "scroll", "type_text", "press_key",
    "hotkey", "open_app", "back", "home", "recents", "wait",
})  # fmt: skip
"""What fingers, keys and the buttons of a phone can do."""
DESKTOP_KINDS: Final = frozenset({
    "tap", "double_tap", "triple_click", "right_click", "middle_click", "hover", "long_press",
    "drag", "scroll", "type_text", "press_key", "hotkey", "open_app", "focus_window", "wait",
})  # fmt: skip
"""What a mouse, a keyboard and windows can do."""


def points_of(action: Action) -> tuple[Point, ...]:
    """The device pixels that ``action`` touches, in order."""
    match action:
        case (
            Tap() | DoubleTap() | TripleClick() | RightClick() | MiddleClick() | Hover()
            | LongPress() | Scroll()
        ):  # fmt: skip
            return (action.at,)
        case Swipe() | Drag():
            return (action.start, action.end)
        case _:
            return ()


def describe_action(action: Action) -> str:
    """Say in a few words what ``action`` does, for people: ``tap (540, 1200)``."""
    words = action.kind.replace("_", " ")
    match action:
        case Scroll():
            words += f" {action.direction} at {action.at}"
        case (
            Tap() | DoubleTap() | TripleClick() | RightClick() | MiddleClick() | Hover()
            | LongPress()
        ):  # fmt: skip
            words += f" {action.at}"
        case Swipe() | Drag():
            words += f" from {action.start} to {action.end}"
        case TypeText():
            words = f"{'replace the text by' if action.clear else 'type'} {action.text!r}"
            words += " and press enter" if action.submit else ""
        case PressKey():
            words = f"press {action.key}"
        case Hotkey():
            words = f"press {'+'.join(action.keys)}"
        case OpenApp():
            words = f"open {action.name}"
        case FocusWindow():
            words = f"bring {action.title!r} to the front"
        case Wait():
            words += f" {action.duration_s:g} s"
        case _:
            pass
    return words
