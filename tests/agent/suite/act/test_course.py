"""The course of a case: conditions, optional steps, parts, failures with their place, teardown."""

import pytest

from agent.config import Config
from agent.models.scripted import ScriptedModel
from agent.recording.account import verdict_said
from agent.suite.runner.deadline import Deadline, Patience
from agent.suite.runner.seams import LeasedDevice
from agent.suite.runner.status import Status
from agent.wiring.performing import SuitePerformer
from tests.agent.suite.act.phones import (
    SuitePhone,
    actions,
    checked,
    mind_of,
    recording_of,
    results,
    thoughts,
    why,
)
from tools.clock import FakeClock
from tools.errors import (
    TaskError,
)


def test_if_when_and_optional(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: Clock}
        steps:
          - if: {text: Not now}
            tap: Not now
          - if: {node: {text: "Alarm at 08:30", checked: true}}
            tap: "Alarm at 09:00"
          - if: {gone: Not now, app: com.android.deskclock}
            tap: "Alarm at 08:30"
          - tap: Nothing
            optional: true
            timeout: 300ms
            label: what may be there
          - when: {node: {text: "Alarm at 08:30", checked: true}}
            tap: "Alarm at 09:00"
          - when: {text: Never}
            timeout: 400ms
            back: true
        """
    )
    assert run.status is Status.FAILED
    assert run.failure is not None
    assert run.failure.kind == "step.back", why(run)
    assert "t.task.yaml:17: back: 'Never' did not come within 0." in why(run)
    told = thoughts(run)
    assert not any("tap 'Not now'" in each for each in told)
    assert sum("tap 'Alarm at 08:30' (tree" in each for each in told) == 1
    assert sum("tap 'Alarm at 09:00' (tree" in each for each in told) == 1
    (warning,) = [text for name, text in run.facts if name == "warning"]
    assert warning.startswith("t.task.yaml:11: what may be there: 'Nothing' cannot be used")
    assert any("Left out, as it is optional" in each for each in results(run))


def test_used_steps_fail_at_their_own_place(phone: SuitePhone) -> None:
    (phone.folder / "parts.task.yaml").write_text(
        "name: go\nneeds: [page]\nsteps:\n  - tap: ${page}\n  - tap: Nowhere\n    timeout: 300ms\n"
    )
    run = phone.perform(
        """
        name: t
        target: {app: Settings}
        steps:
          - use: {task: "parts.task.yaml#go", with: {page: Apps}}
          - shell: touch /sdcard/never
        checks:
          - file: {path: /sdcard/never, exists: false}
          - text: Nowhere
            timeout: 30s
        """
    )
    assert run.status is Status.FAILED
    assert run.failure is not None
    assert run.failure.kind == "step.tap"
    assert run.failure.message.startswith("parts.task.yaml:5: tap 'Nowhere'")
    # The checks are put once all the same, and what they found is told.
    found = checked(run)
    assert found == {"file /sdcard/never is not there": "passed", "text 'Nowhere'": "failed"}
    assert "t.task.yaml:9: text 'Nowhere'" in run.failure.details
    assert recording_of(run).end is not None


def test_setup_fails_as_an_error_and_the_teardown_is_done(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        setup:
          - shell: exit 3
        steps:
          - home:
        checks:
          - text: x
        teardown:
          - shell: touch /sdcard/torn-down
        """
    )
    assert run.status is Status.ERROR
    assert run.failure is not None
    assert run.failure.kind == "setup"
    assert run.failure.message == (
        "Setup: t.task.yaml:4: shell 'exit 3': The exit code is 3, not 0"
    )
    assert phone.shell("ls /sdcard/torn-down") == "/sdcard/torn-down"
    assert actions(run) == []
    assert checked(run) == {}


def test_teardown_fails_as_an_error_and_undoes_nothing_that_was_found(phone: SuitePhone) -> None:
    text = """
        name: t
        steps:
          - shell: cmd uimode night yes
        checks:
          - shell: {cmd: cmd uimode night, contains: "mode: CHECK"}
        teardown:
          - shell: cmd uimode night no
          - shell: "false"
          - shell: touch /sdcard/after-false
    """
    run = phone.perform(text.replace("CHECK", "yes"))
    assert run.status is Status.ERROR
    assert run.failure is not None
    assert run.failure.kind == "teardown"
    assert "Teardown: t.task.yaml:9: shell 'false'" in run.failure.message
    assert checked(run) == {"shell 'cmd uimode night' contains 'mode: yes'": "passed"}
    run = phone.perform(text.replace("CHECK", "no").replace("timeout", ""))
    assert run.status is Status.FAILED
    assert run.failure is not None
    assert run.failure.kind == "check.shell"
    assert "Teardown: t.task.yaml:9" in run.failure.details
    assert phone.shell("cmd uimode night") == "Night mode: no"
    assert phone.shell("ls /sdcard/after-false") == "/sdcard/after-false"


def test_a_hanging_command_is_cut_off(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        steps:
          - shell: i=0; while true; do i=$((i+1)); done
            timeout: 100ms
        teardown:
          - shell: touch /sdcard/after-hanging
        """
    )
    assert run.status is Status.FAILED
    assert run.failure is not None
    assert run.failure.kind == "step.shell"
    assert "did not end within 0." in why(run)
    assert "was cut off" in why(run)
    assert phone.shell("ls /sdcard/after-hanging") == "/sdcard/after-hanging"


def test_budgets_end_a_case_as_an_error(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        budget: {steps: 3}
        steps: [home, home, home, home]
        teardown:
          - open: Clock
          - back:
        """.replace("[home, home, home, home]", "[{home: }, {home: }, {home: }, {home: }]")
    )
    assert run.status is Status.ERROR
    assert run.failure is not None
    assert run.failure.kind == "budget.steps"
    assert "t.task.yaml:4: home: The budget of 3 steps is used up." in run.failure.message
    assert actions(run) == ["home", "home", "home", "open_app", "back"]
    exactly = (
        "name: t\nbudget: {steps: 1}\nsteps:\n  - home:\n  - shell: id\nchecks:\n  - shell: id\n"
    )
    assert phone.perform(exactly).status is Status.PASSED


def test_when_the_time_is_up_the_teardown_has_its_own(phone: SuitePhone) -> None:
    case = phone.case(
        """
        name: t
        steps:
          - wait: 1h
        checks:
          - text: x
        teardown:
          - shell: touch /sdcard/in-time
        """
    )
    clock = FakeClock(tick_s=0.5)  # every question how much is left takes half a second
    deadline = Deadline(clock, 5.0, Patience())
    deadline.begin()
    device = phone.connect()
    performer = SuitePerformer(Config(), mind_of())
    run = performer.perform(case, LeasedDevice(device), phone.folder / "time-is-up", deadline)
    assert run.status is Status.ERROR
    assert run.failure is not None
    assert run.failure.kind == "time_limit"
    assert run.failure.message == "t.task.yaml:4: wait 3600 s: The time of the case is up."
    assert 1 < len(recording_of(run).steps) < 15
    assert phone.shell("ls /sdcard/in-time") == "/sdcard/in-time"


def test_a_model_is_asked_as_often_as_the_budget_says(phone: SuitePhone) -> None:
    model = ScriptedModel(['{"answer": "a"}', '{"answer": "b"}'])
    text = """
        name: t
        budget: {model_calls: 1}
        steps:
          - extract: {name: x, ask: one}
          - extract: {name: y, ask: two}
    """
    run = phone.perform(text, mind=mind_of(model=model))
    assert run.failure is not None
    assert run.failure.kind == "budget.model_calls"
    assert "t.task.yaml:6: extract y: The budget of 1 model call is used up." in why(run)
    assert len(model.requests) == 1


def test_a_check_that_may_not_ask_any_more_is_named(phone: SuitePhone) -> None:
    model = ScriptedModel(['{"verdict": "pass"}', '{"verdict": "pass"}'])
    text = """
        name: t
        budget: {model_calls: 1}
        steps:
          - home:
        checks:
          - ai: It is one.
          - ai: It is two.
    """
    run = phone.perform(text, mind=mind_of(model=model))
    assert run.failure is not None
    assert run.failure.message.startswith("t.task.yaml:8: ai 'It is two.': The budget of 1 model")


def test_secrets_are_typed_and_told_to_nobody(
    phone: SuitePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARD_PIN", "correct-horse-91")
    text = """
        name: t
        secrets: [CARD_PIN]
        target: {app: Contacts}
        steps:
          - tap: Create contact
          - type: {text: "${secret.CARD_PIN}", into: First name}
          - shell: echo '${secret.CARD_PIN}' > /sdcard/pin.txt
          - shell: cat /sdcard/pin.txt
        checks:
          - shell: {cmd: cat /sdcard/pin.txt, contains: "<secret:CARD_PIN>"}
          - file: {path: /sdcard/pin.txt, lacks: horse}
    """
    run = phone.perform(text)
    assert run.status is Status.PASSED, why(run)
    assert phone.shell("cat /sdcard/pin.txt") == "correct-horse-91"
    assert run.recording is not None
    for path in run.recording.rglob("*"):
        assert not path.is_file() or b"correct-horse-91" not in path.read_bytes(), path
    monkeypatch.delenv("CARD_PIN")
    with pytest.raises(TaskError.__mro__[1], match="CARD_PIN"):
        phone.perform(text)
    with pytest.raises(TaskError, match=r"t\.task\.yaml:1:1: the secret 'pin' must be capital"):
        phone.perform("name: t\nsecrets: [pin]\nsteps:\n  - type: ${secret.pin}\n")


def test_the_recording_is_kept_as_the_task_says(phone: SuitePhone) -> None:
    text = "name: t\ntrace: on_failure\nsteps:\n  - home:\nchecks:\n  - shell: {cmd: exit 0}\n"
    kept, passed = phone.perform(text.replace("exit 0", "exit 1")), phone.perform(text)
    assert kept.status is Status.FAILED
    assert kept.recording is not None
    assert passed.status is Status.PASSED
    assert passed.recording is None


_TORN_DOWN = "teardown:\n  - shell: exit {}\n"
_CHECKED = "checks:\n  - text: Nothing such\n    timeout: 100ms\n"


@pytest.mark.parametrize(
    ("text", "ended", "said"),
    [
        (f"steps: [home: ]\n{_CHECKED}", ("finished", "failed"), "A check does not hold."),
        (
            "steps: [{tap: Nothing such, timeout: 100ms}]\n",
            ("gave_up", "failed"),
            "A step of the test could not be done.",
        ),
        (
            f"steps: [home: ]\n{_TORN_DOWN.format(3)}",
            ("finished", "error"),
            "The test could not be carried out.",
        ),
        (
            f"setup: [shell: exit 3]\nsteps: [home: ]\n{_TORN_DOWN.format(0)}",
            ("gave_up", "error"),
            "The test could not be carried out.",
        ),
    ],
)
def test_the_recording_tells_apart_whether_the_steps_were_done_and_what_came_of_the_case(
    phone: SuitePhone, text: str, ended: tuple[str, str], said: str
) -> None:
    found = recording_of(phone.perform(f"name: t\n{text}"))
    assert found.end is not None
    assert (found.end.stop.value, found.end.verdict.value) == ended
    assert verdict_said(found) == said


def test_the_mind_is_closed_once_and_by_nothing_else(phone: SuitePhone) -> None:
    closed: list[str] = []
    mind = mind_of(close=lambda: closed.append("closed"))
    phone.perform("name: t\nsteps:\n  - home:\n", mind=mind)
    performer = SuitePerformer(Config(), mind)
    assert closed == []
    performer.close()
    performer.close()
    assert closed == ["closed"]


def test_the_policy_of_a_case_judges_itself(phone: SuitePhone) -> None:
    run = phone.perform("name: t\nsteps:\n  - home:\n", mind=mind_of())
    assert run.status is Status.UNVERIFIED
    end = recording_of(run).end
    assert end is not None
    assert end.verdict.value == "unverified"


def test_the_solution_or_nothing_in_the_place_of_the_steps(phone: SuitePhone) -> None:
    text = """
        name: t
        setup:
          - shell: cmd uimode night no
        goal: Make it dark
        checks:
          - shell: cmd uimode night
            timeout: 100ms
          - shell: {cmd: cmd uimode night, contains: "mode: yes"}
            timeout: 100ms
        solution:
          - shell: cmd uimode night yes
        teardown:
          - shell: cmd uimode night no
    """
    solved = phone.perform(text, mind=mind_of(), part="solution")
    assert solved.status is Status.PASSED, why(solved)
    idle = phone.perform(text, mind=mind_of(), part="nothing")
    assert idle.status is Status.FAILED
    assert why(idle).startswith("check.shell\nt.task.yaml:9: shell 'cmd uimode night' contains")
