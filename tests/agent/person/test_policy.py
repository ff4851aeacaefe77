"""The policy that waits for a person, on the fake device and without a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.person.stage import Act, Stage
from agent.person.watched import WatchedDevice
from agent.policies.person import Eyes, PersonPolicy
from agent.policies.person_typing import Typed, focused_field, same_field, typed
from agent.step import Decision, StopReason
from tests.agent.episodes import COUNT, DONE, Rig, call, recorded, tap
from tools.action import Tap, Wait
from tools.clock import FakeClock, SystemClock
from tools.devices.fake import FakeDevice
from tools.errors import CaptureError, DeviceGoneError
from tools.geometry import Box, Point
from tools.screen import Screenshot
from tools.ui_tree import UiNode, UiTree

NAME = UiNode(
    0, -1, Box(left=0, top=0, right=9, bottom=9), kind="EditText", hint="Name", focused=True
)


@dataclass
class Script:
    """A person who does everything in order, each after so many looks.

    Attributes:
        acts: What they do.
        looks: How often nothing is done before an act.
    """

    acts: list[Act]
    looks: int = 0
    pace_s: float = 0.0
    touched_s: float | None = None
    carried: list[Act] = field(default_factory=list)
    rested: int = 0
    _left: int = 0

    def rest(self, history: Sequence[object]) -> None:
        self.rested += 1
        self._left = self.looks

    def take(self, timeout_s: float) -> Act | None:
        if self._left:
            self._left -= 1
            return None
        return self.acts.pop(0) if self.acts else None

    def carry(self, act: Act) -> None:
        self.carried.append(act)


def run(
    tmp_path: Path, device: FakeDevice, person: Script, look: object = None, *, eager: bool = False
) -> Rig:
    glance = look if callable(look) else device.glance
    watched = WatchedDevice(device, Stage("try", SystemClock()))
    eyes = Eyes(glance, device.observe, lambda: watched.seen)
    policy = PersonPolicy(person, eyes, lambda _: None, eager=eager)
    return Rig(tmp_path, policy=policy, device=watched)


def test_a_screen_that_changed_by_itself_is_looked_at_again_before_the_act(tmp_path: Path) -> None:
    device = FakeDevice()
    person = Script([Act(tap(COUNT)), Act(DONE)], looks=2)
    looked = 0

    def look() -> Screenshot:
        nonlocal looked
        looked += 1
        if looked == 1:
            device._go("list")  # as a page that comes late
        return device.glance()

    episode = run(tmp_path, device, person, look).run()
    kinds = [type(step.action) for step in episode.steps if step.action is not None]
    assert kinds == [Wait, Tap]
    first, second = (step.observation for step in recorded(episode).steps[:2])
    assert first is not None
    assert second is not None
    assert (first.activity, second.activity) == ("home", "list")


@pytest.mark.parametrize(("touched_s", "kinds"), [(None, [Wait, Tap]), (1.0, [Tap])])
def test_what_a_finger_has_changed_is_no_change_by_itself(
    tmp_path: Path, touched_s: float | None, kinds: list[type]
) -> None:
    """The tap is told late, as a second one may follow: its screen must not be looked away."""
    device = FakeDevice()
    person = Script([Act(tap(COUNT), happened=True), Act(DONE)], looks=3, touched_s=touched_s)

    def look() -> Screenshot:
        if device.screen == "home":
            device._go("list")
        return device.glance()

    episode = run(tmp_path, device, person, look, eager=True).run()
    assert [type(step.action) for step in episode.steps if step.action is not None] == kinds
    first = recorded(episode).steps[0].observation
    assert first is not None
    assert first.activity == "home"


def test_a_screen_that_rests_needs_no_wait(tmp_path: Path) -> None:
    person = Script([Act(tap(COUNT)), Act(DONE)], looks=3)
    episode = run(tmp_path, FakeDevice(), person).run()
    assert [step.action for step in episode.steps] == [Tap(at=Point(x=100, y=130)), None]
    assert person.rested == 2


def test_a_device_that_goes_away_while_nobody_acts_ends_the_recording(tmp_path: Path) -> None:
    def gone() -> Screenshot:
        raise DeviceGoneError("The cable was pulled.")

    episode = run(tmp_path, FakeDevice(), Script([], looks=1), gone).run()
    assert (episode.stop, episode.error) == (StopReason.DEVICE_LOST, "The cable was pulled.")
    assert recorded(episode).end is not None


def test_a_screen_that_gives_no_picture_for_a_while_is_waited_for(tmp_path: Path) -> None:
    def off() -> Screenshot:
        raise CaptureError("The screen is off.")

    episode = run(tmp_path, FakeDevice(), Script([Act(DONE)], looks=2), off).run()
    assert episode.stop is StopReason.FINISHED


def test_what_a_finger_has_done_is_not_done_again() -> None:
    stage, device = Stage("try", SystemClock()), FakeDevice()
    watched = WatchedDevice(device, stage)
    for happened in (True, False):
        stage.carry(Act(tap(COUNT), happened=happened))
        watched.perform(Tap(at=Point(x=100, y=130)))
    assert device.count == 1


def test_a_quick_finger_is_recorded_on_the_screen_it_saw() -> None:
    clock = FakeClock()
    stage, device = Stage("try", clock), FakeDevice()
    watched = WatchedDevice(device, stage)
    early = watched.glance()
    device.count = 5
    stage.coming = lambda: 0.0  # the frames of the fake device are all of second 0
    late = Screenshot(device.glance().image, requested_s=1.0)
    seen = watched.observe(seen=late)
    assert seen.screenshot is early
    assert seen.ui_tree is None
    stage.coming = lambda: None
    assert watched.observe(seen=late).screenshot is late


def test_a_device_that_cannot_be_heard_any_more_is_told_after_the_last_act() -> None:
    stage = Stage("try", SystemClock())
    stage.put(Act(tap(COUNT)))
    stage.break_off(DeviceGoneError("gone"))
    assert stage.take(0) is not None
    with pytest.raises(DeviceGoneError):
        stage.take(0)


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("", "blue", Typed("blue")),
        ("blue", "bluetooth", Typed("tooth")),
        ("blue", "red", Typed("red", clear=True)),
        ("blue", "blue", None),
        ("blue", "", None),
        ("Name", "Ada", Typed("Ada")),  # old releases tell the hint as the text
    ],
)
def test_the_difference_of_a_field_is_what_was_typed(was: str, now: str, told: Typed) -> None:
    assert typed(_named(was), _named(now)) == told


def test_a_field_is_the_same_though_it_has_grown() -> None:
    before, after = (_named(text, password=True) for text in ("", "••••"))
    assert same_field(before, after)
    assert not same_field(before, _named("", password=False))
    assert not same_field(before, None)


def test_a_tree_without_a_focused_field_has_none() -> None:
    assert focused_field(None) is None
    assert focused_field(UiTree((UiNode(0, -1, NAME.box, focused=True),))) is None
    assert focused_field(UiTree((NAME,))) == NAME


@dataclass
class Field:
    """A device whose only screen is a field, and a finger that types into it."""

    states: list[UiNode | None]

    def observe(self) -> object:
        node = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return FakeObservation(UiTree((node,) if node is not None else ()))


@dataclass(frozen=True)
class FakeObservation:
    ui_tree: UiTree
    screenshot: object = None


def _keys(count: int) -> list[Act]:
    return [
        Act(tap([10 * number, 400]), happened=True, on_keyboard=True) for number in range(count)
    ]


def _decided(
    person: Script,
    states: list[UiNode | None],
    before: str = "",
    *,
    password: bool = False,
    secret: str = "",
) -> Decision:
    policy = PersonPolicy(
        person,
        Eyes(
            lambda: pytest.fail("no frame is needed"),
            Field(states).observe,  # type: ignore[arg-type]
            FakeDevice().glance,
        ),
        lambda _: None,
        secret=secret,
    )
    observation = FakeObservation(UiTree((_named(before, password=password),)))
    decisions = [policy.decide("type", observation, ())]  # type: ignore[arg-type]
    while policy._next:
        decisions.append(policy.decide("type", observation, ()))  # type: ignore[arg-type]
    return decisions[0] if len(decisions) == 1 else call("several", n=len(decisions))


def test_keys_are_told_as_text() -> None:
    decision = _decided(Script(_keys(3)), [_named("abc")])
    assert decision.call.arguments == {"text": "abc", "clear": False, "submit": False}


def test_keys_without_an_effect_on_the_field_stay_taps() -> None:
    assert _decided(Script(_keys(3)), [_named("")]) == call("several", n=3)


def test_a_key_that_leaves_the_field_unread_leaves_the_taps() -> None:
    assert _decided(Script(_keys(3)), [None]) == call("several", n=3)


@pytest.mark.parametrize("after", [None, "", "•••"])
def test_the_keys_of_a_password_are_never_recorded(after: str | None) -> None:
    """Where they are would betray it, even if the field is gone before it could be read."""
    state = None if after is None else _named(after, password=True)
    decision = _decided(Script(_keys(3)), [state], password=True, secret="<secret:PIN>")
    typed_it = {"text": "<secret:PIN>", "clear": False, "submit": after is None}
    assert decision.call.arguments == typed_it
    untold = _decided(Script(_keys(3)), [state], password=True)
    assert untold.call.name == "note"


def test_the_last_key_that_leaves_a_field_that_was_read_is_enter() -> None:
    class Slow(Script):
        """Pauses before the last key, so that the field is read."""

        def take(self, timeout_s: float) -> Act | None:
            if len(self.acts) == 1 and not self._left:
                self._left = 1
                return None
            return super().take(0) if len(self.acts) != 1 else self.acts.pop(0)

    decision = _decided(Slow(_keys(4)), [_named("abc"), None])
    assert decision.call.arguments == {"text": "abc", "clear": False, "submit": True}


def _named(text: str, *, password: bool = False) -> UiNode:
    return UiNode(
        0, -1, NAME.box, kind="EditText", hint="Name", text=text, focused=True, password=password
    )
