"""The time of one attempt, on a clock that moves when it is told to."""

import pytest

from agent.suite.runner.deadline import (
    CaseStopped,
    Deadline,
    Patience,
    StopCause,
    StoppableDevice,
)
from tools.action import Back
from tools.clock import FakeClock
from tools.devices.fake import FakeDevice

PATIENCE = Patience(ready_s=60, leave_s=10, teardown_s=30, sever_s=5)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def deadline(clock: FakeClock) -> Deadline:
    return Deadline(clock, 100, PATIENCE)


def stopped(deadline: Deadline) -> StopCause | None:
    try:
        deadline.check()
    except CaseStopped as error:
        return error.cause
    return None


def test_the_time_of_the_case_runs_when_its_device_is_ready(
    clock: FakeClock, deadline: Deadline
) -> None:
    clock.sleep(50)
    assert deadline.remaining_s() == 10  # until it must be ready
    deadline.begin()
    assert (deadline.began_s, deadline.remaining_s()) == (50, 100)
    clock.sleep(99)
    assert stopped(deadline) is None
    clock.sleep(1)
    assert (deadline.remaining_s(), stopped(deadline)) == (0, StopCause.TIME)
    assert deadline.cause is StopCause.TIME


def test_a_teardown_has_its_own_time_whatever_was_before(
    clock: FakeClock, deadline: Deadline
) -> None:
    deadline.begin()
    clock.sleep(200)
    assert stopped(deadline) is StopCause.TIME
    deadline.begin_teardown()
    assert deadline.remaining_s() == 30
    deadline.stop(StopCause.INTERRUPTED)
    assert stopped(deadline) is None
    assert deadline.cause is StopCause.TIME  # the first stays
    clock.sleep(29)
    deadline.begin_teardown()  # no second helping
    assert deadline.remaining_s() == 1
    clock.sleep(1)
    assert stopped(deadline) is StopCause.TIME


def test_a_stop_is_met_at_once_and_leaves_the_teardown(deadline: Deadline) -> None:
    deadline.begin()
    deadline.stop(StopCause.INTERRUPTED)
    assert (deadline.remaining_s(), stopped(deadline)) == (0, StopCause.INTERRUPTED)
    deadline.begin_teardown()
    assert deadline.remaining_s() == 30


def test_a_stop_before_the_device_is_ready_keeps_the_case_from_beginning(
    deadline: Deadline,
) -> None:
    deadline.stop(StopCause.INTERRUPTED)
    with pytest.raises(CaseStopped):
        deadline.begin()
    assert deadline.began_s is None


def test_a_hurry_leaves_nothing_not_even_a_teardown(deadline: Deadline) -> None:
    deadline.begin()
    deadline.hurry()
    assert stopped(deadline) is StopCause.INTERRUPTED
    deadline.begin_teardown()
    assert deadline.remaining_s() == 0


@pytest.mark.parametrize(
    ("begins", "tears_down", "cause"),
    [(False, False, None), (True, False, StopCause.TIME), (True, True, None)],
)
def test_the_watch_ends_when_all_patience_is_used_up(
    begins: bool, tears_down: bool, cause: StopCause | None
) -> None:
    clock = FakeClock()
    deadline = Deadline(clock, 100, PATIENCE)
    if begins:
        deadline.begin()
    if tears_down:
        deadline.begin_teardown()
    clock._tick_s = 1000  # from now on every look at the clock finds it late
    assert not deadline.wait_for_end()
    assert deadline.cause is cause


def test_the_watch_ends_with_the_attempt(deadline: Deadline) -> None:
    deadline.end()
    assert deadline.wait_for_end()
    assert deadline.wait_after_cut()


def test_a_stoppable_device_does_nothing_more(deadline: Deadline) -> None:
    inner = FakeDevice()
    device = StoppableDevice(inner, deadline)
    deadline.begin()
    device.observe()
    device.perform(Back())
    assert device.supports == inner.supports
    deadline.stop(StopCause.INTERRUPTED)
    for forbidden in (device.observe, device.glance, lambda: device.perform(Back())):
        with pytest.raises(CaseStopped, match="the run was stopped"):
            forbidden()
    assert len(inner.performed) == 1
