"""Who decides while a person pauses, takes over and gives back; step by step, without a run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from PIL import Image

from agent.person.gestures import Button, Posted
from agent.person.helm import Helm
from agent.person.orders import Course
from agent.policies.person import WAIT, Eyes
from agent.policy import Glimpse
from agent.step import Decision, Step
from agent.wiring.steering import SteeredDevice, SteeredPolicy, Watch
from tests.agent.episodes import tap
from tools.action import Tap
from tools.approval import Request
from tools.clock import SystemClock
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.errors import ActionFailedError
from tools.geometry import Point
from tools.screen import Screenshot

OWN = tap([10, 20])
BLACK = Screenshot(Image.new("RGB", (270, 480), "black"))


@dataclass
class Thinker:
    """A policy that is interrupted while it thinks, and notes what it is told of others."""

    meanwhile: Callable[[], None] = lambda: None
    followed: list[Decision] = field(default_factory=list)
    name: str = "thinker"
    wants_ui_tree: bool = True

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        self.meanwhile()
        return OWN

    def follow(self, goal: str, seen: Glimpse, history: Sequence[Step], decision: Decision) -> None:
        self.followed.append(decision)


class Bench:
    """A helm, a device on it, and a policy that is steered there."""

    def __init__(self) -> None:
        self.helm = Helm("g", SystemClock())
        self.fake = FakeDevice()
        self.device = SteeredDevice(self.fake, self.helm)
        self.seen = self.device.observe()
        self.inner = Thinker()
        self.glances: list[Callable[[], Screenshot]] = []
        eyes = Eyes(self.glance, self.fake.observe, lambda: self.device.seen)
        self.policy = SteeredPolicy(self.inner, self.helm, eyes)

    def glance(self) -> Screenshot:
        return self.glances.pop(0)() if self.glances else self.device.glance()

    def order(self, kind: str) -> None:
        self.helm.steer(Course.model_validate({"kind": kind}))

    def decide(self) -> Decision:
        return self.policy.decide("g", self.seen, [])

    def then(self, kind: str, shot: Screenshot | None = None) -> Callable[[], Screenshot]:
        """A look at the screen, at which the person gives an order."""

        def look() -> Screenshot:
            self.order(kind)
            return shot if shot is not None else self.device.glance()

        return look


@pytest.fixture
def bench() -> Bench:
    return Bench()


def back() -> Posted:
    return Posted(gesture=Button(kind="back"))


def test_left_alone_the_agent_decides(bench: Bench) -> None:
    assert bench.decide() == OWN
    assert bench.inner.followed == []


def test_what_it_wanted_is_dropped_if_the_person_takes_over_while_it_thinks(bench: Bench) -> None:
    bench.inner.meanwhile = lambda: bench.helm.accept(back())
    decision = bench.decide()
    assert decision.call.name == "back"
    assert bench.inner.followed == [decision]
    assert bench.helm.view(0, 0).hand == "person"


def test_a_pause_holds_what_it_wants_until_it_goes_on(bench: Bench) -> None:
    bench.inner.meanwhile = lambda: bench.order("pause")
    shown: list[str] = []

    def look() -> Screenshot:
        shown.append(bench.helm.view(0, 0).doing)
        return bench.device.glance()

    bench.glances = [look, bench.then("go_on")]
    assert bench.decide() == OWN
    assert shown == ["tap"]  # what is held can be seen


def test_if_the_screen_is_another_one_after_a_pause_the_agent_looks_again(bench: Bench) -> None:
    bench.inner.meanwhile = lambda: bench.order("pause")
    bench.glances = [bench.then("go_on"), lambda: BLACK]
    assert bench.decide() == WAIT


def test_a_pause_before_it_thinks_costs_no_thought(bench: Bench) -> None:
    bench.order("pause")
    thoughts: list[int] = []
    bench.inner.meanwhile = lambda: thoughts.append(1)

    def look() -> Screenshot:
        assert thoughts == []
        return bench.then("go_on")()

    bench.glances = [bench.device.glance, look]
    assert bench.decide() == OWN
    assert thoughts == [1]


def test_given_back_untouched_the_agent_decides_on_the_same_screen(bench: Bench) -> None:
    bench.order("take_over")
    bench.glances = [bench.then("hand_back")]
    assert bench.decide() == OWN


def test_given_back_changed_the_agent_looks_again(bench: Bench) -> None:
    bench.order("take_over")
    bench.glances = [bench.then("hand_back"), lambda: BLACK]
    assert bench.decide() == WAIT


@pytest.mark.parametrize("first", ["pause", "take_over"])
def test_a_stop_is_heard_while_nothing_is_done(bench: Bench, first: str) -> None:
    bench.order(first)
    bench.glances = [bench.then("stop")]
    with pytest.raises(KeyboardInterrupt, match="by the person"):
        bench.decide()


def test_a_stop_is_heard_while_the_model_speaks_and_before_a_touch(bench: Bench) -> None:
    bench.order("stop")
    watch = Watch(bench.helm)
    for deed in (
        lambda: watch.heard("a word"),
        lambda: watch.notice("loading"),
        lambda: bench.device.perform(Tap(at=Point(x=1, y=1))),
        bench.device.glance,
        lambda: watch.ask("which?"),
        lambda: watch.approve(Request(Tap(at=Point(x=1, y=1)))),
    ):
        with pytest.raises(KeyboardInterrupt):
            deed()
    assert bench.fake.performed == []


def test_taking_over_says_no_to_what_is_asked(bench: Bench) -> None:
    bench.order("take_over")
    assert Watch(bench.helm).approve(Request(Tap(at=Point(x=1, y=1)))) is False
    assert bench.helm.view(0, 0).trace is None


def test_what_the_model_says_is_seen_and_gone_with_the_next_step(bench: Bench) -> None:
    Watch(bench.helm).heard("I see a ")
    Watch(bench.helm).heard("button")
    assert bench.helm.view(0, 0).saying == "I see a button"
    bench.helm.think(())
    assert bench.helm.view(0, 0).saying == ""


def test_a_gesture_after_the_end_is_refused(bench: Bench) -> None:
    bench.helm.end("Done", (), 0)
    with pytest.raises(ActionFailedError, match="over"):
        bench.helm.accept(back())
    assert bench.helm.view(0, 0).hand == "agent"
