"""Another model in the place of the recorded one: asked the very same, and not listened to."""

from collections.abc import Callable, Sequence
from typing import Protocol

from agent.dialects.dialect import Dialect
from agent.model import Model, OnText, Reply, Request
from agent.policy import Policy
from agent.recording.format import MistakeMade
from agent.replay.tape import Reading, Tape
from agent.sight import Shown
from agent.step import Decision, Step
from tools.errors import AgentMistakeError, ModelError
from tools.registry import Registry


class SeeingPolicy(Policy, Protocol):
    """A policy that shows a model pictures."""

    @property
    def shown(self) -> Shown | None:
        """The last picture, and how it lies on the screen."""
        ...


class TaughtDecider:
    """A model that speaks the dialect of the recorded one.

    At every step it is asked exactly what the recorded model would be asked today, the recorded
    replies standing in the conversation as its own. What it answers is read and scored; the
    conversation goes on with what was recorded.

    Args:
        other: The model that is asked.
        dialect: How both are spoken to.
        tools: What is offered.
        make: Makes the policy around a model.
    """

    def __init__(
        self,
        other: Model,
        dialect: Dialect,
        tools: Registry,
        make: Callable[[Model], SeeingPolicy],
    ) -> None:
        self._double = _Double(other)
        self._dialect, self._tools = dialect, tools
        self._policy = make(self._double)

    @property
    def name(self) -> str:
        """The policy's, which has the model's name in it."""
        return self._policy.name

    def decide(self, tape: Tape, index: int) -> Decision:
        """See ``Decider``."""
        readings = tape.readings(index)
        self._double.begin(readings)
        seen, history = tape.look(index), tape.history[:index]
        for place in range(len(readings)):
            told: Sequence[Step] = history
            before = readings[place - 1].became if place else None
            if isinstance(before, MistakeMade):
                again = Step(
                    index=index, app=seen.app, activity=seen.activity, mistake=before.message
                )
                told = (*history, again)
            try:
                self._policy.decide(tape.recording.start.goal, seen, told)
            except AgentMistakeError:
                continue  # as it was when it was recorded
        reply = self._double.reply()
        if self._policy.shown is None:
            raise ModelError("No picture was shown.")
        return self._dialect.read(reply, self._policy.shown.projection, self._tools)


class _Double:
    """Asks the other model, keeps what it says, and gives back what was recorded."""

    def __init__(self, other: Model) -> None:
        self._other = other
        self._recorded: list[Reply] = []
        self._said: Reply | ModelError | None = None

    @property
    def name(self) -> str:
        return self._other.name

    def begin(self, readings: Sequence[Reading]) -> None:
        """A new step, in which these replies were recorded."""
        self._recorded = [each.response.reply for each in readings]
        self._said = None

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        """Only the first question of a step is put to the other model."""
        if self._said is None:
            try:
                self._said = self._other.ask(request, on_text=on_text)
            except ModelError as error:
                self._said = error
        if not self._recorded:
            raise ModelError("No reply was recorded in this step.")
        return self._recorded.pop(0)

    def reply(self) -> Reply:
        """What the other model said.

        Raises:
            ModelError: It could not be asked.
        """
        if self._said is None:
            raise ModelError("No reply was recorded in this step, so that nothing was asked.")
        if isinstance(self._said, ModelError):
            raise self._said
        return self._said

    def close(self) -> None:
        self._other.close()
