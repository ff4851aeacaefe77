"""Makes one attempt in a thread of its own, which ends in time or is left behind."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Thread

from agent.keeper import Keeper
from agent.suite.runner.deadline import CaseStopped, Deadline, StopCause
from agent.suite.runner.status import CaseRun, Failure, Status
from tools.errors import AutomationError, DeviceError, DeviceGoneError, DeviceTimeoutError

DEVICE = "device"
_UP = "time_limit"


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        run: What the performer says; ``None`` if it raised or did not end.
        raised: What it raised instead.
        cut: Whether the device had to be taken away from it.
        hangs: Whether it goes on even without a device; then its thread was left behind.
    """

    run: CaseRun | None
    raised: BaseException | None = None
    cut: bool = False
    hangs: bool = False


def watch(
    attempt: Callable[[], CaseRun], deadline: Deadline, sever: Callable[[], None], name: str
) -> Outcome:
    """Make an attempt, and return when it is over or has used up all patience.

    Args:
        attempt: Makes it.
        deadline: Its time.
        sever: Cuts it off from its device.
        name: Name of its thread.
    """
    runs: list[CaseRun] = []
    keeper = Keeper()

    def body() -> None:
        try:
            with keeper:
                runs.append(attempt())
        finally:
            deadline.end()

    # A daemon: one that hangs must not keep the program from ending.
    Thread(target=body, name=name, daemon=True).start()
    over = deadline.wait_for_end()
    cut = not over
    if cut:
        deadline.hurry()
        sever()
        over = deadline.wait_after_cut()
    if not over:
        return Outcome(None, cut=True, hangs=True)
    return Outcome(runs[0] if runs else None, keeper.raised, cut=cut)


def told(outcome: Outcome, deadline: Deadline, time_s: float) -> CaseRun:
    """What an outcome means for the case.

    Args:
        outcome: How the attempt ended.
        deadline: Its time.
        time_s: Seconds it had.
    """
    run, raised = outcome.run, outcome.raised
    interrupted = deadline.cause is StopCause.INTERRUPTED
    if run is not None and not outcome.cut:
        stopped = interrupted and run.status is Status.ERROR and not run.device_lost
        return _interrupted(run) if stopped else run
    if outcome.cut:
        if deadline.began_s is None and not interrupted:
            return _error(DEVICE, "The device did not become ready in time.", lost=True)
        return _cut(outcome, time_s, interrupted=interrupted)
    if isinstance(raised, CaseStopped):
        return _stopped(deadline, time_s)
    if isinstance(raised, DeviceError):
        # One that shows no picture, for one, is still there.
        lost = isinstance(raised, DeviceGoneError | DeviceTimeoutError) or deadline.began_s is None
        return _error(DEVICE, str(raised), lost=lost)
    if isinstance(raised, AutomationError):
        return _error(_kind(raised), str(raised))
    assert raised is not None  # noqa: S101 - for mypy: it returned or it raised
    details = "".join(traceback.format_exception(raised))
    return _error("crash", f"{type(raised).__name__}: {raised}", details)


def _interrupted(run: CaseRun) -> CaseRun:
    """The run as one that the person stopped: what it did and recorded until then stays known."""
    return replace(run, status=Status.INTERRUPTED, failure=None, misled=False)


def _stopped(deadline: Deadline, time_s: float) -> CaseRun:
    if deadline.cause is StopCause.INTERRUPTED:
        return CaseRun(Status.INTERRUPTED)
    return _error(_UP, f"It was not done after {time_s:g} s.")


def _cut(outcome: Outcome, time_s: float, *, interrupted: bool) -> CaseRun:
    if interrupted:
        return _interrupted(outcome.run) if outcome.run else CaseRun(Status.INTERRUPTED)
    said = "It was not done in time, and did not stop when it was told to"
    if outcome.hangs:
        return _error("hang", f"{said} ({time_s:g} s): its thread was left behind.")
    return _error(_UP, f"{said} ({time_s:g} s): its device was cut off.")


def _error(kind: str, message: str, details: str = "", *, lost: bool = False) -> CaseRun:
    line = " ".join(message.split()) or kind
    return CaseRun(Status.ERROR, Failure(kind, line, details), device_lost=lost)


def _kind(error: AutomationError) -> str:
    """``ModelTimeoutError`` -> ``model_timeout``."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name).lstrip("_")
