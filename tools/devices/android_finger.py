"""Hears what a finger does on an Android phone, while it does it.

The stream of ``getevent`` has a connection of its own and is read in the thread of whoever listens;
the device itself may be used meanwhile.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tools.action import Action, Tap
from tools.clock import Clock
from tools.devices.adb_socket import AdbLink, AdbStream
from tools.devices.android_touches import (
    FingerTracker,
    Glass,
    Panel,
    Stroke,
    action_of,
    button_of,
    doubled,
    find_panel,
    read_event,
)
from tools.devices.heard import Heard as Heard
from tools.errors import DeviceError, DeviceTimeoutError
from tools.geometry import Box, Size

_SLICE_S = 0.25
_SECOND_TAP_S = 0.35
_LONGEST_LINE = 64 * 1024
_STATE = (
    "dumpsys display | grep -m1 -o -E '(orientation=|mCurrentOrientation=)[0-3]'; "
    "dumpsys window windows | grep -E 'Window #|touchable region='; "
    "dumpsys input_method | grep -m1 -o mInputShown=true"
)
_TURNS = re.compile(r"rientation=([0-3])")
_KEYBOARD = re.compile(
    r"Window #\d+ Window\{[^}]*\bInputMethod\}:\s+touchable region=SkRegion\("
    r"\((\d+),(\d+),(\d+),(\d+)\)"
)


@dataclass(frozen=True)
class _Held:
    """A tap that may turn out to be the first half of a double tap."""

    stroke: Stroke
    heard: Heard
    until_s: float


class FingerListener:
    """Listens to the touch screen and the keys of one phone.

    Args:
        link: The way to the phone.
        clock: How time passes.
        screen: Tells the size of the picture as it is now, and the dots per inch.

    Raises:
        DeviceError: It has no touch screen, or does not answer.
    """

    def __init__(self, link: AdbLink, clock: Clock, screen: Callable[[], tuple[Size, int]]) -> None:
        self._link = link
        self._clock = clock
        self._screen = screen
        self.panel: Panel = find_panel(link.shell("getevent -lp").text)
        self._tracker = FingerTracker()
        self._glass: Glass | None = None
        self._keyboard: Box | None = None
        self._began_s = 0.0
        self._held: _Held | None = None
        self._since_s: float | None = None

    @property
    def since_s(self) -> float | None:
        """When that began which is being done and was not told yet; ``None`` if nothing is.

        A tap is told late, as another one may follow; by then the screen has changed because of it.
        """
        return self._since_s

    def listen(self, stopped: Callable[[], bool]) -> Iterator[Heard]:
        """What is done, as it is done, until ``stopped`` says so.

        Raises:
            DeviceError: The phone went away, or lets nobody listen.
        """
        with self._link.open("exec:getevent -lt") as stream:
            rest = b""
            while not stopped():
                data = _some(stream)
                if data == b"":
                    raise DeviceError("The device has stopped telling of its touches.")
                *lines, rest = (rest + (data or b"")).split(b"\n")
                rest = rest[-_LONGEST_LINE:]
                for line in lines:
                    yield from self._line(line.decode("utf-8", "replace").rstrip("\r"))
                yield from self._overdue()
                if self._held is None and not self._tracker.down:
                    self._since_s = None

    def _line(self, line: str) -> Iterator[Heard]:
        event = read_event(line)
        if event is None:
            return
        if (pressed := button_of(event)) is not None:
            yield from self._let_go()
            yield Heard(pressed, self._clock.now())
        if event.path not in {"", self.panel.path}:
            return
        was_down = self._tracker.down
        stroke = self._tracker.feed(event)
        if self._tracker.down and not was_down:
            self._began_s = self._clock.now()
            if self._since_s is None:
                self._since_s = self._began_s
            self._look()
        if stroke is not None and self._glass is not None:
            action = action_of(stroke, self._glass)
            if action is not None:
                yield from self._done(stroke, action, self._glass)

    def _done(self, stroke: Stroke, action: Action, glass: Glass) -> Iterator[Heard]:
        held = self._held
        if held is not None:
            twice = doubled((held.stroke, held.heard.action), (stroke, action), glass.density_dpi)
            if twice is not None:
                yield replace(held.heard, action=twice)
                self._held = None
                return
        yield from self._let_go()
        self._since_s = self._began_s
        on_keyboard = (
            isinstance(action, Tap)
            and self._keyboard is not None
            and self._keyboard.contains(action.at)
        )
        heard = Heard(action, self._began_s, on_keyboard)
        if isinstance(action, Tap) and not on_keyboard:
            self._held = _Held(stroke, heard, self._clock.now() + _SECOND_TAP_S)
        else:
            yield heard

    def _overdue(self) -> Iterator[Heard]:
        if self._held is not None and self._clock.now() >= self._held.until_s:
            if self._tracker.down:
                return  # the second finger is on the glass already
            yield from self._let_go()

    def _let_go(self) -> Iterator[Heard]:
        if self._held is not None:
            yield self._held.heard
            self._held = None

    def _look(self) -> None:
        """How the picture lies now, and where the keyboard is; asked when a finger goes down."""
        told = self._link.shell(_STATE).text
        turned = _TURNS.search(told)
        size, density = self._screen()
        self._glass = Glass(self.panel, size, int(turned[1]) if turned else 0, density)
        self._keyboard = keyboard_box(told)


def keyboard_box(told: str) -> Box | None:
    """Where the soft keyboard is, in what ``dumpsys`` tells of windows; ``None`` if it is not up.

    The keyboard's window fills the screen on most phones: only its touchable region is told apart.
    """
    match = _KEYBOARD.search(told)
    if match is None or "mInputShown=true" not in told:
        return None
    left, top, right, bottom = (int(number) for number in match.groups())
    return Box(left=left, top=top, right=right, bottom=bottom)


def _some(stream: AdbStream) -> bytes | None:
    """What has come; empty at the end, ``None`` if nothing came for a while."""
    stream.limit(_SLICE_S)
    try:
        return stream.receive()
    except DeviceTimeoutError:
        return None
