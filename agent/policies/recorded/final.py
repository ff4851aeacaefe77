"""What cannot be undone, and who says yes to it on a screen that is not the recorded one."""

from pydantic import ValidationError

from agent.policies.recorded.source import Due, Source
from agent.step import Decision
from tools.action import Action, DoubleTap, LongPress, Tap
from tools.approval import Approver, Request
from tools.device import Observation
from tools.geometry import Point
from tools.guard import cannot_be_undone, target_labels

_TOUCHES = {"tap": Tap, "double_tap": DoubleTap, "long_press": LongPress}


def is_final(due: Due, source: Source, action: Action, now: Observation | None) -> bool:
    """Whether the step pays, sends, deletes or the like, by what its target is or was called.

    Args:
        due: The recorded step.
        source: Its recording.
        action: What it comes to on this screen.
        now: This screen; ``None`` to judge by the recorded one alone.
    """
    labels = list(target_labels(due.action, source.tree(due.seen)))
    if now is not None:
        labels += target_labels(action, now.ui_tree)
    return cannot_be_undone(action, labels)


def final_touch(decision: Decision, now: Observation) -> Action | None:
    """The touch that ``decision`` comes to, if it cannot be undone; ``None`` if it can."""
    cls = _TOUCHES.get(decision.call.name)
    match decision.call.arguments.get("at"):
        case [int(x), int(y)] if cls is not None:
            try:
                action = cls(at=Point(x=x, y=y))
            except ValidationError:
                return None
        case _:
            return None
    return action if cannot_be_undone(action, target_labels(action, now.ui_tree)) else None


def may_be_done(approver: Approver, action: Action, now: Observation, *, step: int) -> bool:
    """Ask whether a final act may be done.

    Args:
        approver: Who is asked.
        action: What is to be done.
        now: The screen it is to be done on.
        step: The recorded step it stands for, counted from 1.

    Raises:
        NeedsHumanError: Nobody is there.
    """
    reason = (
        f"step {step} of the recording cannot be undone, and the screen is not the recorded one"
    )
    labels = target_labels(action, now.ui_tree)
    return approver.approve(Request(action, now.app, labels, reason))
