"""The two verbs to the world, ``observe`` and ``perform``, as a protocol.

A guard, a settling look or a countdown is a ``ForwardingDevice`` around another device, with what
it does otherwise.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from tools.action import Action
from tools.geometry import Box, Frozen, Size
from tools.screen import Screenshot
from tools.ui_tree import UiTree


class DeviceInfo(Frozen):
    """What is known of a device when it is connected.

    Attributes:
        name: How the person names it: an ADB serial, ``desktop``.
        kind: ``android`` or ``desktop``.
        model: What the maker calls it.
        release: Version of its operating system.
        size: The screen in device px, in its present orientation.
        density_dpi: Dots per inch as the system believes them.
        locale: BCP 47 tag, such as ``zh-CN``; empty if unknown.
        emulated: Whether it is software: an emulator or the virtual phone. Nobody's own phone.
        animated: Whether its windows move; if not, two equal frames are enough to call it settled.
        capture: Name of the capture back end in use.
        theme: ``light`` or ``dark``; empty if unknown.
        font_scale: How much larger than usual its letters are; 0 if unknown.
    """

    name: str
    kind: str
    model: str
    release: str
    size: Size
    density_dpi: int
    locale: str
    emulated: bool
    animated: bool
    capture: str
    theme: str = ""
    font_scale: float = 0.0


class Window(Frozen):
    """An open window of a desktop.

    Attributes:
        title: What stands in its title bar.
        app: Name of its app, such as ``mousepad``; empty if unknown.
        active: Whether it takes the keys.
    """

    title: str
    app: str
    active: bool


@dataclass(frozen=True)
class Settle:
    """How a screen came to rest.

    Attributes:
        reason: ``quiet``, ``local_motion`` (only a small part still moves) or ``timeout``.
        duration_s: Seconds from the first look to the last.
        frames: How many frames were taken.
        changed: Whether the screen differs from the one before the action.
    """

    reason: str
    duration_s: float
    frames: int
    changed: bool


@dataclass(frozen=True, eq=False)
class Observation:
    """What one look returned.

    Attributes:
        screenshot: The frame.
        app: What is in front: an Android package, a desktop window class; empty if unknown.
        activity: The screen of that app; empty if unknown.
        ui_tree: The accessibility tree; ``None`` if it was not asked for or not to be had in time.
        settle: How the screen came to rest; ``None`` if this was a single look.
        device_time: The device's own wall clock, naive local time; ``None`` if unknown.
        masked: Regions of the frame that were painted over before it came here, device px.
        windows: The open windows of a desktop, from the bottom to the top.
    """

    screenshot: Screenshot
    app: str = ""
    activity: str = ""
    ui_tree: UiTree | None = None
    settle: Settle | None = None
    device_time: datetime | None = None
    masked: tuple[Box, ...] = ()
    windows: tuple[Window, ...] = ()

    @property
    def size(self) -> Size:
        """The screen in device px."""
        return self.screenshot.size


@runtime_checkable
class Device(Protocol):
    """Something with a screen that can be looked at and acted on."""

    @property
    def info(self) -> DeviceInfo:
        """What was found when connecting; ``info.size`` follows rotation at each look."""
        ...

    @property
    def supports(self) -> frozenset[str]:
        """The ``kind`` of every action it can perform."""
        ...

    def glance(self) -> Screenshot:
        """Take one frame and nothing else: the cheap look that settling needs.

        Raises:
            DeviceError: No frame came; none is ever invented.
        """
        ...

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """Look once: frame, app in front and, where it is wanted and possible, the UI tree.

        Args:
            seen: A frame taken just now; then only the rest is read.

        Raises:
            DeviceError: The device cannot be looked at.
        """
        ...

    def perform(self, action: Action) -> None:
        """Carry out ``action``; return when it is delivered, not when the screen has reacted.

        Raises:
            AgentMistakeError: It cannot be done on this screen; the model is told.
            DeviceError: The device went away.
        """
        ...

    def close(self) -> None:
        """Let go of the device and put back what was changed on it. May be called twice."""
        ...


class ForwardingDevice:
    """A device around another one, to which it passes on everything.

    What else the other one can do (``LooksTwice`` and the like) ends here: whoever wraps a device
    wants to know of every look and act.

    Args:
        device: The device itself.
    """

    def __init__(self, device: Device) -> None:
        self._device = device

    @property
    def info(self) -> DeviceInfo:
        """See ``Device``."""
        return self._device.info

    @property
    def supports(self) -> frozenset[str]:
        """See ``Device``."""
        return self._device.supports

    def glance(self) -> Screenshot:
        """See ``Device``."""
        return self._device.glance()

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        """See ``Device``."""
        return self._device.observe(seen=seen)

    def perform(self, action: Action) -> None:
        """See ``Device``."""
        self._device.perform(action)

    def close(self) -> None:
        """See ``Device``."""
        self._device.close()


@runtime_checkable
class LooksTwice(Protocol):
    """A device that can look twice in one go, which is all that settling needs at its best."""

    def observe_twice(self) -> tuple[Screenshot, Observation] | None:
        """Take a frame, and then observe.

        Returns:
            The first frame and the observation, whose frame was asked for after it; ``None`` if
            that would cost more than to glance twice and then read the rest.

        Raises:
            DeviceError: The device cannot be looked at.
        """
        ...


@runtime_checkable
class KnowsApps(Protocol):
    """A device that can tell which version of an app is on it."""

    def app_version(self, app: str) -> str:
        """The version of ``app``, as ``Observation.app`` names it; empty if it is not there.

        Raises:
            DeviceError: The device cannot be asked.
        """
        ...


@runtime_checkable
class NamesApps(Protocol):
    """A device that opens the app that is nearly called as it is told, and can tell so before."""

    def misnamed(self, app: str) -> str:
        """Why opening ``app`` would open one that is called otherwise; empty if it would not.

        Raises:
            DeviceError: The device cannot be asked.
        """
        ...


@dataclass(frozen=True)
class ShellAnswer:
    """What a command on the device gave back.

    Attributes:
        code: Its exit code.
        out: Standard output as text; what is no UTF-8 in it reads as U+FFFD.
        err: Standard error in the same way.
    """

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Standard output without white space at its ends."""
        return self.out.strip()

    @property
    def complaint(self) -> str:
        """Standard error, or else standard output, as one short line."""
        return " ".join((self.err.strip() or self.text).split())[:300]


@runtime_checkable
class RunsShell(Protocol):
    """A device with a shell, for the steps and checks of tasks: its own, or that of the desktop."""

    def shell(self, command: str, *, timeout_s: float = 10.0) -> ShellAnswer:
        """Run ``command`` and wait for its end.

        Args:
            command: As it is typed into the device's shell.
            timeout_s: Seconds after which it is cut off.

        Raises:
            DeviceTimeoutError: It did not end in time, and is ended.
            ActionFailedError: No command may be run there.
            DeviceError: The device went away.
        """
        ...
