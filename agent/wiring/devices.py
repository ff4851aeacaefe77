"""From a name, or none, to a device that is connected: real, or the virtual phone."""

import difflib
import shutil
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from agent.config import Config, did_you_mean
from agent.phone_process import PhoneOptions, RunningPhone, running_phone
from agent.wiring.desktop import is_desktop, look_at_desktop, open_desktop
from tools.action import OpenApp
from tools.clock import SystemClock
from tools.device import Device, DeviceInfo
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import Attached as Attached
from tools.devices.android_connect import attached, connect
from tools.devices.desktop_target import DESKTOP
from tools.errors import (
    ActionFailedError,
    ConfigError,
    DeviceGoneError,
    UnknownDeviceError,
    UsageError,
)
from tools.guard import default_rules, wants_ui_tree
from tools.screen import Screenshot
from tools.settle import SettlingDevice

VIRTUAL = "virtual"
VIRTUAL_MODEL = "Virtual Phone"
"""What the virtual phone says that it is."""
_CONNECT_S = 3.0


def attached_devices(config: Config) -> tuple[Attached, ...]:
    """The devices that the ADB server knows; none where there is no server and no adb.

    Raises:
        DeviceGoneError: What listens there is no ADB server.
    """
    return attached(_adb_server(config), start=shutil.which("adb") is not None)


def check_attached(config: Config, serials: Iterable[str]) -> None:
    """Refuse a slip of the pen among devices that were named for tests.

    A phone in the network (``HOST:PORT``) is dialled when it is needed, and not before.

    Raises:
        UnknownDeviceError: One is not attached.
        DeviceGoneError: What listens there is no ADB server.
    """
    wanted = [each for each in serials if ":" not in each]
    known = [each.serial for each in attached_devices(config)] if wanted else []
    for each in wanted:
        if each not in known:
            hint = did_you_mean(each, [*known, VIRTUAL, "all", DESKTOP])
            raise UnknownDeviceError(f"The device {each!r} is not attached.", hint=hint)


def desktops() -> tuple[Attached, ...]:
    """The desktop of this machine and its monitors, if there are several; none without a screen."""
    try:
        facts = look_at_desktop()
    except UsageError:
        return ()
    model = f"the desktop of this machine ({facts.manager or 'no window manager'})"
    found = [Attached(DESKTOP, "device", model)]
    if len(facts.monitors) > 1:
        found += [
            Attached(f"{DESKTOP}:{each.number}", "device", f"monitor {each.name}".rstrip())
            for each in facts.monitors
        ]
    return tuple(found)


def missing_server(config: Config) -> str:
    """What is wrong if the person named an ADB server and none answers there; else empty.

    That none runs at the default address is nothing wrong: without a phone nobody starts one.
    """
    if config.adb_server == Config().adb_server:
        return ""
    server = _adb_server(config)
    try:
        with socket.create_connection((server.host, server.port), timeout=_CONNECT_S):
            return ""
    except OSError:
        return f"No ADB server answers at {config.adb_server}"


@contextmanager
def open_device(
    config: Config,
    *,
    tree: bool = False,
    folder: Path | None = None,
    notice: Callable[[str], None] = lambda _: None,
) -> Iterator[Device]:
    """Connect to the device that ``config`` asks for, for as long as the block lasts.

    Args:
        config: Names the device, or leaves it open.
        tree: Whether the policy reads the accessibility tree.
        folder: Where the virtual phone leaves its final state; ``None`` for nowhere.
        notice: Told what was chosen, where the person did not choose.

    Raises:
        UnknownDeviceError: It is not there, or there are several to choose from.
        DeviceError: It does not answer as it should.
    """
    name = config.device or _choose(config, notice)
    for what in ("scenario", "seed"):
        if name != VIRTUAL and getattr(config, what) != Config.model_fields[what].default:
            raise ConfigError(
                f"A {what} is for the virtual phone, not for {name!r}.",
                hint="Leave one of them out.",
            )
    with ExitStack() as stack:
        if is_desktop(name):
            desktop = stack.enter_context(open_desktop(name, config))
            desktop.reads_ui_tree = _reads_tree(config, desktop.info, wanted=tree)
            yield desktop
            return
        server = _adb_server(config)
        if name == VIRTUAL:
            phone = stack.enter_context(
                running_phone(
                    PhoneOptions(scenario=config.scenario, seed=config.seed, folder=folder)
                )
            )
            name, server = phone.serial, _server_of(phone)
        try:
            device = connect(name, server=server, clock=SystemClock())
        except UnknownDeviceError as error:
            close = difflib.get_close_matches(name.lower(), [VIRTUAL, DESKTOP], cutoff=0.7)
            if close:
                raise UnknownDeviceError(
                    error.message, hint=f"Did you mean {close[0]!r}?"
                ) from None
            raise
        stack.callback(device.close)
        device.reads_ui_tree = _reads_tree(config, device.info, wanted=tree)
        yield device


def _reads_tree(config: Config, info: DeviceInfo, *, wanted: bool) -> bool:
    # The guard asks before what cannot be undone, and knows that by the words on it.
    wanted = wanted or wants_ui_tree((*config.guard, *default_rules(info)))
    return config.ui_tree == "always" or (config.ui_tree == "auto" and wanted)


def look_at_virtual_phone(config: Config) -> Screenshot:
    """Start a virtual phone, open ``config.app`` if it names one, and take a settled frame.

    Raises:
        UsageError: The scenario or the app is unknown.
        DeviceError: The phone does not start or answer.
    """
    virtual = config.model_copy(update={"device": VIRTUAL})
    with open_device(virtual) as plain:
        device = SettlingDevice(plain, SystemClock())
        if config.app:
            open_app(device, config.app)
        return device.observe().screenshot


def _choose(config: Config, notice: Callable[[str], None]) -> str:
    if config.scenario != Config().scenario:
        notice("A scenario is given: starting the virtual phone.")
        return VIRTUAL
    try:
        found = attached_devices(config)
    except DeviceGoneError as error:
        notice(f"{error} Starting the virtual phone instead.")
        return VIRTUAL
    if not found:
        why = missing_server(config) or "No device is attached"
        notice(f"{why}: starting the virtual phone.")
        return VIRTUAL
    ready = [each for each in found if each.ready]
    if len(ready) == 1:
        notice(f"Using the attached device {ready[0].serial}.")
        return ready[0].serial
    if not ready:
        raise not_ready(found)
    raise UnknownDeviceError(
        f"There are several devices: {_names(found)}.",
        hint=f"Choose one with --device {ready[0].serial}",
    )


def not_ready(found: Sequence[Attached]) -> UnknownDeviceError:
    """The refusal to take the virtual phone in the place of one that is attached and not ready."""
    return UnknownDeviceError(
        f"The attached device cannot be used yet: {_names(found)}.",
        hint="See what to do with: agent doctor; or take the virtual phone: --device virtual",
    )


def _names(found: Sequence[Attached]) -> str:
    return ", ".join(f"{each.serial} ({each.model or each.state})" for each in found)


def open_app(device: Device, name: str) -> None:
    """Open an app before the first look.

    Raises:
        UsageError: The device has none of that name.
    """
    try:
        device.observe()
        device.perform(OpenApp(name=name))
    except ActionFailedError as error:
        raise UsageError(str(error), hint="Name it as it stands under its icon.") from error


def _adb_server(config: Config) -> AdbServer:
    host, _, port = config.adb_server.rpartition(":")
    return AdbServer(host, int(port))


def _server_of(phone: RunningPhone) -> AdbServer:
    if phone.server_port is None:
        raise DeviceGoneError("The virtual phone runs no ADB server.")
    return AdbServer(port=phone.server_port, why_gone=phone.log.failure)
