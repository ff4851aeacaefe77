"""What a check may use, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from agent.step import Verdict
from tools.device import DeviceInfo, Observation, ShellAnswer
from tools.screen import Screenshot


class Shell(Protocol):
    """The device's own shell, which takes secrets by name and tells none."""

    def run(self, command: str, *, timeout_s: float) -> ShellAnswer:
        """Run ``command``.

        Raises:
            ActionFailedError: The device has no shell, or the command did not end in time.
            DeviceError: The device went away.
        """
        ...


class Witness(Protocol):
    """A model that is shown one frame and asked one thing."""

    def ask(self, words: str, frame: Screenshot, *, vote: int = 0) -> str:
        """What it answers, verbatim.

        Args:
            words: The whole question.
            frame: The screen.
            vote: Which of several independent answers is wanted, from 0.

        Raises:
            ModelError: It could not be asked.
        """
        ...


@dataclass(frozen=True)
class Permissions:
    """What the person who runs a suite has allowed.

    Attributes:
        python: Whether functions that a task names may be called.
        update_baselines: Whether baselines are made, and made anew, from what is on the screen.
    """

    python: bool = False
    update_baselines: bool = False


@dataclass(frozen=True, eq=False)
class CheckContext:
    """What a check may use.

    Attributes:
        seen: The screen as it is now.
        info: What is known of the device.
        folder: The folder from which paths in the check are meant.
        shell: The device's own shell.
        witness: The model, for what only one who sees can tell; ``None`` if there is none.
        answer: What the agent answered to its last goal; ``None`` if there was none.
        permissions: What is allowed.
        timeout_s: Seconds for a command or a function.
    """

    seen: Observation
    info: DeviceInfo
    folder: Path
    shell: Shell
    witness: Callable[[], Witness | None]
    answer: str | None
    permissions: Permissions
    timeout_s: float


@dataclass(frozen=True)
class Finding:
    """What one look came to.

    Attributes:
        verdict: ``passed``, ``failed``, or ``error`` if it cannot be told.
        evidence: What that rests on.
        lasting: Whether looking again is of no use.
        warns: Whether it is to be told and nothing more.
    """

    verdict: Verdict
    evidence: str
    lasting: bool = False
    warns: bool = False

    @property
    def passed(self) -> bool:
        """Whether it holds."""
        return self.verdict is Verdict.PASSED


def passed(evidence: str) -> Finding:
    """It holds."""
    return Finding(Verdict.PASSED, evidence)


def failed(evidence: str) -> Finding:
    """It does not hold."""
    return Finding(Verdict.FAILED, evidence)


def error(evidence: str, *, lasting: bool = True) -> Finding:
    """It cannot be told."""
    return Finding(Verdict.ERROR, evidence, lasting=lasting)


def found(evidence: str, *, holds: bool) -> Finding:
    """It holds or not."""
    return passed(evidence) if holds else failed(evidence)
