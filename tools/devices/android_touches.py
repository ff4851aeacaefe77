"""From what ``getevent`` prints to gestures: pure, and never surprised by a line.

``getevent -lp`` tells the devices and the ranges of their axes, ``getevent -lt`` their events: the
time in brackets, the device, type, code, and a value in hexadecimal or ``DOWN`` and ``UP``. Touch
screens report fingers in one of three ways: protocol B (slots, and tracking ids that end with
ffffffff), protocol A (every finger anew in each report, ``SYN_MT_REPORT`` after each), or a single
finger (``ABS_X``, ``ABS_Y``, ``BTN_TOUCH``). Both protocols are described in the kernel's document
on multi-touch. Most panels count in other steps than pixels, and none turns with the picture.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tools.action import (
    Action,
    Back,
    DoubleTap,
    Drag,
    Home,
    LongPress,
    PressKey,
    Recents,
    Swipe,
    Tap,
)
from tools.errors import DeviceError
from tools.geometry import Point, Size

_DEVICE = re.compile(r"^add device \d+: (/\S+)\s*$")
_NAME = re.compile(r'^\s+name:\s+"(.*)"\s*$')
_AXIS = re.compile(r"\b(ABS_\w+|00[0-9a-f]{2})\s*: value -?\d+, min (-?\d+), max (-?\d+)")
_EVENT = re.compile(
    r"^\[\s*(\d{1,12}\.\d{1,9})\]\s+(?:(/\S+):\s+)?([A-Z]\w*|[0-9a-f]{4})\s+(\w+)\s+(\w+)\s*$"
)
_LIFTED = 0xFFFFFFFF
_SLOP_DP = 10
_HOLD_S, _SECOND_TAP_S = 0.5, 0.32  # Android's 0.3, and what rounding of stamps may cost
_SLOW_S = 0.9
_SECOND_TAP_DP = 40
_SHORTEST_S, _LONGEST_S = 0.02, 60.0
_BUTTONS: Final[dict[str, Action]] = {
    "KEY_BACK": Back(),
    "KEY_HOME": Home(),
    "KEY_HOMEPAGE": Home(),
    "KEY_APPSELECT": Recents(),
    "KEY_APPSWITCH": Recents(),
    "KEY_POWER": PressKey(key="power"),
    "KEY_VOLUMEUP": PressKey(key="volume_up"),
    "KEY_VOLUMEDOWN": PressKey(key="volume_down"),
    "KEY_MUTE": PressKey(key="mute"),
    "KEY_CAMERA": PressKey(key="camera"),
    "KEY_MENU": PressKey(key="menu"),
}


@dataclass(frozen=True)
class Axis:
    """The range of one axis, both ends included."""

    first: int
    last: int


@dataclass(frozen=True)
class Panel:
    """A touch screen.

    Attributes:
        path: Such as ``/dev/input/event2``.
        name: What its driver calls it.
    """

    path: str
    name: str
    x: Axis
    y: Axis


@dataclass(frozen=True)
class RawEvent:
    """One line of ``getevent -lt``.

    Attributes:
        time_s: The device's monotonic clock.
        path: The device; empty if only one is listened to.
        code: Such as ``ABS_MT_POSITION_X``.
        value: Unsigned; 1 and 0 for ``DOWN`` and ``UP``.
    """

    time_s: float
    path: str
    code: str
    value: int


@dataclass(frozen=True)
class Stroke:
    """One finger from down to up, in steps of the panel.

    Attributes:
        path: (seconds on the device's clock, x, y), at least one.
        up_s: When it was lifted.
        fingers: How many were down at once at most.
    """

    path: tuple[tuple[float, int, int], ...]
    up_s: float
    fingers: int


@dataclass(frozen=True)
class Glass:
    """How the panel lies under the picture.

    Attributes:
        panel: The touch screen.
        screen: The picture in device px as it is now.
        turns: Quarter turns of the picture, counter-clockwise, 0 to 3.
        density_dpi: Dots per inch.
    """

    panel: Panel
    screen: Size
    turns: int
    density_dpi: int

    def pixel(self, x: int, y: int) -> Point:
        """The device pixel under a place of the panel; what lies outside is its edge."""
        width, height = self.screen.width, self.screen.height
        if self.turns % 2:
            width, height = height, width
        right, down = _scaled(x, self.panel.x, width), _scaled(y, self.panel.y, height)
        placed = {
            1: (down, width - 1 - right),
            2: (width - 1 - right, height - 1 - down),
            3: (height - 1 - down, right),
        }.get(self.turns, (right, down))
        return Point(x=placed[0], y=placed[1])


def find_panel(described: str) -> Panel:
    """The touch screen among the devices that ``getevent -lp`` describes.

    One that knows several fingers goes before one that knows a single one, and one that lies under
    the picture (``INPUT_PROP_DIRECT``) before a touch pad.

    Raises:
        DeviceError: There is none.
    """
    found: list[tuple[tuple[bool, bool], Panel]] = []
    for path, lines in _devices(described):
        axes = {match[1]: match for line in lines for match in _AXIS.finditer(line)}
        for x, y in (
            ("ABS_MT_POSITION_X", "ABS_MT_POSITION_Y"),
            ("0035", "0036"),
            ("ABS_X", "ABS_Y"),
        ):
            if x not in axes or y not in axes:
                continue
            several = x != "ABS_X"
            if not several and not any("BTN_TOUCH" in line for line in lines):
                continue  # a joystick
            name = next((match[1] for line in lines if (match := _NAME.match(line))), "")
            direct = any("INPUT_PROP_DIRECT" in line for line in lines)
            panel = Panel(path, name, _axis(axes[x]), _axis(axes[y]))
            if panel.x.last > panel.x.first and panel.y.last > panel.y.first:
                found.append(((direct, several), panel))
            break
    if not found:
        raise DeviceError("The device tells of no touch screen, so its touches cannot be heard.")
    return max(found, key=lambda each: each[0])[1]


def read_event(line: str) -> RawEvent | None:
    """Read one line of ``getevent -lt``; ``None`` if it is none."""
    match = _EVENT.match(line)
    if match is None:
        return None
    time, path, _, code, told = match.groups()
    value = {"DOWN": 1, "UP": 0}.get(told)
    if value is None:
        try:
            value = int(told, 16)
        except ValueError:
            return None  # REPEAT of a key that is held
    return RawEvent(float(time), path or "", code, value)


@dataclass
class _Finger:
    path: list[tuple[float, int, int]] = field(default_factory=list)
    x: int | None = None
    y: int | None = None

    def report(self, time_s: float) -> None:
        if self.x is None or self.y is None:
            return
        if not self.path or self.path[-1][1:] != (self.x, self.y):
            self.path.append((time_s, self.x, self.y))


class FingerTracker:
    """Follows the fingers on one panel; gives a stroke when the last of them is lifted."""

    def __init__(self) -> None:
        self._slot = 0
        self._slots: dict[int, _Finger] = {}  # protocol B, and a single finger in slot 0
        self._kept: dict[int, tuple[int | None, int | None]] = {}
        self._packet = _Finger()
        self._anonymous: list[_Finger] = []  # protocol A: the fingers of this report
        self._first: _Finger | None = None
        self._uses_slots = self._pressed = False
        self._most = 0
        self.down = False

    def feed(self, event: RawEvent) -> Stroke | None:
        """Take an event; the stroke that it ends, if it does."""
        match event.code:
            case "ABS_MT_SLOT":
                self._slot = event.value
            case "ABS_MT_TRACKING_ID" if event.value == _LIFTED:
                self._uses_slots = True
                return self._lift(self._slot, event.time_s)
            case "ABS_MT_TRACKING_ID":
                self._uses_slots = True
                x, y = self._kept.get(self._slot, (None, None))
                self._slots[self._slot] = _Finger(x=x, y=y)
            case "ABS_MT_POSITION_X" | "ABS_X" | "ABS_MT_POSITION_Y" | "ABS_Y":
                self._move(event.code, event.value)
            case "SYN_MT_REPORT":
                if self._packet.x is not None and self._packet.y is not None:
                    self._anonymous.append(self._packet)
                self._packet = _Finger()
                self._uses_slots = False
            case "BTN_TOUCH":
                return self._press(event)
            case "SYN_REPORT":
                return self._report(event.time_s)
        return None

    def _move(self, code: str, value: int) -> None:
        known = self._slots.get(self._slot)
        targets = [self._packet] if known is None else [known, self._packet]
        if code in {"ABS_X", "ABS_Y"} and self._uses_slots:
            return  # the same finger again, for those who know only one
        for finger in targets:
            if code.endswith("X"):
                finger.x = value
            else:
                finger.y = value
        # A new finger at the column of the last one: the kernel does not repeat what is known.
        x, y = self._kept.get(self._slot, (None, None))
        self._kept[self._slot] = (value, y) if code.endswith("X") else (x, value)

    def _press(self, event: RawEvent) -> Stroke | None:
        self._pressed = event.value != 0
        if self._uses_slots:
            return None
        if not self._pressed and self._first is not None:
            return self._lift_first(event.time_s)
        return None

    def _report(self, time_s: float) -> Stroke | None:
        if self._slots:
            for finger in self._slots.values():
                finger.report(time_s)
            self._most = max(self._most, len(self._slots))
            self.down = True
            return None
        if self._anonymous:
            self._report_anonymous(time_s)
            return None
        if self._uses_slots:
            return None
        if self._pressed:  # a single finger
            x, y = self._kept.get(0, (None, None))
            self._first = self._first or _Finger()
            self._first.x, self._first.y = x, y
            self._first.report(time_s)
            self._most, self.down = max(self._most, 1), True
            return None
        return self._lift_first(time_s) if self._first is not None else None

    def _report_anonymous(self, time_s: float) -> None:
        fingers, self._anonymous = self._anonymous, []
        self._first = self._first or _Finger()
        nearest = min(fingers, key=self._distance)
        self._first.x, self._first.y = nearest.x, nearest.y
        self._first.report(time_s)
        self._most, self.down = max(self._most, len(fingers)), True

    def _distance(self, finger: _Finger) -> float:
        first = self._first
        if first is None or not first.path or finger.x is None or finger.y is None:
            return 0.0
        return math.dist(first.path[-1][1:], (finger.x, finger.y))

    def _lift(self, slot: int, time_s: float) -> Stroke | None:
        finger = self._slots.pop(slot, None)
        if finger is None:
            return None
        if self._first is None or len(finger.path) > len(self._first.path):
            self._first = finger
        return None if self._slots else self._lift_first(time_s)

    def _lift_first(self, time_s: float) -> Stroke | None:
        first, self._first = self._first, None
        most, self._most, self.down = self._most, 0, False
        self._packet = _Finger()
        if first is None or not first.path:
            return None
        return Stroke(tuple(first.path), time_s, max(1, most))


def read_strokes(lines: Iterable[str]) -> tuple[Stroke, ...]:
    """All strokes in lines of ``getevent -lt`` of one panel."""
    tracker = FingerTracker()
    events = (event for line in lines if (event := read_event(line)) is not None)
    return tuple(stroke for event in events if (stroke := tracker.feed(event)) is not None)


def action_of(stroke: Stroke, glass: Glass) -> Action | None:
    """What a stroke did; ``None`` for several fingers, for which there is no action."""
    if stroke.fingers > 1:
        return None
    start, end = glass.pixel(*stroke.path[0][1:]), glass.pixel(*stroke.path[-1][1:])
    down_s = stroke.path[0][0]
    lasted_s = min(max(stroke.up_s - down_s, _SHORTEST_S), _LONGEST_S)
    slop_px = _SLOP_DP * glass.density_dpi / 160
    far = [at for at, x, y in stroke.path if _apart(start, glass.pixel(x, y)) >= slop_px]
    if far and _apart(start, end) >= slop_px:
        slow = far[0] - down_s >= _HOLD_S or lasted_s >= _SLOW_S
        return (Drag if slow else Swipe)(start=start, end=end, duration_s=round(lasted_s, 3))
    if lasted_s >= _HOLD_S:
        return LongPress(at=start, duration_s=round(lasted_s, 3))
    return Tap(at=start)


def button_of(event: RawEvent) -> Action | None:
    """What pressing a key of the phone does; ``None`` for other keys, and for letting go."""
    return _BUTTONS.get(event.code) if event.value == 1 else None


def doubled(
    first: tuple[Stroke, Action], second: tuple[Stroke, Action], density_dpi: int
) -> DoubleTap | None:
    """The double tap that two strokes are; ``None`` if they are two taps, or none."""
    (one, tap), (two, again) = first, second
    if not (isinstance(tap, Tap) and isinstance(again, Tap)):
        return None
    soon = two.path[0][0] - one.up_s <= _SECOND_TAP_S
    near = _apart(tap.at, again.at) <= _SECOND_TAP_DP * density_dpi / 160
    return DoubleTap(at=tap.at) if soon and near else None


def _devices(described: str) -> Iterable[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in described.splitlines():
        match = _DEVICE.match(line)
        if match is not None:
            found.append((match[1], []))
        elif found:
            found[-1][1].append(line)
    return found


def _axis(match: re.Match[str]) -> Axis:
    return Axis(int(match[2]), int(match[3]))


def _scaled(value: int, axis: Axis, pixels: int) -> int:
    steps = axis.last - axis.first + 1
    return min(max((value - axis.first) * pixels // steps, 0), pixels - 1)


def _apart(one: Point, other: Point) -> float:
    return math.dist((one.x, one.y), (other.x, other.y))
