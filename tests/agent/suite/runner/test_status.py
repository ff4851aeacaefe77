"""From attempts to a status, and from statuses to an exit code."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.suite.runner.status import (
    ATTEMPTED,
    Attempt,
    CaseRun,
    Failure,
    Status,
    Strictness,
    exit_code,
    status_of,
    worth_a_retry,
)

P, F, E, U, I = (  # noqa: E741 - the letters are the point
    Status.PASSED,
    Status.FAILED,
    Status.ERROR,
    Status.UNVERIFIED,
    Status.INTERRUPTED,
)


def attempt(status: Status, *, lost: bool = False, misled: bool = False) -> Attempt:
    failure = Failure("check", "no") if status in {F, E} else None
    run = CaseRun(status, failure, device_lost=lost, misled=misled)
    return Attempt(run, "phone", datetime(2026, 11, 25, tzinfo=UTC), 1.0)


lost = attempt(E, lost=True)
misled = attempt(F, misled=True)
counting = st.sampled_from(sorted(ATTEMPTED)).map(attempt)


@pytest.mark.parametrize(
    ("attempts", "status"),
    [
        ([P], P),
        ([F], F),
        ([U], U),
        ([F, P], Status.FLAKY),
        ([E, P], Status.FLAKY),
        ([F, F], F),
        ([F, E], F),  # a check failed, whatever happened then
        ([E, F], F),
        ([E, E], E),
        ([F, U], U),
        ([F, I], I),
        ([Status.SKIPPED], Status.SKIPPED),
        ([], Status.NOT_RUN),
    ],
)
def test_several_attempts_come_to_one_status(attempts: list[Status], status: Status) -> None:
    assert status_of([attempt(each) for each in attempts]) is status


def test_an_attempt_that_lost_its_device_says_nothing_unless_it_is_the_only_one() -> None:
    assert status_of([lost, attempt(P)]) is P
    assert status_of([attempt(F), lost, attempt(P)]) is Status.FLAKY
    assert status_of([lost, attempt(F)]) is F
    assert status_of([lost]) is E
    assert status_of([attempt(F), lost]) is F


@given(st.lists(counting, min_size=1))
def test_only_a_pass_at_the_end_makes_a_pass(attempts: list[Attempt]) -> None:
    status = status_of(attempts)
    good = {P, Status.FLAKY}
    assert (status in good) is (attempts[-1].run.status is P)
    assert (status is P) is all(each.run.status is P for each in attempts)


@given(st.lists(counting, min_size=1), st.integers(0, 20), st.sampled_from([lost, misled]))
def test_lost_devices_and_misled_attempts_change_nothing(
    attempts: list[Attempt], at: int, void: Attempt
) -> None:
    place = min(at, len(attempts))
    assert status_of([*attempts[:place], void, *attempts[place:]]) is status_of(attempts)


def test_a_misled_attempt_says_something_only_alone_and_cannot_have_passed() -> None:
    assert status_of([misled]) is F
    assert status_of([misled, lost]) is E
    assert not worth_a_retry(misled.run)
    with pytest.raises(ValueError, match="cannot be passed"):
        attempt(P, misled=True)


@given(st.lists(counting))
def test_a_status_is_one_that_its_attempts_can_come_to(attempts: list[Attempt]) -> None:
    among = {each.run.status for each in attempts} | {Status.FLAKY}
    assert status_of(attempts) in (among if attempts else {Status.NOT_RUN})


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 5),
        ([P, P], 0),
        ([P, Status.FLAKY, Status.SKIPPED, U], 0),
        ([P, F], 1),
        ([F, E, Status.NOT_RUN], 1),
        ([P, E], 3),
        ([P, Status.NOT_RUN], 3),
        ([Status.SKIPPED], 0),
    ],
)
def test_exit_codes(statuses: list[Status], code: int) -> None:
    assert exit_code(statuses, Strictness()) == code


@pytest.mark.parametrize(
    ("status", "strictness"),
    [(U, Strictness(require_checks=True)), (Status.FLAKY, Strictness(fail_flaky=True))],
)
def test_strictness_makes_more_of_them_fail(status: Status, strictness: Strictness) -> None:
    assert exit_code([P, status], Strictness()) == 0
    assert exit_code([P, status], strictness) == 1


@given(st.lists(st.sampled_from(Status)), st.booleans(), st.booleans(), st.sampled_from([2, 15]))
def test_exit_codes_follow_from_which_statuses_there_are(
    statuses: list[Status], require: bool, fail_flaky: bool, signal: int
) -> None:
    strictness = Strictness(require_checks=require, fail_flaky=fail_flaky)
    code = exit_code(statuses, strictness)
    assert code == exit_code(sorted(statuses), strictness)
    assert code == exit_code(statuses * 2, strictness)
    assert exit_code([*statuses, F], strictness) == 1
    assert exit_code(statuses, strictness, stopped_by=signal) == 128 + signal
    if code == 0:
        assert not set(statuses) & {F, E, Status.NOT_RUN, I}


def test_only_what_could_come_out_otherwise_is_tried_again() -> None:
    again = {each for each in ATTEMPTED if worth_a_retry(attempt(each).run)}
    assert again == {F, E}
    assert not worth_a_retry(lost.run)


@pytest.mark.parametrize("status", [Status.FLAKY, Status.NOT_RUN])
def test_one_attempt_cannot_be_flaky_or_not_run(status: Status) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        CaseRun(status)


def test_a_failure_and_its_reason_belong_together() -> None:
    with pytest.raises(ValueError, match="failure"):
        CaseRun(F)
    with pytest.raises(ValueError, match="failure"):
        CaseRun(P, Failure("check", "no"))


@pytest.mark.parametrize("status", [P, F, U, I])
def test_without_its_device_an_attempt_can_only_be_an_error(status: Status) -> None:
    with pytest.raises(ValueError, match="Without its device"):
        attempt(status, lost=True)
