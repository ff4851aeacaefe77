"""Every verb of a step does on the phone what it says, without any model."""

import io

import pytest
from PIL import Image

from agent.suite.runner.status import CaseRun, Status
from tests.agent.episodes import call
from tests.agent.suite.act.phones import (
    SuitePhone,
    actions,
    mind_of,
    recording_of,
    results,
    thoughts,
    why,
)
from tools.geometry import Box


def test_tap_finds_by_text_kind_and_state(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: com.android.settings}
        steps:
          - tap: network  &  INTERNET
          - tap: {text: Airplane mode, kind: Switch}
        checks:
          - node: {text: Airplane mode, checked: true}
          - settings: {table: global, name: airplane_mode_on, equals: 1}
        """
    )
    assert run.status is Status.PASSED, why(run)
    assert actions(run) == ["open_app", "tap", "tap"]
    assert run.provenance == (("tree", 2),)
    told = thoughts(run)
    assert "t.task.yaml:5: tap 'network & INTERNET'" in told[1]
    assert "tree: its text, but for case and spaces" in told[1]


def test_a_text_in_several_places_is_not_guessed_at(phone: SuitePhone) -> None:
    run = phone.perform(
        "name: t\ntarget: {app: Contacts}\nsteps:\n  - tap: Alice Johnson\n    timeout: 300ms\n"
    )
    assert run.status is Status.FAILED
    assert "t.task.yaml:4: tap 'Alice Johnson'" in why(run)
    assert "2 things fit, say which with index" in why(run)
    run = phone.perform(
        """
        name: t
        target: {app: Contacts}
        steps:
          - tap: {text: Alice Johnson, index: 2}
        checks:
          - text: +1 202-555-0143
        """
    )
    assert run.status is Status.PASSED, why(run)


def test_a_thing_is_found_by_what_it_is_beside(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: Clock}
        steps:
          - tap: {kind: Switch, right_of: {text: "Sat, Sun"}}
          - tap: {right_of: "09:00"}
        checks:
          - content:
              uri: content://com.android.deskclock/alarms
              where: hour=9
              columns: {enabled: 1}
        """
    )
    assert run.status is Status.PASSED, why(run)
    first, second = [step.intent for step in recording_of(run).steps if step.intent is not None][1:]
    for intent, name in ((first, "Alarm at 09:00"), (second, "Expand alarm")):
        assert intent.anchor is not None
        assert intent.anchor.target is not None
        assert intent.anchor.target.description == name
        assert intent.anchor.box.top > 600


def test_double_tap_long_press_point_keys_and_swipes(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: Notes}
        steps:
          - double_tap: {at: [500, 20]}
          - long_press: {text: Running log, hold: 700ms}
          - key: escape
          - back:
          - open: Notes
          - tap: Search notes
          - type: {text: plumber, into: {hint: Search notes}}
          - key: {key: delete, times: 3}
          - key: ctrl+a
          - home: true
          - swipe: up
          - swipe: {direction: left, distance: 0.3}
          - swipe: {from: {at: [500, 700]}, to: {at: [500, 300]}}
        """
    )
    assert run.status is Status.UNVERIFIED, run
    kinds = actions(run)
    assert kinds[:5] == ["open_app", "double_tap", "long_press", "press_key", "back"]
    assert kinds[5:8] == ["open_app", "tap", "type_text"]
    assert kinds[8:] == [*["press_key"] * 3, "hotkey", "home", "swipe", "swipe", "swipe"]
    intents = [step.intent.action for step in recording_of(run).steps if step.intent is not None]
    held = next(each for each in intents if each.kind == "long_press")
    assert held.kind == "long_press"
    assert held.duration_s == 0.7
    up = next(each for each in intents if each.kind == "swipe")
    assert up.kind == "swipe"
    assert up.end.y < up.start.y
    assert up.end.x == up.start.x
    assert dict(run.provenance)["point"] == 2


def test_an_app_is_opened_by_its_very_name_only(phone: SuitePhone) -> None:
    text = "name: t\n{}steps:\n  - {}\nchecks:\n  - shell: {{cmd: exit 0}}\n"
    meant = "No app is called 'Clok'. Did you mean 'Clock' (com.android.deskclock)?"
    run = phone.perform(text.format("", "open: Clok"))
    assert (run.status, run.steps) == (Status.FAILED, 0)
    assert f"step.open\nt.task.yaml:3: open 'Clok': {meant}" in why(run)
    run = phone.perform(text.format("target: {app: Clok}\n", "home:"))
    assert (run.status, run.steps) == (Status.ERROR, 0)
    assert f"Setup: t.task.yaml:1: open 'Clok', the app of the target: {meant}" in why(run)
    said = mind_of([call("open_app", name="Clok"), call("finish", success=True)])
    run = phone.perform(text.format("", "goal: Open the clock"), mind=said)
    assert actions(run) == ["open_app"]  # what is right for a goal is wrong for a plain step


def test_type_clears_submits_and_types_any_letters(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: Contacts}
        steps:
          - tap: Create contact
          - type: {text: wrong, into: First name}
          - type: {text: "  小明  ", into: First name, clear: true}
          - type: {text: left over, into: Last name}
          - type: {text: "", into: Last name, clear: true}
        checks:
          - node: {hint: First name, kind: EditText, shows: {equals: "小明"}}
          - node: {hint: Last name, kind: EditText, shows: {equals: ""}}
        """
    )
    assert run.status is Status.PASSED, why(run)


def test_scroll_to_brings_into_view_and_ends_where_nothing_moves(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: Contacts}
        steps:
          - scroll_to: {text: Zoe}
          - scroll_to: {text: Favorites, direction: up}
          - scroll_to: Favorites
          - scroll_to: Sarah
          - tap: Sarah
        checks:
          - text: {matches: "Sarah .*"}
          - text: {gone: Zoe}
        """
    )
    assert run.status is Status.PASSED, why(run)
    assert actions(run).count("scroll") >= 3
    assert any("'Favorites' is in view already" in result for result in results(run))
    run = phone.perform(
        "name: t\ntarget: {app: Settings}\nsteps:\n  - scroll_to: {text: Nowhere, max_swipes: 9}\n"
    )
    assert run.status is Status.FAILED
    assert "t.task.yaml:4: scroll to 'Nowhere': It did not come into view in" in why(run)
    assert actions(run).count("scroll") < 9  # it noticed the end


@pytest.mark.parametrize("verb", ["tap", "scroll_to"])
@pytest.mark.parametrize("words", ["ABOUT phone", "about ph", "{text: about, kind: TextView}"])
def test_what_is_scrolled_to_is_named_as_what_is_tapped(
    phone: SuitePhone, verb: str, words: str
) -> None:
    run = phone.perform(
        f"name: t\ntarget: {{app: Settings}}\nsteps:\n  - scroll_to: System\n"
        f"  - swipe: up\n  - {verb}: {words}\n"
    )
    assert run.status is Status.UNVERIFIED, why(run)
    assert any("as a part of it" in each or "but for case" in each for each in told_of(run))


def told_of(run: CaseRun) -> list[str]:
    return [*thoughts(run), *results(run)]


@pytest.mark.parametrize("verb", ["tap", "scroll_to"])
def test_what_comes_late_is_waited_for_by_every_verb(phone: SuitePhone, verb: str) -> None:
    run = phone.perform(
        f"""
        name: t
        target: {{app: com.tapwright.shop, scenario: slow_results}}
        steps:
          - type: {{text: mug, into: Search products, submit: true}}
          - {verb}: {{text: Travel mug, kind: TextView, index: 1}}
        """
    )
    assert run.status is Status.UNVERIFIED, why(run)
    assert any("waiting: for" in each or "waiting:" in each for each in thoughts(run))


def test_wait_polls_and_gives_up_in_device_time(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: Clock}
        steps:
          - wait: 7s
          - wait: {text: Alarm, gone: Never, app: com.android.deskclock}
          - wait: {text: Never}
            timeout: 3s
        """
    )
    assert run.status is Status.FAILED
    assert "t.task.yaml:7: wait for 'Never'" in why(run)
    assert "did not come within 3." in why(run)
    waits = [
        step.intent.action.duration_s
        for step in recording_of(run).steps
        if step.intent is not None and step.intent.action.kind == "wait"
    ]
    assert waits[:2] == [5.0, 2.0]
    assert 2.9 < sum(waits[2:]) <= 3.0


@pytest.mark.parametrize(
    ("step", "took"),
    [
        ('shell: "sleep 90; echo slept"\n    timeout: 80s', "90"),
        ("shell: sleep 31", "31"),
        ('extract: {name: it, shell: "sleep 90; echo slept"}\n    timeout: 80s', "90"),
    ],
)
def test_commands_have_as_much_of_the_devices_time_as_they_would_have_on_any_other(
    phone: SuitePhone, step: str, took: str
) -> None:
    run = phone.perform(f"name: t\nsteps:\n  - {step}\n")
    assert run.status is Status.FAILED
    assert f" s of the phone's time, but within {took} s." in why(run)


def test_a_command_that_sleeps_less_than_it_may_goes_on(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        steps:
          - shell: sleep 29
          - shell: sleep 31
            timeout: 40s
        checks:
          - shell: {cmd: "sleep 9; echo slept", equals: slept}
        """
    )
    assert run.status is Status.PASSED, why(run)
    late = phone.perform(
        "name: t\nsteps:\n  - home:\nchecks:\n"
        '  - shell: {cmd: "sleep 11; echo slept", equals: slept}\n'
    )
    assert late.status is Status.ERROR
    assert "did not end within 10 s of the phone's time" in why(late)


def test_a_picture_is_found_wherever_it_is_and_only_if_it_is_there(phone: SuitePhone) -> None:
    first = phone.perform("name: t\ntarget: {app: Clock}\nsteps:\n  - wait: 100ms\n")
    last = [step.observation for step in recording_of(first).steps][-1]
    assert last is not None
    frame = Image.open(io.BytesIO(recording_of(first).read(last.frame))).convert("RGB")
    box = Box(left=540, top=2074, right=810, bottom=2260)
    frame.crop((box.left, box.top, box.right, box.bottom)).save(phone.folder / "timer.png")
    run = phone.perform(
        """
        name: t
        target: {app: Clock}
        steps:
          - tap: {patch: timer.png}
        checks:
          - node: {text: Timer, kind: ViewGroup, selected: true}
        """
    )
    assert run.status is Status.PASSED, why(run)
    assert run.provenance == (("patch", 1),)
    run = phone.perform(
        "name: t\ntarget: {app: Notes}\nsteps:\n  - tap: {patch: timer.png}\n    timeout: 300ms\n"
    )
    assert run.status is Status.FAILED
    assert "the picture 'timer.png' is not on the screen (likeness 0." in why(run)
    run = phone.perform("name: t\nsteps:\n  - tap: {patch: none.png}\n")
    assert run.status is Status.FAILED
    assert "There is no picture" in why(run)


def test_extract_feeds_steps_and_checks(phone: SuitePhone) -> None:
    run = phone.perform(
        """
        name: t
        target: {app: Clock}
        steps:
          - extract: {name: hour, read: {text: "08:30"}, matches: "0?(\\\\d+):"}
          - extract: {name: night, shell: cmd uimode night, matches: "mode: (.*)"}
          - extract: {name: when, shell: "echo ${hour} o\\\\'clock"}
          - open: Contacts
          - tap: Create contact
          - type: {text: "${when}", into: First name}
        checks:
          - value: {of: "${hour}", equals: 8}
          - value: {of: "${night}", matches: "^no$"}
          - node: {hint: First name, shows: {equals: 8 o'clock}}
        """
    )
    assert run.status is Status.PASSED, why(run)
    assert "hour is '8'" in results(run)
    run = phone.perform(
        "name: t\nsteps:\n  - extract: {name: x, shell: echo no, matches: '[0-9]+'}\n"
    )
    assert run.status is Status.FAILED
    assert "extract x: 'no' is not like '[0-9]+'" in why(run)
