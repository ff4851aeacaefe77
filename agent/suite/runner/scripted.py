"""A performer that does what it is told to: for trying out a runner, and measuring it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from agent.suite.runner.deadline import Deadline
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import CaseRun, Failure, Status

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

    def perform(self, case: str, device: LeasedDevice, folder: Path, deadline: Deadline) -> CaseRun:
        """Make the next attempt at ``case``."""
        with self._lock:
            self.performed.append((case, device))
            turns = self._turns.get(case, [])
            turn = turns.pop(0) if len(turns) > 1 else turns[0] if turns else passes()
        return turn(device, folder, deadline) if callable(turn) else turn
