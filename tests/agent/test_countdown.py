"""Before a person's own desktop is touched: three seconds to think, once, or to stop it."""

import io

import pytest

from agent.config import Config
from agent.wiring.audience import Nobody
from agent.wiring.desktop import CountdownDevice
from agent.wiring.episode import _wrapped
from agent.wiring.secrets import find_shield
from tools.action import Home, Tap
from tools.clock import FakeClock, SystemClock
from tools.device import DeviceInfo
from tools.devices.fake import FakeDevice
from tools.geometry import Point


class Desktop(FakeDevice):
    """The fake, as a desktop with or without a person before it."""

    def __init__(self, *, emulated: bool) -> None:
        super().__init__()
        self._emulated = emulated

    @property
    def info(self) -> DeviceInfo:
        return super().info.model_copy(update={"kind": "desktop", "emulated": self._emulated})


class Interrupting(FakeClock):
    """A clock under which Ctrl-C is pressed in the second second."""

    def sleep(self, duration_s: float) -> None:
        super().sleep(duration_s)
        if len(self.slept) == 2:
            raise KeyboardInterrupt


def test_it_counts_down_once_before_the_first_act() -> None:
    device, clock, told = FakeDevice(), FakeClock(), io.StringIO()
    counting = CountdownDevice(device, 3, clock, told)
    counting.observe()
    counting.glance()
    assert clock.slept == []
    counting.perform(Home())
    counting.perform(Home())
    assert clock.slept == [1.0, 1.0, 1.0]
    assert [part in told.getvalue() for part in ("in 3 …", "in 2 …", "in 1 …")] == [True] * 3
    assert "Ctrl-C stops" in told.getvalue()
    assert len(device.performed) == 2


def test_ctrl_c_stops_before_anything_is_done() -> None:
    device = FakeDevice()
    counting = CountdownDevice(device, 3, Interrupting(), io.StringIO())
    with pytest.raises(KeyboardInterrupt):
        counting.perform(Tap(at=Point(x=1, y=1)))
    assert device.performed == []


def test_none_where_the_person_said_zero() -> None:
    device, clock = FakeDevice(), FakeClock()
    CountdownDevice(device, 0, clock, io.StringIO()).perform(Home())
    assert clock.slept == []
    assert len(device.performed) == 1


@pytest.mark.parametrize(
    ("settings", "emulated", "counts"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"approve": "always"}, False, False),
        ({"dry_run": True}, False, False),
        ({"countdown_s": 1}, False, True),
    ],
)
def test_on_a_person_s_own_desktop_only(
    settings: dict[str, object],
    emulated: bool,
    counts: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = Config.model_validate({"countdown_s": 1, **settings})
    shield = find_shield(config, "go home")
    device = _wrapped(Desktop(emulated=emulated), config, SystemClock(), Nobody(), shield)
    device.observe()
    device.perform(Home())
    assert ("acted on in 1 …" in capsys.readouterr().err) is counts
