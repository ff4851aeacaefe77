"""What a person may say to a run of the agent, beside acting themselves."""

from typing import Annotated, Literal

from pydantic import Field

from tools.geometry import Frozen

_LONGEST = 10_000


class Course(Frozen):
    """Who acts, and whether anybody does.

    Attributes:
        kind: ``take_over`` gives the screen to the person, ``hand_back`` to the agent.
    """

    kind: Literal["pause", "go_on", "take_over", "hand_back", "stop"]


class Approval(Frozen):
    """A yes or a no to what a rule wants asked."""

    kind: Literal["approve"]
    number: int
    yes: bool


class Answer(Frozen):
    """An answer to what the agent asks."""

    kind: Literal["answer"]
    number: int
    text: Annotated[str, Field(min_length=1, max_length=_LONGEST)]


Order = Annotated[Course | Approval | Answer, Field(discriminator="kind")]


class Steered(Frozen):
    """An order as the page sends it."""

    order: Order
