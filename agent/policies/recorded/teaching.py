"""The inner policy learns what was done without it, once it is asked."""

from collections.abc import Sequence

from agent.policies.recorded.progress import Turn
from agent.policies.recorded.source import Source
from agent.policy import Follower, Glimpse, Policy
from agent.step import Decision, Step


class Teaching:
    """What the inner policy has still to learn; nothing, where it cannot.

    Args:
        inner: The inner policy; ``None`` if there is none.
    """

    def __init__(self, inner: Policy | None) -> None:
        follower: object = inner
        self._follower = follower if isinstance(follower, Follower) else None
        self._past: tuple[Step, ...] = ()
        self._untaught: list[tuple[Glimpse, int, Decision]] = []

    def begin(self, goal: str, source: Source, done: int) -> None:
        """A run begins.

        Args:
            goal: The person's sentence.
            source: The recording.
            done: Index of the first recorded step that is still to be done: those before count as
                steps of this run, though it did not take them.
        """
        self._untaught.clear()
        self._past = source.done_steps(done)
        if self._follower is None:
            return
        for past, step in zip(self._past, source.decided_steps, strict=False):
            seen = source.glimpse(step)
            if seen is not None and past.decision is not None:
                self._follower.follow(goal, seen, self._past[: past.index], past.decision)

    def note(self, turn: Turn, decision: Decision) -> Decision:
        """Remember ``decision``, which is made without the inner policy, and return it."""
        if self._follower is not None:
            self._untaught.append((Glimpse.of(turn.now), len(turn.history), decision))
        return decision

    def history(self, turn: Turn) -> Sequence[Step]:
        """The steps as the inner policy is told, after it has learnt what it has missed."""
        history = turn.history
        if self._past:
            first = len(self._past)
            shown = [each.model_copy(update={"index": first + each.index}) for each in history]
            history = [*self._past, *shown]
        if self._follower is not None:
            for seen, before, decision in self._untaught:
                earlier = history[: len(self._past) + before]
                self._follower.follow(turn.goal, seen, earlier, decision)
            self._untaught.clear()
        return history
