"""What all parts of a performance share: the present look, the time, the log, and how to act.

A part is a generator: it yields the decision that is due and goes on when the screen has been
looked at again. So what waits, scrolls and tries again reads from top to bottom, while the loop
above keeps its order: observe, decide, act, record.
"""

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias, TypeVar

from pydantic import JsonValue

from agent.policy import Policy
from agent.step import Decision, Step, ToolCall, Verdict
from agent.suite.act.way import NewWay, thinking
from agent.suite.checks.context import Permissions, Shell, Witness
from agent.suite.language.task import Budget
from tools.action import ACTIONS, Action, OpenApp, Wait
from tools.clock import Clock
from tools.device import DeviceInfo, Observation
from tools.errors import AgentMistakeError, AutomationError
from tools.registry import Registry

_T = TypeVar("_T")
Move: TypeAlias = "Decision | AgentMistakeError"
"""What is decided; a mistake is one of the inner policy, which the loop tells it."""
Play: TypeAlias = Generator[Move, None, _T]
_POINTS = ("at", "start", "end")
_FREE = frozenset({"note", "wait"})
"""Tools that do nothing to the device."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _SHORTEST_PAUSE_S = 0.25, 1.0, 0.05


class StepFailedError(AutomationError):
    """A step could not be done; the case fails, unless the step is optional.

    Args:
        message: What happened, in a sentence.
        kind: One word for sorting: ``step.tap``; empty until the step is known.
    """

    def __init__(self, message: str, kind: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind


class CaseError(AutomationError):
    """The case cannot go on, and nothing is said about what it tests.

    Args:
        kind: One word for sorting: ``time_limit``, ``model``.
        message: What happened, in a sentence.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class Timing(Protocol):
    """The time of a case. In the teardown its own time runs."""

    def remaining_s(self) -> float:
        """Seconds left for what is being done; 0 if there are none."""
        ...

    def begin_teardown(self) -> None:
        """From now on the time of the teardown runs."""
        ...


class Log(Protocol):
    """Where a performance is written down; a recording."""

    model_calls: int
    tokens: int

    def check(self, name: str, verdict: Verdict, evidence: str) -> None:
        """Write what one check came to."""
        ...


@dataclass(frozen=True)
class GoalLimits:
    """When a goal is given up; see ``Config``."""

    max_steps: int = 40
    max_mistakes: int = 3
    max_reasks: int = 2


@dataclass(frozen=True)
class Means:
    """What a performance works with, the same from beginning to end.

    Attributes:
        info: What is known of the device.
        registry: The tools that decisions may call.
        clock: How time passes.
        time: The time of the case.
        log: Where it is written down.
        shell: The device's own shell.
        witness: The model that is asked about a picture; ``None`` if there is none.
        new_inner: A fresh policy, for a goal or for one action.
        limits: Of goals.
        budget: Of the whole case.
        permissions: What the person allows.
        new_way: The way to a goal, by a fresh policy or from memory.
        misnamed: Why a name of an app would open one that is called otherwise; empty if it is fine.
    """

    info: DeviceInfo
    registry: Registry
    clock: Clock
    time: Timing
    log: Log
    shell: Shell
    witness: Callable[[], Witness | None]
    new_inner: Callable[[], Policy]
    limits: GoalLimits = GoalLimits()
    budget: Budget = field(default_factory=Budget)
    permissions: Permissions = field(default_factory=Permissions)
    new_way: NewWay = thinking
    misnamed: Callable[[str], str] = lambda _: ""


@dataclass(frozen=True, eq=False)
class Turn:
    """One look of the loop.

    Attributes:
        now: What is seen.
        history: The steps so far, those of every part.
    """

    now: Observation
    history: Sequence[Step]


class Scene:
    """What is there now, and what was done so far.

    Args:
        means: What it works with.
        turn: The first look.
    """

    def __init__(self, means: Means, turn: Turn) -> None:
        self.means = means
        self.turn = turn
        self.values: dict[str, str] = {}
        """What ``extract`` steps have read, by name."""
        self.answer: str | None = None
        """What was answered to the last goal."""
        self.warnings: list[str] = []
        self.provenance: Counter[str] = Counter()
        self.actions = 0
        self.doing = ""
        """The step that is played, with its place."""
        self.folder = Path()
        """The folder from which paths in that step are meant."""
        self.delegated = False
        """Whether what is decided now comes from the inner policy."""
        self.tearing_down = False
        self._slack_s = 0.0

    @property
    def now(self) -> Observation:
        """The present look."""
        return self.turn.now

    @property
    def last(self) -> Step:
        """The step that was taken last."""
        return self.turn.history[-1]

    def time_s(self) -> float:
        """Seconds on a clock that also counts what the device says it has waited.

        A virtual phone waits without wasting anybody's time; what waits for ten of its seconds
        must come to an end there too.
        """
        return self.means.clock.now() + self._slack_s

    def until(self, timeout_s: float | None, default_s: float, outer_s: float) -> float:
        """When something that begins now must be done, within what it is a part of."""
        return min(self.time_s() + (timeout_s if timeout_s is not None else default_s), outer_s)

    def decide(self, action: Action, how: str = "") -> Decision:
        """The decision to perform ``action`` for the step that is played."""
        arguments = ACTIONS.dump_python(action, mode="json", exclude={"kind"})
        for name in _POINTS:
            if name in arguments:
                arguments[name] = [arguments[name]["x"], arguments[name]["y"]]
        return self.call(action.kind, how, arguments)

    def call(self, tool: str, how: str, arguments: dict[str, JsonValue]) -> Decision:
        """The decision to call a tool for the step that is played."""
        self.delegated = False
        thought = f"{self.doing} ({how})" if how else self.doing
        return Decision(thought=thought, call=ToolCall(name=tool, arguments=arguments))

    def perform(self, action: Action, how: str = "") -> Play[None]:
        """Have ``action`` carried out and look again.

        Raises:
            StepFailedError: It could not be carried out.
        """
        yield from self.take(self.decide(action, how))
        if self.last.mistake:
            raise StepFailedError(self.last.mistake)

    def open_app(self, name: str) -> Play[None]:
        """Have the app of just this name opened; one that is nearly called so will not do.

        Raises:
            StepFailedError: There is none, or it could not be opened.
        """
        if why := self.means.misnamed(name):
            raise StepFailedError(why)
        yield from self.perform(OpenApp(name=name))

    def note(self, text: str) -> Play[None]:
        """Write down, as a step of the recording, what touched no screen."""
        yield from self.take(self.call("note", "", {"text": text}))

    def take(self, decision: Decision) -> Play[None]:
        """Have any decision carried out and look again, whatever came of it.

        Raises:
            CaseError: The time is up, or there are no actions left for it.
        """
        self.go_on()
        if decision.call.name not in _FREE:
            self._afford("steps", self.actions, self.means.budget.steps)
        began_s = self.means.clock.now()
        yield decision
        action = self.last.action
        if isinstance(action, Wait):
            spent_s = self.means.clock.now() - began_s
            self._slack_s += max(0.0, action.duration_s - spent_s)
        elif action is not None:
            self.actions += 1

    def go_on(self) -> None:
        """Ask whether there is time left to go on.

        Raises:
            CaseError: There is none.
        """
        if self.means.time.remaining_s() <= 0:
            what = "teardown" if self.tearing_down else "case"
            raise CaseError("time_limit", f"The time of the {what} is up.")

    def may_ask(self) -> None:
        """Ask whether a model may be asked once more.

        Raises:
            CaseError: The time is up, or a part of the budget.
        """
        self.go_on()
        budget, log = self.means.budget, self.means.log
        self._afford("model_calls", log.model_calls, budget.model_calls)
        self._afford("tokens", log.tokens, budget.tokens)

    def _afford(self, name: str, used: int, most: int | None) -> None:
        """The teardown has a time of its own, and no other limits."""
        if most is not None and used >= most and not self.tearing_down:
            words = name.replace("_", " ")
            words = words.removesuffix("s") if most == 1 else words
            raise CaseError(f"budget.{name}", f"The budget of {most} {words} is used up.")


class Pauses:
    """Waits between looks, a little longer each time.

    Args:
        scene: What is there.
        until_s: When to stop, on the scene's clock.
    """

    def __init__(self, scene: Scene, until_s: float) -> None:
        self._scene = scene
        self._until_s = until_s
        self._next_s = _FIRST_PAUSE_S

    def one(self, why: str) -> Play[bool]:
        """Wait once and look again; ``False``, at once, if the time is over."""
        left_s = self._until_s - self._scene.time_s()
        if left_s < _SHORTEST_PAUSE_S:
            return False
        pause_s = min(self._next_s, left_s)
        self._next_s = min(2 * self._next_s, _LONGEST_PAUSE_S)
        yield from self._scene.perform(Wait(duration_s=round(pause_s, 3)), f"waiting: {why}")
        return True
