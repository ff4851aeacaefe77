"""From a name such as ``desktop:2`` to a desktop that is ready to be driven."""

import socket
import struct
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.clock import Clock
from tools.devices.atspi_bus import open_accessibility
from tools.devices.desktop import DesktopDevice, Parts
from tools.devices.desktop_apps import LinuxApps
from tools.devices.desktop_capture import Grabber, Monitor
from tools.devices.desktop_clipboard import Clipboard, PlainClipboard, XClipboard
from tools.devices.desktop_corner import CornerWatch
from tools.devices.desktop_hands import Hands
from tools.devices.desktop_hearing import Hearing
from tools.devices.desktop_listener import DesktopListener
from tools.devices.desktop_session import DesktopSession, load_hands
from tools.devices.desktop_shell import DesktopShell
from tools.devices.desktop_surroundings import PlainSurroundings, Surroundings, XSurroundings
from tools.devices.desktop_target import read_target
from tools.devices.desktop_text import DesktopText, Front
from tools.devices.desktop_windows import Desk, PlainDesk, XDesk
from tools.devices.pynput_hearing import PynputHearing
from tools.devices.x11_hearing import XHearing
from tools.devices.x11_windows import XWindows, x_trouble
from tools.geometry import free_corners

_FOR_PROGRAMS: Final = frozenset({"Xvfb"})
"""X servers that draw into memory: no person sits before them."""


@dataclass(frozen=True)
class DesktopFacts:
    """What a doctor wants to know of a desktop.

    Attributes:
        monitors: Those that can be driven.
        manager: Name of the window manager; empty if none or unknown.
        without_tree: Why there is no accessibility tree; empty if there is one.
    """

    monitors: tuple[Monitor, ...]
    manager: str
    without_tree: str


def examine_desktop(session: DesktopSession, clock: Clock) -> DesktopFacts:
    """Look whether the desktop can be driven; nothing is touched.

    Raises:
        UnknownDeviceError: It cannot; the hint says what mends it.
    """
    load_hands(session)
    grabber = Grabber(session)
    try:
        monitors = grabber.monitors()
    finally:
        grabber.close()
    if not session.x11:
        return DesktopFacts(monitors, "", "only read on Linux")
    windows = XWindows(session)
    manager = windows.manager
    windows.close()
    bus = open_accessibility(session, clock)
    if isinstance(bus, str):
        return DesktopFacts(monitors, manager, bus)
    bus.close()
    return DesktopFacts(monitors, manager, "")


def connect_desktop(
    name: str,
    session: DesktopSession,
    clock: Clock,
    *,
    ui_tree: bool = False,
    pointer_back: bool = False,
    stop: Callable[[], None] | None = None,
) -> DesktopDevice:
    """Connect to the desktop that this process belongs to.

    Args:
        name: ``desktop``, ``desktop:2``, ``desktop:window=TITLE`` or ``desktop:region=…``.
        session: Where.
        clock: How time passes.
        ui_tree: Whether observations carry the accessibility tree.
        pointer_back: Whether the pointer is put back after each act.
        stop: Called, in another thread, when the person pushes the pointer into a corner; ``None``
            for no such brake.

    Raises:
        UnknownDeviceError: There is no such desktop, or no such part of it.
        DeviceGoneError: It went away in the meantime.
    """
    target = read_target(name)
    with ExitStack() as undo:  # what was opened is closed again, if a later part fails
        module = load_hands(session)
        grabber = Grabber(session)
        undo.callback(grabber.close)
        trouble: tuple[type[BaseException], ...] = x_trouble() if session.x11 else (OSError,)
        hands = Hands(module, clock, session.platform, trouble)
        desk, clipboard, typable = _surroundings(session, clock, hands)
        undo.callback(desk.close)
        watch = None
        if stop is not None:
            watch = _brake(session, grabber, hands, stop)
            undo.callback(watch.close)

        def text(front: Callable[[], Front]) -> DesktopText:
            return DesktopText(hands, clipboard, clock, session.platform, front, typable)

        virtual = session.x11 and _server_of(session.display) in _FOR_PROGRAMS
        parts = Parts(
            grabber, hands, desk, clipboard, text, clock, watch, session.platform, virtual,
            DesktopShell(session),
        )  # fmt: skip
        device = DesktopDevice(target, parts, ui_tree=ui_tree, pointer_back=pointer_back)
        undo.pop_all()
    return device


def listen_to_desktop(
    device: DesktopDevice,
    session: DesktopSession,
    clock: Clock,
    notice: Callable[[str], None],
) -> DesktopListener:
    """Hear the mouse and the keyboard of the desktop that ``device`` shows.

    From now on the person acts: a pointer in a corner is no brake, but ends the listening.

    Args:
        device: What is recorded; what is done outside of it is not told.
        session: Where.
        clock: How time passes.
        notice: Told, once each, what is not recorded.

    Raises:
        MissingExtraError: Windows or macOS, and the extra ``person`` is not installed.
        UnknownDeviceError: The system does not let this program listen.
        DeviceError: The display does not, or it went away.
    """
    device.leave_to_person()
    with ExitStack() as undo:
        grabber = Grabber(session)
        undo.callback(grabber.close)
        corners = free_corners(tuple(monitor.area for monitor in grabber.monitors()))
    with ExitStack() as undo:
        hearing: Hearing
        surroundings: Surroundings
        if session.x11:
            hearing = XHearing(session, clock)
            undo.callback(hearing.close)
            windows = XWindows(session)
            undo.callback(windows.close)
            bus = open_accessibility(session, clock)
            if not isinstance(bus, str):
                undo.callback(bus.close)
            surroundings = XSurroundings(windows, bus, clock, title=device.target.window)
        else:
            hearing = PynputHearing(clock)
            undo.callback(hearing.close)
            module = load_hands(session)
            surroundings = PlainSurroundings(Hands(module, clock, session.platform, (OSError,)))
        undo.pop_all()
    return DesktopListener(
        hearing,
        surroundings,
        lambda: device.placement,
        corners,
        platform=session.platform,
        clock=clock,
        notice=notice,
    )


def _brake(
    session: DesktopSession, grabber: Grabber, hands: Hands, stop: Callable[[], None]
) -> CornerWatch:
    areas = tuple(monitor.area for monitor in grabber.monitors())
    eye = XWindows(session) if session.x11 else hands
    return CornerWatch(eye, free_corners(areas), stop)


def _surroundings(
    session: DesktopSession, clock: Clock, hands: Hands
) -> tuple[Desk, Clipboard, Callable[[str], bool]]:
    """Windows and apps, the clipboard, and which characters the keyboard types as believed."""
    if not session.x11:
        return PlainDesk(hands, session.platform, clock), PlainClipboard(clock), str.islower
    windows = XWindows(session)
    apps = LinuxApps(session, windows, clock)
    desk = XDesk(windows, apps, clock, open_accessibility(session, clock))
    return desk, XClipboard(session, clock), _typable(windows)


def _typable(windows: XWindows) -> Callable[[str], bool]:
    def typable(character: str) -> bool:
        level = 1 if character.isupper() else 0
        return windows.key_level(ord(character)) == level and not (
            character.isalpha() and windows.caps_lock
        )

    return typable


def _server_of(display: str) -> str:
    """Name of the program that draws the display, if that can be told; else empty."""
    number = display.removeprefix("unix").partition(":")[2].partition(".")[0]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.connect(f"/tmp/.X11-unix/X{number}")  # noqa: S108 - where X servers listen
            told = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        pid = struct.unpack("3i", told)[0]
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except (OSError, AttributeError):  # another system, or a display on another machine
        return ""
