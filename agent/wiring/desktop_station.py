"""The place of a test run for the desktop of this machine: one run's, and first a person's."""

import signal
import sys
import threading
from collections.abc import Callable
from typing import Final

from agent.config import Config
from agent.suite.language.task import Where
from agent.suite.runner.seams import LeasedDevice
from agent.wiring.desktop import desktop_session, look_at_desktop
from tools.clock import Clock
from tools.devices.desktop import DesktopDevice
from tools.devices.desktop_connect import connect_desktop
from tools.devices.desktop_target import DESKTOP
from tools.errors import DeviceGoneError, UnknownDeviceError

_STOPPED: Final = "The person pushed the pointer into a corner of the screen: the run is stopped."
_MAX_RETURNS: Final = 1


class DesktopStation:
    """The desktop. It is not reset: what a case finds there, the one before or the person left.

    A hand that pushes the pointer into a corner stops the whole run, as Ctrl-C does.

    Args:
        name: ``desktop``, or a part of it: ``desktop:2``.
        config: How it is looked at, and how long is counted down before its first case.
        clock: How time passes.
        stop: Stops the run; called in another thread.
        tell: Tells the person a line.
    """

    def __init__(
        self,
        name: str,
        config: Config,
        clock: Clock,
        *,
        stop: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self._name = name
        self._config = config
        self._clock = clock
        self._stop = stop
        self._tell = tell
        self._device: DesktopDevice | None = None
        self._announced = False
        self._by_hand = False
        self._returns = 0

    @property
    def name(self) -> str:
        """As the person named it."""
        return self._name

    def refuses(self, target: Where) -> str:
        """Why a case cannot be run here: it must be made for a desktop."""
        if target.platform != DESKTOP:
            return "a desktop takes what says platform: desktop only"
        if target.device not in {None, DESKTOP, self._name}:
            return f"{self._name} is not {target.device}"
        return ""

    def prepare(self, target: Where) -> LeasedDevice:
        """Connect to it; before its first case the person is told, and is to get time to stop it.

        The connection is kept from case to case, as it watches the corners of the screen.

        Raises:
            DeviceError: It is not there, or was taken away by hand.
        """
        del target
        if self._by_hand:
            raise DeviceGoneError(_STOPPED)
        if self._device is None:
            self._device = self._connected()
        device = self._device
        device.reads_ui_tree = self._config.ui_tree != "never"
        notice_s = 0.0 if self._announced else self._announce(device)
        self._announced = True
        return LeasedDevice(device, self._name, announced=True, notice_s=notice_s)

    def sever(self) -> None:
        """End a command that goes on; all else that waits for a desktop waits a few seconds."""
        device = self._device
        if device is not None:
            device.end_command()

    def usable(self, *, left_behind: bool) -> bool:
        """Whether it can be used again; not if somebody who hangs could still act on it."""
        if left_behind or self._by_hand or self._returns >= _MAX_RETURNS:
            return False
        self._returns += 1
        self.close()
        try:
            look_at_desktop()
        except (UnknownDeviceError, DeviceGoneError):
            return False
        return True

    def close(self) -> None:
        """Let go of it."""
        device, self._device = self._device, None
        if device is not None:
            device.close()

    def _connected(self) -> DesktopDevice:
        try:
            return connect_desktop(
                self._name,
                desktop_session(),
                self._clock,
                pointer_back=self._config.pointer_back,
                stop=self._stopped_by_hand,
            )
        except UnknownDeviceError as error:  # it was there when the run began
            hint = f" {error.hint}" if error.hint else ""
            raise DeviceGoneError(f"{error.message}{hint}") from None

    def _stopped_by_hand(self) -> None:
        self._by_hand = True
        self._tell(_STOPPED)
        self._stop()

    def _announce(self, device: DesktopDevice) -> float:
        """On a person's own desktop tell them what comes; how many seconds they are to get."""
        seconds = self._config.countdown_s
        if device.info.emulated or self._config.approve == "always" or not seconds:
            return 0.0
        self._tell(f"This desktop is acted on in {seconds} seconds. Ctrl-C stops.")
        return float(seconds)


def tell_on_terminal(line: str) -> None:
    """Tell a person a line beside what a test run prints."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def stop_this_run() -> None:
    """Do what Ctrl-C does; called in any thread."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        # It must reach the main thread, and wake it.
        signal.pthread_kill(main, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)
