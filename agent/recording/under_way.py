"""Names what a run was doing when its recording breaks off."""

from typing import TYPE_CHECKING

from tools.action import describe_action

if TYPE_CHECKING:
    from agent.recording.reader import RecordedStep

_UNTOUCHED = "nothing was performed in it"


def name_step_under_way(step: "RecordedStep") -> str:
    """What the last step of a recording without an end had come to, in one sentence.

    An intent is on the disk before its action is performed, so that without one nothing was.

    Returns:
        The sentence; empty if the step is whole.
    """
    if step.result is not None:
        return ""
    if step.intent is not None:
        act = describe_action(step.intent.action)
        what = f"{act} was about to be performed; whether it was delivered is not known"
    elif step.decision is not None:
        what = f"{step.decision.call.name} was decided on; {_UNTOUCHED}"
    elif any(mistake.counts for mistake in step.mistakes):
        what = f"what was decided was a mistake; {_UNTOUCHED}"
    elif len(step.requests) > len(step.responses):
        what = f"the model was asked, and its reply is not recorded; {_UNTOUCHED}"
    elif step.responses:
        what = f"the model had replied; {_UNTOUCHED}"
    else:
        what = f"the screen was looked at; {_UNTOUCHED}"
    return f"Step {step.index + 1} was under way: {what}."
