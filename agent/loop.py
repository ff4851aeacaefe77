"""Observe, think, act: one episode, from the first look to the stop.

The loop knows protocols only. What a policy does wrong it is told; what the world does wrong ends
the episode, after the step it happened in is on disk. Nothing is retried here.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from agent.check import Check, Judgement, Judging, run_checks, verdict_of
from agent.policy import Policy
from agent.recording.writer import RecordingWriter
from agent.step import Checked, Decision, Episode, Step, StepTiming, StopReason, Verdict
from agent.stuck import Sighting, StuckDetector
from tools.action import Action, describe_action
from tools.clock import Clock
from tools.device import Device, Observation
from tools.errors import (
    AgentMistakeError,
    DeviceError,
    DeviceGoneError,
    DeviceTimeoutError,
    ModelError,
    NeedsHumanError,
    RecordingError,
    ReplayDivergedError,
    UnreadableReplyError,
)
from tools.outcome import Finish, Note, Question, ToolContext
from tools.registry import Registry

Asker = Callable[[str], str]
"""Puts a question to a person and returns the answer; raises NeedsHumanError if nobody is there."""


class Watcher(Protocol):
    """Somebody who follows an episode as it happens."""

    def decided(self, index: int, observation: Observation, decision: Decision) -> None:
        """The policy has decided step ``index``; nothing was done yet."""
        ...

    def stepped(self, step: Step) -> None:
        """A step is over and on disk."""
        ...


@dataclass(frozen=True)
class Limits:
    """When an episode ends by itself; see ``Config`` for the reasons."""

    max_steps: int = 40
    timeout_s: float = 600.0
    max_mistakes: int = 3
    max_reasks: int = 2
    dry_run: bool = False
    may_get_stuck: bool = True


@dataclass(frozen=True)
class Cast:
    """Everyone who takes part in an episode."""

    device: Device
    policy: Policy
    registry: Registry
    recorder: RecordingWriter
    clock: Clock
    ask: Asker
    watcher: Watcher
    checks: tuple[Check, ...] = ()


_CHECKED = frozenset(
    {
        StopReason.FINISHED,
        StopReason.GAVE_UP,
        StopReason.STUCK,
        StopReason.STEP_LIMIT,
        StopReason.TIME_LIMIT,
        StopReason.UNREADABLE,
    }
)
"""After these the device is there and at rest: the checks are run, whatever the agent claims."""


@dataclass(frozen=True)
class _Ending:
    stop: StopReason
    answer: str = ""
    error: str = ""
    device_gone: bool = False


@dataclass
class _Turn:
    """A step while it happens."""

    index: int
    seen: Observation
    sighting: Sighting
    decision: Decision | None = None
    action: Action | None = None
    result: str = ""
    mistake: str = ""
    undone: str = ""
    spent_s: dict[str, float] = field(default_factory=dict)

    def step(self) -> Step:
        """What is known of it by now."""
        settle, shot = self.seen.settle, self.seen.screenshot
        return Step(
            index=self.index,
            app=self.seen.app,
            activity=self.seen.activity,
            decision=self.decision,
            action=self.action,
            result=self.result,
            mistake=self.mistake,
            frame_key=self.sighting.frame_key,
            timing=StepTiming(
                settle_s=settle.duration_s if settle is not None else 0.0,
                capture_s=shot.capture_s,
                decode_s=shot.decode_s,
                **{f"{name}_s": spent for name, spent in self.spent_s.items()},
            ),
        )


def run_episode(goal: str, cast: Cast, limits: Limits) -> Episode:
    """Pursue ``goal`` until it is done or a limit is reached.

    Returns:
        The episode. Whatever happened is in it; nothing that went wrong on the way is raised.
    """
    run = _Run(goal, cast, limits)
    trace = ""
    try:
        ending = run.until_it_ends()
        run.check(ending)
    except KeyboardInterrupt as interrupt:
        ending = _Ending(StopReason.INTERRUPTED, error=str(interrupt))
    except NeedsHumanError as error:
        ending = _Ending(StopReason.NEEDS_HUMAN, answer=str(error))
    except ReplayDivergedError as error:
        ending = _Ending(StopReason.DIVERGED, error=str(error))
    except DeviceError as error:
        gone = isinstance(error, DeviceGoneError | DeviceTimeoutError)
        ending = _Ending(StopReason.DEVICE_LOST, error=str(error), device_gone=gone)
    except ModelError as error:
        ending = _Ending(StopReason.MODEL_ERROR, error=str(error))
    except RecordingError as error:
        ending = _Ending(StopReason.RECORDING_LOST, error=error.message)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the one edge of an episode
        trace = traceback.format_exc()
        what = f"{type(error).__name__}: {error}"
        ending = _Ending(StopReason.CRASHED, error=f"{what} (traceback in the recording)")
    return run.close(ending, trace)


class _Run:
    def __init__(self, goal: str, cast: Cast, limits: Limits) -> None:
        self._goal, self._cast, self._limits = goal, cast, limits
        self._detector = StuckDetector(cast.device.info)
        self._steps: list[Step] = []
        self._mistakes = 0
        self._checked: tuple[Checked, ...] = ()
        self._fresh: Observation | None = None
        self._started_s = cast.clock.now()

    def until_it_ends(self) -> _Ending:
        while True:
            turn = self._observe()
            ending = self._limit_reached(turn)
            if ending is None:
                try:
                    ending = self._decide(turn)
                    if ending is None and turn.decision is not None:
                        ending = self._act(turn, turn.decision)
                finally:
                    self._keep(turn)
            if ending is not None:
                return ending

    def _observe(self) -> _Turn:
        index, start_s = len(self._steps), self._cast.clock.now()
        seen = self._fresh = self._cast.device.observe()
        observed_s = self._cast.clock.now()
        sighting = self._detector.look(seen)
        turn = _Turn(index, seen, sighting, spent_s={"observe": observed_s - start_s})
        with self._timed(turn, "record"):
            self._cast.recorder.observation(
                index, seen, frame_key=sighting.frame_key, feedback=sighting.feedback
            )
        if sighting.feedback and self._steps:
            told = {"feedback": sighting.feedback}
            self._steps[-1] = self._steps[-1].model_copy(update=told)
        return turn

    def _limit_reached(self, turn: _Turn) -> _Ending | None:
        """Checked after the look, so that the last frame shows what the last action did."""
        limits = self._limits
        if turn.sighting.stuck and limits.may_get_stuck:
            return _Ending(StopReason.STUCK, error=turn.sighting.stuck)
        if self._mistakes >= limits.max_mistakes:
            last = self._steps[-1].mistake
            return _Ending(
                StopReason.STUCK, error=f"{self._mistakes} mistakes in a row, the last: {last}"
            )
        if len(self._steps) >= limits.max_steps:
            return _Ending(StopReason.STEP_LIMIT, error=f"{limits.max_steps} steps were taken")
        return self._time_is_up() if self._out_of_time() else None

    def _decide(self, turn: _Turn) -> _Ending | None:
        history, asked = self._steps, 0
        self._fresh = None
        while turn.decision is None:
            try:
                with self._timed(turn, "decide"):
                    turn.decision = self._asked(turn, history)
            except UnreadableReplyError as error:
                turn.mistake = str(error)
                self._cast.recorder.mistake(turn.index, error, counts=False)
                if asked >= self._limits.max_reasks:
                    return _Ending(StopReason.UNREADABLE, error=turn.mistake)
                if self._out_of_time():
                    return self._time_is_up()
                asked += 1
                history = [*self._steps, turn.step()]  # told so; only then is the list copied
            except AgentMistakeError as error:  # readable, but not to be meant: off the screen, ...
                self._blame(turn, error)
                return None
        turn.mistake, turn.undone = "", "The run ended before this was done."
        with self._timed(turn, "record"):
            self._cast.recorder.decision(turn.index, turn.decision, turn.spent_s["decide"])
        self._cast.watcher.decided(turn.index, turn.seen, turn.decision)
        return self._time_is_up() if self._out_of_time() else None

    def _asked(self, turn: _Turn, history: Sequence[Step]) -> Decision:
        policy = self._cast.policy
        decided: object = policy.decide(self._goal, turn.seen, history)
        if not isinstance(decided, Decision):  # else None would be asked for again for ever
            told = f"The policy {policy.name!r} gave {decided!r:.80} in place of a Decision."
            raise TypeError(told)
        return decided

    def _act(self, turn: _Turn, decision: Decision) -> _Ending | None:
        context = ToolContext(turn.seen, self._cast.device.info)
        try:
            with self._timed(turn, "act"):  # a tool may film for long, or ask a model or a person
                outcome = self._cast.registry.resolve(
                    decision.call.name, decision.call.arguments, context
                )
                if isinstance(outcome, Question):
                    outcome = self._cast.ask(outcome.text)
            turn.undone = ""
            match outcome:
                case Finish(success=success, answer=answer):
                    stop = StopReason.FINISHED if success else StopReason.GAVE_UP
                    return _Ending(stop, answer=answer)
                case Note(text=text):
                    turn.result = text
                case str():
                    turn.result = outcome
                case _:
                    turn.action = outcome
                    if self._limits.dry_run:
                        turn.undone = "Not performed: this is a dry run."
                        return _Ending(StopReason.DRY_RUN, answer=describe_action(outcome))
                    self._perform(turn, outcome)
        except AgentMistakeError as error:
            self._blame(turn, error)
        else:
            self._mistakes = 0
            self._detector.acted(decision.call, turn.action)
        return None

    def _blame(self, turn: _Turn, error: AgentMistakeError) -> None:
        """The policy is told what was wrong; the step counts, and so does the mistake."""
        turn.mistake = str(error)
        self._mistakes += 1
        self._cast.recorder.mistake(turn.index, error, counts=True)

    def _perform(self, turn: _Turn, action: Action) -> None:
        with self._timed(turn, "record"):
            self._cast.recorder.intent(turn.index, action, turn.seen)
        turn.undone = "Whether this was delivered is not known."
        with self._timed(turn, "act"):
            self._cast.device.perform(action)
        turn.undone = ""

    def _keep(self, turn: _Turn) -> None:
        """Put the step on the list and on the disk, whatever became of it."""
        self._steps.append(turn.step())
        with self._timed(turn, "record"):
            self._cast.recorder.result(turn.step(), error=turn.mistake or turn.undone)
        self._steps[-1] = turn.step()
        self._cast.watcher.stepped(self._steps[-1])

    def check(self, ending: _Ending) -> None:
        """Put the checks to the device as it is now; a look that is still fresh serves for it."""
        checks = self._cast.checks
        if not checks or ending.stop not in _CHECKED:
            return
        seen = self._fresh
        if seen is None:
            seen = self._cast.device.observe()
            self._cast.recorder.observation(len(self._steps), seen)
        self._checked = run_checks(checks, seen)
        for checked in self._checked:
            self._cast.recorder.check(checked.name, checked.verdict, checked.evidence)

    def close(self, ending: _Ending, trace: str) -> Episode:
        """Write the end; if even that fails, the episode says so."""
        judged = self._judgement()
        episode = Episode(
            goal=self._goal,
            steps=tuple(self._steps),
            stop=ending.stop,
            answer=ending.answer,
            verdict=judged.verdict,
            checks=judged.checked,
            recording=self._cast.recorder.folder,
            duration_s=max(0.0, self._cast.clock.now() - self._started_s),
            error=ending.error,
            device_gone=ending.device_gone,
        )
        try:
            self._cast.recorder.end(episode, traceback=trace)
        except RecordingError as error:
            what = " ".join(filter(None, (ending.error, error.message)))
            return episode.model_copy(update={"stop": StopReason.RECORDING_LOST, "error": what})
        return episode

    def _judgement(self) -> Judgement:
        if isinstance(self._cast.policy, Judging):
            return self._cast.policy.judgement
        if self._cast.checks and not self._checked:
            return Judgement(Verdict.NOT_RUN)
        return Judgement(verdict_of(self._checked), self._checked)

    def _time_is_up(self) -> _Ending:
        return _Ending(StopReason.TIME_LIMIT, error=f"{self._limits.timeout_s:g} s have passed")

    def _out_of_time(self) -> bool:
        return self._cast.clock.now() - self._started_s >= self._limits.timeout_s

    @contextmanager
    def _timed(self, turn: _Turn, name: str) -> Iterator[None]:
        start_s = self._cast.clock.now()
        try:
            yield
        finally:
            spent_s = self._cast.clock.now() - start_s
            turn.spent_s[name] = turn.spent_s.get(name, 0.0) + spent_s
