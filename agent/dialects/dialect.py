"""The protocol of a dialect: how one family of models is asked, and how its replies are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.model import ImagePart, Reply, Request, Sampling
from agent.sight import Sizing
from agent.step import Decision
from tools.geometry import Projection, Space
from tools.registry import Registry

MISSING_ANSWER = "(no answer)"
REMEMBERED = 4000
"""Letters of a reply that are repeated to the model; more is what it got lost in."""


@dataclass(frozen=True)
class Turn:
    """One question to the model, what it answered and what came of it.

    Attributes:
        step: Index of the step; an answer asked for again belongs to the same step.
        image: What it was shown; ``None`` if that was dropped, or if it was only asked again.
        app: What was in front; empty if unknown.
        today: The device's date when the episode began, such as ``2027-01-04 Monday``.
        reply: What came back; ``None`` in the turn that is to be asked now.
        said: The reply as it is repeated to the model later.
        decision: What was read from it; ``None`` if that failed.
        result: What the tool answered; may be empty.
        mistake: What was wrong with the reply or the decision; empty if nothing.
        feedback: What else came of it; may be empty.
    """

    step: int
    image: ImagePart | None
    app: str = ""
    today: str = ""
    reply: Reply | None = None
    said: str = ""
    decision: Decision | None = None
    result: str = ""
    mistake: str = ""
    feedback: str = ""


class Dialect(Protocol):
    """How one family is spoken to; a value, the same for every episode."""

    @property
    def name(self) -> str:
        """As configuration and recordings name it."""
        ...

    @property
    def sizing(self) -> Sizing:
        """How its pictures are sized."""
        ...

    @property
    def space(self) -> Space:
        """What the numbers in its replies mean."""
        ...

    @property
    def sampling(self) -> Sampling:
        """How its tokens are drawn, unless a person says otherwise."""
        ...

    @property
    def window(self) -> int:
        """How many screenshots it is shown at least, as far as there are any."""
        ...

    @property
    def native(self) -> bool:
        """Whether its replies are tool calls of the protocol; else all of a reply is text."""
        ...

    @property
    def prompt_hash(self) -> str:
        """Changes when the words of its prompts do."""
        ...

    def request(self, goal: str, turns: Sequence[Turn], tools: Registry) -> Request:
        """What the model is asked.

        Args:
            goal: The person's sentence.
            turns: Oldest first; the last one has no reply yet. Turns before the first one with a
                picture are told as text.
            tools: What is offered.
        """
        ...

    def read(self, reply: Reply, projection: Projection, tools: Registry) -> Decision:
        """What the model decided: a call of one of our tools, points in device px.

        Args:
            reply: As it came.
            projection: From the picture shown last to the device.
            tools: What is offered.

        Raises:
            UnreadableReplyError: No call could be found. On any text, nothing but an
                ``AgentMistakeError`` is raised.
            UnknownToolError: The call is of something that is not offered.
            BadArgumentsError: Its arguments do not fit.
            OffScreenError: It points outside the screen.
        """
        ...

    def say(self, decision: Decision, projection: Projection, tools: Registry) -> Reply:
        """The way back: a reply in the family's own words and numbers that ``read`` understands.

        Read again it gives the same call, points up to the family's grid. How long a finger stays
        or moves is let go where the family has no number for it. The thought is in it where the
        family is asked for one.

        Args:
            decision: A call of one of ``tools``, points in device px.
            projection: From the picture shown last to the device.
            tools: What is offered.

        Raises:
            UnsayableError: The family cannot say this.
        """
        ...

    def remember(self, reply: Reply) -> str:
        """``reply`` as it is repeated to the model in later requests."""
        ...
