"""Where a recorded action touched the screen, as shapes that a page or a film can draw."""

from typing import Literal

from agent.recording.format import ActionIntent
from tools.action import Action, DoubleTap, Drag, LongPress, Scroll, Swipe, Tap
from tools.geometry import Box, Frozen, Point, Size

MarkKind = Literal["tap", "double_tap", "long_press", "swipe", "drag", "scroll"]


class Mark(Frozen):
    """One gesture on a frame.

    Attributes:
        at: Where it begins, device px.
        to: Where it ends, device px; ``None`` if the finger stays. Of a scroll this is where the
            view goes, not where a finger would move.
        target: The element that was pointed at, device px; ``None`` if it is not known.
    """

    kind: MarkKind
    at: Point
    to: Point | None = None
    target: Box | None = None


def mark_of(intent: ActionIntent | None, size: Size) -> Mark | None:
    """What to draw for ``intent`` on a frame of ``size``; ``None`` if it touches no place."""
    if intent is None:
        return None
    anchor = intent.anchor
    target = anchor.target.box if anchor is not None and anchor.target is not None else None
    return mark_of_action(intent.action, size, target)


def mark_of_action(action: Action, size: Size, target: Box | None = None) -> Mark | None:
    """What to draw for ``action`` on a frame of ``size``; ``None`` if it touches no place."""
    match action:
        case Tap() | DoubleTap() | LongPress():
            return Mark(kind=action.kind, at=action.at, target=target)
        case Swipe() | Drag():
            return Mark(kind=action.kind, at=action.start, to=action.end, target=target)
        case Scroll():
            return Mark(kind="scroll", at=action.at, to=_reach(action, size))
        case _:
            return None


def _reach(action: Scroll, size: Size) -> Point:
    """End of a scroll's arrow: half as long as the way, and never off the screen."""
    steps = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
    right, down = steps[action.direction]
    x = action.at.x + round(right * action.amount * size.width / 2)
    y = action.at.y + round(down * action.amount * size.height / 2)
    return Point(x=min(max(x, 0), size.width - 1), y=min(max(y, 0), size.height - 1))
