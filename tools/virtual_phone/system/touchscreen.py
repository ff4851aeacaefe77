"""The glass as the kernel sees it: events of a touch device, written with `sendevent`.

It speaks multi-touch protocol B: slots, tracking ids, positions. Touches of `input` are made above
the kernel and do not pass here, as on Android. A finger acts when it is lifted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Protocol

from tools.virtual_phone.system.touch import LONG_PRESS_S, TOUCH_SLOP_DP

SYN, KEY, ABS = 0, 1, 3
SYN_REPORT = 0
BTN_TOUCH = 0x14A
MT_SLOT, MT_X, MT_Y, MT_TRACKING_ID = 0x2F, 0x35, 0x36, 0x39
MAXIMA = {MT_SLOT: 9, MT_X: 4319, MT_Y: 9599, MT_TRACKING_ID: 65535}
"""Four steps a pixel of the glass, so that nobody takes them for pixels."""
_LIFTED = 0xFFFFFFFF
_WORD = 1 << 32
_BOOTED_S = 1000.0


@dataclass(frozen=True)
class InputEvent:
    """One event; `value` is unsigned, as `getevent` prints it."""

    time_s: float
    kind: int
    code: int
    value: int


class Hands(Protocol):
    """What a finger may do to the phone."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px as the phone is held."""
        ...

    @property
    def rotation(self) -> int:
        """Quarter turns, 0 to 3."""
        ...

    @property
    def density(self) -> int:
        """Dots per inch."""
        ...

    def tap(self, x: float, y: float) -> None:
        """Touch a point."""
        ...

    def long_press(self, x: float, y: float, duration_s: float) -> None:
        """Hold a point."""
        ...

    def swipe(self, x1: float, y1: float, x2: float, y2: float, duration_s: float) -> None:
        """Move a finger."""
        ...

    def drag(self, x1: float, y1: float, x2: float, y2: float, duration_s: float) -> None:
        """Hold, then move a finger."""
        ...

    def log(self, kind: str, detail: str) -> None:
        """Append to the event log."""
        ...


@dataclass
class _Finger:
    """Where a finger went, in steps of the glass: (seconds, x, y)."""

    path: list[tuple[float, int, int]] = field(default_factory=list)


class Touchscreen:
    """Takes events, tells them to whoever listens, and touches what lies under them.

    Args:
        hands: The phone.
        elapsed_s: Its clock.
    """

    def __init__(self, hands: Hands, elapsed_s: Callable[[], float]) -> None:
        self._hands = hands
        self._elapsed_s = elapsed_s
        self._listeners: list[SimpleQueue[InputEvent]] = []
        self._slot = 0
        self._where: dict[int, dict[int, int]] = {}
        self._fingers: dict[int, _Finger] = {}
        self._most = 0

    def listen(self) -> SimpleQueue[InputEvent]:
        """Hear every event from now on."""
        queue: SimpleQueue[InputEvent] = SimpleQueue()
        self._listeners.append(queue)
        return queue

    def ignore(self, queue: SimpleQueue[InputEvent]) -> None:
        """Hear no more."""
        self._listeners.remove(queue)

    def write(self, kind: int, code: int, value: int) -> None:
        """Take one event. Call it with the phone's lock held."""
        event = InputEvent(_BOOTED_S + self._elapsed_s(), kind, code, value % _WORD)
        if kind == ABS and not self._is_news(code, event.value):
            return
        for queue in self._listeners:
            queue.put(event)
        if kind == ABS and code == MT_TRACKING_ID and event.value == _LIFTED:
            self._lift(event.time_s)
        elif kind == SYN and code == SYN_REPORT:
            self._report(event.time_s)

    def _is_news(self, code: int, value: int) -> bool:
        """Note a value; whether it differs from the last one, as the kernel passes on no other."""
        if code == MT_SLOT:
            known, self._slot = self._slot, min(value, MAXIMA[MT_SLOT])
            return known != self._slot
        where = self._where.setdefault(self._slot, {})
        known_value, where[code] = where.get(code), value
        return known_value != value

    def _report(self, time_s: float) -> None:
        for slot, where in self._where.items():
            if where.get(MT_TRACKING_ID, _LIFTED) == _LIFTED or not {MT_X, MT_Y} <= where.keys():
                continue
            finger = self._fingers.setdefault(slot, _Finger())
            place = (where[MT_X], where[MT_Y])
            if not finger.path or finger.path[-1][1:] != place:
                finger.path.append((time_s, *place))
        self._most = max(self._most, len(self._fingers))

    def _lift(self, time_s: float) -> None:
        finger = self._fingers.pop(self._slot, None)
        if finger is None or self._fingers:
            return
        most, self._most = self._most, 0
        if most > 1:
            self._hands.log("unimplemented", f"a touch with {most} fingers")
            return
        self._act(finger.path, time_s)

    def _act(self, path: list[tuple[float, int, int]], time_s: float) -> None:
        start, end = self._pixel(*path[0][1:]), self._pixel(*path[-1][1:])
        lasted_s = time_s - path[0][0]
        slop_px = TOUCH_SLOP_DP * self._hands.density / 160
        far = [at for at, x, y in path if math.dist(start, self._pixel(x, y)) >= slop_px]
        if far and far[0] - path[0][0] >= LONG_PRESS_S:
            self._hands.drag(*start, *end, lasted_s)
        elif far:
            self._hands.swipe(*start, *end, lasted_s)
        elif lasted_s >= LONG_PRESS_S:
            self._hands.long_press(*start, lasted_s)
        else:
            self._hands.tap(*start)

    def _pixel(self, x: int, y: int) -> tuple[int, int]:
        """Steps of the glass, which does not turn, as px of the screen, which does."""
        width, height = self._hands.size
        turns = self._hands.rotation
        upright = (height, width) if turns % 2 else (width, height)
        right = min(x * upright[0] // (MAXIMA[MT_X] + 1), upright[0] - 1)
        down = min(y * upright[1] // (MAXIMA[MT_Y] + 1), upright[1] - 1)
        return {
            0: (right, down),
            1: (down, upright[0] - 1 - right),
            2: (upright[0] - 1 - right, upright[1] - 1 - down),
            3: (upright[1] - 1 - down, right),
        }[turns]
