"""What a model says, the numbers it points with, and the ways in which JSON comes out of it."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any, Final, Literal

from tests.grounding.plan import Back, Done, Intent, SeeMore, Tap, Type
from tests.grounding.reader import Hit

Units = Literal["px", "grid"]
"""``px``: pixels of the picture as it came. ``grid``: 0..1000 across and down."""
Json = dict[str, Any]
SCROLL: Final = ((0.5, 0.7), (0.5, 0.35))
"""A finger's way up the middle of the screen, as parts of it."""


@dataclass(frozen=True)
class Saying:
    """One reply.

    Attributes:
        text: The content.
        reasoning: What is thought apart from it.
        calls: Native tool calls, as name and arguments in text.
    """

    text: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Pointer:
    """Says where something is in the units of a family.

    Attributes:
        width: Of the picture in px.
        height: The same down.
        units: Of the family.
    """

    width: int
    height: int
    units: Units

    def point(self, x: float, y: float) -> list[int]:
        """A position in the picture, in px, as the model writes it."""
        if self.units == "grid":
            return [round(x * 1000 / self.width), round(y * 1000 / self.height)]
        return [int(x), int(y)]

    def middle(self, hit: Hit) -> list[int]:
        """The middle of what was found."""
        return self.point(*hit.middle)

    def box(self, hit: Hit) -> list[int]:
        """The edges of what was found."""
        return [*self.point(hit.left, hit.top), *self.point(hit.right, hit.bottom)]

    def scroll(self) -> tuple[list[int], list[int]]:
        """From where to where a finger goes to see what is further down."""
        start, end = (self.point(x * self.width, y * self.height) for x, y in SCROLL)
        return start, end


def thought(intent: Intent) -> str:
    """Why, in a sentence or two, with marks in it that a parser could fall for."""
    match intent:
        case Tap(hit=hit):
            return f"I see \"{hit.label}\" on the screen. I'll tap it (it's the next step)."
        case Type(text=text):
            return f"The search field is focused: now I type {text}."
        case SeeMore():
            return "What I need must be further down, so I scroll."
        case Back():
            return "This is not where I want to be. Let me go back."
        case Done(answer=answer):
            return f"The page says it is booked. {answer}"


def messy_json(value: Json, random: Random) -> str:
    """``value`` as JSON, or in one of the ways that models take for it."""
    plain = json.dumps(value, ensure_ascii=False)
    return random.choice(
        [
            json.dumps(value, ensure_ascii=False, indent=2),
            repr(value),  # single quotes
            f"{plain.removesuffix('}')},}}",
            plain.replace("]", ",]", 1),
            plain.replace('"', "“", 1).replace('"', "”", 1),
            json.dumps(value, ensure_ascii=False, separators=(",", ":")),
            plain.replace(", ", "，"),
        ]
    )


def fenced(text: str) -> str:
    """``text`` as a block of code."""
    return f"```json\n{text}\n```"


def messy_point(point: list[int], box: list[int], random: Random) -> Any:
    """A point as the models write it that do not keep to ``[x, y]``."""
    x, y = point
    return random.choice(
        [[str(x), str(y)], box, f"[{x}, {y}]", f"({x},{y})", [[x, y]], {"x": x, "y": y}]
    )


def often(random: Random) -> bool:
    """Half the time."""
    return random.random() < 0.5
