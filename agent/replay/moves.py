"""Whether two recorded steps did the same, up to where on the screen the target was."""

from dataclasses import dataclass

from agent.recording.format import Target
from agent.recording.reader import RecordedStep
from agent.replay.parser import in_words
from tools.action import Action, describe_action, points_of
from tools.geometry import Box, Size
from tools.ui_tree import UiTree

_NEAR = 0.03
"""Part of the screen's width and height that two points may be apart to be the same place."""


@dataclass(frozen=True)
class Move:
    """What was done in one step.

    Attributes:
        kind: Kind of the action, or name of the tool; ``nothing`` where nothing was decided.
        said: Everything of it but the place: text, key, direction, claim of success.
        action: The action on the screen; ``None`` if there was none.
        target: What it points at; ``None`` if unknown.
        size: Of the screen, device px.
        words: The whole in a few words.
        unique: Whether the target's id is that of nothing else on its screen.
    """

    kind: str
    said: str
    action: Action | None
    target: Target | None
    size: Size
    words: str
    unique: bool = False


def move_of(step: RecordedStep, tree: UiTree | None) -> Move | None:
    """What was done in ``step``, on a screen with this tree; ``None`` if it is but a last look."""
    seen, made, intent = step.observation, step.decision, step.intent
    if seen is None or (made is None and not step.mistakes):
        return None
    if intent is not None:
        target = intent.anchor.target if intent.anchor is not None else None
        rest = intent.action.model_dump(mode="json", exclude={"at", "start", "end", "duration_s"})
        return Move(
            intent.action.kind,
            repr(sorted(rest.items())),
            intent.action,
            target,
            seen.size,
            _words(intent.action, target),
            target is not None and _count(tree, target.resource_id) == 1,
        )
    if made is None:
        return Move("nothing", "", None, None, seen.size, f"mistake: {step.mistakes[-1].message}")
    call = made.call
    if call.name == "finish":
        said = "finish" if call.arguments.get("success") else "give up"
        return Move("finish", said, None, None, seen.size, said)
    return Move(call.name, repr(call.arguments), None, None, seen.size, in_words(call))


def same_move(one: Move, other: Move) -> bool:
    """Whether both did the same to the same thing."""
    if (one.kind, one.said) != (other.kind, other.said):
        return False
    if one.action is None or other.action is None:
        return one.action is other.action
    if one.target is not None and other.target is not None:
        return _same_target(one, other, one.target, other.target)
    return _near(one, other) or _hits(one, other) or _hits(other, one)


def _same_target(one: Move, other: Move, first: Target, second: Target) -> bool:
    names = _name(first), _name(second)
    if names[0] and names[0] == names[1]:
        return True
    if first.resource_id and first.resource_id == second.resource_id:
        # A list gives the same id to all of its rows: where it is must be the same, too.
        if one.unique and other.unique:
            return True
        return _overlap(_relative(first.box, one.size), _relative(second.box, other.size))
    if names[0] and names[1] and one.size == other.size:
        return False
    return _near(one, other)


def _count(tree: UiTree | None, resource_id: str) -> int:
    """How many elements have this id; 0 for none."""
    if tree is None or not resource_id:
        return 0
    return sum(node.resource_id == resource_id for node in tree.nodes)


def _name(target: Target) -> str:
    return (target.text or target.description or target.hint).strip().casefold()


def _near(one: Move, other: Move) -> bool:
    if one.action is None or other.action is None:
        return False
    old, new = points_of(one.action), points_of(other.action)
    return all(
        abs(a.x / one.size.width - b.x / other.size.width) <= _NEAR
        and abs(a.y / one.size.height - b.y / other.size.height) <= _NEAR
        for a, b in zip(old, new, strict=True)
    )


def _hits(one: Move, other: Move) -> bool:
    """Whether ``other``, whose target nobody wrote down, touches the target of ``one``."""
    if one.target is None or other.target is not None or other.action is None:
        return False
    points = points_of(other.action)[:1]
    return one.size == other.size and any(map(one.target.box.contains, points))


def _relative(box: Box, size: Size) -> tuple[float, float, float, float]:
    wide, high = size.width, size.height
    return box.left / wide, box.top / high, box.right / wide, box.bottom / high


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    """Whether they share more than half of what both cover."""
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(each[2] - each[0]) * (each[3] - each[1]) for each in (one, other)]
    return wide * high > (sum(areas) - wide * high) / 2


def _words(action: Action, target: Target | None) -> str:
    name = (target.text or target.description or target.hint).strip() if target is not None else ""
    return f"{describe_action(action)} {name!r}" if name else describe_action(action)
