"""What a page needs from what it stands for: something to show, and somewhere to put gestures.

A person who is recorded, a phone that is only looked at and touched, and a run that a person may
take over are shown by the same page; ``View.purpose`` says which of them it is.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

from pydantic import Field

from agent.person.gestures import Posted, Spot
from agent.person.orders import Order
from tools.geometry import Frozen, Size

Phase = Literal["starting", "waiting", "working", "ended"]
Purpose = Literal["record", "touch", "run"]
Hand = Literal["agent", "person"]


class Line(Frozen):
    """One act as the page lists it.

    Attributes:
        number: Names it, as long as it can be taken back; 0 for what was done.
        text: What it is.
        trouble: What was wrong with it; may be empty.
        thought: Why it was done; may be empty.
        hand: Whose it was.
    """

    number: int
    text: str
    trouble: str = ""
    thought: str = ""
    hand: Hand = "person"


class Trace(Frozen):
    """Where the last action touched the picture.

    Attributes:
        at: Where it began.
        to: Where it ended; ``None`` if the finger stayed.
    """

    at: Spot
    to: Spot | None = None


class Inquiry(Frozen):
    """What the person is asked, and the run waits for.

    Attributes:
        number: Names it in the answer.
        kind: A yes or a no to an action, or an answer in words.
        text: What is asked.
    """

    number: int
    kind: Literal["approve", "answer"]
    text: str


class View(Frozen):
    """Everything the page shows but the picture.

    Attributes:
        version: Grows with every change; the next question names it.
        phase: Whether something is being carried out, or the person's turn has come.
        title: What this is about.
        device: What is shown.
        doing: What is being carried out; empty if nothing is.
        done: The acts that are over, oldest first.
        pending: Those that wait for their turn; they can be taken back.
        picture: Number of the latest picture; 0 before the first.
        size: Its size in device px; ``None`` before the first.
        offers: Kinds of gestures that make sense here.
        ending: How it ended, in words; empty before.
        purpose: What becomes of the gestures: a recording, nothing but what they do, or a run of
            the agent that a person may take over.
        hand: Who acts; of a run only it can be the agent.
        held: Whether the run is paused.
        stopping: Whether the person wants the run to stop; it soon will.
        saying: What the model says right now; may be empty.
        notes: What else should be known, oldest first.
        trace: Where the last action of a run touched the picture.
        inquiry: What a run waits for.
        kept: Name of the recording, once the run is over; may be empty.
    """

    version: int
    phase: Phase
    title: str
    device: str = ""
    doing: str = ""
    done: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    pending: Annotated[tuple[Line, ...], Field(strict=False)] = ()
    picture: int = 0
    size: Size | None = None
    offers: Annotated[tuple[str, ...], Field(strict=False)] = ()
    ending: str = ""
    purpose: Purpose = "record"
    hand: Hand = "person"
    held: bool = False
    stopping: bool = False
    saying: str = ""
    notes: Annotated[tuple[str, ...], Field(strict=False)] = ()
    trace: Trace | None = None
    inquiry: Inquiry | None = None
    kept: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture as it is sent.

    Attributes:
        number: As in ``View.picture``.
        jpeg: The encoded frame, in device px.
    """

    number: int
    jpeg: bytes = field(repr=False)


class Surface(Protocol):
    """What a page stands for. Every method may be called from any thread."""

    def view(self, after: int, timeout_s: float) -> View:
        """What is to be seen, as soon as its version is above ``after``, or after a while."""
        ...

    def picture(self) -> Picture | None:
        """The latest picture; ``None`` before the first."""
        ...

    def accept(self, posted: Posted) -> None:
        """Take a gesture.

        Raises:
            AgentMistakeError: It cannot be taken; the text says why.
        """
        ...

    def take_back(self, number: int) -> bool:
        """Forget a gesture that was not carried out yet; whether there was such a one."""
        ...

    def steer(self, order: Order) -> None:
        """Take an order to whoever acts, or an answer to what was asked.

        Raises:
            AgentMistakeError: It makes no sense here, or not now.
        """
        ...
