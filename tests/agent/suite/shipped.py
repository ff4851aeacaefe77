"""The tasks that we ship, and for each what nearly does it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from agent.suite.act.performance import Part
from agent.suite.language.cases import Case, load_cases
from agent.suite.language.plan import PlannedCheck, PlannedStep
from agent.suite.runner.status import CaseRun, Status
from tests.agent.suite.act.phones import why

ROOT = Path(__file__).parents[3]
LEVELS = ("plain", "goal", "trap")
_NEAR_MISSES = Path(__file__).with_name("near_misses.yaml")


@dataclass(frozen=True)
class NearMiss:
    """How the way to do a task is bent.

    Attributes:
        change: Texts of steps, each with what stands there instead.
        leave_out: How many steps at the end are not done.
    """

    change: dict[str, str]
    leave_out: int

    @classmethod
    def read(cls, written: object) -> "NearMiss":
        """One as it stands in the file.

        Raises:
            ValueError: It says nothing, or what is not known.
        """
        if not isinstance(written, dict) or not written or set(written) - {"change", "leave_out"}:
            raise ValueError(f"no near miss: {written!r}")
        change = {str(old): str(new) for old, new in written.get("change", {}).items()}
        return cls(change, int(written.get("leave_out", 0)))

    def bend(self, steps: Sequence[PlannedStep]) -> tuple[PlannedStep, ...]:
        """The steps as they are nearly right.

        Raises:
            ValueError: What is to be changed stands nowhere, or no step is left.
        """
        kept = tuple(steps[: len(steps) - self.leave_out])
        unused = set(self.change)
        bent = tuple(self._bent(step, unused) for step in kept)
        if unused or not bent:
            raise ValueError(f"near miss: no step says {sorted(unused)}, of {len(bent)} steps")
        return bent

    def _bent(self, planned: PlannedStep, unused: set[str]) -> PlannedStep:
        written = planned.step.model_dump(by_alias=True, exclude_unset=True)
        step = type(planned.step).model_validate(self._changed(written, unused))
        inner = tuple(self._bent(each, unused) for each in planned.inner)
        return replace(planned, step=step, inner=inner)

    def _changed(self, value: object, unused: set[str]) -> object:
        match value:
            case str() if value in self.change:
                unused.discard(value)
                return self.change[value]
            case list() | tuple():
                return [self._changed(each, unused) for each in value]
            case dict():
                return {key: self._changed(each, unused) for key, each in value.items()}
            case _:
                return value


def shipped() -> tuple[Case, ...]:
    """All cases of ``tasks/``, in the order of files."""
    return load_cases(["tasks"], root=ROOT, environment=lambda _: None)


def near_misses() -> dict[str, NearMiss]:
    """What nearly does the tasks, by short id."""
    written = yaml.safe_load(_NEAR_MISSES.read_text(encoding="utf-8")) or {}
    return {name: NearMiss.read(each) for name, each in written.items()}


def short(case: Case) -> str:
    """``settings::theme[dark]``."""
    return case.id.removeprefix("tasks/").replace(".task.yaml", "")


def level_of(case: Case) -> str:
    """How hard it is, by its tags.

    Raises:
        ValueError: It has not exactly one of the levels.
    """
    (level,) = set(case.task.tags) & set(LEVELS)
    return level


def app_of(case: Case) -> str:
    """What it is about: its first tag."""
    return case.task.tags[0]


def platform_of(case: Case) -> str:
    """What kind of device it is for."""
    return case.task.target.platform or "android"


def part_of(case: Case) -> Part:
    """What of it does what it asks for."""
    return "steps" if case.task.goal is None else "solution"


def spread(cases: Sequence[Case]) -> frozenset[str]:
    """Ids of the first case of each app and level."""
    first: dict[tuple[str, str], str] = {}
    for case in cases:
        first.setdefault((app_of(case), level_of(case)), case.id)
    return frozenset(first.values())


def near_miss_of(case: Case, known: dict[str, NearMiss]) -> Case:
    """The case with its way bent.

    Raises:
        KeyError: There is no near miss of it.
        ValueError: It bends nothing.
    """
    name = short(case)
    miss = known[name] if name in known else known[name.partition("[")[0]]
    if case.task.goal is None:
        return replace(case, plan=replace(case.plan, steps=miss.bend(case.plan.steps)))
    return replace(case, plan=replace(case.plan, solution=miss.bend(case.plan.solution)))


def impatient(case: Case) -> Case:
    """The case with checks that are put once: it is meant to fail, and need not wait for that."""
    checks = tuple(
        PlannedCheck(each.check.model_copy(update={"timeout_s": 0.001}), each.place, each.folder)
        for each in case.plan.checks
    )
    return replace(case, plan=replace(case.plan, checks=checks))


def assert_missed(run: CaseRun) -> None:
    """All was done, and a check told that it was not the right thing."""
    assert run.status is Status.FAILED, run
    assert run.failure is not None
    assert run.failure.kind.startswith("check."), why(run)
