"""``agent test`` with a real performer: from a task file to an exit code."""

import json
from pathlib import Path

import pytest

from agent.cli.app import run_command

_TASKS = """\
name: plain
target: {app: Settings}
steps:
  - tap: Apps
checks:
  - screen: apps.png
    timeout: 100ms
  - python: own.py:shows_apps
---
name: dark
target: {scenario: dark}
budget: {steps: 2}
steps:
  - home:
checks:
  - shell: {cmd: cmd uimode night, contains: "yes"}
---
name: wrong
steps:
  - tap: Nowhere
    timeout: 100ms
"""


@pytest.fixture(autouse=True)
def at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGENT_ADB_SERVER", "127.0.0.1:1")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "t.task.yaml").write_text(_TASKS)
    (work / "own.py").write_text(
        "def shows_apps(seen, device):\n    return seen.app == 'com.android.settings'\n"
    )
    return work


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    cases = json.loads(capsys.readouterr().out)["cases"]
    return {case["id"].rpartition("::")[2]: case for case in cases}


def test_task_files_are_performed_on_a_virtual_phone(
    capsys: pytest.CaptureFixture[str], at_work: Path
) -> None:
    words = ["test", "t.task.yaml", "--device", "virtual", "--json"]
    assert run_command(words) == 1
    cases = told(capsys)
    assert {name: case["status"] for name, case in cases.items()} == {
        "plain": "error",
        "dark": "passed",
        "wrong": "failed",
    }
    said = json.dumps(cases)
    assert "There is no baseline" in said
    assert "--allow-python" in said
    assert "t.task.yaml:20: tap 'Nowhere'" in said
    assert run_command([*words, "--update-baselines", "--allow-python", "-k", "plain"]) == 0
    assert told(capsys)["plain"]["status"] == "passed"
    assert (at_work / "apps.png").exists()
    assert run_command([*words, "--allow-python", "-k", "plain"]) == 0
    assert told(capsys)["plain"]["status"] == "passed"
