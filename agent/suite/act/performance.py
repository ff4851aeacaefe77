"""A whole case: setup, steps, checks, teardown, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agent.check import Judgement
from agent.step import Decision, ToolCall, Verdict
from agent.suite.act.judge import Judged, judge, not_asked
from agent.suite.act.scene import CaseError, Play, Scene, StepFailedError
from agent.suite.act.steps import play_all
from agent.suite.language.plan import Plan, PlannedStep

Part = Literal["steps", "solution", "nothing"]
"""What is done of a case: its steps, its solution in their place, or nothing between setup and
checks."""


@dataclass(frozen=True)
class Trouble:
    """Why a case did not pass.

    Attributes:
        verdict: ``failed`` or ``error``.
        kind: One word for sorting: ``step.tap``, ``check.text``, ``setup``, ``time_limit``.
        message: One line, with the place in the task file.
        details: Further lines.
    """

    verdict: Verdict
    kind: str
    message: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Performed:
    """What came of a case.

    Attributes:
        verdict: Of the checks; ``failed`` or ``error`` also where it did not come to them,
            ``not_run`` where it was not over.
        trouble: Why it did not pass; ``None`` if it did, or is unverified.
        judged: What each check came to.
        torn_down: Whether the teardown was begun.
    """

    verdict: Verdict
    trouble: Trouble | None = None
    judged: tuple[Judged, ...] = ()
    torn_down: bool = False


class Performance:
    """Plays one case.

    Args:
        plan: What is to be done.
        part: What of it.
        place: Where the task begins, for what it does by itself.
    """

    def __init__(self, plan: Plan, part: Part, place: str) -> None:
        self._plan, self._part, self._place = plan, part, place
        self._judged: tuple[Judged, ...] = ()
        self._trouble: Trouble | None = None
        self._played = False
        self._done = False
        self._torn_down = False

    @property
    def performed(self) -> Performed:
        """What came of it so far."""
        verdict = self._verdict() if self._done else Verdict.NOT_RUN
        if self._trouble is not None:
            verdict = self._trouble.verdict
        return Performed(verdict, self._trouble, self._judged, self._torn_down)

    @property
    def judgement(self) -> Judgement:
        """The same as the loop wants to know it."""
        performed = self.performed
        return Judgement(performed.verdict, tuple(each.checked() for each in performed.judged))

    def play(self, scene: Scene) -> Play[None]:
        """Play all of it; ends with the decision to finish."""
        if (yield from self._prepare(scene)):
            yield from self._do(scene)
        else:
            self._judged = not_asked(self._plan.checks, "It was not asked: the setup failed.")
        yield from self._tear_down(scene)
        yield self._over(scene, done=self._played)

    def play_teardown(self, scene: Scene) -> Play[None]:
        """Play nothing but the teardown; ends with the decision to finish."""
        done = yield from self._tear_down(scene)
        yield self._over(scene, done=done)

    def _tear_down(self, scene: Scene) -> Play[bool]:
        """Play the teardown alone, with a time of its own; whether all of it was done."""
        done = self._torn_down = scene.tearing_down = True
        scene.means.time.begin_teardown()
        for planned in self._plan.teardown:  # one that fails keeps no other from being played
            try:
                yield from play_all(scene, (planned,))
            except StepFailedError as error:
                done = False
                self._missed_teardown(str(error))
            except CaseError as error:
                self._missed_teardown(_placed(error, scene))
                return False
        return done

    def _missed_teardown(self, told: str) -> None:
        if self._trouble is None:
            self._trouble = Trouble(Verdict.ERROR, "teardown", f"Teardown: {told}")
            return
        details = (*self._trouble.details, f"Teardown: {told}")
        self._trouble = replace(self._trouble, details=details)

    def _prepare(self, scene: Scene) -> Play[bool]:
        try:
            yield from play_all(scene, self._plan.setup)
            app = self._plan.task.target.app
            if app is not None:
                scene.doing = f"{self._place}: open {app!r}, the app of the target"
                yield from scene.open_app(app)
        except StepFailedError as error:
            told = str(error) if error.kind else f"{scene.doing}: {error}"
            self._trouble = Trouble(Verdict.ERROR, "setup", f"Setup: {told}")
        except CaseError as error:
            self._trouble = Trouble(Verdict.ERROR, error.kind, f"Setup: {_placed(error, scene)}")
        return self._trouble is None

    def _do(self, scene: Scene) -> Play[None]:
        parts: dict[Part, Sequence[PlannedStep]] = {
            "steps": self._plan.steps,
            "solution": self._plan.solution,
            "nothing": (),
        }
        try:
            yield from play_all(scene, parts[self._part])
            self._played = True
        except StepFailedError as error:
            self._trouble = Trouble(Verdict.FAILED, error.kind, str(error))
        except CaseError as error:
            self._trouble = Trouble(Verdict.ERROR, error.kind, _placed(error, scene))
        if self._trouble is not None and self._trouble.verdict is Verdict.ERROR:
            why = f"It was not asked: {self._trouble.message}"
            self._judged = not_asked(self._plan.checks, why)
            return
        patient = self._trouble is None
        self._judged, stopped = yield from judge(scene, self._plan.checks, patient=patient)
        bad = [each.line for each in self._judged if _counts(each)]
        if self._trouble is not None:
            self._trouble = replace(self._trouble, details=tuple(bad))
        elif stopped is not None:
            self._trouble = Trouble(
                Verdict.ERROR, stopped.kind, _placed(stopped, scene), tuple(bad)
            )
        else:
            self._trouble = _missed(self._judged, bad)

    def _verdict(self) -> Verdict:
        required = [each for each in self._judged if not each.warns]
        return Verdict.PASSED if required else Verdict.UNVERIFIED

    def _over(self, scene: Scene, *, done: bool) -> Decision:
        """The decision with which the episode ends; what came of its checks is not the agent's."""
        self._done = True
        trouble = self._trouble
        told = trouble is None or trouble.kind.startswith("check.")  # by the checks themselves
        answer = scene.answer or "Done." if told or trouble is None else trouble.message
        call = ToolCall(name="finish", arguments={"success": done, "answer": answer})
        return Decision(thought="The case is over.", call=call)


def _placed(error: CaseError, scene: Scene) -> str:
    """The error with what was being done, where it does not say so itself."""
    told = str(error)
    return told if told.startswith(scene.doing) else f"{scene.doing}: {told}"


def _counts(judged: Judged) -> bool:
    return not judged.finding.passed and not judged.warns


def _missed(judged: Sequence[Judged], lines: Sequence[str]) -> Trouble | None:
    """Of the checks that did not pass, one that failed says more than one that could not tell."""
    bad = [each for each in judged if _counts(each)]
    if not bad:
        return None
    first = next((each for each in bad if each.finding.verdict is Verdict.FAILED), bad[0])
    failed = first.finding.verdict is Verdict.FAILED
    others = tuple(line for line in lines if line != first.line)
    verdict = Verdict.FAILED if failed else Verdict.ERROR
    return Trouble(verdict, f"check.{first.planned.check.question_name}", first.line, others)
