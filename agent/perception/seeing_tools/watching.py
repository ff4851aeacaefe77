"""Tools for what one screen cannot show: what moves, and what was there before."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Final

from pydantic import Field

from agent.model import Part, TextPart
from agent.perception.ask import ROOM
from agent.perception.families import manner_of
from agent.perception.ground import answer_of
from agent.perception.pictures import Picture
from agent.perception.seeing_tools.eyes import OpenEyes, Words, told
from agent.perception.seer import Seer
from agent.perception.video.clip import Clip
from agent.perception.video.plan import MOST_TOKENS, Wish, plan_frames
from agent.perception.video.watch import Asking, frames_a_token, watch
from agent.prompt import inert, load_prompt
from tools.errors import ContextTooLongError
from tools.registry import Tool, tool

MOST_SCREENS: Final = 20
MOST_SECONDS: Final = 30
_NO_VIDEOS: Final = "Nothing was watched: single screens only can be looked at here."

_FEWEST: Final = 2
_BUDGETS: Final = (12_000, 6_000, 3_000)
"""Visual tokens of one question, tried in turn: half of what a clip may have, for it is asked in
the middle of a run, then what models with contexts of 8 and 4 thousand tokens have room for."""

Screens = Annotated[int, Field(ge=_FEWEST, le=MOST_SCREENS)]
Seconds = Annotated[int, Field(ge=1, le=MOST_SECONDS)]


def watching_tools(eyes: OpenEyes) -> tuple[Tool, ...]:
    """``watch_screen`` and ``look_back``."""

    @tool
    def watch_screen(question: Words, seconds: Seconds = 5) -> str:
        """Watch the screen for some seconds, and answer a question about what happens on it.

        Args:
            question: What to find out.
            seconds: How long to watch a video, an animation, a progress.
        """
        given = eyes()
        if not manner_of(given.seer.dialect).sees_video:
            return _NO_VIDEOS
        clip = given.film(seconds)
        return _within_context(lambda budget: _watched(given.seer, clip, question, budget))

    @tool
    def look_back(question: Words, screens: Screens = 8) -> str:
        """Look at the last screens of this task once more, and answer a question about them.

        Args:
            question: What to find out, such as what stood on an earlier screen.
            screens: How many screens to look back at.
        """
        given = eyes()
        past = given.past(screens)
        if len(past) < _FEWEST:
            return "There is no earlier screen yet."
        return _within_context(lambda budget: _looked_back(given.seer, past, question, budget))

    return watch_screen, look_back


def _within_context(ask: Callable[[int], str]) -> str:
    """What ``ask`` returns for the largest of the budgets that fits into the model's context.

    Raises:
        ContextTooLongError: Not even the smallest does.
    """
    for budget in _BUDGETS[:-1]:
        with suppress(ContextTooLongError):
            return ask(budget)
    return ask(_BUDGETS[-1])


def _watched(seer: Seer, clip: Clip, question: str, budget: int) -> str:
    """What the model answers about ``clip``, shown in at most ``budget`` visual tokens."""
    wish = Wish(budget=budget, frames_a_token=frames_a_token(seer))
    plan = plan_frames(clip.facts, seer.sizing, wish)
    watched = watch(seer, clip, plan, question, asking=Asking.ANSWER)
    answer = told(watched.answer)
    return f"{answer} But: {' '.join(watched.notes)}" if watched.notes else answer


def _looked_back(seer: Seer, screens: tuple[Picture, ...], question: str, budget: int) -> str:
    """What the model answers about ``screens``, all shown at once in ``budget`` visual tokens."""
    each = min(MOST_TOKENS * 2, budget // len(screens))
    most = min(seer.sizing.max_pixels, each * seer.sizing.factor**2)
    smaller = Seer(seer.model, seer.dialect, seer.sizing.budget(max_pixels=most))
    parts: list[Part] = []
    for number, screen in enumerate(screens, 1):
        parts += [TextPart(f"<screen {number}>"), smaller.shown(screen).image]
    words = load_prompt("perception/look_back").fill(
        count=str(len(screens)), question=inert(question)
    )
    room = max(ROOM, seer.dialect.sampling.max_tokens)
    reply = seer.ask(words, parts, max_tokens=room)
    return told(answer_of(reply, seer), cut=reply.cut)
