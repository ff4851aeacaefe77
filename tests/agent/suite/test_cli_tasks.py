"""``agent tasks``: what it prints, its exit codes, and the page about the language."""

import json
import os
import re
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.suite.language.checks import CHECKS, Check
from agent.suite.language.form import Condition, NodeState, Target, TextMatch, Written
from agent.suite.language.schema import schema_text
from agent.suite.language.step import VERBS, Step
from agent.suite.language.task import Budget, Task, Where
from tests.agent.suite.task_files import gather, told

PAGE = (Path(__file__).parents[3] / "docs" / "task-files.md").read_text(encoding="utf-8")
_FILE = """\
name: a
tags: [smoke]
params: [{id: x}, {id: y}]
goal: Do "${id}"
checks: [text: done]
---
name: b
skip: not yet
secrets: [PIN]
steps: [extract: {name: q, read: T}, type: "${q}"]
"""


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "t.task.yaml").write_text(_FILE)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run_command(["tasks", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_cases_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "list")
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines()]
    assert rows[1:4] == [
        ["tasks/t.task.yaml"],
        ["a[x]", "a", "goal", "1", "smoke"],
        ["a[y]", "a", "goal", "1", "smoke"],
    ]
    assert rows[4] == ["b", "skipped:", "not", "yet", "0"]
    assert "3 cases." in out


def test_on_a_narrow_terminal_ids_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert run(capsys, "list")[1].splitlines()[:3] == [
        "tasks/t.task.yaml::a[x]",
        "tasks/t.task.yaml::a[y]",
        "tasks/t.task.yaml::b",
    ]


def test_cases_are_listed_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "list", "tasks", "--json", "-k", "not x")
    first, second = json.loads(out)
    assert code == 0
    assert first == {
        "id": "tasks/t.task.yaml::a[y]", "path": "tasks/t.task.yaml", "line": 1, "name": "a",
        "row": "y", "description": "", "tags": ["smoke"], "goal": 'Do "y"', "steps": 1,
        "checks": ["text"], "secrets": [], "target": {}, "solution": False, "skip": "",
    }  # fmt: skip
    assert (second["steps"], second["secrets"], second["skip"]) == (2, ["PIN"], "not yet")


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--tags", "smoke", "-k", "x"], ["a[x]"]),
        (["tasks/t.task.yaml::b"], ["b"]),
        (["--shard", "1/1"], ["a[x]", "a[y]", "b"]),
    ],
)
def test_cases_are_chosen(
    options: list[str], ids: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "list", "--json", *options)
    assert code == 0
    assert [each["id"].partition("::")[2] for each in json.loads(out)] == ids


@pytest.mark.parametrize("options", [["-k", "nothing"], ["--tags", "smok"], ["--json", "-k", "q"]])
def test_nothing_chosen_is_exit_code_5(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "list", *options)
    assert (code, err) == (5, "No case is selected.\n")
    assert out in ("", "[]\n")


def test_sound_files_have_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "lint") == (0, "1 file, 3 cases: no problems.\n", "")
    assert run(capsys, "lint", "--json") == (0, "[]\n", "")


def test_problems_are_told_a_line_each(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tasks" / "u.task.yaml").write_text("name: a\nsteps:\n- tapp: x\n- wait: 5\n")
    for command in ("lint", "list"):
        code, out, err = run(capsys, command)
        assert (code, out) == (2, "")
        assert err.splitlines() == [
            "tasks/u.task.yaml:3:3: unknown key 'tapp'. Did you mean 'tap'?",
            (
                "tasks/u.task.yaml:4:9: wait must be a time such as 500ms, 10s or 2m, not '5'. "
                "Write 5s for seconds."
            ),
            "2 problems in 1 file.",
        ]
    code, out, err = run(capsys, "lint", "--json", "tasks/u.task.yaml")
    assert (code, err) == (2, "")
    assert json.loads(out)[0] == {
        "path": "tasks/u.task.yaml", "line": 3, "column": 3, "message": "unknown key 'tapp'.",
        "hint": "Did you mean 'tap'?",
    }  # fmt: skip


def test_of_many_problems_the_rest_is_counted(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "tasks" / "u.task.yaml").write_text("name: a\nsteps:\n" + "- tapp: x\n" * 30)
    code, _, err = run(capsys, "lint")
    assert (code, len(err.splitlines())) == (2, 21)
    assert err.endswith("\n30 problems in 1 file, 10 of them not shown.\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "nothere"], "There is no 'nothere'."),
        (["list", "-k", "a b"], "-k: 'and' or 'or' is missing before this: 'b'."),
        (["list", "--tags", "("], "--tags: a word is missing"),
        (["list", "--shard", "3/2"], "--shard: '3/2' is no part of a whole."),
        (["lint", "empty"], "There is no task file in empty."),
        (["list", "empty"], "There is no task file in empty. One is called *.task.yaml."),
        (["lint", "tasks/t.task.yaml::c"], "There is no case"),
        (["lint", "x.txt"], "'x.txt' is no task file."),
    ],
)
def test_bad_input_is_one_clear_line(
    arguments: list[str], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "empty").mkdir()
    (here / "x.txt").write_text("")
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("agent: ")
    assert said in err
    assert len(err.splitlines()) == 1


def test_what_a_file_says_cannot_steer_the_terminal(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "tasks" / "\x1b[31m.task.yaml").write_text("name: [")
    code, _, err = run(capsys, "lint")
    assert code == 2
    assert "\x1b" not in err


def test_a_name_that_is_not_utf_8_is_told_before_anything_is_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "tasks" / os.fsdecode(b"caf\xe9.task.yaml")).write_text(_FILE)
    for command in (["tasks", "lint"], ["test", "--device", "virtual"]):
        assert run_command(command) == 2
        err = capsys.readouterr().err
        assert "the name of this file or of its folder is not UTF-8. Rename it." in err
        assert "1 problem in 1 file." in err


def test_a_variable_of_the_environment_is_filled_in(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "tasks" / "t.task.yaml").write_text("name: a\ngoal: Call ${env.TASK_WHO}\n")
    assert run(capsys, "lint")[0] == 2
    monkeypatch.setenv("TASK_WHO", "Ann")
    assert json.loads(run(capsys, "list", "--json")[1])[0]["goal"] == "Call Ann"


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "schema") == (0, schema_text(), "")


def test_the_page_names_every_word_of_the_language() -> None:
    def heirs(kind: type[Written]) -> set[type[Written]]:
        return {kind}.union(*(heirs(each) for each in kind.__subclasses__()))

    words = {kind.spelt(name) for kind in heirs(Written) for name in kind.model_fields}
    assert {
        word for word in words if f"`{word}`" not in PAGE and f"**{word}**" not in PAGE
    } == set()
    assert words >= {*VERBS, *CHECKS}
    for kind in (Task, Step, Check, Target, Condition, NodeState, TextMatch, Where, Budget):
        assert kind in heirs(Written)


def test_the_examples_of_the_page_are_sound(tmp_path: Path) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        assert told(gather(tmp_path, example)) == []
