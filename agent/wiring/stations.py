"""Places for the devices of a test run: attached phones, virtual ones, and the desktop."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from agent.config import Config
from agent.phone_process import PhoneOptions, RunningPhone, running_phone
from agent.suite.language.task import Where
from agent.suite.runner.choice import DeviceChoice, parse_devices
from agent.suite.runner.lease import DeviceLeasedError, lease_folder, leased
from agent.suite.runner.seams import LeasedDevice, Station
from agent.wiring.audience import Nobody
from agent.wiring.desktop import desktop_session
from agent.wiring.desktop_station import DesktopStation, stop_this_run, tell_on_terminal
from agent.wiring.devices import VIRTUAL, attached_devices, missing_server, not_ready
from agent.wiring.mind import Notice
from tools.clock import Clock, SystemClock
from tools.devices.adb_socket import AdbLink, AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_capture import Method
from tools.devices.android_connect import connect
from tools.devices.desktop_connect import connect_desktop
from tools.devices.desktop_target import DESKTOP
from tools.errors import DeviceError, DeviceGoneError, UnknownDeviceError, UsageError

_MAX_RETURNS = 1
"""How often an attached device that was lost and came back is trusted again."""
_ANDROID = "android"
_DEFAULTS = {each: Config.model_fields[each].default for each in ("scenario", "seed")}
UNHEARD: Notice = Nobody().notice
"""For what nobody is told of."""
_NO_RESET = 2


class VirtualStation:
    """Room for one virtual phone, which is started for the first case and reset for the others.

    Args:
        number: Which, from 1.
        config: What the phone is like where a case does not say.
        clock: How time passes.
    """

    def __init__(self, number: int, config: Config, clock: Clock) -> None:
        self._name = f"{VIRTUAL}-{number}"
        self._config = config
        self._clock = clock
        self._phone: RunningPhone | None = None
        self._device: AndroidDevice | None = None
        self._running = ExitStack()
        self._came = True
        self._severed = False

    @property
    def name(self) -> str:
        """``virtual-1``."""
        return self._name

    def refuses(self, target: Where) -> str:
        """Why a case cannot be run here."""
        if target.platform not in {None, _ANDROID}:
            return f"a virtual phone is no {target.platform}"
        if target.device not in {None, VIRTUAL, self._name}:
            return f"a virtual phone is not {target.device}"
        return ""

    def prepare(self, target: Where) -> LeasedDevice:
        """Start the phone, or reset the one that runs, and connect to it.

        Connected anew for each case: what a connection knows of a phone (its language, its theme,
        its keyboard) is another after the reset. Only how frames are best taken stays.

        Raises:
            UsageError: There is no such scenario.
            DeviceError: The phone does not start or answer.
        """
        scenario = target.scenario or self._config.scenario
        seed = target.seed if target.seed is not None else self._config.seed
        phone = self._fresh(scenario, seed)
        methods = _methods(self._device)
        self._disconnect()
        self._device = device = connect(
            phone.serial,
            server=_server_of(phone),
            clock=self._clock,
            ui_tree=self._config.ui_tree != "never",
            methods=methods,
        )
        return LeasedDevice(device, phone.serial, scenario=scenario, seed=seed)

    def sever(self) -> None:
        """Kill the phone: whoever waits for it finds the connection closed."""
        self._severed = True
        phone = self._phone
        if phone is not None:
            phone.process.kill()

    def usable(self, *, left_behind: bool) -> bool:
        """Whether a fresh phone can be had; one that never came will not the next time either.

        A thread left behind does not matter: its phone is dead, and the next has another port.
        """
        del left_behind
        self.sever()  # whatever it still answers: it is not trusted again
        return self._came

    def close(self) -> None:
        """End the phone."""
        self._disconnect()
        self._phone = None
        self._running.close()

    def _fresh(self, scenario: str, seed: int) -> RunningPhone:
        phone = self._phone
        if phone is None or self._severed or phone.process.poll() is not None:
            return self._start(scenario, seed)
        try:
            self._reset(phone, scenario, seed)
        except DeviceGoneError:  # it died so lately that its process still looks alive
            return self._start(scenario, seed)
        return phone

    def _start(self, scenario: str, seed: int) -> RunningPhone:
        self.close()
        self._came = self._severed = False
        try:
            phone = self._running.enter_context(
                running_phone(PhoneOptions(scenario=scenario, seed=seed))
            )
        except UsageError:  # what was asked for, not the phone
            self._came = True
            raise
        self._phone, self._came = phone, True
        return phone

    def _reset(self, phone: RunningPhone, scenario: str, seed: int) -> None:
        link = AdbLink(_server_of(phone), phone.serial, self._clock)
        # A scenario is text from a task file: quoted, it stays one word of this shell.
        quoted = "'" + scenario.replace("'", "'\\''") + "'"
        done = link.shell(f"virtual_phone reset --scenario {quoted} --seed {seed}")
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("virtual_phone: ")
        if done.code == _NO_RESET:
            raise UsageError(said)
        if done.code:
            raise DeviceError(f"The virtual phone {phone.serial} was not reset: {said}")

    def _disconnect(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()


class AttachedStation:
    """A phone that is attached. It is not reset: what a case finds there, the one before left.

    Args:
        serial: How the ADB server names it.
        config: How it is looked at.
        clock: How time passes.
    """

    def __init__(self, serial: str, config: Config, clock: Clock) -> None:
        self._serial = serial
        self._config = config
        self._clock = clock
        self._device: AndroidDevice | None = None
        self._returns = 0

    @property
    def name(self) -> str:
        """Its serial."""
        return self._serial

    def refuses(self, target: Where) -> str:
        """Why a case cannot be run here."""
        if target.platform not in {None, _ANDROID}:
            return f"{self._serial} is no {target.platform}"
        if target.device not in {None, self._serial}:
            return f"{self._serial} is not {target.device}"
        if target.scenario is not None or target.seed is not None:
            return f"{self._serial} is no virtual phone, which a scenario or a seed is for"
        return ""

    def prepare(self, target: Where) -> LeasedDevice:
        """Connect to it.

        Raises:
            DeviceError: It is not there, or does not answer.
        """
        del target
        methods = _methods(self._device)
        self.close()
        try:
            self._device = device = connect(
                self._serial,
                server=server_of(self._config),
                clock=self._clock,
                ui_tree=self._config.ui_tree != "never",
                methods=methods,
            )
        except UnknownDeviceError as error:  # it was there when the run began
            raise DeviceGoneError(str(error)) from None
        return LeasedDevice(device, self._serial)

    def sever(self) -> None:
        """There is nothing to cut: every command is a connection of its own, with its own time."""

    def usable(self, *, left_behind: bool) -> bool:
        """Whether it came back; not if somebody who hangs could still act on it."""
        if left_behind or self._returns >= _MAX_RETURNS:
            return False
        self._returns += 1
        try:
            found = attached_devices(self._config)
        except DeviceGoneError:
            return False
        return any(each.serial == self._serial and each.ready for each in found)

    def close(self) -> None:
        """Let go of it."""
        device, self._device = self._device, None
        if device is not None:
            device.close()


@contextmanager
def open_stations(
    config: Config,
    devices: str,
    *,
    jobs: int | None,
    cases: int,
    notice: Notice = UNHEARD,
) -> Iterator[tuple[Station, ...]]:
    """The stations of a run; what no two runs may share is leased for as long as the block lasts.

    Args:
        config: How devices are reached.
        devices: What the person named (see ``parse_devices``); empty for whatever is there.
        jobs: How many cases may be run at once; ``None`` for as many as there are devices.
        cases: How many there are: no more virtual phones than that are of use.
        notice: Told why virtual phones are used, where no device was named and it is not that
            nothing is attached.

    Raises:
        UsageError: What was named is wrong or not there, or nothing was named and what is attached
            is not ready.
        DeviceLeasedError: Another process uses a device that was named, or all that there are.
    """
    clock = SystemClock()
    with ExitStack() as stack:
        named = devices or config.device
        choice = parse_devices(named) if named else _choose(config, notice)
        stations: list[Station] = []
        phones = bool(choice.serials) or choice.every or choice.wants_virtual
        if choice.desktop:
            if phones and jobs == 1:
                raise UsageError(
                    "With one job at once there is no place for both a desktop and a phone.",
                    hint="Name one of them, or give --jobs 2.",
                )
            stations.append(_leased_desktop(choice.desktop, config, clock, stack))
            jobs = jobs - 1 if jobs is not None else None
        if phones:
            stations += _phones(config, choice, jobs, cases, stack)
        yield tuple(stations)


def _phones(
    config: Config, choice: DeviceChoice, jobs: int | None, cases: int, stack: ExitStack
) -> list[Station]:
    clock = SystemClock()
    serials = _lease(config, choice, jobs, stack)
    stations: list[Station] = [AttachedStation(each, config, clock) for each in serials]
    if choice.wants_virtual:
        wanted = choice.virtual if choice.virtual is not None else jobs or 1
        room = min(wanted, cases, jobs - len(stations) if jobs is not None else wanted)
        stations += [VirtualStation(each + 1, config, clock) for each in range(room)]
    return stations


def _leased_desktop(name: str, config: Config, clock: Clock, stack: ExitStack) -> DesktopStation:
    """The desktop as this run's alone: all its parts have one mouse and one keyboard.

    Raises:
        UnknownDeviceError: There is none, or no such part of it.
        DeviceLeasedError: Another process has it.
    """
    screen = desktop_session().display
    stack.enter_context(leased(f"{DESKTOP} {screen}".strip(), lease_folder()))
    connect_desktop(name, desktop_session(), clock).close()  # before anything is begun
    return DesktopStation(name, config, clock, stop=stop_this_run, tell=tell_on_terminal)


def of_virtual_phones(config: Config) -> str:
    """What was given that only virtual phones have: ``scenario``, ``seed``, or nothing."""
    given = (each for each in ("scenario", "seed") if getattr(config, each) != _DEFAULTS[each])
    return next(given, "")


def _choose(config: Config, notice: Notice) -> DeviceChoice:
    """All that is attached and ready; virtual phones if nothing is, or if they alone will do."""
    if what := of_virtual_phones(config):
        notice(f"A {what} is given: the cases are run on a virtual phone.")
        return DeviceChoice(wants_virtual=True)
    try:
        found = attached_devices(config)
        trouble = "" if found else missing_server(config)
    except DeviceGoneError as error:
        found, trouble = (), str(error)
    if trouble:
        notice(f"{trouble.rstrip('.')}: the cases are run on a virtual phone.")
    if not found:
        return DeviceChoice(wants_virtual=True)
    if not any(each.ready for each in found):
        raise not_ready(found)
    return DeviceChoice(every=True)


def _lease(config: Config, choice: DeviceChoice, most: int | None, stack: ExitStack) -> list[str]:
    """The attached devices that are this run's alone from now on, ``most`` at most.

    Where not all that are meant are needed, those that other processes use are passed over.
    """
    if not (choice.every or choice.serials):
        return []
    folder = lease_folder()
    serials = _ready(config) if choice.every else list(choice.serials)
    all_needed = not choice.every and (most is None or most >= len(serials) + choice.wants_virtual)
    taken: list[str] = []
    refusal: DeviceLeasedError | None = None
    for serial in serials:
        if len(taken) == most:
            break
        try:
            stack.enter_context(leased(_lease_name(serial, config), folder))
        except DeviceLeasedError as error:
            if all_needed:
                raise
            refusal = error
        else:
            taken.append(serial)
    if not taken and refusal is not None and (choice.every or not choice.wants_virtual):
        raise refusal
    return taken


def _ready(config: Config) -> list[str]:
    ready = [each.serial for each in attached_devices(config) if each.ready]
    if not ready:
        hint = "See what is attached with: agent devices"
        raise UnknownDeviceError("No attached device can be used.", hint=hint)
    return ready


def _lease_name(serial: str, config: Config) -> str:
    """Two servers may each know an ``emulator-5554``."""
    return f"{serial} at {config.adb_server}"


def server_of(config: Config) -> AdbServer:
    """The ADB server that is configured."""
    host, _, port = config.adb_server.rpartition(":")
    return AdbServer(host, int(port))


def _methods(device: AndroidDevice | None) -> tuple[Method, ...]:
    """What is known of the phone since the case before; nothing at first."""
    return device.capture_methods if device is not None else ()


def _server_of(phone: RunningPhone) -> AdbServer:
    if phone.server_port is None:
        raise DeviceGoneError("The virtual phone runs no ADB server.")
    return AdbServer(port=phone.server_port, why_gone=phone.log.failure)
