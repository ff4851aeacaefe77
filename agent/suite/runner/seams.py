"""What a runner works with and does not make: devices, who performs a case, and who follows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from agent.suite.language.task import Where
from agent.suite.runner.deadline import Deadline
from agent.suite.runner.job import CaseResult, Job
from agent.suite.runner.status import CaseRun
from tools.device import Device

C_contra = TypeVar("C_contra", contravariant=True)


@dataclass(frozen=True)
class LeasedDevice:
    """A device that is one worker's alone, ready for a case.

    Attributes:
        device: Connected and unwrapped. It is closed by whoever lent it.
        serial: How the ADB server names it; empty if it is none of its devices.
        scenario: What the virtual phone is like; empty for others.
        seed: Seed of the virtual phone's data; 0 for others.
        announced: Whether the person at it was told that it is acted on.
        notice_s: Seconds that they now get to stop it, before it is touched.
    """

    device: Device
    serial: str = ""
    scenario: str = ""
    seed: int = 0
    announced: bool = False
    notice_s: float = 0.0


class Performer(Protocol[C_contra]):
    """Performs cases: setup, steps, checks and teardown. Called by several threads at once."""

    def perform(
        self, case: C_contra, device: LeasedDevice, folder: Path, deadline: Deadline
    ) -> CaseRun:
        """Make one attempt at a case.

        Args:
            case: What is to be done.
            device: What to do it on.
            folder: Where its recording belongs; a new name, not made yet.
            deadline: Asked before every step (``remaining_s``, or ``check``), and by a
                ``StoppableDevice`` before every look and act.
                ``begin_teardown`` is called before the teardown, which is done whatever happened.

        Returns:
            What came of it. ``device_lost`` says that nothing can be said of the case.

        Raises:
            CaseStopped: It was told to stop; the teardown is done.
            DeviceError: The device cannot be used any further.
            AutomationError: It cannot be done: a model that does not answer, a secret without a
                value.
        """
        ...

    def close(self) -> None:
        """Let go of what all cases share, such as a model; a second call is idle.

        Called when no case is performed any more.
        """
        ...


class Station(Protocol):
    """A place for one device at a time: a phone that is attached, or room for a virtual one.

    One worker uses it. ``sever`` alone may be called by another thread.
    """

    @property
    def name(self) -> str:
        """How people name it: a serial, or ``virtual-2``."""
        ...

    def refuses(self, target: Where) -> str:
        """Why a case with this target cannot be run here, as half a sentence; empty if it can."""
        ...

    def prepare(self, target: Where) -> LeasedDevice:
        """Give the device as a case wants to find it: started, connected, reset.

        Raises:
            UsageError: The case asks for what does not exist, such as an unknown scenario.
            DeviceError: The device does not come.
        """
        ...

    def sever(self) -> None:
        """Cut the device off, so that whoever waits for it gets a ``DeviceError``."""
        ...

    def usable(self, *, left_behind: bool) -> bool:
        """Whether the next case can be run here, be it on a fresh device, after one was lost.

        Args:
            left_behind: Whether a thread that hangs may still act on the device it was given.
        """
        ...

    def close(self) -> None:
        """Let go of everything. May be called twice."""
        ...


class Follower(Protocol):
    """Who follows a run. Called by one thread only."""

    def began(self, job: Job[object], device: str) -> None:
        """A case is about to be run on ``device``, or tried again there."""
        ...

    def ended(self, result: CaseResult) -> None:
        """It is settled what became of a case."""
        ...

    def lost(self, device: str, why: str) -> None:
        """A device is not used any further."""
        ...

    def stopping(self, *, at_once: bool) -> None:
        """The run is told to stop: no case is begun any more.

        Args:
            at_once: Whether cases under way are cut off, even from their teardowns; else those are
                waited for.
        """
        ...


class Silence:
    """A follower that does not listen."""

    def began(self, job: Job[object], device: str) -> None:
        """Not heard."""

    def ended(self, result: CaseResult) -> None:
        """Not heard."""

    def lost(self, device: str, why: str) -> None:
        """Not heard."""

    def stopping(self, *, at_once: bool) -> None:
        """Not heard."""
