"""What becomes of a case, and what a whole run comes to: values and pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Status(StrEnum):
    """What became of a case: the verdict of its checks, or why there is none.

    ``interrupted`` was begun and stopped by the person; ``not_run`` was never begun.
    """

    PASSED = "passed"
    FLAKY = "flaky"
    FAILED = "failed"
    UNVERIFIED = "unverified"
    ERROR = "error"
    SKIPPED = "skipped"
    NOT_RUN = "not_run"
    INTERRUPTED = "interrupted"

    @property
    def in_words(self) -> str:
        """As it is printed."""
        return self.value.replace("_", " ")


ATTEMPTED = frozenset(
    {
        Status.PASSED,
        Status.FAILED,
        Status.UNVERIFIED,
        Status.ERROR,
        Status.SKIPPED,
        Status.INTERRUPTED,
    }
)
"""What one attempt may come to; ``flaky`` takes several and ``not_run`` none."""
OK_CODE, FAILED_CODE, TROUBLE_CODE, NOTHING_CODE = 0, 1, 3, 5


@dataclass(frozen=True)
class Failure:
    """Why an attempt did not pass.

    Attributes:
        kind: One word for sorting, such as ``check.text``, ``time_limit`` or ``device``.
        message: One line.
        details: All there is to say, any number of lines; may be empty.
    """

    kind: str
    message: str
    details: str = ""


@dataclass(frozen=True)
class CaseRun:
    """What one attempt came to, as its performer tells it.

    Attributes:
        status: One of ``ATTEMPTED``.
        failure: Why not; there is one exactly if the status is ``failed`` or ``error``.
        device_lost: Whether the device went away, so that this error says nothing about the case.
        misled: Whether the step cache was followed and did not lead there, so that this says
            nothing about the case either. The next attempt is made without it.
        steps: Actions on the device.
        model_calls: Questions put to a model.
        tokens: Of all questions and replies.
        provenance: How many steps were found how, such as ``("tree", 6), ("policy", 1)``; those of
            goals by who decided them: ``cached``, ``healed`` (cached, but found elsewhere) or
            ``policy``.
        cache: What the step cache was used for, such as ``("hits", 1), ("kept", 1)``.
        facts: Further names and values for reports, such as the model.
        recording: The folder that holds it all; ``None`` if nothing was recorded.
        attachments: Further files worth looking at.
    """

    status: Status
    failure: Failure | None = None
    device_lost: bool = False
    misled: bool = False
    steps: int = 0
    model_calls: int = 0
    tokens: int = 0
    provenance: tuple[tuple[str, int], ...] = ()
    cache: tuple[tuple[str, int], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    recording: Path | None = None
    attachments: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        if self.status not in ATTEMPTED:
            raise ValueError(f"One attempt cannot be {self.status.value}.")
        if (self.failure is not None) is not (self.status in {Status.FAILED, Status.ERROR}):
            raise ValueError(f"A failure does not fit {self.status.value}, or is missing.")
        if self.device_lost and self.status is not Status.ERROR:
            raise ValueError(f"Without its device nothing can be {self.status.value}.")
        if self.misled and self.failure is None:
            raise ValueError(f"What was led astray cannot be {self.status.value}.")

    @property
    def counts(self) -> bool:
        """Whether it says anything about the case."""
        return not self.device_lost and not self.misled


@dataclass(frozen=True)
class Attempt:
    """One attempt at a case.

    Attributes:
        run: What it came to.
        device: Name of the device.
        started: When, in UTC.
        duration_s: From the first look to the end of the teardown; making the device ready is no
            part of it.
    """

    run: CaseRun
    device: str
    started: datetime
    duration_s: float


def status_of(attempts: Sequence[Attempt]) -> Status:
    """What several attempts at one case come to.

    An attempt that lost its device, or was led astray by the step cache, says nothing of the case,
    unless there is no other. A pass after anything else is ``flaky``. Where none passed, one failed
    check outweighs all errors.
    """
    kept = [each for each in attempts if each.run.counts] or attempts[-1:]
    found = [each.run.status for each in kept]
    if not found:
        return Status.NOT_RUN
    last = found[-1]
    if last is Status.PASSED:
        return last if set(found) == {last} else Status.FLAKY
    if last is Status.ERROR and Status.FAILED in found:
        return Status.FAILED
    return last


def worth_a_retry(run: CaseRun) -> bool:
    """Whether another attempt could come out otherwise."""
    return run.status in {Status.FAILED, Status.ERROR} and run.counts


@dataclass(frozen=True)
class Strictness:
    """What else makes a run fail.

    Attributes:
        require_checks: Cases without checks do.
        fail_flaky: Cases that passed only when tried again do.
    """

    require_checks: bool = False
    fail_flaky: bool = False

    @property
    def failing(self) -> frozenset[Status]:
        """The statuses that make a run fail."""
        further = {Status.UNVERIFIED: self.require_checks, Status.FLAKY: self.fail_flaky}
        return frozenset({Status.FAILED, *(each for each, fails in further.items() if fails)})


def exit_code(statuses: Iterable[Status], strictness: Strictness, *, stopped_by: int = 0) -> int:
    """The exit code of a run.

    Args:
        statuses: Of all cases that were selected.
        strictness: What else makes it fail.
        stopped_by: Number of the signal that ended it; 0 if none did.

    Returns:
        130 or 143 if it was stopped, 5 if nothing was selected, 1 if a case failed, 3 if nothing
        failed but not all could be run, else 0.
    """
    found = set(statuses)
    if stopped_by:
        return 128 + stopped_by
    if not found:
        return NOTHING_CODE
    if found & strictness.failing:
        return FAILED_CODE
    if found & {Status.ERROR, Status.NOT_RUN, Status.INTERRUPTED}:
        return TROUBLE_CODE
    return OK_CODE
