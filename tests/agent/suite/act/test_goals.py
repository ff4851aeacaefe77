"""Goals in cases: handed over to another policy, and what becomes of what it does wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.config import Config
from agent.model import TextPart
from agent.models.scripted import ScriptedModel
from agent.step import Decision, Step, ToolCall
from agent.suite.runner.deadline import Deadline, Patience
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import Status
from agent.wiring.performing import SuitePerformer
from tests.agent.episodes import DONE, call
from tests.agent.suite.act.phones import (
    SuitePhone,
    actions,
    made_by,
    mind_of,
    recording_of,
    results,
    thoughts,
    why,
)
from tools.clock import FakeClock
from tools.device import Observation
from tools.errors import ModelError, UnreadableReplyError

_GOAL = """
    name: t
    steps:
      - goal: Do it
    checks:
      - answer: done
    teardown:
      - shell: touch /sdcard/goal-torn
"""


@dataclass
class Teller:
    """A policy that does what a list says; errors in it are raised. Keeps what it was told."""

    moves: list[Decision | Exception]
    histories: list[list[Step]] = field(default_factory=list)
    name = "teller"
    wants_ui_tree = True

    def decide(self, goal: str, observation: Observation, history: Sequence[Step]) -> Decision:
        self.histories.append(list(history))
        move = self.moves.pop(0) if len(self.moves) > 1 else self.moves[0]
        if isinstance(move, Exception):
            raise move
        return move


def test_rules_reach_a_goal_between_plain_steps(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: Clock}
        steps:
          - tap: Timer
          - goal: Turn on airplane mode
          - home:
        checks:
          - settings: {table: global, name: airplane_mode_on, equals: 1}
          - answer: {matches: "."}
        """
    )
    assert run.status is Status.PASSED, why(run)
    found = dict(run.provenance)
    assert found["policy"] >= 3
    assert found["tree"] == 1
    assert any("says that the goal is reached" in result for result in results(run))
    assert actions(run)[-1] == "home"


def test_the_inner_policy_knows_its_own_steps_only(phone: SuitePhone) -> None:
    teller = Teller([call("home"), call("tap", at=[5000, 5000]), call("back"), DONE])
    run = phone.perform(
        "name: t\nsteps:\n  - home:\n  - goal: Do it\nchecks:\n  - answer: done\n",
        mind=made_by(lambda: teller),
    )
    assert run.status is Status.PASSED, why(run)
    assert [len(each) for each in teller.histories] == [0, 1, 2, 3]
    last = teller.histories[-1]
    assert [step.index for step in last] == [0, 1, 2]
    assert "off the screen" in last[1].mistake or "5000" in last[1].mistake


def test_a_goal_that_is_given_up_fails_the_case(phone: SuitePhone) -> None:
    quits = call("finish", success=False, answer="there is no such thing")
    run = phone.perform(_GOAL, mind=mind_of([call("home"), quits]))
    assert run.status is Status.FAILED
    assert run.failure is not None
    assert run.failure.kind == "step.goal.gave_up"
    assert run.failure.message == (
        "t.task.yaml:4: goal 'Do it': The policy gave up: there is no such thing"
    )
    assert run.attachments == ()  # the teardown is a part of the one recording
    assert "t.task.yaml:8: shell 'touch /sdcard/goal-torn'" in thoughts(run)
    assert phone.shell("ls /sdcard/goal-torn") == "/sdcard/goal-torn"


def test_a_goal_ends_at_its_limits(phone: SuitePhone) -> None:
    walks = [call("home"), call("open_app", name="Clock")] * 20
    run = phone.perform("name: t\nsteps:\n  - goal: Do it\n    max_steps: 3\n", mind=mind_of(walks))
    assert run.failure is not None
    assert run.failure.kind == "step.goal.step_limit"
    assert run.steps == 3
    run = phone.perform(_GOAL, mind=mind_of([call("tap", at=[9000, 9000])] * 9))
    assert "stuck: 3 mistakes in a row" in why(run)
    run = phone.perform(_GOAL, mind=mind_of([call("back")] * 30))
    assert run.failure is not None
    assert run.failure.kind == "step.goal.stuck"
    assert run.steps < 30


def test_unreadable_replies_are_asked_for_again_and_then_fail(phone: SuitePhone) -> None:
    babble = UnreadableReplyError("no call in it")
    again = Teller([babble, babble, DONE])
    run = phone.perform(_GOAL, mind=made_by(lambda: again))
    assert run.status is Status.PASSED, why(run)
    assert again.histories[1][-1].mistake == "no call in it"
    run = phone.perform(_GOAL, mind=made_by(lambda: Teller([babble])))
    assert run.failure is not None
    assert run.failure.kind == "step.goal.unreadable"
    assert phone.shell("ls /sdcard/goal-torn") == "/sdcard/goal-torn"


def test_a_model_that_cannot_be_asked_is_an_error(phone: SuitePhone) -> None:
    run = phone.perform(_GOAL, mind=made_by(lambda: Teller([ModelError("it is down")])))
    assert run.status is Status.ERROR
    assert run.failure is not None
    assert run.failure.kind == "model"
    assert "t.task.yaml:4: goal 'Do it': it is down" in run.failure.message
    assert phone.shell("ls /sdcard/goal-torn") == "/sdcard/goal-torn"


def test_a_question_to_a_person_is_an_error(phone: SuitePhone) -> None:
    run = phone.perform(_GOAL, mind=mind_of([call("ask_user", question="Which one?")]))
    assert run.status is Status.ERROR
    assert run.failure is not None
    assert run.failure.kind == "needs_human"
    assert "Which one?" in run.failure.message


def test_the_policy_is_asked_for_one_action_where_the_tree_has_nothing(phone: SuitePhone) -> None:
    text = """
        name: t
        target: {app: Clock}
        steps:
          - tap: the third tab
            timeout: 300ms
        checks:
          - node: {text: Timer, kind: ViewGroup, selected: true}
    """
    taps = Decision(
        thought="It is there.", call=ToolCall(name="tap", arguments={"at": [675, 2150]})
    )
    run = phone.perform(text, mind=mind_of([taps]))
    assert run.status is Status.PASSED, why(run)
    assert run.provenance == (("policy", 1),)
    assert "t.task.yaml:5: tap 'the third tab' (policy: It is there.)" in thoughts(run)
    run = phone.perform(text, mind=mind_of([call("back", "I would rather leave.")]))
    assert run.status is Status.FAILED
    assert "the policy 'scripted' decided to back: I would rather leave." in why(run)
    assert actions(run) == ["open_app"]
    gives_up = call("finish", success=False, answer="A dialog lies over it.")
    run = phone.perform(text, mind=mind_of([gives_up]))
    assert "the policy 'scripted' gave up: A dialog lies over it." in why(run)
    run = phone.perform(text, policy="rules")
    assert "the policy 'rules' gave up.\n" in why(run)  # what it says of our own words is noise


def test_a_case_with_a_goal_and_no_checks_is_unverified(phone: SuitePhone) -> None:
    run = phone.perform("name: t\ngoal: Do it\n", mind=mind_of([DONE]))
    assert run.status is Status.UNVERIFIED
    end = recording_of(run).end
    assert end is not None
    assert (end.verdict.value, end.answer) == ("unverified", "done")
    run = phone.perform("name: t\nsteps:\n  - home:\nchecks:\n  - answer: done\n", mind=mind_of())
    assert "The agent answered nothing" in why(run)


def test_a_screen_is_watched_no_longer_than_the_case_may_take(phone: SuitePhone) -> None:
    model = ScriptedModel(["Nothing."])
    watch = call("watch_screen", question="What moves?", seconds=30)
    deadline = Deadline(FakeClock(), 1.0, Patience())  # a second that never passes
    deadline.begin()
    performer = SuitePerformer(Config(ui_tree="always"), mind_of([watch, DONE], model=model))
    device = phone.connect()
    folder = phone.folder / "watched"
    run = performer.perform(phone.case(_GOAL), LeasedDevice(device), folder, deadline)
    device.close()
    assert run.status is Status.PASSED, why(run)
    (asked,) = model.requests
    told = " ".join(
        part.text
        for message in asked.messages
        for part in message.parts
        if isinstance(part, TextPart)
    )
    assert re.search(r"The video lasts 00:0\d\.", told), told
