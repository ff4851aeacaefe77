"""Puts the checks of a case, looks again where that may help, and keeps what each came to."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.step import Checked, Verdict
from agent.suite.act.scene import CaseError, Pauses, Play, Scene
from agent.suite.act.words import check_words
from agent.suite.checks.ask import WAITS, put
from agent.suite.checks.context import CheckContext, Finding, error
from agent.suite.language.fill import resolve
from agent.suite.language.plan import PlannedCheck
from tools.errors import TaskError

_COMMAND_S = 10.0
"""For a command or a function of a check."""


@dataclass(frozen=True)
class Judged:
    """What one check came to.

    Attributes:
        planned: The check.
        finding: What was found.
    """

    planned: PlannedCheck
    finding: Finding

    @property
    def name(self) -> str:
        """What was asked, in words."""
        words = check_words(self.planned.check)
        return f"{words} (optional)" if self.planned.check.optional else words

    @property
    def warns(self) -> bool:
        """Whether it may be as it is."""
        return self.planned.check.optional or self.finding.warns

    @property
    def line(self) -> str:
        """Place, question and evidence."""
        place = self.planned.place
        return f"{place.path}:{place.line}: {self.name}: {self.finding.evidence}"

    def checked(self) -> Checked:
        """As it stands in the recording."""
        return Checked(name=self.name, verdict=self.finding.verdict, evidence=self.finding.evidence)


def not_asked(checks: Sequence[PlannedCheck], why: str) -> tuple[Judged, ...]:
    """What checks come to that are not put at all."""
    return tuple(Judged(each, Finding(Verdict.NOT_RUN, why)) for each in checks)


def judge(
    scene: Scene, checks: Sequence[PlannedCheck], *, patient: bool
) -> Play[tuple[tuple[Judged, ...], CaseError | None]]:
    """Put all checks, those that ask a model last, and write down what each came to.

    Args:
        scene: What is there.
        checks: In the order of the file, which is kept.
        patient: Whether to wait for what may come; not where a step has failed already, and then
            no model is asked either.

    Returns:
        What each came to, and why not all could be put.
    """
    found: dict[int, Finding] = {}
    trouble: CaseError | None = None
    try:
        yield from _put_all(scene, checks, found, patient=patient)
    except CaseError as error:
        trouble = error
    missing = Finding(Verdict.NOT_RUN, "It was not asked.")
    judged = tuple(Judged(each, found.get(number, missing)) for number, each in enumerate(checks))
    for each in judged:
        scene.means.log.check(each.name, each.finding.verdict, each.finding.evidence)
        if each.warns and not each.finding.passed:
            scene.warnings.append(each.line)
    return judged, trouble


def _put_all(
    scene: Scene, checks: Sequence[PlannedCheck], found: dict[int, Finding], *, patient: bool
) -> Play[None]:
    waiting = [number for number, each in enumerate(checks) if each.check.ai is None]
    began_s = scene.time_s()
    longest_s = max((checks[number].check.timeout_s for number in waiting), default=0.0)
    pauses = Pauses(scene, began_s + longest_s)
    again = True
    while waiting and again:
        for number in waiting:
            found[number] = _put(scene, checks[number])
        spent_s = scene.time_s() - began_s
        waiting = [
            number
            for number in waiting
            if patient and _may_come(checks[number], found[number], spent_s)
        ]
        if waiting:
            _name(scene, checks[waiting[0]])
            again = yield from pauses.one("for what is checked")
    for number, each in enumerate(checks):
        if each.check.ai is not None and patient:
            found[number] = _put(scene, each)


def _put(scene: Scene, planned: PlannedCheck) -> Finding:
    _name(scene, planned)
    if planned.check.ai is not None:
        scene.may_ask()
    scene.go_on()
    means = scene.means
    try:
        question = resolve(planned.check, scene.values).question
    except TaskError as trouble:
        return error(str(trouble))
    context = CheckContext(
        seen=scene.now,
        info=means.info,
        folder=planned.folder,
        shell=means.shell,
        witness=means.witness,
        answer=scene.answer,
        permissions=means.permissions,
        timeout_s=max(0.1, min(_COMMAND_S, means.time.remaining_s())),
    )
    return put(question, context)


def _name(scene: Scene, planned: PlannedCheck) -> None:
    """What is done now, for what may go wrong with it."""
    place = planned.place
    scene.doing = f"{place.path}:{place.line}: {check_words(planned.check)}"


def _may_come(planned: PlannedCheck, finding: Finding, spent_s: float) -> bool:
    check = planned.check
    waits = isinstance(check.question, WAITS) or "timeout_s" in check.model_fields_set
    return waits and not finding.passed and not finding.lasting and spent_s < check.timeout_s
