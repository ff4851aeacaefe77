"""Scrolls and swipes of a recording: which way, how far, and across what."""

from agent.suite.derive.trace import Act
from agent.suite.language import verbs
from tools.action import Direction, Scroll, Swipe
from tools.geometry import Size
from tools.ui_tree import UiNode

_STRAIGHT = 2.0
"""How many times as long one way must be as the other for a swipe to be straight."""
_OPPOSITE: dict[Direction, Direction] = {
    "up": "down", "down": "up", "left": "right", "right": "left",
}  # fmt: skip
_GRID = 1000


def is_scroll(act: Act) -> bool:
    """Whether ``act`` only moved what is shown."""
    return isinstance(act.action, Scroll | Swipe) and way_of(act) is not None


def way_of(act: Act) -> Direction | None:
    """What came into view: ``down`` for what comes further down; ``None`` for a crooked swipe."""
    match act.action:
        case Scroll():
            return act.action.direction
        case Swipe():
            finger = _finger(act.action)
            return _OPPOSITE[finger] if finger is not None else None
        case _:
            return None


def area_of(act: Act) -> UiNode | None:
    """The innermost list or page that ``act`` moved."""
    action, tree = act.action, act.before.tree
    if tree is None or not isinstance(action, Scroll | Swipe):
        return None
    at = action.at if isinstance(action, Scroll) else action.start
    there = [node for node in tree.nodes if node.scrollable and node.box.contains(at)]
    return min(there, key=lambda node: node.box.area, default=None)


def swiped(act: Act) -> verbs.Swipe:
    """A scroll or swipe as a step that moves a finger."""
    action, size = act.action, act.before.size
    if isinstance(action, Scroll):
        distance = _part(action.amount)
        return verbs.Swipe.model_validate(
            {"direction": _OPPOSITE[action.direction], "distance": distance}
        )
    assert isinstance(action, Swipe)  # noqa: S101 - asked for by the caller
    finger = _finger(action)
    if finger is None:
        ends = {"from": action.start, "to": action.end}
        return verbs.Swipe.model_validate(
            {
                key: {"at": (_grid(at.x, size.width), _grid(at.y, size.height))}
                for key, at in ends.items()
            }
        )
    return verbs.Swipe.model_validate({"direction": finger, "distance": _share(action, size)})


def _share(swipe: Swipe, size: Size) -> float:
    across = abs(swipe.end.x - swipe.start.x) / max(1, size.width)
    along = abs(swipe.end.y - swipe.start.y) / max(1, size.height)
    return _part(max(across, along))


def _part(share: float) -> float:
    return min(1.0, max(0.05, round(share, 2)))


def _grid(position: int, extent: int) -> int:
    return min(_GRID, max(0, round(position * _GRID / max(1, extent))))


def _finger(swipe: Swipe) -> Direction | None:
    across, along = swipe.end.x - swipe.start.x, swipe.end.y - swipe.start.y
    if abs(along) >= _STRAIGHT * abs(across) and along:
        return "down" if along > 0 else "up"
    if abs(across) >= _STRAIGHT * abs(along) and across:
        return "right" if across > 0 else "left"
    return None
