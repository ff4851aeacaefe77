"""Tools for what one screen cannot show: what moves, and what was there before."""

from typing import Annotated, Final

from pydantic import Field

from agent.model import Part, TextPart
from agent.perception.ask import ROOM
from agent.perception.families import manner_of
from agent.perception.ground import answer_of
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.perception.tools.eyes import OpenEyes, Words, told
from agent.perception.video.plan import MOST_TOKENS, TOKEN_BUDGET, Wish, plan_frames
from agent.perception.video.watch import Asking, frames_a_token, watch
from agent.prompt import inert, load_prompt
from tools.registry import Tool, tool

MOST_SCREENS: Final = 20
MOST_SECONDS: Final = 30
_NO_VIDEOS: Final = "Nothing was watched: single screens only can be looked at here."

Screens = Annotated[int, Field(ge=2, le=MOST_SCREENS)]
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
        wish = Wish(frames_a_token=frames_a_token(given.seer))
        plan = plan_frames(clip.facts, given.seer.sizing, wish)
        return told(watch(given.seer, clip, plan, question, asking=Asking.ANSWER).answer)

    @tool
    def look_back(question: Words, screens: Screens = 8) -> str:
        """Look at the last screens of this task once more, and answer a question about them.

        Args:
            question: What to find out, such as what stood on an earlier screen.
            screens: How many screens to look back at.
        """
        given = eyes()
        return told(_looked_back(given.seer, given.past(screens), question))

    return watch_screen, look_back


def _looked_back(seer: Seer, screens: tuple[Picture, ...], question: str) -> str:
    """What the model answers about ``screens``, all shown at once, so large as there is room."""
    each = min(MOST_TOKENS * 2, TOKEN_BUDGET // max(1, len(screens)))
    most = min(seer.sizing.max_pixels, each * seer.sizing.factor**2)
    smaller = Seer(seer.model, seer.dialect, seer.sizing.budget(max_pixels=most))
    parts: list[Part] = []
    for number, screen in enumerate(screens, 1):
        parts += [TextPart(f"<screen {number}>"), smaller.shown(screen).image]
    words = load_prompt("perception/look_back").fill(
        count=str(len(screens)), question=inert(question)
    )
    room = max(ROOM, seer.dialect.sampling.max_tokens)
    return answer_of(seer.ask(words, parts, max_tokens=room), seer)
