"""What runs on a node of a cluster: one place, and the recordings of its attempts."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from agent.suite.engines.parcel import packed
from agent.suite.runner.deadline import Patience
from agent.suite.runner.job import Job
from agent.suite.runner.place import Made, Place, Running
from tools.clock import SystemClock
from tools.errors import AutomationError

C = TypeVar("C")
Opening: TypeAlias = Callable[[], AbstractContextManager[Place[C]]]
"""Makes a place on the machine where it is called."""


@dataclass(frozen=True)
class Reply:
    """What came of one attempt.

    Attributes:
        made: The attempt; its paths are those of the node.
        parcel: Its recording, packed; ``None`` if there is none, or it stays on the node.
    """

    made: Made
    parcel: bytes | None


class Host(Generic[C]):
    """One place on a node. ``stop`` and ``hurry`` are called while ``attempt`` goes on."""

    def __init__(self, patience: Patience) -> None:
        self._running = Running(SystemClock(), patience)
        self._open = ExitStack()
        self._place: Place[C] | None = None

    def open(self, opening: Opening[C]) -> str:
        """Make the place; why not, or nothing."""
        try:
            self._place = self._open.enter_context(opening())
        except AutomationError as error:
            return str(error)
        return ""

    def attempt(self, job: Job[C], name: str) -> Reply:
        """Make one attempt, and pack its recording.

        Args:
            job: What is to be done.
            name: Name of the folder of its recording.
        """
        assert self._place is not None  # noqa: S101 - it is opened before
        parent = Path(tempfile.mkdtemp(prefix="tapwright-"))
        keep = False
        try:
            made = self._place.attempt(job, parent / name, self._running)
            recording = made.attempt.run.recording
            parcel = packed(recording) if recording is not None else None
            keep = recording is not None and parcel is None
        finally:
            if not keep:
                shutil.rmtree(parent, ignore_errors=True)
        return Reply(made, parcel)

    def stop(self) -> None:
        """Ask the attempt to stop, and all that come."""
        self._running.stop()

    def hurry(self) -> None:
        """Give the attempt no more time."""
        self._running.hurry()

    def usable(self, *, left_behind: bool) -> bool:
        """As the place says."""
        return self._place is not None and self._place.usable(left_behind=left_behind)

    def close(self) -> None:
        """Let go of the device, and of all else that was opened."""
        place, self._place = self._place, None
        if place is not None:
            place.close()
        self._open.close()


def with_fact(made: Made, name: str, value: str) -> Made:
    """The attempt with one more fact for reports."""
    run = made.attempt.run
    return replace(
        made, attempt=replace(made.attempt, run=replace(run, facts=(*run.facts, (name, value))))
    )
