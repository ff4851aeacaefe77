"""The tasks that we ship, held three ways: they can be done; doing nothing, or nearly, fails."""

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
    impatient,
    near_miss_of,
    near_misses,
    shipped,
    short,
)

CASES = shipped()
NEAR_MISSES = near_misses()
ON_PHONES = [case for case in CASES if case.task.target.platform != "desktop"]
_SMALL = "wm size 540x1200; wm density 210"
"""The same layout in a quarter of the pixels: no task says anything in pixels."""
each_case = pytest.mark.parametrize("case", ON_PHONES, ids=short)


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


def part_of(case: Case) -> Part:
    return "steps" if case.task.goal is None else "solution"


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


def assert_missed(run: CaseRun) -> None:
    """All was done, and a check told that it was not the right thing."""
    assert run.status is Status.FAILED, run
    assert run.failure is not None
    assert run.failure.kind.startswith("check."), why(run)
