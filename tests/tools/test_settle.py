"""Settling on scripted screens, on a clock that does not wait."""

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from tools.action import Action, Tap, Wait
from tools.clock import FakeClock
from tools.device import Device, DeviceInfo, Observation
from tools.errors import ActionFailedError, CaptureError
from tools.geometry import Point, Size
from tools.screen import Screenshot
from tools.settle import SettleLimits, SettlingDevice

SIZE = Size(width=540, height=1200)
TAP = Tap(at=Point(x=1, y=1))


def _picture(*boxes: tuple[int, int, int, int], pie: tuple[int, int] | None = None) -> Screenshot:
    image = Image.new("RGB", (SIZE.width, SIZE.height), "white")
    pen = ImageDraw.Draw(image)
    for box in boxes:
        pen.rectangle(box, fill="black")
    if pie is not None:
        pen.pieslice((220, 500, 320, 600), *pie, fill="black")
    return Screenshot(image)


OLD = _picture()
NEW = _picture((0, 200, 539, 900))
CARET = _picture((106, 106, 109, 140))
SPINNER = tuple(_picture(pie=(angle, angle + 90)) for angle in range(0, 360, 45))
MOVING = tuple(_picture((0, top, 539, top + 300)) for top in range(0, 900, 100))


class ScriptedScreen:
    """A device whose screen is a function of the time since the last action."""

    def __init__(
        self,
        clock: FakeClock,
        shown: Callable[[float], Screenshot],
        *,
        animated: bool = True,
        capture_s: float = 0.02,
    ) -> None:
        self.clock = clock
        self.shown = shown
        self.capture_s = capture_s
        self.acted_s: float | None = None
        self.glances = 0
        self.twice = 0
        self.looks: list[Screenshot | None] = []
        self.refuses = False
        self.closed = 0
        self.info = DeviceInfo(
            name="scripted", kind="android", model="", release="", size=SIZE, density_dpi=160,
            locale="", emulated=True, animated=animated, capture="scripted",
        )  # fmt: skip

    @property
    def supports(self) -> frozenset[str]:
        return frozenset({"tap", "wait"})

    def glance(self) -> Screenshot:
        self.glances += 1
        frame = OLD if self.acted_s is None else self.shown(self.clock.now() - self.acted_s)
        self.clock.sleep(self.capture_s)
        return frame

    def observe(self, *, seen: Screenshot | None = None) -> Observation:
        self.looks.append(seen)
        return Observation(screenshot=self.glance() if seen is None else seen, app="app")

    def perform(self, action: Action) -> None:
        self.acted_s = self.clock.now()
        if isinstance(action, Wait):
            self.clock.sleep(action.duration_s)
        if self.refuses:
            raise ActionFailedError("no")

    def close(self) -> None:
        self.closed += 1


class TwoAtOnce(ScriptedScreen):
    """The same, which can also look twice in one go."""

    def observe_twice(self) -> tuple[Screenshot, Observation] | None:
        self.twice += 1
        return self.glance(), Observation(screenshot=self.glance(), app="app")


def _settled(
    shown: Callable[[float], Screenshot],
    *,
    action: Action = TAP,
    animated: bool = True,
    capture_s: float = 0.02,
    kind: type[ScriptedScreen] = ScriptedScreen,
) -> tuple[Observation, ScriptedScreen]:
    clock = FakeClock(100.0)
    screen = kind(clock, shown, animated=animated, capture_s=capture_s)
    device = SettlingDevice(screen, clock)
    assert isinstance(device, Device)
    device.observe()
    device.perform(action)
    return device.observe(), screen


def test_the_last_settle_frame_is_the_next_observation() -> None:
    seen, screen = _settled(lambda t: NEW)
    assert seen.screenshot is NEW
    assert screen.looks == [None, NEW]
    assert seen.app == "app"
    assert seen.settle is not None
    assert (seen.settle.reason, seen.settle.changed) == ("quiet", True)
    assert 0.3 <= seen.settle.duration_s <= 0.45


def test_a_look_without_an_action_waits_for_nothing() -> None:
    clock = FakeClock()
    screen = ScriptedScreen(clock, lambda t: NEW)
    seen = SettlingDevice(screen, clock).observe(seen=NEW)
    assert (seen.settle, seen.screenshot, screen.glances, clock.slept) == (None, NEW, 0, [])


def test_nothing_changed_is_told() -> None:
    seen, screen = _settled(lambda t: OLD)
    assert seen.settle is not None
    assert (seen.settle.reason, seen.settle.changed) == ("quiet", False)
    assert 0.4 <= seen.settle.duration_s <= 0.55
    assert screen.glances <= 7


def test_a_slow_start_is_waited_for() -> None:
    seen, _ = _settled(lambda t: NEW if t > 0.35 else OLD)
    assert seen.screenshot is NEW
    assert seen.settle is not None
    assert seen.settle.changed


def test_an_animation_is_waited_for() -> None:
    seen, _ = _settled(lambda t: NEW if t > 0.8 else MOVING[int(t * 10)])
    assert seen.screenshot is NEW
    assert seen.settle is not None
    assert seen.settle.reason == "quiet"
    assert 1.1 <= seen.settle.duration_s <= 1.4


def test_a_caret_does_not_count_as_motion() -> None:
    seen, _ = _settled(lambda t: CARET if int(t * 2) % 2 else OLD)
    assert seen.settle is not None
    assert (seen.settle.reason, seen.settle.changed) == ("quiet", False)
    assert seen.settle.duration_s < 0.6


def test_a_spinner_is_left_to_spin() -> None:
    seen, _ = _settled(lambda t: SPINNER[int(t * 10) % 8])
    assert seen.settle is not None
    assert seen.settle.reason == "local_motion"
    assert 2.5 <= seen.settle.duration_s <= 2.8


def test_a_screen_never_still_is_given_up() -> None:
    seen, _ = _settled(lambda t: MOVING[int(t * 10) % 9])
    assert seen.settle is not None
    assert seen.settle.reason == "timeout"
    assert 6.0 <= seen.settle.duration_s <= 6.3


@pytest.mark.parametrize("animated", [True, False])
def test_slow_captures_need_one_confirming_look(*, animated: bool) -> None:
    seen, _ = _settled(lambda t: NEW if t > 0.2 else OLD, animated=animated, capture_s=2.0)
    assert seen.screenshot is NEW
    assert seen.settle is not None
    assert seen.settle.frames == 3  # the old screen, the new one, and the new one again
    seen, _ = _settled(lambda t: NEW, animated=animated, capture_s=2.0)
    assert seen.settle is not None
    assert seen.settle.frames == 2


def test_slow_captures_of_motion_end_at_the_cap() -> None:
    seen, _ = _settled(lambda t: MOVING[int(t) % 9], capture_s=2.0)
    assert seen.settle is not None
    assert (seen.settle.reason, seen.settle.frames) == ("timeout", 3)


def test_without_animations_two_equal_frames_are_enough() -> None:
    seen, screen = _settled(lambda t: NEW, animated=False)
    assert seen.settle is not None
    assert (seen.settle.reason, seen.settle.frames) == ("quiet", 2)
    assert screen.clock.slept == [0.02] * 3  # three captures, no pause


def test_without_animations_one_look_of_two_frames_is_enough() -> None:
    seen, screen = _settled(lambda t: NEW, animated=False, kind=TwoAtOnce)
    assert seen.settle is not None
    assert (seen.settle.reason, seen.settle.frames, seen.settle.changed) == ("quiet", 2, True)
    assert (screen.twice, screen.looks) == (1, [None])  # the first look, and none after the two
    assert seen.app == "app"


def test_two_frames_that_differ_are_not_enough() -> None:
    seen, screen = _settled(lambda t: NEW if t > 0.01 else OLD, animated=False, kind=TwoAtOnce)
    assert seen.settle is not None
    assert (seen.settle.reason, seen.settle.frames) == ("quiet", 3)
    assert seen.screenshot is NEW
    assert screen.looks == [None, NEW]


def test_two_frames_without_a_change_get_the_same_grace() -> None:
    seen, _ = _settled(lambda t: NEW if t > 0.08 else OLD, animated=False, kind=TwoAtOnce)
    assert seen.screenshot is NEW
    seen, _ = _settled(lambda t: OLD, animated=False, kind=TwoAtOnce)
    assert seen.settle is not None
    assert 0.1 <= seen.settle.duration_s <= 0.16


def test_with_animations_two_frames_say_nothing() -> None:
    seen, screen = _settled(lambda t: NEW, kind=TwoAtOnce)
    assert screen.twice == 0
    assert seen.settle is not None
    assert seen.settle.duration_s >= 0.3


def test_without_animations_a_short_grace_for_the_first_change() -> None:
    seen, _ = _settled(lambda t: OLD, animated=False)
    assert seen.settle is not None
    assert not seen.settle.changed
    assert 0.1 <= seen.settle.duration_s <= 0.16
    seen, _ = _settled(lambda t: NEW if t > 0.08 else OLD, animated=False)
    assert seen.screenshot is NEW


@pytest.mark.parametrize("animated", [True, False])
def test_after_a_wait_no_change_is_waited_for(*, animated: bool) -> None:
    seen, screen = _settled(lambda t: OLD, action=Wait(duration_s=5.0), animated=animated)
    assert seen.settle is not None
    assert seen.settle.duration_s < (0.4 if animated else 0.05)
    assert max(screen.clock.slept) == 5.0


def test_the_first_action_may_come_before_any_look() -> None:
    clock = FakeClock()
    screen = ScriptedScreen(clock, lambda t: OLD, animated=False)
    device = SettlingDevice(screen, clock)
    device.perform(TAP)
    settle = device.observe().settle
    assert settle is not None
    assert not settle.changed


def test_an_action_that_failed_is_settled_too() -> None:
    clock = FakeClock()
    screen = ScriptedScreen(clock, lambda t: NEW)
    screen.refuses = True
    device = SettlingDevice(screen, clock)
    device.observe()
    with pytest.raises(ActionFailedError):
        device.perform(TAP)
    settle = device.observe().settle
    assert settle is not None
    assert settle.changed


def test_a_failed_capture_is_no_frame() -> None:
    def broken(since_s: float) -> Screenshot:
        raise CaptureError("half a picture")

    with pytest.raises(CaptureError):
        _settled(broken)


def test_limits_and_the_rest_pass_through() -> None:
    clock = FakeClock()
    screen = ScriptedScreen(clock, lambda t: OLD)
    device = SettlingDevice(screen, clock, SettleLimits(first_change_s=0.0, quiet_s=0.0))
    assert device.glance() is OLD
    assert device.info is screen.info
    assert device.supports == screen.supports
    device.observe()
    device.perform(TAP)
    settle = device.observe().settle
    assert settle is not None
    assert settle.frames == 2
    device.close()
    assert screen.closed == 1
