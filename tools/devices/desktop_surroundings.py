"""Where on a desktop somebody acts: in what is recorded, in their terminal, in a password field."""

import os
from pathlib import Path
from typing import Final, Protocol

from tools.clock import Clock
from tools.devices.atspi_bus import AccessibilityBus
from tools.devices.atspi_tree import TreeReader
from tools.devices.desktop_hands import Hands
from tools.devices.desktop_windows import find_window, with_dialogs
from tools.devices.x11_windows import XWindow, XWindows
from tools.geometry import Box, DesktopPoint, Placement, Size

_ONE: Final = Size(width=1, height=1)
_MOST_ANCESTORS: Final = 40


class Surroundings(Protocol):
    """Answers for the moment in which it is asked."""

    def position(self) -> DesktopPoint:
        """Where the pointer is."""
        ...

    def points_at_recorded(self) -> bool:
        """Whether the pointer is over a window that is recorded, or over none."""
        ...

    def types_into_recorded(self, area: Box) -> bool:
        """Whether keys go to a window that is recorded and shows within ``area``, or to none."""
        ...

    def secretive(self) -> bool:
        """Whether keys go into a password field, as far as its app tells."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class XSurroundings:
    """The windows of an X11 session; used by one thread, over connections of its own.

    Args:
        windows: Its windows.
        bus: Its accessibility bus; a text says why there is none.
        clock: Limits how long is asked for the focus.
        title: Of the only window that is recorded, with its dialogs; empty for all of them.
    """

    def __init__(
        self,
        windows: XWindows,
        bus: AccessibilityBus | str,
        clock: Clock,
        *,
        title: str = "",
    ) -> None:
        self._windows = windows
        self._bus = bus
        self._reader = None if isinstance(bus, str) else TreeReader(bus, clock)
        self._own = own_processes()
        self._driven = find_window(title, windows.windows()) if title else None

    def position(self) -> DesktopPoint:
        """See ``Surroundings``."""
        return self._windows.position()

    def points_at_recorded(self) -> bool:
        """See ``Surroundings``."""
        windows = self._windows.windows()
        recorded = self._recorded(windows)
        aside = [each.handle for each in windows if each.handle not in recorded]
        return not aside or self._windows.under_pointer() not in map(self._windows.frame_of, aside)

    def types_into_recorded(self, area: Box) -> bool:
        """See ``Surroundings``."""
        front = self._front()
        if front is None:
            return self._driven is None
        shows = front.area.intersection(area).area > 0
        return shows and front.handle in self._recorded(self._windows.windows())

    def secretive(self) -> bool:
        """See ``Surroundings``."""
        front = self._front()
        if self._reader is None or front is None:
            return False
        # Boxes do not matter here, so any frame will do.
        anywhere = Placement(area=front.area, frame=_ONE)
        about = (front.pid, front.title, front.app, anywhere)
        tree = self._reader.read(*about) or self._reader.read(*about)
        return tree is not None and any(node.focused and node.password for node in tree.nodes)

    def close(self) -> None:
        """See ``Surroundings``."""
        self._windows.close()
        if not isinstance(self._bus, str):
            self._bus.close()

    def _front(self) -> XWindow | None:
        active = self._windows.active()  # first: a window that comes now is then in the list
        return next((each for each in self._windows.windows() if each.handle == active), None)

    def _recorded(self, windows: tuple[XWindow, ...]) -> frozenset[int]:
        """Ids of the windows that are recorded."""
        driven = self._driven
        family = None if driven is None else with_dialogs(driven, windows)
        return frozenset(
            each.handle
            for each in windows
            if (family is None or each.handle in family)
            and not (each.pid and each.pid in self._own)
        )


class PlainSurroundings:
    """Windows or macOS: windows are not listed, so all are recorded.

    Args:
        hands: Tell where the pointer is.
    """

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    def position(self) -> DesktopPoint:
        """See ``Surroundings``."""
        return self._hands.position()

    def points_at_recorded(self) -> bool:
        """All is recorded."""
        return True

    def types_into_recorded(self, area: Box) -> bool:  # noqa: ARG002 - as in Surroundings
        """All is recorded."""
        return True

    def secretive(self) -> bool:
        """Nobody tells here."""
        return False

    def close(self) -> None:
        """Nothing is held."""


def own_processes() -> frozenset[int]:
    """This process and those that it was started by, the terminal among them; not the first."""
    found: set[int] = set()
    pid = os.getpid()
    while pid > 1 and len(found) < _MOST_ANCESTORS:
        found.add(pid)
        try:
            told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            break
        pid = int(told.rpartition(")")[2].split()[1])
    return frozenset(found)
