"""What cannot be done on the platform of a case is told with its place, before any device."""

from pathlib import Path

import pytest

from tests.agent.suite.task_files import gather, only_case, told

STEPS = "steps:\n  - tap: x\n"
DESKTOP = "name: t\ntarget: {platform: desktop}\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "steps:\n  - back:\n",
            "t.task.yaml:4:5: a desktop cannot do 'back'. Tap what leads there, or press",
        ),
        ("setup:\n  - home:\n" + STEPS, "t.task.yaml:4:5: a desktop cannot do 'home'."),
        (STEPS + "teardown:\n  - swipe: up\n", "6:5: a desktop cannot do 'swipe' without drag."),
        (
            STEPS + "checks:\n  - content: {uri: content://a/b, rows: 1}\n",
            "6:5: a desktop has no content to ask, as Android has. Ask with file, shell, text or",
        ),
        (
            STEPS + "checks:\n  - settings: {table: global, name: x, equals: 1}\n",
            "6:5: a desktop has no settings to ask",
        ),
        ("goal: g\nsolution:\n  - back:\n", "t.task.yaml:5:5: a desktop cannot do 'back'."),
        (
            'steps:\n  - use: "#p"\n---\nname: p\nneeds: []\nsteps:\n  - back:\n',
            "t.task.yaml:9:5: a desktop cannot do 'back'.",
        ),
    ],
)
def test_what_a_desktop_has_not(tmp_path: Path, text: str, problem: str) -> None:
    found = gather(tmp_path, DESKTOP + text)
    assert len(told(found)) == 1
    assert problem in told(found)[0]
    assert found.cases == ()


@pytest.mark.parametrize("key", ["scenario: dark", "seed: 3"])
def test_a_desktop_is_no_virtual_phone(tmp_path: Path, key: str) -> None:
    found = gather(tmp_path, f"name: t\ntarget: {{platform: desktop, {key}}}\n{STEPS}")
    (line,) = told(found)
    assert line.startswith(f"t.task.yaml:1:1: a {key.partition(':')[0]} is for virtual phones")


def test_a_phone_has_no_home(tmp_path: Path) -> None:
    text = STEPS + "checks:\n  - file: ~/a.txt\n"
    (line,) = told(gather(tmp_path, "name: t\n" + text))
    assert line.startswith("t.task.yaml:5:5: a phone has no home for '~/a.txt'.")
    assert "platform: desktop" in line
    only_case(gather(tmp_path, DESKTOP + text))


@pytest.mark.parametrize(
    "steps",
    [
        "  - swipe: {from: a, to: b, drag: true}\n",
        "  - shell: ls\n",
        "  - {open: Mousepad}\n",
        "  - scroll_to: x\n",
    ],
)
def test_what_a_desktop_has(tmp_path: Path, steps: str) -> None:
    only_case(gather(tmp_path, f"{DESKTOP}steps:\n{steps}"))


def test_a_sum_is_spelt_out(tmp_path: Path) -> None:
    check = "checks:\n  - file: {path: /a, sha256: abc}\n"
    (line,) = told(gather(tmp_path, f"name: t\n{STEPS}{check}"))
    assert "sha256 must be a SHA-256 (64 digits 0 to 9 and a to f), not 'abc'" in line
    check = f"checks:\n  - file: {{path: /a, exists: false, sha256: {'0' * 64}}}\n"
    (line,) = told(gather(tmp_path, f"name: t\n{STEPS}{check}"))
    assert "cannot have 'sha256' of what must not exist" in line
