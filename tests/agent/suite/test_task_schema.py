"""The schema for editors, the shorthands, and the files we ship."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agent.suite.language.cases import load_cases
from agent.suite.language.checks import CHECKS, Check
from agent.suite.language.form import Written
from agent.suite.language.nodes import plain
from agent.suite.language.schema import schema_text, task_schema
from agent.suite.language.source import parse_documents, read_documents
from agent.suite.language.step import VERBS, Step
from agent.suite.language.task import Task
from agent.suite.language.write import task_text, written
from tests.agent.suite.task_files import gather, told, unset

ROOT = Path(__file__).parents[3]
TASKS = ROOT / "tasks"
SHIPPED = sorted(TASKS.glob("*.task.yaml"))
VALIDATOR = Draft202012Validator(task_schema())


def typed(text: str) -> list[Any]:
    """The documents as an editor sees them: YAML 1.2's own types."""

    class Core(yaml.SafeLoader):
        yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), None)
    Core.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("[-+]?[0-9]+"), None)
    Core.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("~|null|"), None)
    Core.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+\.[0-9]+"), None)
    whole = {
        key: [(tag, re.compile(f"^(?:{found.pattern})$")) for tag, found in each]
        for key, each in Core.yaml_implicit_resolvers.items()
    }
    Core.yaml_implicit_resolvers = whole
    return list(yaml.load_all(text, Core))


def test_the_committed_schema_is_what_the_models_give() -> None:
    assert (TASKS / "task.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "write it again: agent tasks schema > tasks/task.schema.json"
    )


def test_the_schema_is_one_and_says_what_things_mean() -> None:
    schema = task_schema()
    Draft202012Validator.check_schema(schema)
    properties = schema["$defs"]["Step"]["properties"]
    assert set(VERBS) < set(properties)
    assert [name for name, each in properties.items() if "description" not in each] == []
    assert set(CHECKS) < set(schema["$defs"]["Check"]["properties"])
    assert '"null"' not in json.dumps({**schema["$defs"], "Back": 0, "Home": 0})


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_shipped_file_is_sound_and_valid_by_the_schema(path: Path) -> None:
    assert load_cases([path], root=ROOT, environment=unset) or path.name == "parts.task.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=task.schema.json\n")
    for document in read_documents(path, path.name):
        VALIDATOR.validate(plain(document.root))
    for value in typed(text):
        VALIDATOR.validate(value)


def test_enough_files_are_shipped() -> None:
    assert len(SHIPPED) >= 8
    cases = load_cases(["tasks"], root=ROOT, environment=unset)
    assert len(cases) == len({case.id for case in cases}) >= 25
    used = {each.step.verb_name for case in cases for each in case.plan.steps}
    assert used >= {"goal", "tap", "type", "wait", "use", "scroll_to", "open", "extract"}


@pytest.mark.parametrize(
    "task",
    [
        "name: a",
        "goal: x",
        "name: a\ngoal: x\nsteps: [back: ]",
        "name: a\ngoal: x\nfoo: 1",
        "name: a\ngoal: [x]",
        "name: a\ngoal: ''",
        "name: 'a[b]'\ngoal: x",
        "name: a\ngoal: x\ntags: smoke",
        "name: a\ngoal: x\ntags: [a b]",
        "name: a\ngoal: x\nversion: 2",
        "name: a\ngoal: x\ncache: of",
        "name: a\ngoal: x\nparams: [{v: 1}]",
        "name: a\ngoal: x\nparams: [{id: x}]\nneeds: []",
        "name: a\ngoal: x\nbudget: {time: 3}",
        "name: a\ngoal: x\nretries: 11",
        "name: a\nsteps: [tapp: x]",
        "name: a\nsteps: [{tap: x, type: y}]",
        "name: a\nsteps: [{optional: true}]",
        "name: a\nsteps: [tap: {}]",
        "name: a\nsteps: [tap: {txt: a}]",
        "name: a\nsteps: [tap: {at: [1]}]",
        "name: a\nsteps: [tap: {at: [1, 2], text: x}]",
        "name: a\nsteps: [{tap: x, optional: yes}]",
        "name: a\nsteps: [{tap: x, timeout: 10}]",
        "name: a\nsteps: [{tap: x, max_steps: 3}]",
        "name: a\nsteps: [{tap: x, if: a, when: b}]",
        "name: a\nsteps: [wait: soon]",
        "name: a\nsteps: [wait: {time: 1s, text: a}]",
        "name: a\nsteps: [key: entr]",
        "name: a\nsteps: [swipe: {from: a}]",
        "name: a\nsteps: [extract: {name: x}]",
        "name: a\nsteps: [back: 3]",
        "name: a\ngoal: x\nchecks: [text: {}]",
        "name: a\ngoal: x\nchecks: [{text: a, ai: b}]",
        "name: a\ngoal: x\nchecks: [content: {uri: 'content://x'}]",
        "name: a\ngoal: x\nchecks: [settings: {table: globl, name: x, equals: y}]",
        "name: a\ngoal: x\nchecks: [file: {path: a.txt}]",
        "name: a\ngoal: x\nchecks: [python: foo]",
        "name: a\ngoal: x\nchecks: [screen: {baseline: x, mask: [foo]}]",
    ],
)
def test_what_the_loader_refuses_by_its_form_the_schema_refuses(task: str, tmp_path: Path) -> None:
    assert told(gather(tmp_path, task)) != []
    (document,) = parse_documents(task, "t")
    assert not VALIDATOR.is_valid(plain(document.root))
    assert not VALIDATOR.is_valid(typed(task)[0])


SHORT = [
    (Step, {"tap": "Login"}, {"tap": {"text": "Login"}}),
    (Step, {"goal": "x"}, {"goal": {"text": "x"}}),
    (Step, {"type": "x"}, {"type": {"text": "x"}}),
    (Step, {"type": {"text": "x", "into": "F"}}, {"type": {"text": "x", "into": {"text": "F"}}}),
    (Step, {"key": "enter"}, {"key": {"key": "enter"}}),
    (Step, {"swipe": "up"}, {"swipe": {"direction": "up"}}),
    (
        Step,
        {"swipe": {"from": "a", "to": "b"}},
        {"swipe": {"from": {"text": "a"}, "to": {"text": "b"}}},
    ),
    (Step, {"open": "x"}, {"open": {"app": "x"}}),
    (Step, {"back": "true"}, {"back": {}}),
    (Step, {"home": "true"}, {"home": {}}),
    (Step, {"wait": "2s"}, {"wait": {"time": "2000ms"}}),
    (Step, {"wait": "1500ms"}, {"wait": {"time": "1.5s"}}),
    (Step, {"shell": "ls"}, {"shell": {"cmd": "ls"}}),
    (Step, {"use": "#a"}, {"use": {"task": "#a"}}),
    (Step, {"back": "true", "if": "x", "when": None}, {"back": {}, "if": {"text": "x"}}),
    (Check, {"text": "x"}, {"text": {"visible": "x"}}),
    (Check, {"shell": "ls"}, {"shell": {"cmd": "ls"}}),
    (Check, {"file": "/a"}, {"file": {"path": "/a"}}),
    (Check, {"answer": "x"}, {"answer": {"contains": "x"}}),
    (Check, {"screen": "a.png"}, {"screen": {"baseline": "a.png"}}),
    (Check, {"python": "a.py:f"}, {"python": {"call": "a.py:f"}}),
    (Check, {"ai": "x"}, {"ai": {"statement": "x"}}),
]


@pytest.mark.parametrize(("kind", "short", "long"), SHORT)
def test_a_shorthand_is_the_long_form_and_is_written_again(
    kind: type[Written], short: dict[str, Any], long: dict[str, Any]
) -> None:
    short = {key: value for key, value in short.items() if value is not None}
    assert kind.model_validate(short) == kind.model_validate(long)
    assert written(kind.model_validate(long)) == short


def test_shipped_tasks_read_the_same_after_they_are_written(tmp_path: Path) -> None:
    for path in SHIPPED:
        tasks = [
            Task.model_validate(plain(each.root))
            for each in read_documents(path, path.name)
            if "max_steps: ${" not in each.source.text
        ]
        text = task_text(tasks, schema="task.schema.json")
        again = [Task.model_validate(plain(each.root)) for each in parse_documents(text, "t")]
        assert again == tasks
        for document in parse_documents(text, "t"):
            VALIDATOR.validate(plain(document.root))
        assert text.startswith("# yaml-language-server: $schema=task.schema.json\nname: ")


_TEXT = st.text(st.characters(exclude_categories=["C"]), max_size=20).map(
    lambda text: text.replace("${", "$")
)
_FILLED = _TEXT.filter(lambda text: text.strip() != "")


@given(words=st.lists(_FILLED, min_size=4, max_size=4), value=_TEXT, number=st.integers(1, 1000))
@settings(deadline=None)
def test_any_text_is_read_as_it_was_written(words: list[str], value: str, number: int) -> None:
    steps = [
        {"goal": words[0], "max_steps": number, "label": words[3], "timeout": number / 8},
        {"tap": {"text": words[1], "below": {"hint": words[2]}, "index": number}},
        {"type": {"text": value, "clear": True}, "if": {"gone": words[0]}, "optional": True},
        {"swipe": {"direction": "up", "distance": 0.25}},
    ]
    checks = [
        {"screen": {"baseline": words[0], "mask": ["nav_bar", [0, 0, number, 5]]}},
        {"python": {"call": "a.py:f", "with": {"x": value}}, "timeout": number},
    ]
    task = Task.model_validate(
        {"name": "a", "steps": steps, "checks": checks, "vars": {"v": value}}
    )
    (document,) = parse_documents(task_text([task]), "t")
    assert Task.model_validate(plain(document.root)) == task


def heirs(kind: type[Written]) -> set[type[Written]]:
    return {kind}.union(*(heirs(each) for each in kind.__subclasses__()))


def test_every_model_says_what_each_of_its_keys_means() -> None:
    silent = [
        f"{kind.__name__}.{name}"
        for kind in heirs(Written)
        for name, each in kind.model_fields.items()
        if not each.description
    ]
    assert silent == []
    assert len(heirs(Written)) > 30
