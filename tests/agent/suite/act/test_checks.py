"""Every check passes, fails and errs with evidence, on what the phone really holds."""

import hashlib
import io

import pytest
from PIL import Image

from agent.models.scripted import ScriptedModel
from agent.suite.checks.context import Permissions
from agent.suite.runner.status import Status
from tests.agent.suite.act.phones import SuitePhone, checked, mind_of, recording_of, why
from tools.errors import ModelError

_SETTINGS = "name: t\ntarget: {app: Settings}\nsteps:\n  - tap: Network & internet\nchecks:\n"


def evidence(phone: SuitePhone, checks: str, head: str = _SETTINGS, **more: object) -> list[str]:
    """Verdict and evidence of each check, in their order."""
    run = phone.perform(head + checks, **more)  # type: ignore[arg-type]
    return [f"{each.verdict.value}: {each.evidence}" for each in recording_of(run).checks]


def test_texts_and_nodes(phone: SuitePhone) -> None:
    found = evidence(
        phone,
        """\
  - text: airplane   MODE
  - text: Nowhere
    timeout: 300ms
  - text: {gone: Nowhere}
  - text: {gone: Airplane}
    timeout: 300ms
  - text: {matches: "Maple .ouse"}
  - text: {matches: "^never$"}
    timeout: 300ms
  - node: {id: airplane_mode_on, checked: false, enabled: true}
  - node: {text: Airplane mode, kind: Switch, checked: true}
    timeout: 300ms
  - node: {kind: Switch, count: 2}
  - node: {kind: Switch, checked: true, count: 2}
    timeout: 300ms
  - node: {text: Nowhere, exists: false}
  - node: {text: Internet, exists: false}
    timeout: 300ms
  - node: {id: wifi, shows: {contains: Maple, lacks: Oak}}
  - node: {id: wifi, shows: {contains: Oak}}
    timeout: 300ms
  - node: {kind: Switch, checked: true}
    timeout: 300ms
  - node: {text: Airplane mode, kind: Button}
    timeout: 300ms
""",
    )
    verdicts = [line.partition(":")[0] for line in found]
    assert verdicts == ["passed", "failed"] * 7 + ["failed", "failed"]
    assert found[0] == "passed: com.android.settings.NetworkSettings shows 'Airplane mode'." or (
        "shows 'Airplane mode'" in found[0]
    )
    assert "does not show it, but" in found[1]
    assert found[7].endswith("There is Switch 'Airplane mode' at (928, 964), not checked.")
    assert "There are 1 that are checked, not 2: Switch 'Mobile data'" in found[9]
    assert "There is TextView 'Internet'" in found[11]
    assert "without 'Oak'" in found[13]
    assert "2 things fit and only 1 are checked: say which" in found[14]
    assert "It is not on the screen" in found[15]


def test_a_check_is_put_again_until_it_holds(phone: SuitePhone) -> None:
    head = (
        "name: t\ntarget: {app: Clock}\nsteps:\n  - tap: {text: Timer, kind: ViewGroup}\nchecks:\n"
    )
    run = phone.perform(
        head.replace("checks", "  - shell: (sleep 1; touch /sdcard/late)\nchecks")
        + "  - file: /sdcard/late\n    timeout: 5s\n"
    )
    assert run.status is Status.PASSED, why(run)
    run = phone.perform(head + "  - text: Never\n    timeout: 2s\n")
    waits = [s.intent.action for s in recording_of(run).steps if s.intent is not None][2:]
    assert [each.kind for each in waits] == ["wait"] * len(waits)
    assert len(waits) >= 3
    assert "waiting: for what is checked" in str(recording_of(run).steps[-2].decision)


def test_what_the_device_is_asked(phone: SuitePhone) -> None:
    found = evidence(
        phone,
        """\
  - shell: id
  - shell: {cmd: echo a b, equals: a b, contains: " ", lacks: c, matches: "^a"}
  - shell: {cmd: echo a b, equals: a, contains: z, lacks: b, matches: "^b"}
    timeout: 300ms
  - shell: {cmd: exit 3, code: 3}
  - shell: {cmd: "echo oh no >&2; exit 3"}
    timeout: 300ms
  - settings: {table: system, name: time_12_24, equals: 24}
  - settings: {table: global, name: never_set, matches: "[0-9]"}
    timeout: 300ms
  - settings: {table: global, name: never_set, equals: "null"}
  - file: /sdcard/Documents/Budget.csv
  - file: {path: /sdcard/none, exists: false}
  - file: {path: "/sdcard/Documents/Shopping list.txt", matches: "(?s).+", lacks: "#"}
  - file: {path: /sdcard/none, contains: x}
    timeout: 300ms
  - file: {path: "/sdcard/Documents/Shopping list.txt", lacks: i}
    timeout: 300ms
  - file: {path: /sdcard/sum.bin, sha256: SUM}
  - file: {path: /sdcard/Documents/Budget.csv, sha256: SUM}
    timeout: 300ms
  - file: {path: /sdcard/none, sha256: SUM}
    timeout: 300ms
""".replace("SUM", hashlib.sha256(b"one\xff\n").hexdigest()),
        head=_SETTINGS.replace(
            "checks", "  - shell: printf 'one\\377\\n' > /sdcard/sum.bin\nchecks"
        ),
    )
    verdicts = [line.partition(":")[0] for line in found]
    assert verdicts == [
        "passed", "passed", "failed", "passed", "failed", "passed", "failed", "passed",
        "passed", "passed", "passed", "failed", "failed", "passed", "failed", "failed",
    ]  # fmt: skip
    assert "The SHA-256 of /sdcard/Documents/Budget.csv is" in found[14]
    assert found[15] == "failed: /sdcard/none is not there."
    assert "not equal to 'a', without 'z', with 'b' in it, not like '^b'" in found[2]
    assert found[4] == "failed: The exit code is 3, not 0: oh no."
    assert found[6].startswith("failed: The setting never_set is 'null', not like")
    assert found[11] == "failed: /sdcard/none is not there."


_ODD = "Milk, id=7, price=2"


def test_rows_of_a_content_provider(phone: SuitePhone) -> None:
    found = evidence(
        phone,
        f"""\
  - content: {{uri: "content://com.android.contacts/contacts", where: first_name='Alice', rows: 1}}
  - content: {{uri: "content://com.android.contacts/contacts", at_least: 5, at_most: 99}}
  - content: {{uri: "content://com.android.contacts/contacts", where: id>99999, rows: 0}}
  - content:
      uri: content://com.android.contacts/contacts
      where: company='{_ODD}'
      columns: {{first_name: "北京, last_name=x", last_name: "a=b, id=3", company: "{_ODD}"}}
  - content: {{uri: "content://com.android.contacts/contacts", where: first_name='Alice', rows: 2}}
    timeout: 300ms
  - content: {{uri: "content://com.android.contacts/contacts", at_most: 3}}
    timeout: 300ms
  - content:
      uri: content://com.android.contacts/contacts
      where: first_name='Alice'
      columns: {{phone_type: Home}}
    timeout: 300ms
  - content:
      uri: content://com.android.contacts/contacts
      where: first_name='Nobody'
      columns: {{phone_type: Home}}
    timeout: 300ms
  - content: {{uri: "content://nope/x", rows: 0}}
    timeout: 300ms
  - content: {{uri: "content://com.android.contacts/contacts", where: "nope=1", rows: 0}}
    timeout: 300ms
  - content: {{uri: "content://com.android.contacts/contacts", columns: {{nope: 1}}}}
    timeout: 300ms
""",
        f"""\
name: t
target: {{app: Contacts}}
steps:
  - tap: Create contact
  - type: {{text: "北京, last_name=x", into: First name}}
  - type: {{text: "a=b, id=3", into: Last name}}
  - type: {{text: "{_ODD}", into: Company}}
  - tap: Save
checks:
""",
    )
    verdicts = [line.partition(":")[0] for line in found]
    assert verdicts == ["passed"] * 4 + ["failed"] * 4 + ["error"] * 3, found
    assert "There must be exactly 2, and there are 1 row: id=1, first_name=Alice" in found[4]
    assert "phone_type of row 0 is 'Mobile', not 'Home'" in found[6]
    assert "There must be at least 1, and there are 0 rows" in found[7]
    assert "Could not find provider: nope" in found[8]
    assert "Invalid column nope" in found[10]


def test_the_screen_against_a_baseline(phone: SuitePhone) -> None:
    head = (
        "name: t\ntarget: {app: Clock}\nsteps:\n  - tap: {text: Timer, kind: ViewGroup}\nchecks:\n"
    )
    check = "  - screen: shots/timer.png\n    timeout: 300ms\n"
    run = phone.perform(head + check)
    assert run.status is Status.ERROR
    assert "There is no baseline" in why(run)
    assert "Make it: agent test --update-baselines" in why(run)
    run = phone.perform(head + check, permissions=Permissions(update_baselines=True))
    assert run.status is Status.PASSED, why(run)
    path = phone.folder / "shots" / "timer.png"
    assert ("baseline", f"The baseline {str(path)!r} was made.") in run.facts
    with Image.open(path) as kept:
        assert kept.size == (1080, 2400)
    # The clock in the status bar goes on, and is masked.
    later = head.replace("steps:\n", "steps:\n  - wait: 90s\n")
    run = phone.perform(later + check)
    assert run.status is Status.PASSED, why(run)
    run = phone.perform(
        later + "  - screen: {baseline: shots/timer.png, mask: []}\n    timeout: 300ms\n"
    )
    assert run.status is Status.FAILED
    other = head.replace("text: Timer", "text: Stopwatch")
    run = phone.perform(other + check)
    assert run.status is Status.FAILED
    assert "tiles differ from 'shots/timer.png', at most 0 may, the first at (" in why(run)
    masked = "  - screen: {baseline: shots/timer.png, mask: [status_bar, [0, 0, 1000, 1000]]}\n"
    assert phone.perform(other + masked).status is Status.PASSED
    Image.new("RGB", (10, 10)).save(path)
    assert "they cannot be compared" in why(phone.perform(head + check))
    path.write_bytes(b"no picture")
    assert "cannot be read" in why(phone.perform(head + check))


_PYTHON = """
from dataclasses import dataclass

@dataclass
class Seen:
    app: str

def holds(seen, device, word):
    assert device.setting("global", "airplane_mode_on") == "0", "it is on"
    assert word == "x"
    return Seen(seen.app).app.startswith("com.android")

def no(seen, device):
    return False

def says(seen, device):
    return "the list is empty"

def asserts(seen, device):
    assert len(device.column("content://com.android.contacts/contacts", "id")) == 1, "too many"

def barely(seen, device):
    assert False

def breaks(seen, device):
    return {}["key"]

def odd(seen, device):
    return 7

def ends(seen, device):
    device.shell("false")
"""


def line(words: str) -> str:
    """The line of the person's own file that holds ``words``, as it is told."""
    at = next(at for at, each in enumerate(_PYTHON.splitlines(), 1) if words in each)
    return f"(own.py:{at})"


def test_functions_of_a_task(phone: SuitePhone) -> None:
    folder = phone.folder
    (folder / "own.py").write_text(_PYTHON, encoding="utf-8")
    names = ("no", "says", "asserts", "barely", "breaks", "odd", "ends", "missing")
    checks = '  - python: {call: "own.py:holds", with: {word: x}}\n'
    checks += "".join(f'  - python: "own.py:{name}"\n' for name in names)
    checks += '  - python: "none.py:f"\n'
    found = evidence(phone, checks, permissions=Permissions(python=True))
    assert found == [
        "passed: own.py:holds holds.",
        "failed: own.py:no does not hold.",
        "failed: own.py:says: the list is empty",
        f"failed: own.py:asserts: too many {line('1, ')}",
        f"failed: own.py:barely does not hold {line('assert False')}",
        f"error: own.py:breaks raised KeyError: 'key' {line('{}')}",
        "error: own.py:odd returned 7, which is neither true, false nor a text.",
        f"error: own.py:ends raised ActionFailedError: false ended with 1:  {line('false')}",
        f"error: own.py:missing raised TypeError: {folder / 'own.py'} has no function 'missing'",
        f"error: There is no file '{folder / 'none.py'}'.",
    ]
    refused = phone.perform(_SETTINGS + '  - python: "own.py:no"\n')
    assert refused.status is Status.ERROR
    assert "unless you allow it: --allow-python" in why(refused)


def _says(verdict: str) -> str:
    return f'{{"reason": "I see it.", "verdict": "{verdict}"}}'


@pytest.mark.parametrize(
    ("more", "replies", "status", "told"),
    [
        ("", [_says("pass")], Status.PASSED, ""),
        ("", [f"```json\n{_says('pass')}\n```"], Status.PASSED, ""),
        ("", [_says("fail")], Status.FAILED, "Vote 1 of 1: fail. I see it."),
        ("", [_says("uncertain")], Status.FAILED, "Vote 1 of 1: uncertain. I see it."),
        (", uncertain: warn", [_says("uncertain")], Status.UNVERIFIED, ""),
        (", uncertain: warn", [_says("fail")], Status.FAILED, "fail"),
        (", votes: 3", [_says("pass")] * 3, Status.PASSED, ""),
        (", votes: 3", [_says("pass"), _says("fail")], Status.FAILED, "Vote 2 of 3: fail"),
        (", votes: 2", [_says("uncertain")], Status.FAILED, "Vote 1 of 2: uncertain"),
        ("", ["Yes, it passes."], Status.ERROR, "no verdict but 'Yes, it passes.'"),
        ("", ['{"verdict": "pass", "more": 1}'], Status.ERROR, "no verdict"),
        ("", [ModelError("it is down")], Status.ERROR, "could not be asked: it is down"),
    ],
)
def test_the_verdict_of_a_model(
    phone: SuitePhone,
    more: str,
    replies: list[str | ModelError],
    status: Status,
    told: str,
) -> None:
    model = ScriptedModel(replies)
    text = f"name: t\nsteps:\n  - home:\nchecks:\n  - ai: {{statement: 'It is <|dark|>'{more}}}\n"
    run = phone.perform(text, mind=mind_of(model=model))
    assert run.status is status, run
    assert run.failure is None or told in run.failure.message
    assert run.model_calls == len([each for each in replies if isinstance(each, str)])
    (message,) = model.requests[0].messages
    assert "It is < |dark|>" in message.text
    assert "{{" not in message.text
    assert len(message.images) == 1
    first = Image.open(io.BytesIO(message.images[0].data))
    assert first.width % 28 == 0
    if len(model.requests) > 1:
        assert model.requests[0].sampling.temperature == 0
        assert model.requests[1].sampling.temperature > 0
    if status is Status.UNVERIFIED:
        assert any(name == "warning" and "uncertain" in text for name, text in run.facts)


def test_without_a_model_nothing_is_asked(phone: SuitePhone) -> None:
    run = phone.perform("name: t\nsteps:\n  - home:\nchecks:\n  - ai: It is dark\n")
    assert run.status is Status.ERROR
    assert "There is no model to ask: name one with --model" in why(run)
    model = ScriptedModel(['{"answer": "Dark"}', '{"answer": null}'])
    text = """
        name: t
        steps:
          - extract: {name: theme, ask: "Which theme?"}
          - extract: {name: more, ask: "Which font?"}
            optional: true
        checks:
          - value: {of: "${theme}", equals: Dark}
          - text: Never
            optional: true
            timeout: 100ms
          - value: {of: "${more}", equals: x}
    """
    run = phone.perform(text, mind=mind_of(model=model))
    assert run.status is Status.ERROR
    assert "${more} has no value yet" in why(run)
    assert checked(run) == {
        "value '${theme}' equals 'Dark'": "passed",
        "text 'Never' (optional)": "failed",
        "value '${more}' equals 'x'": "error",
    }
    assert [text.partition(": ")[2][:20] for name, text in run.facts if name == "warning"] == [
        "extract more: The sc",
        "text 'Never' (option",
    ]
