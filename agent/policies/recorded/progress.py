"""Where a replay is in its recording, and what it did last."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.policies.recorded.ladder import Found
from agent.policies.recorded.seek import Seek
from agent.step import Step
from tools.device import Observation


@dataclass(frozen=True)
class Turn:
    """What a decision is made on."""

    goal: str
    now: Observation
    history: Sequence[Step]


@dataclass(frozen=True)
class Move:
    """What was done last.

    Attributes:
        found: How the recorded step was found; ``None`` if the inner policy decided.
        before: The look it was decided on.
        tries: How often it had been done before, without effect.
        same_place: Whether that was the screen recorded for the step that was due.
    """

    found: Found | None
    before: Observation
    tries: int = 0
    same_place: bool = True


@dataclass
class Progress:
    """Where in the recording the replay is.

    Attributes:
        place: Position of the step that is due, among those to be performed.
        waits: How often in a row its screen was waited for.
        asks: How often the inner policy was asked for it.
        barred: Why it is not to be tried again as recorded; may be empty.
        move: What was done last; ``None`` if nothing was that has to be judged.
        pending: A deed that has had no effect so far.
        asking: The look for which the inner policy was asked and gave no decision yet.
        replanning: Whether the inner policy goes its own way.
        handed_over: Whether it has taken over for good.
        seek: The scrolling for a target that is out of sight.
        joins: How often each place was joined after the inner policy went its own way.
    """

    place: int = 0
    waits: int = 0
    asks: int = 0
    barred: str = ""
    move: Move | None = None
    pending: Move | None = None
    asking: Observation | None = None
    replanning: bool = False
    handed_over: bool = False
    seek: Seek = field(default_factory=Seek)
    joins: dict[int, int] = field(default_factory=dict)

    def go_to(self, place: int) -> None:
        """Make the step at ``place`` the one that is due."""
        self.place = place
        self.stay()
        self.asks = 0

    def stay(self) -> None:
        """Begin anew with the step that is due."""
        self.waits, self.barred, self.pending, self.seek = 0, "", None, Seek()
