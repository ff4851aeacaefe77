"""Hears mouse and keyboard of an X11 display, through its RECORD extension.

The stream has two connections and a thread of its own: one of them waits in it, the other one asks
for the keyboard's layout and ends the wait.
"""

from contextlib import AbstractContextManager, suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Final

from tools.action import Direction
from tools.clock import Clock
from tools.devices.desktop_hearing import (
    Button,
    ButtonMoved,
    KeyMoved,
    RawEvent,
    WheelTurned,
)
from tools.devices.desktop_reach import reaching
from tools.devices.desktop_session import DesktopSession, authority
from tools.devices.x11_keysyms import character_of, combining_of, composed, name_of
from tools.devices.x11_windows import x_trouble
from tools.errors import DeviceError, DeviceGoneError
from tools.geometry import DesktopPoint

_BUTTONS: Final[dict[int, Button]] = {1: "left", 2: "middle", 3: "right"}
_WHEEL: Final[dict[int, Direction]] = {4: "up", 5: "down", 6: "left", 7: "right"}
_KEY_DOWN, _KEY_UP, _BUTTON_DOWN, _BUTTON_UP = 2, 3, 4, 5
_SHIFT, _LOCK, _NUM, _LEVEL3 = 1, 2, 16, 128
"""Bits of an event's state; num lock and AltGr as all of today's layouts have them."""
_EVENT_SIZE: Final = 32
_KEYPAD: Final = range(0xFF80, 0xFFBE)
_END_S: Final = 2.0


class XHearing:
    """See the module.

    Args:
        session: Names the display.
        clock: Tells when something happened.

    Raises:
        DeviceError: The display tells nobody what is done on it.
        DeviceGoneError: It does not answer.
    """

    def __init__(self, session: DesktopSession, clock: Clock) -> None:
        from Xlib import display
        from Xlib.ext import record

        self._clock = clock
        self._trouble = x_trouble()
        self._events: SimpleQueue[RawEvent | None] = SimpleQueue()
        self._released: dict[int, int] = {}
        self._down: set[int] = set()
        self._dead = ""
        self._closed = False
        with authority(session), self._reaching():
            self._asking: Any = display.Display(session.display)
            if not self._asking.has_extension("RECORD"):
                self._asking.close()
                raise DeviceError(
                    "This X server tells nobody what is done on it: it has no RECORD extension."
                )
            self._stream: Any = display.Display(session.display)
            nothing = (0, 0)
            self._context = self._stream.record_create_context(
                0,
                [record.AllClients],
                [
                    {
                        "core_requests": nothing,
                        "core_replies": nothing,
                        "ext_requests": (0, 0, 0, 0),
                        "ext_replies": (0, 0, 0, 0),
                        "delivered_events": nothing,
                        "device_events": (_KEY_DOWN, _BUTTON_UP),
                        "errors": nothing,
                        "client_started": False,
                        "client_died": False,
                    }
                ],
            )
            self._stream.sync()
        self._ready = Event()
        self._thread = Thread(target=self._run, name="x11-hearing", daemon=True)
        self._thread.start()
        self._ready.wait()

    def next(self, timeout_s: float) -> RawEvent | None:
        """See ``Hearing``."""
        try:
            event = self._events.get(timeout=timeout_s)
        except Empty:
            return None
        if event is None:
            raise DeviceGoneError("The display went away.")
        return event

    def close(self) -> None:
        """See ``Hearing``."""
        if self._closed:
            return
        self._closed = True
        with suppress(DeviceGoneError), self._reaching():
            self._asking.record_disable_context(self._context)
            self._asking.flush()
        self._thread.join(_END_S)
        for connection in (self._stream, self._asking):
            with suppress(DeviceGoneError), self._reaching():
                connection.close()

    def _run(self) -> None:
        try:
            with self._reaching():
                self._stream.record_enable_context(self._context, self._reply)
        except DeviceGoneError:
            self._events.put(None)
        finally:
            self._ready.set()

    def _reaching(self) -> AbstractContextManager[None]:
        return reaching("The display", self._trouble)

    def _reply(self, reply: Any) -> None:  # noqa: ANN401 - python3-Xlib has no types of its own
        from Xlib.ext import record
        from Xlib.protocol import rq

        if reply.category == record.StartOfData:
            self._ready.set()
        if reply.category != record.FromServer or reply.client_swapped:
            return
        data = reply.data
        while len(data) >= _EVENT_SIZE:
            event, data = rq.EventField(None).parse_binary_value(
                data, self._stream.display, None, None
            )
            raw = self._read(event)
            if raw is not None:
                self._events.put(raw)

    def _read(self, event: Any) -> RawEvent | None:  # noqa: ANN401
        now_s = self._clock.now()
        if event.type in (_BUTTON_DOWN, _BUTTON_UP):
            down = event.type == _BUTTON_DOWN
            at = DesktopPoint(x=event.root_x, y=event.root_y)
            if event.detail in _BUTTONS:
                return ButtonMoved(_BUTTONS[event.detail], down, at, now_s)
            if event.detail in _WHEEL and down:
                return WheelTurned(_WHEEL[event.detail], at, now_s)
            return None
        return self._key(event, now_s) if event.type in (_KEY_DOWN, _KEY_UP) else None

    def _key(self, event: Any, now_s: float) -> KeyMoved:  # noqa: ANN401
        code, down = int(event.detail), event.type == _KEY_DOWN
        # A key that is held comes up and goes down again in the same millisecond.
        repeated = down and (code in self._down or self._released.get(code) == event.time)
        if down:
            self._down.add(code)
        else:
            self._down.discard(code)
            self._released[code] = event.time
        symbol = self._symbol(code, event.state)
        text = self._composed(symbol, event.state) if down else ""
        name = name_of(symbol)
        if not name and not character_of(symbol):  # else it is a digit of the keypad, and no arrow
            name = name_of(self._symbol(code, 0))
        plain = character_of(self._symbol(code, event.state & 0x6000)).lower()
        plain = "space" if plain == " " else plain
        return KeyMoved(name or plain, "" if name else text, down, now_s, repeated)

    def _composed(self, symbol: int, state: int) -> str:
        """What a symbol types, with the accent before it; an accent types nothing yet."""
        if combining_of(symbol):
            self._dead = combining_of(symbol)
            return ""
        text = character_of(symbol)
        if state & _LOCK and len(text.swapcase()) == 1:
            text = text.swapcase()
        if text and self._dead:
            text, self._dead = composed(self._dead, text), ""
        return text

    def _symbol(self, code: int, state: int) -> int:
        """The symbol of a key: by group, AltGr and shift, or what comes nearest to it."""
        self._refresh()
        group, third, shift = state >> 13 & 1, state & _LEVEL3, state & _SHIFT
        if self._asking.keycode_to_keysym(code, 1) in _KEYPAD:
            digits = bool(state & _NUM) != bool(shift)
            return int(self._asking.keycode_to_keysym(code, 1 if digits else 0))
        for index in (
            2 * group + (4 if third else 0) + (1 if shift else 0),
            2 * group + (1 if shift else 0),
            2 * group,
            1 if shift else 0,
        ):
            symbol = int(self._asking.keycode_to_keysym(code, index))
            if symbol:
                return symbol
        return int(self._asking.keycode_to_keysym(code, 0))

    def _refresh(self) -> None:
        """Layouts change while one works."""
        from Xlib import X

        while self._asking.pending_events():
            event = self._asking.next_event()
            if event.type == X.MappingNotify:
                self._asking.refresh_keyboard_mapping(event)
