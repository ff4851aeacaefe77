"""What became of a case, in the words and the shape that pytest reports."""

import re
from pathlib import Path
from typing import Self

from _pytest._code.code import (  # what ``repr_failure`` returns has no public name
    ExceptionChainRepr,
    ReprEntryNative,
    ReprFileLocation,
    ReprTraceback,
)

from agent.recording.reader import read_recording
from agent.suite.language.cases import Case
from agent.suite.runner.job import CaseResult
from tools.errors import RecordingError

_FINISH = "finish"
_PLACE = re.compile(r"\S+\.task\.ya?ml:\d+\b")


class Trouble(Exception):  # noqa: N818 - it is shown without its name
    """A case did not pass, or could not be performed.

    Args:
        message: Why, one line.
        further: All else there is to say, line by line.
    """

    def __init__(self, message: str, further: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.further = further

    @classmethod
    def of(cls, result: CaseResult) -> Self:
        """What a result says."""
        last = result.last
        failure = last.run.failure if last is not None else None
        if last is None or failure is None:
            return cls(result.reason or f"It was {result.status.in_words}.")
        lines = [line for line in failure.details.splitlines() if line != failure.message]
        if len(result.attempts) > 1:
            lines.append(f"It was tried {len(result.attempts)} times.")
        recording = last.run.recording
        if recording is not None:
            lines += _thought(recording, failure.message)
            lines += [f"recording: {recording}", f"look at it: agent report {recording}"]
        return cls(failure.message, tuple(lines))


def properties(result: CaseResult) -> list[tuple[str, object]]:
    """What is told of a case beside its outcome; the names begin with ``agent_``."""
    told: list[tuple[str, object]] = [("status", result.status.value)]
    last = result.last
    if last is not None:
        run = last.run
        told += [
            ("device", last.device),
            ("attempts", len(result.attempts)),
            ("steps", run.steps),
            ("model_calls", run.model_calls),
            ("tokens", run.tokens),
            ("provenance", " ".join(f"{how}={count}" for how, count in run.provenance)),
        ]
        if run.cache:
            counts = " ".join(f"{what}={count}" for what, count in run.cache)
            told.append(("step_cache", counts))
        told += run.facts
        if run.recording is not None:
            told.append(("recording", str(run.recording)))
        told += [("attachment", str(each)) for each in run.attachments]
    return [(f"agent_{name}", value) for name, value in told]


def long_text(trouble: Trouble, case: Case) -> ExceptionChainRepr:
    """What is shown of a case that did not pass. It survives the way from a worker of xdist."""
    lines = [trouble.message, *(f"  {line}" for line in trouble.further)]
    entry = ReprEntryNative([f"{line}\n" for line in lines])
    place = ReprFileLocation(case.place.path, case.place.line, trouble.message)
    body = ReprTraceback([entry], extraline=None, style="native")
    return ExceptionChainRepr([(body, place, None)])


def _thought(recording: Path, message: str) -> list[str]:
    """The last thought that is not about what the message tells already; nothing if none is known.

    A step that is played from the task file is thought of with its place, as the message is.
    """
    try:
        steps = read_recording(recording).steps
    except RecordingError:
        return []
    told = _PLACE.search(message)
    for step in reversed(steps):
        decision = step.decision
        if decision is None or decision.call.name == _FINISH or not decision.thought:
            continue
        place = _PLACE.search(decision.thought)
        if place is None or told is None or place[0] != told[0]:
            return [f"last thought, at step {step.index + 1}: {' '.join(decision.thought.split())}"]
    return []
