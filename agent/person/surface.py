"""What a page needs from what it stands for: something to show, and somewhere to put gestures.

A person who is recorded, a phone that is only looked at and touched, and a run that a person may
take over are shown by the same page; ``View.purpose`` says which of them it is.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

from pydantic import Field

from agent.person.gestures import Posted
from tools.geometry import Frozen, Size

Phase = Literal["starting", "waiting", "working", "ended"]
Purpose = Literal["record", "touch"]


class Line(Frozen):
    """One act as the page lists it.

    Attributes:
        number: Names it, as long as it can be taken back; 0 for what was done.
        text: What it is.
        trouble: What was wrong with it; may be empty.
    """

    number: int
    text: str
    trouble: str = ""


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
        purpose: What becomes of the gestures: a recording, or nothing but what they do.
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
