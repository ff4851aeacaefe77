"""The protocol between the loop and whatever decides: a model with its dialect, rules, a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self, runtime_checkable

from agent.step import Decision, Step
from tools.device import Observation
from tools.geometry import Size
from tools.ui_tree import UiTree


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


@dataclass(frozen=True, eq=False)
class Glimpse:
    """A look without its picture: little enough to be kept for a whole episode.

    Attributes:
        app: What was in front; empty if unknown.
        activity: Its screen; empty if unknown.
        size: The screen in device px.
        ui_tree: The accessibility tree; ``None`` if there was none.
        device_time: The device's own wall clock; ``None`` if unknown.
    """

    app: str
    activity: str
    size: Size
    ui_tree: UiTree | None
    device_time: datetime | None = None

    @classmethod
    def of(cls, seen: Observation) -> Self:
        """What is left of a look."""
        return cls(seen.app, seen.activity, seen.size, seen.ui_tree, seen.device_time)


@runtime_checkable
class Follower(Protocol):
    """A policy that can learn from steps that somebody else decided, before it takes over."""

    def follow(self, goal: str, seen: Glimpse, history: Sequence[Step], decision: Decision) -> None:
        """Take note of what was decided on a screen.

        Args:
            goal: The person's sentence.
            seen: The screen.
            history: The steps before.
            decision: What somebody else decided.
        """
        ...
