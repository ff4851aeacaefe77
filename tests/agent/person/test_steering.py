"""A run that a person watches, pauses, stops, takes over and gives back: in one recording."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest

from agent.config import Config
from agent.person.gestures import Button, Gesture, Opened, Posted, Spot, Stroke, Touch
from agent.person.helm import Helm
from agent.person.orders import Answer, Approval, Course, Order
from agent.person.surface import View
from agent.recording.reader import read_recording
from agent.step import Episode, StopReason
from agent.wiring.episode import run_with
from agent.wiring.steering import steer
from tests.agent.models.stalling_server import StallingServer
from tools.action import Action, Back, OpenApp, Swipe, Tap
from tools.clock import SystemClock
from tools.errors import ActionFailedError

AIRPLANE = "turn on airplane mode"
PATIENCE_S = 60
LOW, HIGH = Spot(x=0.5, y=0.7), Spot(x=0.5, y=0.6)


@dataclass
class Watched:
    """A run under way, as somebody at the helm sees it."""

    helm: Helm
    thread: Thread
    outcome: list[Episode | None] = field(default_factory=list)

    def see(self, ready: Callable[[View], bool]) -> View:
        view = self.helm.view(0, 5)
        end_s = SystemClock().now() + PATIENCE_S * 3
        while not ready(view):
            assert view.phase != "ended", view.ending
            assert SystemClock().now() < end_s, view
            view = self.helm.view(view.version, 5)
        return view

    def order(self, kind: str) -> None:
        self.helm.steer(Course.model_validate({"kind": kind}))

    def do(self, gesture: Gesture) -> None:
        size = self.helm.view(0, 5).size
        self.helm.accept(Posted(gesture=gesture, picture=size))

    def over(self) -> Episode:
        self.thread.join(PATIENCE_S * 3)
        assert not self.thread.is_alive()
        (episode,) = self.outcome
        assert episode is not None
        return episode


@contextmanager
def watched(goal: str, tmp_path: Path, *, first: str = "", **settings: object) -> Iterator[Watched]:
    """A run on the virtual phone; stopped if the block leaves it running.

    Args:
        first: An order that is there before the run begins.
    """
    fields = {"device": "virtual", "record_dir": tmp_path / "rec", **settings}
    config = Config.model_validate(fields)
    helm = Helm(goal, SystemClock())
    run = Watched(helm, Thread())
    if first:
        run.order(first)

    def pursue() -> None:
        run.outcome.append(steer(helm, lambda watch: run_with(config, goal, audience=watch)))

    run.thread = Thread(target=pursue, name="steered")
    run.thread.start()
    try:
        yield run
    finally:
        if run.thread.is_alive() and helm.view(0, 0.1).phase != "ended":
            run.order("stop")
        run.thread.join(PATIENCE_S * 3)


def done(episode: Episode) -> list[Action]:
    return [step.action for step in episode.steps if step.action is not None]


def by_whom(episode: Episode, helm: Helm) -> list[str]:
    return [line.hand for line in helm.view(0, 0.1).done]


def test_a_run_that_nobody_steers_goes_as_ever(tmp_path: Path) -> None:
    with watched(AIRPLANE, tmp_path) as run:
        episode = run.over()
        view = run.helm.view(0, 0.1)
    assert episode.stop is StopReason.FINISHED
    assert view.phase == "ended"
    assert view.ending.startswith("Finished")
    assert episode.recording is not None
    assert view.kept == episode.recording.name
    assert {line.hand for line in view.done} == {"agent"}
    assert view.done[0].text.startswith("tap (")
    assert view.done[0].thought
    assert read_recording(episode.recording).start.policy == "rules"


def test_where_it_touched_is_drawn(tmp_path: Path) -> None:
    with watched(AIRPLANE, tmp_path) as run:
        episode = run.over()
        trace = run.helm.view(0, 0.1).trace
    last = [step.action for step in episode.steps if step.action is not None][-1]
    assert isinstance(last, Tap)
    assert trace is not None
    assert trace.to is None
    assert (int(trace.at.x * 1080), int(trace.at.y * 2400)) == (last.at.x, last.at.y)


def test_a_paused_run_does_nothing_until_it_goes_on(tmp_path: Path) -> None:
    with watched(AIRPLANE, tmp_path, first="pause") as run:
        held = run.see(lambda view: view.picture > 0 and view.held and view.phase == "working")
        assert (held.done, held.hand) == ((), "agent")
        run.order("go_on")
        assert run.over().stop is StopReason.FINISHED


def test_a_stop_keeps_the_recording_whole(tmp_path: Path) -> None:
    with watched(AIRPLANE, tmp_path, first="pause") as run:
        run.see(lambda view: view.picture > 0)
        run.order("stop")
        episode = run.over()
    assert episode.stop is StopReason.INTERRUPTED
    assert "by the person" in episode.error
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    assert recording.end is not None
    assert recording.end.stop is StopReason.INTERRUPTED
    with pytest.raises(ActionFailedError, match="over"):
        run.order("pause")


@pytest.mark.parametrize("said", ["", "I see"])
def test_a_stop_waits_for_no_word_of_the_model(tmp_path: Path, said: str) -> None:
    with StallingServer(said) as server:
        model = {"policy": "vlm", "model": "Qwen2.5-VL-7B-Instruct", "server": server.base_url}
        with watched(AIRPLANE, tmp_path, **model) as run:
            assert server.asked.wait(PATIENCE_S)
            run.see(lambda view: view.phase == "working" and view.saying == said)
            run.order("stop")
            episode = run.over()
            assert server.left.wait(PATIENCE_S)  # nor does the server go on for nobody
    assert episode.stop is StopReason.INTERRUPTED
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    assert recording.end is not None
    assert recording.end.stop is StopReason.INTERRUPTED
    assert len(recording.steps[0].requests) == 1


def test_who_takes_over_waits_for_no_word_of_the_model(tmp_path: Path) -> None:
    with StallingServer() as server:
        model = {"policy": "vlm", "model": "Qwen2.5-VL-7B-Instruct", "server": server.base_url}
        with watched(AIRPLANE, tmp_path, **model) as run:
            assert server.asked.wait(PATIENCE_S)
            run.do(Opened(kind="open_app", name="Settings"))
            view = run.see(lambda view: len(view.done) == 1 and view.phase == "waiting")
            assert (view.hand, view.done[0].hand) == ("person", "person")
            assert server.left.wait(PATIENCE_S)
            run.order("stop")
            episode = run.over()
    assert done(episode) == [OpenApp(name="Settings")]


def test_a_stop_before_the_device_is_there_is_no_crash(tmp_path: Path) -> None:
    with watched(AIRPLANE, tmp_path, first="stop") as run:
        run.thread.join(PATIENCE_S * 3)
        assert run.helm.view(0, 0.1).phase == "ended"


def test_a_gesture_takes_over_and_the_agent_goes_on_from_there(tmp_path: Path) -> None:
    with watched(AIRPLANE, tmp_path, first="pause") as run:
        run.see(lambda view: view.picture > 0)
        run.do(Opened(kind="open_app", name="Settings"))
        view = run.see(lambda view: len(view.done) == 1 and view.phase == "waiting")
        assert (view.hand, view.done[0].hand) == ("person", "person")
        run.do(Stroke(kind="swipe", start=LOW, end=HIGH, duration_s=0.3))
        run.see(lambda view: len(view.done) == 2 and view.phase == "waiting")
        run.order("hand_back")
        episode = run.over()
        hands = by_whom(episode, run.helm)
    actions = done(episode)
    assert actions[0] == OpenApp(name="Settings")
    assert isinstance(actions[1], Swipe)
    assert isinstance(actions[-1], Tap)
    assert hands[:2] == ["person", "person"]
    assert set(hands[2:]) == {"agent"}
    assert episode.stop is StopReason.FINISHED


def test_taking_over_drops_what_the_agent_was_about_to_do(tmp_path: Path) -> None:
    with watched(AIRPLANE, tmp_path, first="take_over") as run:
        run.see(lambda view: view.phase == "waiting" and view.picture > 0)
        run.do(Button(kind="back"))
        run.see(lambda view: len(view.done) == 1 and view.phase == "waiting")
        run.order("stop")
        episode = run.over()
    assert done(episode) == [Back()]


def test_a_tap_lands_where_the_person_saw_it(tmp_path: Path) -> None:
    with watched(AIRPLANE, tmp_path, first="take_over") as run:
        run.see(lambda view: view.phase == "waiting" and view.picture > 0)
        run.do(Touch(kind="tap", at=Spot(x=0.5, y=0.25)))
        run.see(lambda view: len(view.done) == 1 and view.phase == "waiting")
        run.order("stop")
        (tap,) = done(run.over())
    assert isinstance(tap, Tap)
    assert (tap.at.x, tap.at.y) == (540, 600)


@pytest.mark.parametrize("yes", [True, False])
def test_the_person_is_asked_before_what_a_rule_wants_asked(tmp_path: Path, yes: bool) -> None:
    rule = {"verdict": "ask", "actions": ["tap"]}
    with watched(AIRPLANE, tmp_path, guard=[rule], max_mistakes=1) as run:
        first = run.see(lambda view: view.inquiry is not None).inquiry
        assert first is not None
        assert first.kind == "approve"
        assert "tap" in first.text
        assert run.helm.view(0, 0.1).trace is not None  # where it would be
        say(run, Approval(kind="approve", number=first.number, yes=yes))
        if yes:
            while run.thread.is_alive() and len(run.outcome) == 0:
                asked = run.helm.view(0, 0.1).inquiry
                if asked is not None:
                    say(run, Approval(kind="approve", number=asked.number, yes=True))
        episode = run.over()
    assert (episode.stop is StopReason.FINISHED) is yes
    taps = [step for step in episode.steps if isinstance(step.action, Tap)]
    assert all(bool(step.mistake) is not yes for step in taps)


def say(run: Watched, order: Order) -> None:
    run.helm.steer(order)


def test_an_answer_to_something_else_is_refused(tmp_path: Path) -> None:
    rule = {"verdict": "ask", "actions": ["tap"]}
    with watched(AIRPLANE, tmp_path, guard=[rule]) as run:
        asked = run.see(lambda view: view.inquiry is not None).inquiry
        assert asked is not None
        with pytest.raises(ActionFailedError, match="not asked"):
            say(run, Approval(kind="approve", number=asked.number + 1, yes=True))
        with pytest.raises(ActionFailedError, match="not asked"):
            say(run, Answer(kind="answer", number=asked.number, text="yes"))
        run.order("stop")
        assert run.over().stop is StopReason.INTERRUPTED


def test_nobody_asks_the_person_about_their_own_acts(tmp_path: Path) -> None:
    rule = {"verdict": "ask", "actions": ["tap"]}
    with watched(AIRPLANE, tmp_path, first="take_over", guard=[rule]) as run:
        run.see(lambda view: view.phase == "waiting" and view.picture > 0)
        run.do(Touch(kind="tap", at=Spot(x=0.5, y=0.25)))
        view = run.see(lambda view: len(view.done) == 1 and view.phase == "waiting")
        assert view.done[0].trouble == ""
        assert view.inquiry is None
        run.order("stop")
        run.over()


def test_a_question_of_the_agent_is_answered_on_the_page(tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text(
        "- {tool: ask_user, arguments: {question: 'Which one?'}}\n"
        "- {tool: finish, arguments: {success: true, answer: done}}\n"
    )
    with watched("ask me", tmp_path, policy="scripted", script=script) as run:
        asked = run.see(lambda view: view.inquiry is not None).inquiry
        assert asked is not None
        assert (asked.kind, asked.text) == ("answer", "Which one?")
        say(run, Answer(kind="answer", number=asked.number, text="the left one"))
        episode = run.over()
    assert episode.steps[0].result == "the left one"
    assert episode.answer == "done"


def test_what_is_wrong_before_a_run_begins_is_one_line(tmp_path: Path) -> None:
    with watched("x", tmp_path, device="emulator-1", adb_server="127.0.0.1:1") as run:
        run.thread.join(PATIENCE_S)
        view = run.helm.view(0, 0.1)
    assert view.phase == "ended"
    assert view.ending
    assert "\n" not in view.ending
    assert run.outcome == [None]
