"""What the tools look through, and how the parts of a screen are shown and answers told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from agent.model import ImagePart
from agent.perception.pictures import Picture, rgb
from agent.perception.seer import Seer
from agent.perception.video.clip import Clip
from agent.perception.zoom import shown_part
from tools.geometry import Box, Point, Size
from tools.outcome import ToolContext


def _said(text: str) -> str:
    if not any(letter.isprintable() and not letter.isspace() for letter in text):
        raise ValueError("must not be blank")
    return text.strip()


Words = Annotated[str, Field(min_length=1), AfterValidator(_said)]
Share = Annotated[float, Field(ge=0.02, le=1)]
LONGEST: Final = 2000
"""Characters of an answer: it stands in the history of whoever decides from then on."""


@dataclass(frozen=True)
class Eyes:
    """What the tools look through.

    Attributes:
        seer: Whom they ask; it has to record its exchanges itself.
        past: The last screens of this episode, at most so many, oldest first; the present one is
            the last.
        film: Films the screen for so many seconds.
    """

    seer: Seer
    past: Callable[[int], tuple[Picture, ...]]
    film: Callable[[float], Clip]


OpenEyes = Callable[[], Eyes]
"""Gives the eyes when a tool is called."""


def screen_of(context: ToolContext) -> Picture:
    """The screen that a call was decided on."""
    return Picture("the screen", rgb(context.observation.screenshot.image))


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


def shown(seer: Seer, screen: Picture, region: Box | None) -> ImagePart:
    """``screen`` as the model is shown it, or a part of it, enlarged."""
    if region is None:
        return seer.shown(screen).image
    return shown_part(seer, screen.image, region).image


def told(answer: str, *, cut: bool = False, longest: int = LONGEST) -> str:
    """``answer`` as it is given back: never empty, not longer than ``longest``.

    Args:
        answer: As the model gave it.
        cut: Whether it ended before the model was done; that is said.
        longest: Characters.
    """
    plain = answer.strip()
    if not plain:
        return "No answer came."
    if len(plain) > longest:
        return f"{plain[:longest]}… (there is more)"
    return f"{plain} (the answer is cut off here)" if cut else plain
