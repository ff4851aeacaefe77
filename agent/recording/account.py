"""What can be told of a recording without looking at its pictures: words, sums, the failing step.

The terminal, the report and the films all tell it in these words, so that they cannot differ.
"""

import json
from collections.abc import Mapping
from typing import Literal

from agent.model import Usage
from agent.recording.format import Summary
from agent.recording.reader import RecordedStep, Recording
from agent.step import StopReason, Verdict
from tools.action import describe_action
from tools.geometry import Frozen

STOP_SAID: Mapping[StopReason, str] = {
    StopReason.FINISHED: "The agent says that it is done.",
    StopReason.GAVE_UP: "The agent says that it cannot be done.",
    StopReason.STEP_LIMIT: "As many steps as allowed were taken.",
    StopReason.TIME_LIMIT: "The time was up.",
    StopReason.STUCK: "Nothing changed any more.",
    StopReason.UNREADABLE: "No decision could be read from the model's replies.",
    StopReason.NEEDS_HUMAN: "A person had to answer, and nobody was there.",
    StopReason.DIVERGED: "The screen was not the recorded one.",
    StopReason.INTERRUPTED: "Somebody interrupted it.",
    StopReason.DEVICE_LOST: "The device could not be used any further.",
    StopReason.MODEL_ERROR: "The model could not be asked.",
    StopReason.RECORDING_LOST: "The recording could not be written.",
    StopReason.DRY_RUN: "It was only to be shown what would be done.",
    StopReason.CRASHED: "The program itself failed.",
}
_VERDICT_SAID: Mapping[Verdict, str] = {
    Verdict.PASSED: "The checks hold.",
    Verdict.FLAKY: "The checks held, but not at once.",
    Verdict.FAILED: "A check does not hold.",
    Verdict.UNVERIFIED: "Nothing was checked.",
    Verdict.ERROR: "A check could not be carried out.",
    Verdict.SKIPPED: "The checks were left out.",
    Verdict.NOT_RUN: "It never came to the checks.",
}
_CASE_SAID: Mapping[Verdict, str] = {
    Verdict.FAILED: "A step of the test could not be done.",
    Verdict.ERROR: "The test could not be carried out.",
}
"""Of verdicts that none of the checks has given."""
NO_END = "The run crashed, or still goes on."

_BROKEN_OFF = frozenset(
    {
        StopReason.TIME_LIMIT,
        StopReason.NEEDS_HUMAN,
        StopReason.DIVERGED,
        StopReason.INTERRUPTED,
        StopReason.DEVICE_LOST,
        StopReason.MODEL_ERROR,
        StopReason.RECORDING_LOST,
        StopReason.CRASHED,
    }
)
"""Stop reasons that can come in the middle of a step."""

State = Literal["done", "mistake", "denied", "undone", "open", "look"]
"""How a step came out: done; the decision was a mistake, or the guard said no; the action was not
delivered; the run ended in it, before it was decided or over; it was only the last look."""
Phase = Literal["settle", "capture", "decode", "look", "model", "decide", "guard", "act", "record"]


class Span(Frozen):
    """A part of a step's time.

    Attributes:
        seconds: Above 0.
    """

    phase: Phase
    seconds: float


def in_words(stop: StopReason | None) -> str:
    """A stop reason as it is printed; ``None`` for a run without an end."""
    return stop.value.replace("_", " ") if stop is not None else "no end"


def ended(summary: Summary) -> str:
    """How a run ended, in a few words: ``finished (failed)`` where checks say something of it."""
    silent = summary.verdict in {Verdict.UNVERIFIED, Verdict.NOT_RUN}
    stop = in_words(summary.stop)
    return stop if silent else f"{stop} ({summary.verdict.value})"


def verdict_said(recording: Recording) -> str:
    """What the verdict of a recording rests on, in a sentence."""
    verdict = recording.end.verdict if recording.end is not None else Verdict.NOT_RUN
    if verdict in _CASE_SAID and all(each.verdict is not verdict for each in recording.checks):
        return _CASE_SAID[verdict]
    return _VERDICT_SAID[verdict]


def deed(step: RecordedStep) -> str:
    """What the step did or wanted to do, in a few words."""
    call = step.decision.call if step.decision is not None else None
    if step.intent is not None:
        return describe_action(step.intent.action)
    if call is None:
        begun = step.mistakes or step.requests or step.rung or step.result
        return "no decision" if begun else "last look"
    if call.name == "finish":
        return "finish" if call.arguments.get("success") else "give up"
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    return f"{call.name} {arguments}".removesuffix(" {}")


def screen_name(step: RecordedStep) -> str:
    """The screen in front, short; empty if unknown."""
    seen = step.observation
    return "" if seen is None else (seen.activity.lstrip(".") or seen.app.rpartition(".")[2])


def state_of(step: RecordedStep, *, crashed: bool = False, broken_off: bool = False) -> State:
    """How ``step`` came out.

    Args:
        step: The step.
        crashed: Whether it is the last of a recording without an end.
        broken_off: Whether it is the last of a run that may have ended in the middle of it.
    """
    own = [mistake for mistake in step.mistakes if mistake.counts]
    if any(mistake.kind == "DeniedError" for mistake in own):
        return "denied"
    if own or (step.mistakes and step.decision is None):
        return "mistake"
    if broken_off and _without_a_trace(step):
        return "open"
    if step.decision is not None and step.result is not None:
        return "done" if step.result.ok else "undone"
    # A look after which the run was over anyway leaves nothing; one without a decision is kept.
    begun = step.decision is not None or step.result is not None or bool(step.requests)
    return "open" if begun or crashed else "look"


def _without_a_trace(step: RecordedStep) -> bool:
    """Whether of what was decided nothing is known to have come, neither action nor answer.

    Asked instead of ``ok``, which older recordings have true for a tool that failed.
    """
    if step.decision is None or step.decision.call.name == "finish" or step.intent is not None:
        return False
    return step.result is not None and not step.result.result


def states(recording: Recording) -> tuple[State, ...]:
    """How every step came out, in order."""
    last, end = len(recording.steps) - 1, recording.end
    broken_off = end is not None and end.stop in _BROKEN_OFF
    return tuple(
        state_of(
            step,
            crashed=recording.crashed and place == last,
            broken_off=broken_off and place == last,
        )
        for place, step in enumerate(recording.steps)
    )


def went_wrong(recording: Recording) -> bool:
    """Whether somebody should look at why: it neither finished nor passed its checks."""
    end = recording.end
    if end is None:
        return True
    bad = {Verdict.FAILED, Verdict.ERROR}
    return end.verdict in bad or end.stop not in {StopReason.FINISHED, StopReason.DRY_RUN}


def failing_place(recording: Recording) -> int | None:
    """Index into ``steps`` of the step that a failed run failed in; ``None`` if it did not fail.

    It is the last step in which more than a look happened; of a crashed run, the last of all.
    """
    if not recording.steps or not went_wrong(recording):
        return None
    told = states(recording)
    return max((i for i, state in enumerate(told) if state != "look"), default=len(told) - 1)


def tokens(recording: Recording) -> Usage:
    """All tokens and costs of the run together."""
    used = [reply.reply.usage for step in recording.steps for reply in step.responses]
    return Usage(
        prompt_tokens=sum(each.prompt_tokens for each in used),
        completion_tokens=sum(each.completion_tokens for each in used),
        cached_tokens=sum(each.cached_tokens for each in used),
        cost_usd=sum(each.cost_usd for each in used),
    )


def tokens_said(used: Usage) -> str:
    """``used`` in words; empty if nothing was counted."""
    if not used.prompt_tokens and not used.completion_tokens:
        return ""
    cached = f" ({used.cached_tokens:,} cached)" if used.cached_tokens else ""
    cost = f", ${used.cost_usd:.4f}" if used.cost_usd else ""
    return f"{used.prompt_tokens:,} in{cached}, {used.completion_tokens:,} out{cost}"


def spans(step: RecordedStep) -> tuple[Span, ...]:
    """Where the step's time went, in the order it happened; parts that took none are left out.

    The parts add up to the whole of ``timing``. ``look`` is what else belongs to a look, such as
    reading the UI tree; ``decide`` what else belongs to a decision, such as reading the reply;
    ``act`` all that a tool does, with what it asks the model.
    """
    if step.result is None:
        return ()
    timing = step.result.timing
    left = timing.observe_s
    parts: list[tuple[Phase, float]] = []
    looking: tuple[tuple[Phase, float], ...] = (
        ("settle", timing.settle_s), ("capture", timing.capture_s), ("decode", timing.decode_s),
    )  # fmt: skip
    for phase, seconds in looking:
        parts.append((phase, min(seconds, left)))
        left -= parts[-1][1]
    asked_s = sum(each.reply.latency_s for each in step.deciding.responses)
    model_s = min(asked_s, timing.decide_s)
    parts += [
        ("look", left), ("model", model_s), ("decide", timing.decide_s - model_s),
        ("guard", timing.guard_s), ("act", timing.act_s), ("record", timing.record_s),
    ]  # fmt: skip
    return tuple(Span(phase=phase, seconds=seconds) for phase, seconds in parts if seconds > 0)


def spent_s(step: RecordedStep) -> float:
    """Seconds that the step took, as far as they were measured."""
    return sum(span.seconds for span in spans(step))
