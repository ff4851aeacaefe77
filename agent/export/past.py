"""What happened in a recording, as the steps that a policy was told of."""

from agent.recording.reader import RecordedStep, Recording
from agent.step import Decision, Step, StopReason, Verdict


def why_left_out(recording: Recording, *, everything: bool = False) -> str:
    """Why ``recording`` is no example to learn from; empty if it is one.

    An example is a run that ended with ``finished`` and that no check called failed. A run without
    checks counts: whoever wants only proven ones names those.

    Args:
        recording: As read.
        everything: Whether runs that went wrong are wanted too.
    """
    if not any(step.decision is not None for step in recording.steps):
        return "nothing was decided in it"
    if everything:
        return ""
    end = recording.end
    if end is None:
        return "it has no end: the run crashed or still goes on"
    if end.stop is not StopReason.FINISHED:
        return f"it ended with {end.stop.value}"
    if end.verdict is Verdict.FAILED:
        return "its checks failed"
    return ""


def decided(step: RecordedStep) -> Decision | None:
    """What was decided in ``step``; ``None`` if it never came to that."""
    if step.decision is None:
        return None
    return Decision(thought=step.thought, call=step.decision.call)


def as_step(recording: Recording, place: int) -> Step:
    """The step at ``place``, with what the policy was told of it afterwards."""
    recorded = recording.steps[place]
    seen, result, intent = recorded.observation, recorded.result, recorded.intent
    after = recording.steps[place + 1] if place + 1 < len(recording.steps) else None
    told = after.observation.feedback if after is not None and after.observation else ""
    return Step(
        index=recorded.index,
        app=seen.app if seen is not None else "",
        activity=seen.activity if seen is not None else "",
        decision=decided(recorded),
        action=intent.action if intent is not None else None,
        result=result.result if result is not None else "",
        mistake=" ".join(each.message for each in recorded.mistakes if each.counts),
        feedback=told,
        frame_key=seen.frame_key if seen is not None else "",
    )


def why_no_target(recorded: RecordedStep, step: Step) -> str:
    """Why nobody should learn to decide as in this step; empty if it is worth learning.

    Args:
        recorded: The events of the step.
        step: The same, with what was told afterwards.
    """
    if step.mistake:
        return "mistake"
    if recorded.result is not None and not recorded.result.ok:
        return "not delivered"
    # The feedback speaks of actions without effect and of going round in circles.
    return "without effect" if step.feedback else ""
