"""A recorded action on another screen, and the tool call that performs it."""

from collections.abc import Callable

from pydantic import JsonValue

from agent.step import Decision, ToolCall
from tools.action import ACTIONS, Action
from tools.geometry import Box, Point, Size

_POINTS = ("at", "start", "end")


def call_of(action: Action) -> ToolCall:
    """The call of the built-in tool that comes to ``action``: it has the name of the action."""
    arguments = ACTIONS.dump_python(action, mode="json", exclude={"kind"})
    for name in _POINTS:
        if name in arguments:
            arguments[name] = [arguments[name]["x"], arguments[name]["y"]]
    return ToolCall(name=action.kind, arguments=arguments)


def decide_to(action: Action, thought: str) -> Decision:
    """The decision to perform ``action``."""
    return Decision(thought=thought, call=call_of(action))


def finish(answer: str, *, success: bool) -> Decision:
    """The decision to stop."""
    arguments: dict[str, JsonValue] = {"success": success, "answer": answer}
    return Decision(thought=answer, call=ToolCall(name="finish", arguments=arguments))


def moved(action: Action, place: Callable[[Point], Point]) -> Action:
    """``action`` with each of its points where ``place`` puts it."""
    fields = {name: place(getattr(action, name)) for name in _POINTS if hasattr(action, name)}
    return action.model_copy(update=fields)


def shifted(action: Action, dx: int, dy: int) -> Action:
    """``action`` with its points moved by so many device px."""
    return moved(action, lambda point: Point(x=point.x + dx, y=point.y + dy))


def between(action: Action, old: Box, new: Box) -> Action:
    """``action`` with its points at the same relative place of ``new`` as they had in ``old``.

    A point outside of ``old`` comes to lie outside of ``new``, as far in proportion.
    """

    def place(point: Point) -> Point:
        return Point(
            x=new.left + _scaled(point.x - old.left, old.width, new.width),
            y=new.top + _scaled(point.y - old.top, old.height, new.height),
        )

    return moved(action, place)


def onto_screen(action: Action, size: Size) -> Action:
    """``action`` with points beyond the edge of the screen brought back to it."""
    return moved(
        action,
        lambda point: Point(
            x=min(max(point.x, 0), size.width - 1), y=min(max(point.y, 0), size.height - 1)
        ),
    )


def _scaled(offset: int, old: int, new: int) -> int:
    """Pixel index ``offset`` of a stretch of ``old`` pixels on one of ``new``, by its middle."""
    return int((offset + 0.5) * new / max(old, 1) // 1)
