"""The protocol between the loop and whatever decides: a model with its dialect, rules, a script."""

from collections.abc import Sequence
from typing import Protocol

from agent.step import Decision, Step
from tools.device import Observation


class Policy(Protocol):
    """Goal, observation and history in; one decision out."""

    @property
    def name(self) -> str:
        """How it is named in configuration and recordings."""
        ...

    @property
    def wants_ui_tree(self) -> bool:
        """Whether it reads the accessibility tree, so that none is fetched for nothing."""
        ...

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        """Decide what to do next.

        Args:
            goal: The person's sentence.
            observation: The screen as it is now.
            history: The steps so far, oldest first; mistakes and feedback are in them.

        Raises:
            UnreadableReplyError: No decision could be read; the loop asks again, within limits.
            ModelError: The model could not be asked.
        """
        ...
