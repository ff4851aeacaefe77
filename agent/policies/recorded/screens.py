"""The screens of a recording, and how the one that is there now compares with them."""

from dataclasses import dataclass

from agent.policies.recorded.arrival import looks_like
from agent.policies.recorded.ending import Closing, close_as_recorded
from agent.policies.recorded.ladder import Ladder, Missed
from agent.policies.recorded.source import Source
from agent.recording.format import ObservationSeen
from tools.device import Observation
from tools.errors import ReplayDivergedError

_BUSY = frozenset({"ProgressBar"})


@dataclass(frozen=True)
class Screens:
    """What was on the screen when the recording was made.

    Places count the recorded steps that are to be performed; the one after the last is the end.

    Attributes:
        source: The recording.
        ladder: Compares screens.
        by_words: Whether the end may be told by its words, too.
    """

    source: Source
    ladder: Ladder
    by_words: bool

    def before(self, place: int) -> ObservationSeen:
        """The recorded look before the step at ``place``; after the last step, the end's."""
        if place < len(self.source.steps):
            return self.source.steps[place].seen
        return self.source.last_look

    def reached(self, place: int, now: Observation) -> bool:
        """Whether ``now`` is, as a whole, the screen recorded before the step at ``place``."""
        return self.ladder.same_screen(self.before(place), now) is not None

    def at_the_end(self, now: Observation) -> bool:
        """Whether ``now`` is the screen that the recording ends on."""
        source, ending = self.source, self.source.ending
        if ending is None:
            return looks_like(source, self.ladder, self.before(len(source.steps)), now)
        closing = close_as_recorded(source, self.ladder, ending, now, by_words=self.by_words)
        return isinstance(closing, Closing)

    def is_off(self, place: int, now: Observation) -> bool:
        """Whether ``now`` shows nothing, where something was to be seen around ``place``.

        The step at ``place`` may just have been done, and may have switched the screen off.
        """
        if not now.screenshot.is_black:
            return False
        around = (self.before(place), self.before(place + 1))
        return not any(self.source.frame(seen).is_black for seen in around)

    def divergence(self, place: int, now: Observation, missed: Missed) -> ReplayDivergedError:
        """The error for a screen on which the step at ``place`` is not to be found."""
        seen = self.before(place)
        here = " ".join(filter(None, (now.app, now.activity))) or "another screen"
        there = " ".join(filter(None, (seen.app, seen.activity))) or "the recorded screen"
        return ReplayDivergedError(
            seen.step,
            f"{there} ({self.source.name}/{seen.frame.path})",
            f"{here}: {missed.reason}",
            missed.tiles,
        )


def is_busy(now: Observation) -> bool:
    """Whether something still moves on the screen, or says that it is at work."""
    settle, tree = now.settle, now.ui_tree
    if settle is not None and settle.reason != "quiet":
        return True
    return tree is not None and any(node.kind in _BUSY for node in tree.nodes)
