"""How a recording is played again: how far it may heal, and who says yes to what is final."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from agent.recording.format import Rung
from tools.approval import Approver

Mode = Literal["strict", "heal", "agent"]
"""``strict``: only the recorded screens, moved at most; ``heal``: also by words, and the inner
policy is asked for a step; ``agent``: it may also go its own way until a recorded screen comes."""
MODES: tuple[Mode, ...] = ("strict", "heal", "agent")


class RungLog(Protocol):
    """Where the rungs that were taken are written down."""

    def rung(
        self,
        source: int,
        rung: Rung,
        reason: str,
        *,
        tiles: int | None = None,
        likeness: float | None = None,
    ) -> None:
        """One recorded step was decided; see ``RungTaken``."""
        ...


@dataclass(frozen=True)
class OverheardLog:
    """A log that somebody listens to.

    Attributes:
        log: Where rungs are written down.
        hear: Told of each, once it is written.
    """

    log: RungLog
    hear: Callable[[Rung], None]

    def rung(
        self,
        source: int,
        rung: Rung,
        reason: str,
        *,
        tiles: int | None = None,
        likeness: float | None = None,
    ) -> None:
        """See ``RungLog``."""
        self.log.rung(source, rung, reason, tiles=tiles, likeness=likeness)
        self.hear(rung)


@dataclass(frozen=True)
class Manner:
    """How a recording is played again.

    Attributes:
        mode: How far it may heal.
        approver: Says yes or no to what cannot be undone and is not done on the very screen that
            was recorded; ``None``: the inner policy decides such a step.
        go_on: Whether the inner policy takes over for good once the steps are done: a fork.
        arrived: Whether the device may be where the recording ends already: a resumed run.
        max_asks: How often in a row the inner policy is asked for one step.
        max_waits: How often in a row a screen is waited for, each time twice as long.
    """

    mode: Mode = "heal"
    approver: Approver | None = None
    go_on: bool = False
    arrived: bool = False
    max_asks: int = 4
    max_waits: int = 4
