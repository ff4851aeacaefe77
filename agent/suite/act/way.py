"""How a goal of a case is pursued: by thinking, or as it was reached before."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from agent.policy import Policy

CACHED, HEALED, ASKED = "cached", "healed", "policy"
"""Where a decision towards a goal came from: played from memory on the screen it was made on; from
memory, but found again elsewhere; from the policy."""
NewPolicy: TypeAlias = Callable[[], Policy]


class Way(Protocol):
    """Who decides on the way to one goal."""

    @property
    def policy(self) -> Policy:
        """Who decides next."""
        ...

    @property
    def source(self) -> str:
        """Where the last decision came from; empty if it only waits."""
        ...

    def leave(self, why: str) -> bool:
        """Memory does not help any further: from now on a fresh policy decides.

        Args:
            why: What the memory says.

        Returns:
            Whether memory was what decided; if not, nothing is changed.
        """
        ...

    def reached(self, first: int, until: int, answer: str) -> None:
        """It was said that the goal is reached.

        Args:
            first: Index of the first step towards it.
            until: Index of the step in which it was said.
            answer: What was said.
        """
        ...


class Thinking:
    """The way without memory: a fresh policy decides everything.

    Args:
        new_policy: Makes it.
    """

    source = ASKED

    def __init__(self, new_policy: NewPolicy) -> None:
        self.policy = new_policy()

    def leave(self, why: str) -> bool:
        """There is nothing to leave."""
        del why
        return False

    def reached(self, first: int, until: int, answer: str) -> None:
        """Nothing is kept."""


NewWay: TypeAlias = Callable[[str, NewPolicy], Way]
"""Given a goal and who pursues it by thinking, the way to it."""


def thinking(goal: str, new_policy: NewPolicy) -> Way:
    """The way to any goal without memory."""
    del goal
    return Thinking(new_policy)
