"""Tools by which an agent looks more closely: each asks a model that sees about the screen.

They touch nothing. What they answer goes back to whoever decides, positions as its model writes
them.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field

from agent.dialects.reading.boxes import Detection
from agent.perception.ground import answer_of, ground
from agent.perception.pictures import Picture, rgb
from agent.perception.seer import Seer
from agent.perception.zoom import ground_closely, shown_part
from agent.prompt import inert, load_prompt
from agent.sight import Shown
from tools.geometry import Box, Point, Projection, Size
from tools.outcome import ToolContext
from tools.registry import Tool, tool

Words = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(gt=0, le=1)]
_ROOM = 1024
_LONGEST = 2000
_LISTED = 20
_WHOLE = "a whole screen"
_PART = "an enlarged part of a screen"


def seeing_tools(seer: Seer | None) -> tuple[Tool, ...]:
    """The tools, asking ``seer``.

    Args:
        seer: Whom they ask; it has to record its exchanges itself. ``None`` where only their form
            is needed, as to read again what was said in a recording: they then answer nothing.
    """
    asking = _Asking(seer)
    return *_asking_tools(asking), *_finding_tools(asking)


def _asking_tools(asking: "_Asking") -> tuple[Tool, ...]:
    @tool
    def look_closer(question: Words, at: Point, context: ToolContext, size: Share = 0.3) -> str:
        """Look at a part of the screen enlarged, and answer a question about it.

        Args:
            question: What to find out.
            at: The middle of the part.
            context: The screen; not for the model.
            size: Width and height of the part, as a part of the screen's.
        """
        region = part_of(context.observation.size, at, size)
        words = load_prompt("perception/look").fill(part=_PART, question=inert(question.strip()))
        return asking.about(context, region, words)

    @tool
    def ask_screen(question: Words, context: ToolContext) -> str:
        """Answer a question about the whole screen.

        Args:
            question: What to find out.
            context: The screen; not for the model.
        """
        words = load_prompt("perception/look").fill(part=_WHOLE, question=inert(question.strip()))
        return asking.about(context, None, words)

    @tool
    def read_text(context: ToolContext, at: Point | None = None, size: Share = 0.5) -> str:
        """Read what is written on the screen, word for word: a document, a message, a table.

        Args:
            context: The screen; not for the model.
            at: The middle of the part to read; all of the screen if left out.
            size: Width and height of that part, as a part of the screen's.
        """
        region = part_of(context.observation.size, at, size) if at is not None else None
        words = load_prompt("perception/read").fill(part=f", {_PART}" if region is not None else "")
        return asking.about(context, region, words)

    return look_closer, ask_screen, read_text


def _finding_tools(asking: "_Asking") -> tuple[Tool, ...]:
    @tool
    def count_things(what: Words, context: ToolContext) -> str:
        """Count things of one kind on the screen, and say where each is.

        Args:
            what: What to count.
            context: The screen; not for the model.
        """
        return asking.places(context, what, closely=False)

    @tool
    def find_thing(what: Words, context: ToolContext) -> str:
        """Find something on the screen by a description, and say where it is; small things too.

        Args:
            what: What to find.
            context: The screen; not for the model.
        """
        return asking.places(context, what, closely=True)

    return count_things, find_thing


def part_of(whole: Size, at: Point, size: float) -> Box:
    """The part of a screen around ``at``, ``size`` of its width and height, moved into it.

    Raises:
        OffScreenError: ``at`` is not on it.
    """
    at.require_within(whole)
    width, height = max(1, round(whole.width * size)), max(1, round(whole.height * size))
    left = min(max(at.x - width // 2, 0), whole.width - width)
    top = min(max(at.y - height // 2, 0), whole.height - height)
    return Box(left=left, top=top, right=left + width, bottom=top + height)


class _Asking:
    """Puts the questions of the tools."""

    def __init__(self, seer: Seer | None) -> None:
        self._seer = seer

    def about(self, context: ToolContext, region: Box | None, words: str) -> str:
        """What the model answers about the screen, or a part of it."""
        if self._seer is None:
            return ""
        image = rgb(context.observation.screenshot.image)
        shown: Shown = (
            shown_part(self._seer, image, region)
            if region is not None
            else self._seer.shown(Picture("the screen", image))
        )
        room = max(_ROOM, self._seer.dialect.sampling.max_tokens)
        reply = self._seer.ask(words, (shown.image,), max_tokens=room)
        return _short(answer_of(reply)) or "No answer came."

    def places(self, context: ToolContext, what: str, *, closely: bool) -> str:
        """How many there are, and where, in the numbers of the model that decides."""
        if self._seer is None:
            return ""
        picture = Picture("the screen", rgb(context.observation.screenshot.image))
        found = (ground_closely if closely else ground)(self._seer, picture, what)
        if not found.found:
            return (
                f"None found: {what}" if found.formed else f"No places came: {_short(found.reply)}"
            )
        say = _sayer(self._seer, picture.size)
        listed = [f"{each.title or what} at {say(each)}" for each in found.found[:_LISTED]]
        more = len(found.found) - len(listed)
        return (
            f"{len(found.found)} found: {'; '.join(listed)}{f'; and {more} more' if more else ''}"
        )


def _sayer(seer: Seer, size: Size) -> Callable[[Detection], str]:
    """Says where a thing is as the model writes points of a whole screen."""
    projection = Projection(shown=seer.sizing.shown(size), device=size)

    def say(thing: Detection) -> str:
        point = projection.to_model(thing.point, seer.dialect.space)
        return f"({point.x:g}, {point.y:g})"

    return say


def _short(text: str) -> str:
    plain = text.strip()
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
