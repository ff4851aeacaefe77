"""The tasks that we ship for phones, held three ways: each can be done; nothing and nearly do not.

One case of each app and level is held in every run, the others with ``-m slow``.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from agent.config import Config
from agent.suite.act.performance import Part
from agent.suite.language.cases import Case
from agent.suite.runner.status import CaseRun, Status
from agent.wiring.performing import Manner, perform_case
from agent.wiring.policies import find_mind
from tests.agent.suite.act.phones import SuitePhone, suite_phone, why
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
    spread,
)

ALL = shipped()
CASES = tuple(case for case in ALL if platform_of(case) == "android")
NEAR_MISSES = near_misses()
SPREAD = spread(CASES)
APPS = {"home", "bookings", "settings", "contacts", "messages", "clock", "notes", "shop", "files"}
OF_THE_DEVICE = {"text", "node", "content", "shell", "settings", "file", "value"}
_SMALL = "wm size 540x1200; wm density 210"
"""The same layout in a quarter of the pixels: no task says anything in pixels."""
each_case = pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=short(case), marks=() if case.id in SPREAD else pytest.mark.slow)
        for case in CASES
    ],
)


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuitePhone]:
    with suite_phone(tmp_path_factory.mktemp("shipped")) as running:
        yield running


def perform(case: Case, phone: SuitePhone, part: Part) -> CaseRun:
    target = case.task.target
    with phone.server.phone.lock:
        phone.server.phone.reset(scenario=target.scenario or "default", seed=target.seed or 0)
    phone.shell(_SMALL)
    config = Config(record_dir=phone.folder / "recordings", timeout_s=120.0)
    device = phone.connect()
    try:
        mind = find_mind(config, lambda _: None)
        return perform_case(case, config, mind, device, Manner(part=part))
    finally:
        device.close()


def test_there_are_enough_of_every_app_and_level() -> None:
    assert len(CASES) >= 40
    assert {app_of(case) for case in CASES} == APPS
    levels = Counter((app_of(case), level_of(case)) for case in CASES)
    assert {(app, level) for app in APPS for level in LEVELS} == set(levels)


@pytest.mark.parametrize("case", ALL, ids=short)
def test_it_is_told_apart_by_its_device_alone(case: Case) -> None:
    assert case.task.checks
    assert {check.question_name for check in case.task.checks} <= OF_THE_DEVICE
    assert (case.task.goal is None) == (level_of(case) == "plain")
    assert bool(case.task.solution) == (case.task.goal is not None)


def test_no_near_miss_is_of_a_case_that_is_gone() -> None:
    known = {short(case) for case in ALL} | {short(case).partition("[")[0] for case in ALL}
    assert set(NEAR_MISSES) <= known


@each_case
def test_it_can_be_done(case: Case, phone: SuitePhone) -> None:
    run = perform(case, phone, part_of(case))
    assert run.status is Status.PASSED, why(run)


@each_case
def test_nothing_does_not_do_it(case: Case, phone: SuitePhone) -> None:
    run = perform(impatient(case), phone, "nothing")
    assert_missed(run)


@each_case
def test_nearly_does_not_do_it(case: Case, phone: SuitePhone) -> None:
    bent = near_miss_of(case, NEAR_MISSES)
    run = perform(impatient(bent), phone, part_of(case))
    assert_missed(run)
