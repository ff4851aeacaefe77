"""What the recorded run was told without touching the screen: told again, and nobody is asked.

Answers of tools and of the person, and notes, are what later steps and whoever takes over rest on.
They are given as they were: to ask again costs time and money, and may come to something else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from agent.policies.recorded.source import Source, was_refused
from agent.recording.reader import RecordedStep, Recording
from agent.recording.untold import UNTOLD
from agent.step import Decision, Step, StopReason, ToolCall

Give: TypeAlias = Callable[[ToolCall, str], None]
"""Sees to it that a call, if it is the next one, comes to this answer without being made."""

WHY = "no screen was touched: its recorded answer is given again, and nobody is asked"
_CLAIMS = (StopReason.FINISHED, StopReason.GAVE_UP)


@dataclass(frozen=True)
class Told:
    """A recorded step that came to words only.

    Attributes:
        index: Which step of the recording it is.
        decision: What was called, and why.
        answer: What came of it; may be empty.
    """

    index: int
    decision: Decision
    answer: str


class Retelling:
    """Where a replay is in what the recorded run was told.

    Args:
        source: The recording.
        give: Serves the answers; ``None``: nothing can be told again.
    """

    def __init__(self, source: Source, give: Give | None) -> None:
        self._give = give
        self._all = tuple(_told_steps(source.recording, source.until)) if give is not None else ()
        self._left = list(self._all)
        self._begun: Told | None = None

    @property
    def left(self) -> int:
        """How many are still to be told."""
        return len(self._left)

    def begin(self, done: int) -> None:
        """A run begins, in which the recorded steps before index ``done`` count as taken."""
        self._left = [told for told in self._all if told.index >= done]
        self._begun = None

    def next(self, before: int | None, history: Sequence[Step]) -> Told | None:
        """What is to be told now; it counts as told once it is the last step in ``history``.

        Args:
            before: Index of the recorded step that is due; ``None`` if none is left.
            history: The steps of this run.
        """
        begun, self._begun = self._begun, None
        if begun is not None and history and _is_step(history[-1], begun):
            self._left.remove(begun)
        if not self._left or (before is not None and self._left[0].index > before):
            return None
        return self._left[0]

    def tell(self, told: Told) -> Decision:
        """The decision that tells it again."""
        assert self._give is not None  # noqa: S101 - else there is nothing to tell
        self._begun = told
        self._give(told.decision.call, told.answer)
        return told.decision


def _is_step(step: Step, told: Told) -> bool:
    return step.decision is not None and step.decision.call == told.decision.call


def _told_steps(recording: Recording, until: int | None) -> Iterator[Told]:
    end = recording.end
    claims = end is not None and end.stop in _CLAIMS
    last = max((step.index for step in recording.steps if step.decision), default=-1)
    for step in recording.steps:
        if until is not None and step.index >= until:
            return
        if step.index == last and claims:  # the claim, whatever the tool is called that made it
            return
        if _came_to_words(step) and step.decision is not None and step.result is not None:
            decision = Decision(thought=step.thought, call=step.decision.call)
            yield Told(step.index, decision, step.result.result)


def _came_to_words(step: RecordedStep) -> bool:
    made, result = step.decision, step.result
    if made is None or result is None or step.observation is None:
        return False
    if made.call.name == "finish" or made.call == UNTOLD:
        return False
    return step.intent is None and result.ok and not was_refused(step)
