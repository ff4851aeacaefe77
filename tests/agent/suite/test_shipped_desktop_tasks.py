"""The tasks that we ship for a desktop, each held three ways with its real application.

One case of each application and one trap are held in every run, the others with ``-m slow``.
"""

from collections import Counter
from pathlib import Path

import pytest

from agent.config import Config
from agent.suite.act.performance import Part
from agent.suite.language.cases import Case
from agent.suite.runner.status import CaseRun, Status
from agent.wiring.performing import Manner, perform_case
from agent.wiring.policies import find_mind
from tests.agent.suite.act.phones import why
from tests.agent.suite.shipped import (
    LEVELS,
    app_of,
    assert_missed,
    impatient,
    level_of,
    near_miss_of,
    near_misses,
    part_of,
    platform_of,
    shipped,
    short,
)
from tests.desktop.rig import Rig

CASES = tuple(case for case in shipped() if platform_of(case) == "desktop")
NEAR_MISSES = near_misses()
APPS = {"editor", "calculator", "folders", "browser"}


def spread() -> frozenset[str]:
    """Ids of the first case of each application, and of the first trap."""
    first: dict[str, str] = {}
    for case in CASES:
        first.setdefault(app_of(case), case.id)
        if level_of(case) == "trap":
            first.setdefault("trap", case.id)
    return frozenset(first.values())


SPREAD = spread()
each_case = pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=short(case), marks=() if case.id in SPREAD else pytest.mark.slow)
        for case in CASES
    ],
)


def perform(case: Case, rig: Rig, folder: Path, part: Part) -> CaseRun:
    config = Config(record_dir=folder / "recordings", timeout_s=120.0)
    device = rig.connect()
    try:
        mind = find_mind(config, lambda _: None)
        return perform_case(case, config, mind, device, Manner(part=part))
    finally:
        device.close()


def test_there_are_enough_of_every_app_and_level() -> None:
    assert len(CASES) >= 8
    assert {app_of(case) for case in CASES} == APPS
    assert set(Counter(level_of(case) for case in CASES)) == set(LEVELS)


@pytest.mark.desktop
@each_case
def test_it_can_be_done(case: Case, rig: Rig, tmp_path: Path) -> None:
    run = perform(case, rig, tmp_path, part_of(case))
    assert run.status is Status.PASSED, why(run)
    assert not (Path.home() / "tapwright-tasks").exists()  # it clears up after itself


@pytest.mark.desktop
@each_case
def test_nothing_does_not_do_it(case: Case, rig: Rig, tmp_path: Path) -> None:
    assert_missed(perform(impatient(case), rig, tmp_path, "nothing"))


@pytest.mark.desktop
@each_case
def test_nearly_does_not_do_it(case: Case, rig: Rig, tmp_path: Path) -> None:
    bent = near_miss_of(case, NEAR_MISSES)
    assert_missed(perform(impatient(bent), rig, tmp_path, part_of(case)))
