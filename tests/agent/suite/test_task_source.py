"""YAML comes in as it was written, and hostile YAML comes to nothing."""

import contextlib
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.suite.language.nodes import Source, plain
from agent.suite.language.problem import TaskProblemsError
from agent.suite.language.source import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    parse_bytes,
    parse_documents,
    read_documents,
)
from tests.agent.suite.task_files import gather, only_case, told

BENT = [
    "0123",
    "0o17",
    "0x1F",
    "12:30",
    "1:30:00",
    "1.10",
    "5555e1",
    "1_000",
    "off",
    "NO",
    "yes",
    "~",
    "null",
    "2027-01-04",
    "+1-202-555-0143",
    ".inf",
    "1e3",
    "010-1234567",
    "=",
]


@pytest.mark.parametrize("value", BENT)
def test_a_value_is_the_text_that_was_written(value: str, tmp_path: Path) -> None:
    text = f"name: a\nparams: [{{id: x, v: {value}}}]\nsteps: [type: '${{v}}', type: {value}]\n"
    case = only_case(gather(tmp_path, text))
    typed = [each.step.type.text for each in case.plan.steps if each.step.type is not None]
    assert typed == [value, value]
    assert case.plan.values["v"] == value


def test_most_of_them_are_bent_by_a_usual_reader() -> None:
    assert sum(yaml.safe_load(value) != value for value in BENT if value != "=") >= 10


@pytest.mark.parametrize(
    ("before", "newline"),
    [("", "\n"), ("\ufeff", "\n"), ("", "\r\n"), ("\ufeff", "\r\n"), ("", "\r")],
)
def test_marks_and_line_ends_change_neither_text_nor_place(
    before: str, newline: str, tmp_path: Path
) -> None:
    good = ["name: a", "steps:", "- type: |", "    two", "    lines", "- tapp: x"]
    found = told(gather(tmp_path, before + newline.join(good)))
    assert found == ["t.task.yaml:6:3: unknown key 'tapp'. Did you mean 'tap'?"]
    case = only_case(gather(tmp_path, before + newline.join(good[:-1]) + newline))
    assert case.plan.steps[0].step.type is not None
    assert case.plan.steps[0].step.type.text == "two\nlines\n"
    assert case.place.line == 1


def test_a_place_is_counted_as_an_editor_counts() -> None:
    source = Source("t", "a\u2028b\r\nc\rd\ne")
    found = [str(source.place(source.text.index(each)))[2:] for each in "abcde"]
    assert found == ["1:1", "1:3", "2:1", "3:1", "4:1"]
    assert str(source.place(len(source.text))) == "t:4:2"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"name: a\ngoal: caf\xe9", "2:10: the byte 0xe9 is not UTF-8. Save it as UTF-8."),
        ("name: a".encode("utf-16"), "1:1: this is UTF-16, not UTF-8."),
        ("name: a".encode("utf-16-be"), "1:1: the character U+0000 may not stand"),
        (b"name: a\ngoal: \xed\xa0\x80", "2:7: the byte 0xed is not UTF-8."),
        (b"\x00" * 10, "1:1: the character U+0000 may not stand in a task file."),
        (b"#" * (MAX_BYTES + 1), "1:1: a task file has at most 1 MiB. Split it into several."),
        (b"name: " + b"x" * (10 * 1024 * 1024), "1:1: a task file has at most 1 MiB."),
    ],
    ids=["latin-1", "utf-16", "utf-16-be", "surrogate", "zeros", "1 MiB", "10 MB"],
)
def test_bytes_that_are_no_task_file(data: bytes, said: str, tmp_path: Path) -> None:
    (found,) = told(gather(tmp_path, data))
    assert found.startswith(f"t.task.yaml:{said}")


_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{', '.join(['*' + chr(97 + at)] * 9)}]\n" for at in range(9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_BOMB, "more than 20,000 values, aliases counted in full"),
        ("a: [" + "x," * 30_000 + "]", "more than 20,000 values"),
        ("---\na\n" * 30_000, "a task is a mapping"),
        ("---\na: b\n" * 1_001, "at most 1,000 documents"),
        ("a: " + "[" * 100_000, f"nested deeper than {MAX_DEPTH} levels"),
        ("a: " + "{a: " * 100_000, f"nested deeper than {MAX_DEPTH} levels"),
        ("- " * 100_000, f"nested deeper than {MAX_DEPTH} levels"),
        ("a: &a [[[[[[x]]]]]]\nb: " + "[" * 45 + "*a" + "]" * 45, "nested deeper"),
        ("%YAML 1." + "1" * 5000 + "\n---\na: b", "this is no YAML"),
        ('a: "\\UFFFFFFFF"', "this is no YAML"),
    ],
)
def test_what_would_grow_is_refused(text: str, said: str) -> None:
    with pytest.raises(TaskProblemsError, match=said):
        parse_documents(text, "t")


def test_just_within_the_limits_is_read() -> None:
    deep = "a: " + "[" * (MAX_DEPTH - 2) + "x" + "]" * (MAX_DEPTH - 2)
    wide = "a: [" + "x," * (MAX_NODES - 3) + "]"
    for text in (deep, wide):
        (document,) = parse_documents(text, "t")
        assert plain(document.root) == yaml.load(text, yaml.BaseLoader)
    with pytest.raises(TaskProblemsError):
        parse_documents(deep.replace("x", "[x]"), "t")
    with pytest.raises(TaskProblemsError):
        parse_documents(wide.replace("]", "x]"), "t")


def test_an_alias_is_what_it_stands_for_and_keeps_to_its_document() -> None:
    first, second = parse_documents("a: &x {k: v}\nb: *x\n--- \na: &x 1\n*x : 2\n", "t")
    assert plain(first.root) == {"a": {"k": "v"}, "b": {"k": "v"}}
    assert plain(second.root) == {"a": "1", "1": "2"}
    with pytest.raises(TaskProblemsError, match="not defined"):
        parse_documents("a: &x 1\n---\na: *x", "t")


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_told_and_never_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.task.yaml"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(TaskProblemsError, match="x:1:1: this"):
        read_documents(path, "x")


_KEYS = [
    "name",
    "goal",
    "steps",
    "tap",
    "text",
    "checks",
    "params",
    "id",
    "vars",
    "use",
    "if",
    "at",
    "below",
    "extract",
    "ask",
    "shell",
    "mask",
    "screen",
    "with",
    "task",
    "needs",
    "secrets",
    "timeout",
    "content",
    "columns",
    "type",
    "key",
    "swipe",
    "wait",
    "tags",
]
_LEAVES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["${x}", "${", "$${a}", "${env.A}", "${secret.B}", "#a", "1s", "true", "3", ""]
    ),
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=4)), inner, max_size=5),
    ),
    max_leaves=25,
)
_STEP = st.dictionaries(st.sampled_from(_KEYS), _VALUES, min_size=1, max_size=2)
_TASK = st.fixed_dictionaries(
    {"name": st.just("a")},
    optional={
        "goal": _VALUES, "steps": st.lists(_STEP, max_size=4),
        "checks": st.lists(_STEP, max_size=3),
        "params": _VALUES, "vars": _VALUES, "needs": _VALUES, "setup": st.lists(_STEP, max_size=2),
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@given(text=st.text(max_size=200))
@settings(deadline=None, max_examples=200)
def test_any_text_comes_to_cases_or_to_problems(text: str, folder: Path) -> None:
    found = gather(folder, text)
    assert found.problems or found.cases or "needs" in text


@given(data=st.binary(max_size=100))
@settings(deadline=None)
def test_any_bytes_come_to_documents_or_to_a_task_error(data: bytes) -> None:
    with contextlib.suppress(TaskProblemsError):
        assert isinstance(parse_bytes(data, "t"), tuple)


@given(text=st.text(alphabet="ab:-[]{}&*!|>'\"%@`#$?, \n\t\\0~<", max_size=60))
@settings(deadline=None, max_examples=300)
def test_text_that_looks_like_yaml_comes_to_documents_or_to_a_place(text: str) -> None:
    try:
        parse_documents(text, "t")
    except TaskProblemsError as error:
        (problem,) = error.problems
        lines = text.split("\n")
        assert 1 <= problem.place.line <= len(lines)
        assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1


@given(task=st.one_of(_TASK, _VALUES))
@settings(deadline=None, max_examples=300)
def test_any_yaml_comes_to_cases_or_to_problems(task: object, folder: Path) -> None:
    text = yaml.safe_dump(task, allow_unicode=True)
    found = gather(folder, text, {"A": "value"})
    assert found.problems or found.cases or "needs" in text


_PLAIN = st.text(st.characters(exclude_categories=["C"]), max_size=8)


@given(
    value=st.recursive(
        _PLAIN,
        lambda each: st.lists(each) | st.dictionaries(_PLAIN.filter(lambda key: key != "<<"), each),
        max_leaves=15,
    )
)
@settings(deadline=None)
def test_what_is_read_is_what_yaml_means_by_texts(value: object) -> None:
    text = yaml.safe_dump({"root": value}, allow_unicode=True)
    (document,) = parse_documents(text, "t")
    assert plain(document.root) == {"root": value}
