"""The desktop of this machine: how it is opened, and how a person keeps the upper hand."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from agent.config import Config, environment_keys
from tools.action import Action
from tools.clock import Clock, SystemClock
from tools.device import Device, ForwardingDevice
from tools.devices.desktop import DesktopDevice
from tools.devices.desktop_connect import (
    DesktopFacts,
    connect_desktop,
    examine_desktop,
    listen_to_desktop,
)
from tools.devices.desktop_corner import HandsOff
from tools.devices.desktop_listener import DesktopListener
from tools.devices.desktop_session import VARIABLES, DesktopSession
from tools.devices.desktop_target import is_desktop as is_desktop


def desktop_session() -> DesktopSession:
    """The desktop session that this process belongs to, whether or not it can be driven."""
    return DesktopSession.of(environment_keys(VARIABLES))


def look_at_desktop() -> DesktopFacts:
    """Whether the desktop can be driven, and what of it; nothing is touched.

    Raises:
        UnknownDeviceError: It cannot; the hint says what mends it.
    """
    return examine_desktop(desktop_session(), SystemClock())


@contextmanager
def open_desktop(name: str, config: Config) -> Iterator[DesktopDevice]:
    """Connect to a desktop for as long as the block lasts; a hand in a corner ends it.

    Raises:
        UnknownDeviceError: There is no such desktop, or no such part of it.
        HandsOff: The person pushed the pointer into a corner; raised wherever the block is.
    """
    with _brake() as stop:
        device = connect_desktop(
            name, desktop_session(), SystemClock(), pointer_back=config.pointer_back, stop=stop
        )
        try:
            yield device
        finally:
            device.close()


def listen_to(device: DesktopDevice, notice: Callable[[str], None]) -> DesktopListener:
    """Hear what a person does on the desktop by themselves; see ``listen_to_desktop``."""
    return listen_to_desktop(device, desktop_session(), SystemClock(), notice)


@contextmanager
def _brake() -> Iterator[Callable[[], None]]:
    """What another thread calls to stop this one, even while it waits for a model.

    Where that cannot be (in another thread than the first, or on Windows, whose signals do not
    wake a waiting call), the device itself stops at its next look or act.
    """
    ours = threading.get_ident()
    number = getattr(signal, "SIGUSR1", None)
    if number is None or threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise HandsOff

    kept = signal.signal(number, stop)
    try:
        yield lambda: signal.pthread_kill(ours, number)
    finally:
        signal.signal(number, kept)


class CountdownDevice(ForwardingDevice):
    """A device that counts down before it is touched for the first time.

    Args:
        device: The device itself.
        seconds: From which number on.
        clock: How time passes.
        stream: Where the person reads it; standard error by default.
    """

    def __init__(
        self, device: Device, seconds: int, clock: Clock, stream: TextIO | None = None
    ) -> None:
        super().__init__(device)
        self._left = seconds
        self._clock = clock
        self._stream = stream

    def perform(self, action: Action) -> None:
        """Count down, the first time, and carry out ``action``."""
        stream = sys.stderr if self._stream is None else self._stream
        while self._left > 0:
            stream.write(f"\rThis desktop is acted on in {self._left} … (Ctrl-C stops) ")
            stream.flush()
            self._clock.sleep(1.0)
            self._left -= 1
            if not self._left:
                stream.write("\r\033[K" if stream.isatty() else "\n")
                stream.flush()
        self._device.perform(action)
