"""The name of a file in a goal: where it ends, and whether an old file of that name may go."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.policies.rules.evidence import names_file
from agent.policies.rules.read_file_name import FileName, read_file_name
from agent.policies.rules.read_goal import read_goal
from tests.agent.policies.slow_editor import SlowEditor, pursue

NOW = datetime(2027, 1, 4, 9, 30)
GOAL = "write 'hello' in the text editor and save it as "
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9 _-]{0,10}[A-Za-z0-9]\.(?:txt|md|py)", fullmatch=True)


@pytest.mark.parametrize(
    ("said", "name", "replaces"),
    [
        ("note.txt", "note.txt", False),
        ("a b.txt", "a b.txt", False),
        ("~/x/camping.txt", "~/x/camping.txt", False),
        ("site.tar.gz, overwriting the file of that name", "site.tar.gz", True),
        ("list.txt, replacing the old file of that name", "list.txt", True),
        ('"a, b.txt" and replace the existing file', "a, b.txt", True),
        ("notes, even if there is one already", "notes", True),
        ("list.txt, and if it exists already, overwrite it", "list.txt", True),
        ("notes.txt without overwriting anything", "notes.txt", False),
        ("笔记.txt并覆盖同名文件", "笔记.txt", True),
        ("笔记.txt，如果已存在就覆盖", "笔记.txt", True),
        ("“清单 1.txt”，替换旧的文件", "清单 1.txt", True),
        ("笔记，不要覆盖同名文件", "笔记", False),
    ],
)
def test_a_name_ends_where_something_else_is_asked_for(
    said: str, name: str, replaces: bool
) -> None:
    assert read_file_name(said) == FileName(name, replaces, "")


@pytest.mark.parametrize(
    ("said", "unread"),
    [
        ("a b.txt and close the editor", "close"),
        ("list.txt, replacing the word milk", "word"),
        ("list.txt, then delete the file of that name", "delete"),
        ("笔记.txt然后打印", "打印"),
    ],
)
def test_what_else_is_asked_for_is_not_passed_over(said: str, unread: str) -> None:
    intent = read_goal(GOAL + said, NOW)
    assert intent is not None
    assert not intent.replaces
    assert unread in intent.unread


@given(NAMES, st.sampled_from(["", ", replacing the old file", " and overwrite it"]))
def test_any_name_with_an_extension_is_read_back(name: str, clause: str) -> None:
    assert read_file_name(name + clause) == FileName(name, bool(clause), "")


@pytest.mark.parametrize(
    ("title", "path", "is_named"),
    [
        ("/home/ann/x/camping.txt - Mousepad", "~/x/camping.txt", True),
        ("camping.txt - Editor", "~/x/camping.txt", True),
        ("camping.txt (~/x) - gedit", "~/x/camping.txt", True),
        ("/home/ann/y/camping.txt - Mousepad", "~/x/camping.txt", False),
        ("*/home/ann/x/camping.txt - Mousepad", "~/x/camping.txt", False),
        ("camping.txt* - Editor", "camping.txt", False),
        ("camping.txt [modified] - Editor", "camping.txt", False),
        ("old-camping.txt - Mousepad", "camping.txt", False),
        ("camping.txt.bak - Mousepad", "camping.txt", False),
    ],
)
def test_a_title_names_a_saved_file(title: str, path: str, is_named: bool) -> None:
    assert names_file(title, path) is is_named


@pytest.mark.parametrize("lag", [0, 2])
def test_an_old_file_is_replaced_where_the_goal_says_so(lag: int) -> None:
    editor = SlowEditor(lag=lag, files={"list.txt": "old"})
    end = pursue(f"{GOAL}list.txt, replacing the file of that name", editor)
    assert end.call.arguments["success"], end.thought
    assert editor.files == {"list.txt": "hello"}
    assert editor.log[-3:] == [
        "asked whether to replace list.txt", "replaced list.txt", "saved list.txt",
    ]  # fmt: skip


def test_an_old_file_is_left_alone_where_the_goal_does_not() -> None:
    editor = SlowEditor(files={"list.txt": "old"})
    end = pursue(f"{GOAL}list.txt", editor)
    assert not end.call.arguments["success"]
    assert "did not agree" in end.thought
    assert editor.files == {"list.txt": "old"}


def test_a_file_is_found_saved_where_its_path_was_given() -> None:
    editor = SlowEditor()
    end = pursue(f"{GOAL}~/x/camping.txt", editor)
    assert end.call.arguments["success"], end.thought
    assert editor.files == {"camping.txt": "hello"}
