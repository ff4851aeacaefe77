"""Tools that ask about the screen, or a part of it, and have it described."""

from typing import Final, Literal

from agent.perception.ask import ROOM, caption
from agent.perception.ground import answer_of
from agent.perception.seeing_tools.eyes import (
    OpenEyes,
    Share,
    Words,
    part_of,
    screen_of,
    shown,
    told,
)
from agent.perception.seer import Seer
from agent.prompt import inert, load_prompt
from tools.geometry import Box, Point
from tools.outcome import ToolContext
from tools.registry import Tool, tool

_WHOLE: Final = "a whole screen"
PART: Final = "an enlarged part of a screen"


def looking_tools(eyes: OpenEyes) -> tuple[Tool, ...]:
    """``look_closer``, ``ask_screen`` and ``describe_screen``."""

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
        words = load_prompt("perception/look").fill(part=PART, question=inert(question))
        return about(eyes().seer, context, region, words)

    @tool
    def ask_screen(question: Words, context: ToolContext) -> str:
        """Answer a question about the whole screen.

        Args:
            question: What to find out.
            context: The screen; not for the model.
        """
        words = load_prompt("perception/look").fill(part=_WHOLE, question=inert(question))
        return about(eyes().seer, context, None, words)

    @tool
    def describe_screen(
        context: ToolContext, style: Literal["short", "detailed"] = "detailed"
    ) -> str:
        """Describe what the screen shows.

        Args:
            context: The screen; not for the model.
            style: In one sentence, or in a few paragraphs.
        """
        said = caption(eyes().seer, screen_of(context), style=style)
        return told(said.text, cut=said.cut)

    return look_closer, ask_screen, describe_screen


def about(seer: Seer, context: ToolContext, region: Box | None, words: str) -> str:
    """What the model answers about the screen, or a part of it."""
    image = shown(seer, screen_of(context), region)
    room = max(ROOM, seer.dialect.sampling.max_tokens)
    reply = seer.ask(words, (image,), max_tokens=room)
    return told(answer_of(reply, seer), cut=reply.cut)
