"""A performer and stations that do what they are told: to try out a runner, and to measure it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Event, Lock
from typing import TypeAlias

from agent.suite.language.task import Where
from agent.suite.runner.deadline import Deadline
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import CaseRun, Failure, Status
from tools.device import Device
from tools.errors import DeviceGoneError

Turn: TypeAlias = Callable[[LeasedDevice, Path, Deadline], CaseRun]
"""What to do in one attempt."""


def passes() -> CaseRun:
    """An attempt that passed."""
    return CaseRun(Status.PASSED)


def fails(message: str = "the check failed", *, kind: str = "check") -> CaseRun:
    """An attempt whose check failed."""
    return CaseRun(Status.FAILED, Failure(kind, message))


class ScriptedPerformer:
    """Performs cases that are known by name as it was told.

    Args:
        script: For each case what its attempts come to, one after the other: a ``CaseRun``, or what
            to do. The last one goes for all further attempts; a case without any passes.
    """

    def __init__(self, script: Mapping[str, Iterable[CaseRun | Turn]] | None = None) -> None:
        self._turns = {name: list(turns) for name, turns in (script or {}).items()}
        self._lock = Lock()
        self.performed: list[tuple[str, LeasedDevice]] = []
        self.closed = 0

    def perform(self, case: str, device: LeasedDevice, folder: Path, deadline: Deadline) -> CaseRun:
        """Make the next attempt at ``case``."""
        with self._lock:
            self.performed.append((case, device))
            turns = self._turns.get(case, [])
            turn = turns.pop(0) if len(turns) > 1 else turns[0] if turns else passes()
        return turn(device, folder, deadline) if callable(turn) else turn

    def close(self) -> None:
        """Count it."""
        self.closed += 1


class ScriptedStation:
    """A station for a device that is there from the beginning.

    Args:
        name: Its name.
        device: The device.
        comes: Whether the device becomes ready at all.
        comes_back: How often it can be used again after it was lost.
        refusals: For a ``target.device`` why it is refused.
    """

    def __init__(
        self,
        name: str,
        device: Device,
        *,
        comes: bool = True,
        comes_back: int = 0,
        refusals: Mapping[str, str] | None = None,
    ) -> None:
        self._name = name
        self._device = device
        self._comes = comes
        self._comes_back = comes_back
        self._refusals = dict(refusals or {})
        self.prepared: list[Where] = []
        self.severed = Event()
        self.closed = 0

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    def refuses(self, target: Where) -> str:
        """As it was told."""
        return self._refusals.get(target.device or "", "")

    def prepare(self, target: Where) -> LeasedDevice:
        """Give the device.

        Raises:
            DeviceGoneError: It was told not to come.
        """
        self.prepared.append(target)
        if not self._comes:
            raise DeviceGoneError(f"{self._name} does not come.")
        return LeasedDevice(self._device, self._name)

    def sever(self) -> None:
        """Say so with ``severed``."""
        self.severed.set()

    def usable(self, *, left_behind: bool) -> bool:
        """As often as it was told."""
        self._comes_back -= 1
        return self._comes_back >= 0 and not left_behind

    def close(self) -> None:
        """Count it."""
        self.closed += 1
