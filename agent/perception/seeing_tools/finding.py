"""Tools that find and count things on the screen."""

from collections.abc import Callable
from typing import Final

from agent.dialects.reading.boxes import Detection
from agent.perception.ground import ground
from agent.perception.seeing_tools.eyes import OpenEyes, Words, screen_of, told
from agent.perception.seer import Seer
from agent.perception.zoom import ground_closely
from tools.geometry import Projection, Size
from tools.outcome import ToolContext
from tools.registry import Tool, tool

_LISTED: Final = 20


def finding_tools(eyes: OpenEyes) -> tuple[Tool, ...]:
    """``count_things`` and ``find_thing``."""

    @tool
    def count_things(what: Words, context: ToolContext) -> str:
        """Count things of one kind on the screen, and say where each is.

        Args:
            what: What to count.
            context: The screen; not for the model.
        """
        return _places(eyes().seer, context, what, closely=False)

    @tool
    def find_thing(what: Words, context: ToolContext) -> str:
        """Find something on the screen by a description, and say where it is; small things too.

        Args:
            what: What to find.
            context: The screen; not for the model.
        """
        return _places(eyes().seer, context, what, closely=True)

    return count_things, find_thing


def _places(seer: Seer, context: ToolContext, what: str, *, closely: bool) -> str:
    """How many there are, and where, in the numbers of the model that decides."""
    screen = screen_of(context)
    found = (ground_closely if closely else ground)(seer, screen, what)
    if not found.formed:
        return f"No places came: {told(found.reply)}"
    say = _sayer(seer, screen.size)
    listed = [f"{each.title or what} at {say(each)}" for each in found.found[:_LISTED]]
    more = len(found.found) - len(listed)
    listed += (f"and {more} more",) if more else ()
    answer = f"{len(found.found)} found: {'; '.join(listed)}" if listed else f"None found: {what}"
    # Whoever decides must know what may be missing: a count of what was cut off is no count.
    return f"{answer}. But: {' '.join(found.notes)}" if found.notes else answer


def _sayer(seer: Seer, size: Size) -> Callable[[Detection], str]:
    """Says where a thing is as the model writes points of a whole screen."""
    projection = Projection(shown=seer.sizing.shown(size), device=size)

    def say(thing: Detection) -> str:
        point = projection.to_model(thing.point, seer.dialect.space)
        return f"({point.x:g}, {point.y:g})"

    return say
