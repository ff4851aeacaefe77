"""Who follows a run, and is asked: a terminal, a web page, or nobody."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from agent.loop import Watcher
from agent.step import Decision, Step
from tools.device import DeviceInfo, Observation
from tools.errors import NeedsHumanError


class Audience(Watcher, Protocol):
    """Who follows a run, and is asked."""

    def notice(self, text: str) -> None:
        """Something the person should know that is no step."""
        ...

    def began(self, goal: str, device: DeviceInfo, policy: str) -> None:
        """The device is connected; the first look comes next."""
        ...

    def heard(self, piece: str) -> None:
        """The model says something, piece by piece: its thoughts, then its call."""
        ...

    def paused(self) -> AbstractContextManager[None]:
        """Leave the terminal alone for as long as the block lasts: somebody types there."""
        ...

    def ask(self, question: str) -> str:
        """Put a question to the person.

        Raises:
            NeedsHumanError: Nobody is there.
        """
        ...


class Nobody:
    """An audience that listens to nothing and answers nothing."""

    def notice(self, text: str) -> None:
        """Not heard."""

    def began(self, goal: str, device: DeviceInfo, policy: str) -> None:
        """Not heard."""

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        """Not seen."""

    def stepped(self, step: Step) -> None:
        """Not seen."""

    def heard(self, piece: str) -> None:
        """Not heard."""

    def paused(self) -> AbstractContextManager[None]:
        """Nothing to leave alone."""
        return nullcontext()

    def ask(self, question: str) -> str:
        """Not answered.

        Raises:
            NeedsHumanError: Always.
        """
        raise NeedsHumanError(question)
