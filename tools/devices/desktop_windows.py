"""What lies on the desk: open windows, apps to open and, where there is one, the tree."""

from typing import Final, Protocol

from tools.clock import Clock
from tools.device import Window
from tools.devices.atspi_bus import AccessibilityBus
from tools.devices.atspi_tree import LIMIT_S, TreeReader
from tools.devices.desktop_apps import LinuxApps
from tools.devices.desktop_hands import Hands
from tools.devices.x11_windows import XWindow, XWindows
from tools.errors import ActionFailedError, DeviceGoneError, UnknownDeviceError
from tools.geometry import Box, Placement
from tools.ui_tree import UiTree, ui_tree_xml

_RAISE_S, _POLL_S = 2.0, 0.02
_LISTED: Final = 20
_LONGEST_LIMIT_S: Final = 4 * LIMIT_S
"""For the tree of an app that did not tell it in time the last time: a machine may be slow."""
_NOBODY: Final = XWindow(0, "", "", 0, 0, Box(left=0, top=0, right=0, bottom=0))


class Desk(Protocol):
    """Windows, apps and the accessibility tree of a desktop."""

    @property
    def model(self) -> str:
        """What the desktop is called."""
        ...

    def windows(self) -> tuple[Window, ...]:
        """The open windows, from the bottom to the top."""
        ...

    def front(self) -> XWindow:
        """The window that takes the keys; one without a title if none does."""
        ...

    def tree(self, placement: Placement) -> UiTree | None:
        """The accessibility tree of the window in front; ``None`` if it gives none."""
        ...

    def open_app(self, name: str) -> None:
        """Bring an app to the front.

        Raises:
            ActionFailedError: There is no such app, or it opens no window.
        """
        ...

    def focus(self, title: str, *, within: Box | None) -> None:
        """Bring a window to the front.

        Args:
            title: Names it.
            within: Only windows that show in this part of the desktop are meant, in points;
                ``None`` for all.

        Raises:
            ActionFailedError: There is no such window, or there are several.
        """
        ...

    def bring_forward(self, title: str) -> None:
        """Have the keys go to the window that is driven, or to a dialog of it.

        Raises:
            DeviceGoneError: It was closed.
        """
        ...

    def area_of(self, title: str, *, connecting: bool) -> Box:
        """Where a window lies, in points.

        Raises:
            UnknownDeviceError: There is no such window, when connecting.
            DeviceGoneError: It was closed since.
        """
        ...

    def why_black(self, area: Box) -> str:
        """Why a black frame of ``area`` is no picture; empty if it may be one."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class XDesk:
    """The desk of an X11 session.

    Args:
        windows: Its windows.
        apps: Its apps.
        clock: Waits for a window to come up.
        bus: Its accessibility bus, or why there is none.
    """

    def __init__(
        self, windows: XWindows, apps: LinuxApps, clock: Clock, bus: AccessibilityBus | str
    ) -> None:
        self._windows = windows
        self._apps = apps
        self._clock = clock
        self._bus = bus
        self._reader = None if isinstance(bus, str) else TreeReader(bus, clock)
        self._driven = 0
        self._limit_s = LIMIT_S

    @property
    def model(self) -> str:
        """Named after its window manager."""
        return f"X11 desktop ({self._windows.manager or 'no window manager'})"

    @property
    def without_tree(self) -> str:
        """Why there is no accessibility tree; empty if there is one."""
        return self._bus if isinstance(self._bus, str) else ""

    def windows(self) -> tuple[Window, ...]:
        """See ``Desk``."""
        active = self._windows.active()
        return tuple(
            Window(title=each.title, app=each.app, active=each.handle == active)
            for each in self._windows.windows()
        )

    def front(self) -> XWindow:
        """See ``Desk``."""
        active = self._windows.active()
        found = (each for each in self._windows.windows() if each.handle == active)
        return next(found, _NOBODY)

    def tree(self, placement: Placement) -> UiTree | None:
        """See ``Desk``."""
        if self._reader is None:
            return None
        front = self.front()
        if not front.handle:
            return UiTree(nodes=(), source=ui_tree_xml(()))  # no window, nothing to read
        about = (front.pid, front.title, front.app, placement)
        for _ in range(2):  # an app that is busy, as when a dialog opens, answers the second time
            tree = self._reader.read(*about, limit_s=self._limit_s)
            if tree is not None:
                self._limit_s = LIMIT_S
                return tree
            self._limit_s = min(2 * self._limit_s, _LONGEST_LIMIT_S)
        return None

    def open_app(self, name: str) -> None:
        """See ``Desk``."""
        self._apps.open(name)

    def focus(self, title: str, *, within: Box | None) -> None:
        """See ``Desk``."""
        windows = self._windows.windows()
        if within is not None:
            windows = tuple(each for each in windows if each.area.intersection(within).area)
        self._raise(find_window(title, windows))

    def bring_forward(self, title: str) -> None:
        """See ``Desk``."""
        window = self._driven_window(title)
        active = self._windows.active()
        if active not in with_dialogs(window, self._windows.windows()):
            self._raise(window)

    def area_of(self, title: str, *, connecting: bool) -> Box:
        """See ``Desk``."""
        if connecting:
            try:
                self._driven = find_window(title, self._windows.windows()).handle
            except ActionFailedError as error:
                raise UnknownDeviceError(str(error)) from error
        return self._driven_window(title).area

    def why_black(self, area: Box) -> str:
        """See ``Desk``."""
        if self._windows.covered(area):
            return "The screen is locked: it is black, and something lies over all windows."
        return ""

    def close(self) -> None:
        """See ``Desk``."""
        self._windows.close()
        if not isinstance(self._bus, str):
            self._bus.close()

    def _driven_window(self, title: str) -> XWindow:
        found = (each for each in self._windows.windows() if each.handle == self._driven)
        window = next(found, None)
        if window is None:
            raise DeviceGoneError(f"The window {title!r} was closed.")
        return window

    def _raise(self, window: XWindow) -> None:
        self._windows.activate(window)
        end_s = self._clock.now() + _RAISE_S
        while self._windows.active() != window.handle:
            if self._clock.now() >= end_s:
                raise ActionFailedError(f"The window {window.title!r} does not come to the front.")
            self._clock.sleep(_POLL_S)


class PlainDesk:
    """The desk of Windows or macOS: apps by the system's own search; windows are not listed.

    Args:
        hands: Presses the keys of that search.
        platform: ``win32`` or ``darwin``.
        clock: Waits for the search to show.
    """

    def __init__(self, hands: Hands, platform: str, clock: Clock) -> None:
        self._hands = hands
        self._platform = platform
        self._clock = clock

    @property
    def model(self) -> str:
        """Named after the system."""
        return "Mac desktop" if self._platform == "darwin" else "Windows desktop"

    def windows(self) -> tuple[Window, ...]:
        """None are known."""
        return ()

    def front(self) -> XWindow:
        """Unknown."""
        return _NOBODY

    def tree(self, placement: Placement) -> UiTree | None:  # noqa: ARG002 - as in Desk
        """None is read here."""
        return None

    def open_app(self, name: str) -> None:
        """Type the name into Spotlight or the Start menu, and press enter."""
        if not name.isascii():
            raise ActionFailedError("Here an app can be opened by a name in plain letters only.")
        keys = ["command", "space"] if self._platform == "darwin" else ["winleft"]
        self._hands.press(keys)
        self._clock.sleep(_RAISE_S / 4)
        self._hands.write(name)
        self._clock.sleep(_RAISE_S / 4)
        self._hands.press(["enter"])

    def focus(self, title: str, *, within: Box | None) -> None:  # noqa: ARG002 - as in Desk
        """See ``Desk``."""
        raise ActionFailedError(
            f"Windows cannot be raised by name here ({title!r}): click them, or press alt and tab."
        )

    def bring_forward(self, title: str) -> None:
        """See ``Desk``; no window can be driven alone here."""

    def area_of(self, title: str, *, connecting: bool) -> Box:  # noqa: ARG002 - as in Desk
        """See ``Desk``."""
        raise UnknownDeviceError(
            f"A single window ({title!r}) can be driven on X11 only.",
            hint="Name a monitor or a region: desktop:1, desktop:region=LEFT,TOP,WIDTH,HEIGHT.",
        )

    def why_black(self, area: Box) -> str:  # noqa: ARG002 - as in Desk
        """See ``Desk``."""
        if self._platform == "darwin":
            return (
                "The screen is black: it is locked, or this program may not see it. Allow it under "
                "Screen Recording in System Settings > Privacy & Security."
            )
        return "The screen is black: it is locked or switched off."

    def close(self) -> None:
        """Nothing is held."""


def with_dialogs(window: XWindow, windows: tuple[XWindow, ...]) -> frozenset[int]:
    """Ids of ``window``, of its dialogs, of theirs, and of any dialog of its process.

    Args:
        window: Whose dialogs are meant.
        windows: All windows, from the bottom to the top: a dialog lies over what it belongs to.
    """
    family = {window.handle}
    for each in windows:
        if each.owner in family or (each.owner and each.pid and each.pid == window.pid):
            family.add(each.handle)
    return frozenset(family)


def find_window(title: str, windows: tuple[XWindow, ...]) -> XWindow:
    """The window that ``title`` means: its whole title, else a part, else the name of its app.

    Raises:
        ActionFailedError: There is none, or there are several.
    """
    wanted = title.strip().casefold()
    for fits in (
        lambda each: each.title.casefold() == wanted,
        lambda each: wanted in each.title.casefold(),
        lambda each: each.app.casefold() == wanted,
    ):
        found = [each for each in windows if fits(each)]
        if len({each.title for each in found}) > 1:
            listed = ", ".join(repr(each.title) for each in found[:_LISTED])
            raise ActionFailedError(f"Several windows could be {title!r}: {listed}.")
        if found:
            return found[-1]
    listed = ", ".join(repr(each.title) for each in windows[:_LISTED]) or "none"
    raise ActionFailedError(f"There is no window {title!r}. Open are: {listed}.")
