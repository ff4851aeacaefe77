"""The accessibility bus of a Linux desktop: many small questions, asked all at once.

Each element answers several questions of one kind each. Asked one after the other a window would
take seconds; here they are sent together, and the answers are taken as they come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tools.clock import Clock
from tools.devices.desktop_session import DesktopSession

ROOT: Final = "/org/a11y/atspi/accessible/root"
REGISTRY: Final = "org.a11y.atspi.Registry"
ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_CONNECT_S: Final = 1.0
_AT_ONCE: Final = 200


@dataclass(frozen=True)
class Element:
    """An element of some app: whom to ask, and for what."""

    owner: str
    path: str


@dataclass(frozen=True)
class Ask:
    """One question.

    Attributes:
        element: Who is asked.
        interface: Of AT-SPI, such as ``org.a11y.atspi.Text``.
        method: Which of it.
        signature: Types of the arguments, as D-Bus writes them.
        arguments: The arguments.
    """

    element: Element
    interface: str
    method: str
    signature: str = ""
    arguments: tuple[Any, ...] = ()

    @classmethod
    def value(cls, element: Element, interface: str, name: str) -> "Ask":
        """Ask for a property; the answer is its type and value."""
        return cls(element, _PROPERTIES, "Get", "ss", (interface, name))


class TooSlowError(Exception):
    """The answers did not come in time, or the bus went away."""


class AccessibilityBus:
    """A connection to the accessibility bus. Made by ``open_accessibility``."""

    def __init__(self, session: Any, bus: Any, clock: Clock) -> None:  # noqa: ANN401 - jeepney's
        self._session = session
        self._bus = bus
        self._clock = clock
        self._switched_on = self._switch_on()

    def ask(self, asks: Sequence[Ask], end_s: float) -> list[tuple[Any, ...] | None]:
        """Ask all of it, and return the answers in the same order; ``None`` for an error.

        Args:
            asks: The questions.
            end_s: On the clock, when it is too late.

        Raises:
            TooSlowError: Not all answers came by then.
        """
        answers: list[tuple[Any, ...] | None] = []
        for start in range(0, len(asks), _AT_ONCE):
            answers.extend(self._ask_some(asks[start : start + _AT_ONCE], end_s))
        return answers

    def process(self, owners: Sequence[str], end_s: float) -> list[int]:
        """The process id of each of ``owners``; 0 if it is gone."""
        bus = Element("org.freedesktop.DBus", "/org/freedesktop/DBus")
        asks = [
            Ask(bus, "org.freedesktop.DBus", "GetConnectionUnixProcessID", "s", (owner,))
            for owner in owners
        ]
        return [int(answer[0]) if answer else 0 for answer in self.ask(asks, end_s)]

    def close(self) -> None:
        """Let go; switch accessibility off again if it was off. May be called twice."""
        if self._switched_on:
            self._switched_on = False
            self._set_enabled(on=False)
        for connection in (self._bus, self._session):
            connection.close()

    def _ask_some(self, asks: Sequence[Ask], end_s: float) -> list[tuple[Any, ...] | None]:
        from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call

        places: dict[int, int] = {}
        answers: list[tuple[Any, ...] | None] = [None] * len(asks)
        try:
            for place, ask in enumerate(asks):
                to = DBusAddress(ask.element.path, ask.element.owner, ask.interface)
                serial = next(self._bus.outgoing_serial)
                places[serial] = place
                call = new_method_call(to, ask.method, ask.signature, ask.arguments)
                self._bus.send(call, serial=serial)
            while places:
                left_s = end_s - self._clock.now()
                if left_s <= 0:
                    raise TooSlowError
                told = self._bus.receive(timeout=left_s)
                answered = places.pop(told.header.fields.get(HeaderFields.reply_serial, 0), None)
                if answered is not None and told.header.message_type is MessageType.method_return:
                    answers[answered] = told.body
        except (TimeoutError, OSError) as error:
            raise TooSlowError(str(error)) from error
        return answers

    def _switch_on(self) -> bool:
        """Tell apps that somebody reads; many build no tree otherwise. Whether it was off."""
        status = self._call(_status(), "Get", "ss", ("org.a11y.Status", "IsEnabled"))
        if status is None or status[0][1]:
            return False
        return self._set_enabled(on=True)

    def _set_enabled(self, *, on: bool) -> bool:
        arguments = ("org.a11y.Status", "IsEnabled", ("b", on))
        return self._call(_status(), "Set", "ssv", arguments) is not None

    def _call(
        self,
        to: Any,  # noqa: ANN401 - jeepney has no types
        method: str,
        signature: str,
        arguments: tuple[Any, ...],
    ) -> tuple[Any, ...] | None:
        return _call(self._session, to, method, signature, arguments)


def open_accessibility(session: DesktopSession, clock: Clock) -> AccessibilityBus | str:
    """Connect to the accessibility bus.

    Returns:
        The bus, or why there is none, which is no error: screens can be read without it.
    """
    try:
        from jeepney import DBusAddress
        from jeepney.io.blocking import open_dbus_connection
        from jeepney.wrappers import DBusErrorResponse
    except ImportError:
        return "the package jeepney is not installed"
    address = session.variables.get("DBUS_SESSION_BUS_ADDRESS", "")
    if not address and "XDG_RUNTIME_DIR" in session.variables:
        address = f"unix:path={session.variables['XDG_RUNTIME_DIR']}/bus"
    if not address:
        return "there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)"
    try:
        own = open_dbus_connection(address)
    except (OSError, ValueError, RuntimeError, DBusErrorResponse) as error:
        return f"the session bus cannot be reached: {error}"
    at = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
    answer = _call(own, at, "GetAddress", "", ())
    if not answer:
        own.close()
        return "the session has no accessibility bus (package at-spi2-core)"
    try:
        bus = open_dbus_connection(str(answer[0]))
    except (OSError, ValueError, RuntimeError, DBusErrorResponse) as error:
        own.close()
        return f"the accessibility bus cannot be reached: {error}"
    return AccessibilityBus(own, bus, clock)


def _status() -> Any:  # noqa: ANN401
    from jeepney import DBusAddress

    return DBusAddress("/org/a11y/bus", "org.a11y.Bus", _PROPERTIES)


def _call(
    connection: Any,  # noqa: ANN401
    to: Any,  # noqa: ANN401
    method: str,
    signature: str,
    arguments: tuple[Any, ...],
) -> tuple[Any, ...] | None:
    """One call on the session bus; ``None`` if it comes to nothing."""
    from jeepney import MessageType, new_method_call

    call = new_method_call(to, method, signature, arguments)
    try:
        told = connection.send_and_get_reply(call, timeout=_CONNECT_S)
    except (TimeoutError, OSError):
        return None
    if told.header.message_type is not MessageType.method_return:
        return None
    body: tuple[Any, ...] = told.body
    return body or ((),)
