"""The time of one attempt, on a clock that moves when it is told to."""

from collections.abc import Callable

import pytest

from agent.suite.runner.deadline import (
    CaseStopped,
    Deadline,
    Patience,
    StopCause,
    StoppableDevice,
)
from tools.action import Action, Back, Wait
from tools.clock import FakeClock
from tools.device import DeviceInfo
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
    for forbidden in (
        device.observe, device.observe_twice, device.glance, lambda: device.perform(Back()),
    ):  # fmt: skip
        with pytest.raises(CaseStopped, match="the run was stopped"):
            forbidden()
    assert len(inner.performed) == 1
    deadline.begin_teardown()
    device.perform(Back())
    deadline.hurry()
    with pytest.raises(CaseStopped):
        device.perform(Back())
    assert len(inner.performed) == 2


def test_that_time_is_up_is_not_for_the_device_to_say(clock: FakeClock, deadline: Deadline) -> None:
    device = StoppableDevice(FakeDevice(), deadline)
    deadline.begin()
    clock.sleep(1000)
    device.observe()  # the policy sees it, and says in which step it was
    device.perform(Back())


class Waiting(FakeDevice):
    """A desktop whose waits take the time of a clock; the test may do something after some."""

    def __init__(self, clock: FakeClock, kind: str = "desktop") -> None:
        super().__init__()
        self._clock = clock
        self._kind = kind
        self.waits: list[float] = []
        self.after: dict[int, Callable[[], None]] = {}

    @property
    def info(self) -> DeviceInfo:
        return super().info.model_copy(update={"kind": self._kind})

    def perform(self, action: Action) -> None:
        assert isinstance(action, Wait)
        self._clock.sleep(action.duration_s)
        self.waits.append(action.duration_s)
        self.after.get(len(self.waits), lambda: None)()


def test_a_wait_on_a_desktop_is_as_long_as_it_is_told(clock: FakeClock, deadline: Deadline) -> None:
    deadline.begin()
    inner = Waiting(clock)
    StoppableDevice(inner, deadline).perform(Wait(duration_s=1.5))
    assert sum(inner.waits) == pytest.approx(1.5)
    phone = Waiting(clock, "android")  # its own clock may run ahead: one command
    StoppableDevice(phone, deadline).perform(Wait(duration_s=1.5))
    assert phone.waits == [1.5]


def test_a_wait_on_a_desktop_ends_with_the_run_and_with_the_time(
    clock: FakeClock, deadline: Deadline
) -> None:
    deadline.begin()
    inner = Waiting(clock)
    inner.after[3] = lambda: deadline.stop(StopCause.INTERRUPTED)
    with pytest.raises(CaseStopped, match="the run was stopped"):
        StoppableDevice(inner, deadline).perform(Wait(duration_s=60))
    assert len(inner.waits) == 3

    late, inner = Deadline(clock, 5, PATIENCE), Waiting(clock)
    late.begin()
    StoppableDevice(inner, late).perform(Wait(duration_s=60))  # no error: see above
    assert sum(inner.waits) == pytest.approx(5, abs=0.3)


def test_a_pause_is_no_part_of_getting_ready(clock: FakeClock, deadline: Deadline) -> None:
    deadline.pause(60)
    assert clock.now() == pytest.approx(60)
    assert deadline.remaining_s() == pytest.approx(60)
    deadline.begin()


def test_a_pause_ends_with_the_run(clock: FakeClock, deadline: Deadline) -> None:
    class Stopping(FakeClock):
        def sleep(self, duration_s: float) -> None:
            super().sleep(duration_s)
            stopped_soon.stop(StopCause.INTERRUPTED)

    paused = Stopping()
    stopped_soon = Deadline(paused, 100, PATIENCE)
    with pytest.raises(CaseStopped, match="the run was stopped"):
        stopped_soon.pause(30)
    assert paused.now() < 1
    deadline.stop(StopCause.INTERRUPTED)
    with pytest.raises(CaseStopped):
        deadline.pause(0)
    assert clock.slept == []
