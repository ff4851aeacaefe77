"""What a mouse and a keyboard tell when somebody uses them, before anyone asks what it means."""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

from tools.action import Direction
from tools.geometry import DesktopPoint

Button = Literal["left", "middle", "right"]
Modifier = Literal["ctrl", "alt", "meta", "shift"]
MODIFIERS: Final[tuple[Modifier, ...]] = ("ctrl", "alt", "meta", "shift")


@dataclass(frozen=True)
class ButtonMoved:
    """A button went down or came up.

    Attributes:
        button: Which.
        down: Whether it went down.
        at: Where the pointer was.
        at_s: When, on this machine's monotonic clock.
    """

    button: Button
    down: bool
    at: DesktopPoint
    at_s: float


@dataclass(frozen=True)
class WheelTurned:
    """The wheel went on by one notch, towards what lies in ``direction``."""

    direction: Direction
    at: DesktopPoint
    at_s: float


@dataclass(frozen=True)
class KeyMoved:
    """A key went down or came up.

    Attributes:
        name: What it is called: a modifier, a key of ``press_key``, ``f5``, or the character that
            it gives alone; empty if it has no name here.
        text: The character that it types, as the layout gives it; empty if none.
        down: Whether it went down.
        at_s: When, on this machine's monotonic clock.
        repeated: Whether it went down because it was held.
    """

    name: str
    text: str
    down: bool
    at_s: float
    repeated: bool = False


RawEvent = ButtonMoved | WheelTurned | KeyMoved


class Hearing(Protocol):
    """Hears mouse and keyboard, whoever they are meant for."""

    def next(self, timeout_s: float) -> RawEvent | None:
        """The next event, as soon as there is one; ``None`` if there is none in time.

        Raises:
            DeviceGoneError: Nothing can be heard any more.
        """
        ...

    def close(self) -> None:
        """Hear no more. May be called twice."""
        ...
