"""The loop: when it stops, what the policy is told, and what is on disk afterwards."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.step import Decision, Step, StopReason
from tests.agent.episodes import (
    COUNT,
    DONE,
    FORM,
    LIST,
    LOUD,
    NAME,
    NOWHERE,
    SAVE,
    Rig,
    call,
    recorded,
    tap,
)
from tools.action import Action, Tap
from tools.clock import FakeClock
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.errors import ModelTimeoutError, NeedsHumanError, UnreadableReplyError


class Grumbler:
    """A policy that runs a function."""

    name = "grumbler"
    wants_ui_tree = False

    def __init__(self, *moves: Decision | BaseException) -> None:
        self.moves = list(moves)
        self.told: list[tuple[Step, ...]] = []

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        self.told.append(tuple(history))
        move = self.moves.pop(0)
        if isinstance(move, BaseException):
            raise move
        return move


def test_a_script_does_its_work_and_finishes(tmp_path: Path) -> None:
    device = FakeDevice()
    script = [tap(FORM), tap(NAME), call("type_text", text="Ada"), tap(LOUD), tap(SAVE), DONE]
    episode = Rig(tmp_path, script, device=device).run()
    assert (episode.stop, episode.answer, len(episode.steps)) == (StopReason.FINISHED, "done", 6)
    assert device.saved == [("Ada", True)]


def test_finishing_without_success_is_giving_up(tmp_path: Path) -> None:
    episode = Rig(tmp_path, [call("finish", success=False, answer="no such app")]).run()
    assert (episode.stop, episode.answer) == (StopReason.GAVE_UP, "no such app")


def test_it_stops_at_the_step_limit_and_still_takes_a_last_look(tmp_path: Path) -> None:
    episode = Rig(tmp_path, [tap(COUNT)] * 9).run(max_steps=3)
    assert (episode.stop, len(episode.steps)) == (StopReason.STEP_LIMIT, 3)
    last = recorded(episode).steps[-1]
    assert last.index == 3
    assert last.observation is not None
    assert last.decision is None


def test_it_stops_at_the_time_limit(tmp_path: Path) -> None:
    script = [call("wait", duration_s=1.0)] * 50
    episode = Rig(tmp_path, script, clock=FakeClock(tick_s=1.0)).run(timeout_s=60)
    assert episode.stop is StopReason.TIME_LIMIT
    assert episode.duration_s < 90


def test_a_decision_that_comes_too_late_is_not_carried_out(tmp_path: Path) -> None:
    device, clock = FakeDevice(), FakeClock()

    class Slow(Grumbler):
        def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
            clock.sleep(100)
            return tap(COUNT)

    episode = Rig(tmp_path, policy=Slow(), device=device, clock=clock).run(timeout_s=60)
    assert episode.stop is StopReason.TIME_LIMIT
    assert device.performed == []
    assert recorded(episode).steps[0].decision is not None


def test_a_mistake_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    policy = Grumbler(call("fly"), tap([9999, 0]), DONE)
    episode = Rig(tmp_path, policy=policy).run()
    assert episode.stop is StopReason.FINISHED
    assert "no tool 'fly'" in policy.told[1][0].mistake
    assert "off the screen" in policy.told[2][1].mistake


def test_mistakes_in_a_row_end_it_and_a_good_step_in_between_forgives(tmp_path: Path) -> None:
    moves = [call("fly"), call("fly"), tap(COUNT), call("fly"), call("fly"), call("fly"), DONE]
    episode = Rig(tmp_path, policy=Grumbler(*moves)).run(max_mistakes=3)
    assert (episode.stop, len(episode.steps)) == (StopReason.STUCK, 6)
    assert "3 mistakes in a row" in episode.error


def test_an_unreadable_reply_is_asked_for_again_without_a_step(tmp_path: Path) -> None:
    policy = Grumbler(UnreadableReplyError("no JSON in it"), DONE)
    episode = Rig(tmp_path, policy=policy).run()
    assert (episode.stop, len(episode.steps)) == (StopReason.FINISHED, 1)
    assert [step.mistake for step in policy.told[1]] == ["no JSON in it"]
    assert episode.steps[0].mistake == ""
    assert [(m.kind, m.counts) for m in recorded(episode).steps[0].mistakes] == [
        ("UnreadableReplyError", False)
    ]


def test_nothing_but_unreadable_replies_ends_it(tmp_path: Path) -> None:
    policy = Grumbler(*[UnreadableReplyError("?")] * 9)
    episode = Rig(tmp_path, policy=policy).run(max_reasks=2)
    assert (episode.stop, len(policy.told)) == (StopReason.UNREADABLE, 3)


def test_a_device_that_goes_away_ends_it_after_its_step_is_on_disk(tmp_path: Path) -> None:
    class Unplugged(FakeDevice):
        def perform(self, action: Action) -> None:
            self._gone_after = 0
            super().perform(action)

    episode = Rig(tmp_path, [tap(COUNT)], device=Unplugged()).run()
    assert episode.stop is StopReason.DEVICE_LOST
    assert "went away" in episode.error
    step = recorded(episode).steps[0]
    assert step.intent is not None
    assert step.intent.action == episode.steps[0].action
    assert step.result is not None
    assert not step.result.ok


def test_a_device_lost_between_two_steps_ends_it_too(tmp_path: Path) -> None:
    episode = Rig(tmp_path, [tap(COUNT)] * 5, device=FakeDevice(gone_after=2)).run()
    assert (episode.stop, len(episode.steps)) == (StopReason.DEVICE_LOST, 2)
    assert recorded(episode).end is not None


@pytest.mark.parametrize(
    ("problem", "stop"),
    [
        (ModelTimeoutError("no answer for 60 s"), StopReason.MODEL_ERROR),
        (NeedsHumanError("who?"), StopReason.NEEDS_HUMAN),
        (KeyboardInterrupt(), StopReason.INTERRUPTED),
        (ZeroDivisionError("division by zero"), StopReason.CRASHED),
        (SystemExit(0), StopReason.CRASHED),
    ],
)
def test_whatever_goes_wrong_the_recording_has_its_end(
    tmp_path: Path, problem: BaseException, stop: StopReason
) -> None:
    episode = Rig(tmp_path, policy=Grumbler(tap(COUNT), problem)).run()
    assert (episode.stop, len(episode.steps)) == (stop, 2)
    recording = recorded(episode)
    assert recording.end is not None
    assert recording.end.stop is stop
    assert recording.warnings == ()
    assert ("Traceback" in recording.end.traceback) == (stop is StopReason.CRASHED)


@pytest.mark.parametrize("given", [None, "finish"])
def test_a_policy_that_gives_no_decision_is_told_and_not_asked_again(
    given: Any, tmp_path: Path
) -> None:
    episode = Rig(tmp_path, policy=Grumbler(given)).run()
    assert (episode.stop, episode.steps[-1].decision) == (StopReason.CRASHED, None)
    assert f"TypeError: The policy 'grumbler' gave {given!r} in place of a Dec" in episode.error


def test_a_question_goes_to_the_person_and_the_answer_to_the_policy(tmp_path: Path) -> None:
    policy = Grumbler(call("ask_user", question="Which day?"), DONE)
    episode = Rig(tmp_path, policy=policy, ask=lambda question: f"{question} Monday").run()
    assert episode.stop is StopReason.FINISHED
    assert policy.told[1][0].result == "Which day? Monday"


def test_a_question_without_a_person_stops_it(tmp_path: Path) -> None:
    episode = Rig(tmp_path, [call("ask_user", question="Which day?")]).run()
    assert (episode.stop, episode.answer) == (StopReason.NEEDS_HUMAN, "Which day?")


def test_a_note_comes_back_in_the_history(tmp_path: Path) -> None:
    policy = Grumbler(call("note", text="gate 7"), DONE)
    Rig(tmp_path, policy=policy).run()
    assert policy.told[1][0].result == "gate 7"


def test_a_dry_run_shows_the_first_action_and_performs_nothing(tmp_path: Path) -> None:
    device = FakeDevice()
    script = [call("note", text="x"), tap(COUNT), DONE]
    episode = Rig(tmp_path, script, device=device).run(dry_run=True)
    assert (episode.stop, episode.answer) == (StopReason.DRY_RUN, "tap (100, 130)")
    assert device.performed == []
    assert recorded(episode).steps[1].intent is None


def test_the_policy_hears_that_nothing_changed(tmp_path: Path) -> None:
    policy = Grumbler(tap(NOWHERE), DONE)
    episode = Rig(tmp_path, policy=policy).run()
    assert "did not change" in policy.told[1][0].feedback
    observation = recorded(episode).steps[1].observation
    assert observation is not None
    assert observation.feedback == policy.told[1][0].feedback


def test_acting_without_effect_ends_it(tmp_path: Path) -> None:
    episode = Rig(tmp_path, [tap(NOWHERE)] * 30).run()
    assert (episode.stop, len(episode.steps)) == (StopReason.STUCK, 5)
    assert all(step.feedback for step in episode.steps[:-1])


def test_the_watcher_sees_every_decision_and_step(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [tap(LIST), DONE])
    episode = rig.run()
    assert rig.listener.decisions == [tap(LIST), DONE]
    assert [step.index for step in rig.listener.steps] == [0, 1]
    assert rig.listener.steps[0].action == Tap.model_validate({"at": {"x": 100, "y": 90}})
    assert episode.steps[0].timing.record_s > 0


_MOVES = st.one_of(
    st.builds(lambda x, y: tap([x, y]), st.integers(-5, 300), st.integers(-5, 500)),
    st.sampled_from(
        [tap(FORM), tap(LIST), tap(COUNT), tap(SAVE), call("back"), call("fly"), call("tap")]
    ),
    st.builds(lambda text: call("type_text", text=text), st.text(min_size=0, max_size=5)),
    st.builds(lambda d: call("wait", duration_s=d), st.floats(-1, 61)),
    st.just(UnreadableReplyError("?")),
    st.just(DONE),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(_MOVES, min_size=12, max_size=40))
def test_any_policy_ends_within_the_limits(
    tmp_path: Path, moves: list[Decision | BaseException]
) -> None:
    policy = Grumbler(*moves, *[tap(COUNT)] * 40)
    episode = Rig(tmp_path, policy=policy).run(max_steps=12, timeout_s=50, max_reasks=1)
    assert len(episode.steps) <= 12
    assert episode.stop in {
        StopReason.FINISHED,
        StopReason.STEP_LIMIT,
        StopReason.STUCK,
        StopReason.UNREADABLE,
        StopReason.TIME_LIMIT,
    }
    recording = recorded(episode)
    assert recording.warnings == ()
    assert recording.end is not None
    assert recording.end.steps == len(episode.steps)
