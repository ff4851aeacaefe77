"""Finding Android phones and connecting to one, through an ADB server."""

import difflib
import re
import socket
import subprocess
from dataclasses import dataclass

from adbutils import AdbClient, AdbError, AdbTimeout, adb_path

from tools.clock import Clock, SystemClock
from tools.devices.adb_socket import DEFAULT_PORT, AdbLink, AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_capture import Capture, Method
from tools.devices.android_properties import physical_displays, read_properties
from tools.devices.android_text import mend_keyboard
from tools.errors import DeviceGoneError, UnknownDeviceError

_ADDRESS = re.compile(r"(\[[\da-fA-F:.]+\]|[\w.-]+):\d{1,5}")
_READY = "device"
_CONNECT_S, _READY_S, _POLL_S = 5.0, 3.0, 0.05
_START_S = 20.0
_HINTS = {
    "unauthorized": "Unlock the phone and allow USB debugging for this computer.",
    "authorizing": "Unlock the phone and allow USB debugging for this computer.",
    "offline": "Plug it in again, or run: adb disconnect && adb connect ADDRESS",
    "no permissions": "See https://developer.android.com/tools/device for the udev rules.",
}
# What adbutils raises, on purpose or because an answer is not what it expects.
_ADB_TROUBLE = (AdbError, OSError, EOFError, ValueError)


@dataclass(frozen=True)
class Attached:
    """A device that an ADB server knows.

    Attributes:
        serial: Its name: a serial number, or an address for one over the network.
        state: ``device`` if it can be used, else ``offline``, ``unauthorized`` and so on.
        model: What the maker calls it; empty while it cannot be asked.
    """

    serial: str
    state: str
    model: str

    @property
    def ready(self) -> bool:
        """Whether it can be used."""
        return self.state == _READY


def attached(server: AdbServer | None = None, *, start: bool = False) -> tuple[Attached, ...]:
    """The devices that an ADB server knows; none if there is no server.

    Args:
        server: Which; by default the one at 127.0.0.1:5037.
        start: Whether to start the default server if it does not run, where adb is installed.

    Raises:
        DeviceGoneError: What listens there is no ADB server, or it cannot be started.
    """
    where = server if server is not None else AdbServer()
    if not _listens(where):
        if not (start and where == AdbServer(port=DEFAULT_PORT)):
            return ()
        _start_server()
    try:
        listed = AdbClient(host=where.host, port=where.port, socket_timeout=_CONNECT_S).list(
            extended=True
        )
    except AdbTimeout as error:
        raise DeviceGoneError(f"The ADB server at {where} does not answer.") from error
    except _ADB_TROUBLE as error:
        raise DeviceGoneError(f"The ADB server at {where} cannot be asked: {error}.") from error
    return tuple(
        Attached(entry.serial, entry.state, entry.tags.get("model", "").replace("_", " "))
        for entry in listed
    )


def connect(
    name: str = "",
    *,
    server: AdbServer | None = None,
    clock: Clock | None = None,
    ui_tree: bool = False,
    display: int = 0,
    timeout_s: float = 10.0,
    methods: tuple[Method, ...] = (),
) -> AndroidDevice:
    """Connect to a phone and find out how it is best looked at.

    Args:
        name: Serial number, or ``host:port`` of a phone in the network, which is connected if it
            is not yet; empty for the only one there is.
        server: The ADB server to go through; by default the one at 127.0.0.1:5037.
        clock: How time passes.
        ui_tree: Whether observations carry the accessibility tree.
        display: Number of the display; 0 is the built-in one.
        timeout_s: How long the phone may take for one command.
        methods: How frames may be taken, the best first, as an earlier connection to the same phone
            found out; else it is measured.

    Raises:
        UnknownDeviceError: It is not there or not ready, or several are and none was named.
        DeviceError: It is there, but does not answer as it should.
    """
    where = server if server is not None else AdbServer()
    time = clock if clock is not None else SystemClock()
    serial = _find(name, where, time)
    link = AdbLink(where, serial, time, timeout_s=timeout_s)
    properties = read_properties(link, display=display)
    mend_keyboard(link)
    capture = (
        Capture(link, time, display=_physical(link, display), methods=methods, budget_s=0.0)
        if methods
        else Capture(link, time, display=_physical(link, display))
    )
    return AndroidDevice(link, time, properties, capture, ui_tree=ui_tree, display=display)


def _find(name: str, server: AdbServer, clock: Clock) -> str:
    devices = attached(server)
    if not name:
        return _only(devices, server)
    if not any(entry.serial == name for entry in devices):
        if not _ADDRESS.fullmatch(name):
            raise _unknown(name, devices, server)
        _dial(name, devices, server)
    end_s = clock.now() + _READY_S
    while True:
        state = next((e.state for e in attached(server) if e.serial == name), "offline")
        if state == _READY:
            return name
        if state not in {"offline", "connecting", "authorizing"} or clock.now() >= end_s:
            raise UnknownDeviceError(f"The device {name!r} is {state}.", hint=_HINTS.get(state, ""))
        clock.sleep(_POLL_S)


def _only(devices: tuple[Attached, ...], server: AdbServer) -> str:
    ready = [entry for entry in devices if entry.ready]
    if len(ready) == 1:
        return ready[0].serial
    if ready:
        names = ", ".join(entry.serial for entry in ready)
        raise UnknownDeviceError(f"There are several devices: {names}.", hint="Name one of them.")
    raise UnknownDeviceError(
        f"No device is attached to the ADB server at {server}.{_listing(devices)}",
        hint=_HINTS.get(devices[0].state, "") if devices else "See: adb devices",
    )


def _unknown(name: str, devices: tuple[Attached, ...], server: AdbServer) -> UnknownDeviceError:
    close = difflib.get_close_matches(name, [entry.serial for entry in devices], n=3)
    meant = f"Did you mean {' or '.join(close)}?" if close else "See: agent devices"
    if not devices:
        what = f"There is no device {name!r}: none is attached to the ADB server at {server}."
        return UnknownDeviceError(what, hint="See: agent devices")
    return UnknownDeviceError(f"There is no device {name!r}.{_listing(devices)}", hint=meant)


def _listing(devices: tuple[Attached, ...]) -> str:
    if not devices:
        return ""
    return f" Attached: {', '.join(f'{entry.serial} ({entry.state})' for entry in devices)}."


def _dial(address: str, devices: tuple[Attached, ...], server: AdbServer) -> None:
    """``adb connect``; its answer is prose, and says 'connected to' if it worked."""
    try:
        client = AdbClient(host=server.host, port=server.port)
        if not _listens(server) and server.port != DEFAULT_PORT:
            raise DeviceGoneError(f"No ADB server answers at {server}.")
        answer = client.connect(address, timeout=_CONNECT_S)
    except _ADB_TROUBLE as error:
        raise DeviceGoneError(f"The ADB server at {server} cannot be asked: {error}.") from error
    if "connected to" not in answer:
        raise UnknownDeviceError(
            f"There is no device at {address}: {' '.join(answer.split())}.{_listing(devices)}",
            hint="Is its address right, and is ADB over the network switched on?",
        )


def _physical(link: AdbLink, display: int) -> str:
    if display == 0:
        return ""
    found = physical_displays(link)
    if display < len(found):
        return found[display]
    numbers = ", ".join(str(number) for number in range(len(found))) or "0"
    raise UnknownDeviceError(
        f"The device {link.serial!r} has no display {display}. It has: {numbers}."
    )


def _start_server() -> None:
    """``adb start-server``, without what adb says about it on the person's terminal."""
    quiet = subprocess.DEVNULL
    try:
        command = [adb_path(), "start-server"]
        subprocess.run(command, stdout=quiet, stderr=quiet, timeout=_START_S, check=True)  # noqa: S603
    except (AdbError, OSError, subprocess.SubprocessError) as error:
        raise DeviceGoneError(f"The ADB server cannot be started: {error}") from error


def _listens(server: AdbServer) -> bool:
    try:
        with socket.create_connection((server.host, server.port), timeout=_CONNECT_S):
            return True
    except OSError:
        return False
