"""Who may say yes to an action that a rule wants asked about."""

import sys
from dataclasses import dataclass
from typing import Protocol, TextIO, runtime_checkable

from tools.action import Action, describe_action
from tools.errors import NeedsHumanError

_TRIES = 3


@dataclass(frozen=True)
class Request:
    """An action that waits for a yes.

    Attributes:
        action: What is to be done.
        app: What is in front; empty if unknown.
        labels: What the target is called on the screen; empty if unknown.
        reason: Why a person is asked.
    """

    action: Action
    app: str = ""
    labels: tuple[str, ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        target = f" on {' / '.join(repr(label) for label in self.labels)}" if self.labels else ""
        app = f" in {self.app}" if self.app else ""
        why = f" ({self.reason})" if self.reason else ""
        return f"{describe_action(self.action)}{target}{app}{why}"


@runtime_checkable
class Approver(Protocol):
    """Answers for the person."""

    def approve(self, request: Request) -> bool:
        """Whether the action may be done.

        Raises:
            NeedsHumanError: Nobody is there to ask.
        """
        ...


class AlwaysApprover:
    """Says yes to everything."""

    def approve(self, request: Request) -> bool:  # noqa: ARG002 - the protocol's signature
        """Yes."""
        return True


class NeverApprover:
    """Says no to everything; the model is told."""

    def approve(self, request: Request) -> bool:  # noqa: ARG002 - the protocol's signature
        """No."""
        return False


class TerminalApprover:
    """Asks the person at the terminal, if there is one.

    Args:
        answers: Where the answer comes from; standard input by default.
        questions: Where the question is shown; standard error by default.
    """

    def __init__(self, answers: TextIO | None = None, questions: TextIO | None = None) -> None:
        self._answers = answers
        self._questions = questions

    def approve(self, request: Request) -> bool:
        """Ask yes or no; anything else, three times, is a no.

        Raises:
            NeedsHumanError: There is no terminal, or it was closed.
        """
        answers = sys.stdin if self._answers is None else self._answers
        questions = sys.stderr if self._questions is None else self._questions
        if not (answers.isatty() and questions.isatty()):
            raise NeedsHumanError(f"Nobody is there to approve: {request}")
        for _ in range(_TRIES):
            questions.write(f"Allow {request}? [y/n] ")
            questions.flush()
            line = answers.readline()
            if not line:
                raise NeedsHumanError(f"Nobody answered whether to approve: {request}")
            if (answer := line.strip().lower()) in {"y", "yes", "n", "no"}:
                return answer.startswith("y")
        return False
