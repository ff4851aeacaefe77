"""Acts without an effect, waits, and what is done already: on the device in memory."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from agent.dialects.choose import DIALECTS
from agent.models.exchanges import message_as_json
from agent.models.scripted import ScriptedModel
from agent.policies.recorded.join import places_to_join
from agent.policies.recorded.manner import Manner, Mode
from agent.policies.recorded.policy import RecordedPolicy
from agent.policies.recorded.progress import Move, Progress, Turn
from agent.policies.recorded.source import Source
from agent.policies.scripted import ScriptedPolicy
from agent.policies.vlm import VlmPolicy
from agent.policy import Policy
from agent.recording.reader import Recording
from agent.step import Episode, Step, StopReason
from tests.agent.episodes import DONE, FORM, LOUD, NAME, SAVE, Rig, call, recorded, tap
from tools.action import Action, Tap
from tools.builtin import builtin_registry
from tools.clock import FakeClock
from tools.device import Device
from tools.devices.fake import FakeDevice
from tools.geometry import Point
from tools.screen import Screenshot
from tools.settle import SettlingDevice

STEPS = [tap(FORM), tap(NAME), call("type_text", text="Ann"), tap(LOUD), tap(SAVE), DONE]


class Deaf(FakeDevice):
    """Does not react to its first taps.

    Args:
        deaf: How many are lost.
        late: Whether the first that was lost comes through with the next wait.
    """

    def __init__(self, deaf: int, *, late: bool = False) -> None:
        super().__init__()
        self._deaf, self._late = deaf, late
        self._lost: Action | None = None
        self.attempts = 0

    def perform(self, action: Action) -> None:
        if isinstance(action, Tap):
            self.attempts += 1
            if self._deaf:
                self._deaf -= 1
                self._lost = self._lost or action
                return
        elif self._late and self._lost is not None:
            lost, self._lost = self._lost, None
            super().perform(lost)
        super().perform(action)


class Dark(FakeDevice):
    """Its screen goes off for good, after so many taps."""

    def __init__(self, taps: int) -> None:
        super().__init__()
        self._left = taps

    def perform(self, action: Action) -> None:
        super().perform(action)
        self._left -= isinstance(action, Tap)

    def glance(self) -> Screenshot:
        frame = super().glance()
        if self._left > 0:
            return frame
        size = frame.size
        return replace(frame, image=Image.new("RGB", (size.width, size.height)))


@dataclass
class Log:
    """Remembers the rungs."""

    rungs: list[str] = field(default_factory=list)

    def rung(self, source: int, rung: str, reason: str, **found: Any) -> None:
        self.rungs.append(rung)


@dataclass
class Played:
    """A replay on the device in memory."""

    episode: Episode
    rungs: list[str]


def settled(device: FakeDevice) -> Device:
    return SettlingDevice(device, FakeClock(tick_s=0.001))


@pytest.fixture
def filled(tmp_path: Path) -> Recording:
    """A form filled in and saved."""
    return recorded(Rig(tmp_path / "made", STEPS, device=settled(FakeDevice())).run())


def play(
    recording: Recording,
    device: FakeDevice,
    folder: Path,
    *,
    mode: Mode = "strict",
    inner: Policy | None = None,
) -> Played:
    log = Log()
    policy = RecordedPolicy(Source(recording), log, Manner(mode=mode), inner)
    episode = Rig(folder / "again", policy=policy, device=settled(device)).run()
    return Played(episode, log.rungs)


def test_it_is_done_again_as_it_was(filled: Recording, tmp_path: Path) -> None:
    device = FakeDevice()
    played = play(filled, device, tmp_path)
    assert played.episode.stop is StopReason.FINISHED
    assert played.rungs == ["exact"] * 6
    assert device.saved == [("Ann", True)]


def test_an_act_without_effect_is_waited_for_and_done_once_more(
    filled: Recording, tmp_path: Path
) -> None:
    device = Deaf(1)
    played = play(filled, device, tmp_path)
    assert played.episode.stop is StopReason.FINISHED
    assert played.rungs == ["exact", "wait", "wait", *["exact"] * 6]
    assert device.saved == [("Ann", True)]


def test_an_effect_that_comes_late_is_not_brought_about_twice(
    filled: Recording, tmp_path: Path
) -> None:
    device = Deaf(1, late=True)
    played = play(filled, device, tmp_path)
    assert played.episode.stop is StopReason.FINISHED
    assert played.rungs == ["exact", "wait", *["exact"] * 5]
    assert device.attempts == 4


def test_an_act_that_never_has_an_effect_ends_the_replay(filled: Recording, tmp_path: Path) -> None:
    device = Deaf(99)
    played = play(filled, device, tmp_path)
    assert played.episode.stop is StopReason.DIVERGED
    assert "it had no effect, twice" in played.episode.error
    assert device.attempts == 2
    assert played.rungs[-1] == "stop"


def test_after_two_tries_the_policy_inside_is_asked(filled: Recording, tmp_path: Path) -> None:
    device = Deaf(2)
    inner = ScriptedPolicy([tap(FORM)])
    played = play(filled, device, tmp_path, mode="heal", inner=inner)
    assert played.episode.stop is StopReason.FINISHED, played
    assert played.rungs == ["exact", "wait", "wait", "exact", "ask", *["exact"] * 5]
    assert device.saved == [("Ann", True)]


def test_a_mistake_that_was_recorded_is_left_out(tmp_path: Path) -> None:
    steps = [call("type_text", text="too early"), *STEPS]
    made = recorded(Rig(tmp_path / "made", steps, device=settled(FakeDevice())).run())
    device = FakeDevice()
    played = play(made, device, tmp_path)
    assert played.episode.stop is StopReason.FINISHED
    assert len(played.episode.steps) == len(STEPS)
    assert device.saved == [("Ann", True)]


def test_another_state_is_no_recorded_screen(filled: Recording, tmp_path: Path) -> None:
    device = FakeDevice()
    device.switched_on = True  # one tap on the switch would turn it off
    played = play(filled, device, tmp_path)
    assert played.episode.stop is StopReason.DIVERGED
    assert device.saved == []


@pytest.mark.parametrize("taps", [2, 4])  # of four: in the middle, and before the end is looked at
def test_a_screen_that_is_off_is_told_as_that(filled: Recording, tmp_path: Path, taps: int) -> None:
    played = play(filled, Dark(taps), tmp_path, mode="heal", inner=ScriptedPolicy([DONE]))
    assert played.episode.stop is StopReason.DIVERGED
    assert "the screen is black: switch it on and unlock it" in played.episode.error
    assert "ask" not in played.rungs


def test_a_screen_that_was_off_when_it_was_recorded_is_no_trouble(tmp_path: Path) -> None:
    made = recorded(Rig(tmp_path / "made", [tap(FORM), DONE], device=settled(Dark(1))).run())
    played = play(made, Dark(1), tmp_path)
    assert played.episode.stop is StopReason.FINISHED, played.episode.error


def test_a_place_is_joined_from_elsewhere_twice_at_most(filled: Recording, tmp_path: Path) -> None:
    """Else two policies could send each other to and fro."""
    source, look = Source(filled), FakeDevice().observe()
    turn = Turn("fill it in", look, (Step(index=0, action=Tap(at=Point(x=1, y=1))),))
    at = Progress(place=1)
    move = Move(None, look, same_place=False)
    assert list(places_to_join(source, at, turn, move)) == [1, 2, 3, 4, 5]
    at.joins[3] = 1
    assert 3 in places_to_join(source, at, turn, move)
    at.joins[3] = 2
    assert list(places_to_join(source, at, turn, move)) == [1, 2, 4, 5]


def test_a_run_that_gave_up_is_not_made_a_success(tmp_path: Path) -> None:
    gave_up = call("finish", success=False, answer="I found no form")
    made = recorded(Rig(tmp_path / "made", [gave_up], device=settled(FakeDevice())).run())
    played = play(made, FakeDevice(), tmp_path)
    assert played.episode.stop is StopReason.GAVE_UP
    assert played.episode.answer == "I found no form"


def test_a_claim_in_mid_replay_is_not_believed(filled: Recording, tmp_path: Path) -> None:
    played = play(filled, Deaf(9), tmp_path, mode="heal", inner=ScriptedPolicy([DONE]))
    assert played.episode.stop is StopReason.DIVERGED
    assert "says it is done, 5 steps too early" in played.episode.error


def test_a_model_that_takes_over_knows_what_was_done(filled: Recording, tmp_path: Path) -> None:
    replies = [
        '{"thought": "On.", "name": "back", "arguments": {}}',
        '{"thought": "Done.", "name": "finish", "arguments": {"success": true, "answer": "so"}}',
    ]
    model = ScriptedModel(replies)
    inner = VlmPolicy(model, DIALECTS["tools"](), builtin_registry())
    policy = RecordedPolicy(Source(filled, until=3), Log(), Manner(go_on=True), inner)
    device = FakeDevice()
    episode = Rig(tmp_path / "fork", policy=policy, device=settled(device)).run()
    assert episode.stop is StopReason.FINISHED, episode.error
    assert [step.action.kind for step in episode.steps if step.action] == [
        "tap", "tap", "type_text", "back",
    ]  # fmt: skip
    first = " ".join(str(message_as_json(message)) for message in model.requests[0].messages)
    assert "type_text" in first
    assert "Ann" in first
    assert "2027-01-04" in first  # the day of the device is told, though it did not begin the run
    assert len(model.requests) == 2
