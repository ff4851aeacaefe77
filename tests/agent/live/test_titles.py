"""A window is the same one whatever folder its file lies in, and whether it is saved."""

import pytest

from agent.policies.recorded.titles import bare_title, retitled
from agent.policies.recorded.words import screen_words
from tools.geometry import Box
from tools.ui_tree import UiNode, UiTree

WHOLE = Box(left=0, top=0, right=100, bottom=100)


def editor(title: str, kind: str = "Window") -> UiTree:
    return UiTree(
        (
            UiNode(0, -1, WHOLE, kind=kind, text=title),
            UiNode(1, 0, WHOLE, kind="TextView", text="/tmp/a/inside"),
        )
    )


@pytest.mark.parametrize(
    "other",
    [
        "/tmp/b/note.txt - Mousepad", "*/tmp/a/note.txt - Mousepad", "note.txt - Mousepad",
        "~/my papers/note.txt - Mousepad", "● note.txt - Mousepad", "note.txt - Mousepad *",
    ],
)  # fmt: skip
def test_the_same_window(other: str) -> None:
    assert bare_title("/tmp/a/note.txt - Mousepad") == bare_title(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/tmp/a/note.txt - Mousepad", "/tmp/a/notes.txt - Mousepad"),
        ("/tmp/a/note.txt - Mousepad", "/tmp/a/note.txt - gedit"),
        ("https://a.example/x - Chromium", "https://b.example/x - Chromium"),
        ("com.example/.Main", "com.other/.Main"),
        ("com.example/com.example.Main", "com.example/com.example.Other"),
        ("Save As", "Open File"),
    ],
)
def test_another_window(one: str, other: str) -> None:
    assert bare_title(one) != bare_title(other)


def test_only_titles_are_read_so() -> None:
    here, there = editor("/tmp/a/note.txt - Mousepad"), editor("*/tmp/b/note.txt - Mousepad")
    assert screen_words(here) == screen_words(there) == {"note.txt - Mousepad", "/tmp/a/inside"}
    assert screen_words(editor("/tmp/a/x", kind="View")) == {"/tmp/a/x", "/tmp/a/inside"}


def test_an_answer_names_the_window_that_is_there() -> None:
    old, new = editor("/tmp/a/note.txt - Mousepad"), editor("/tmp/b/note.txt - Mousepad")
    said = "Done. The screen shows: /tmp/a/note.txt - Mousepad."
    assert retitled(said, old, new) == "Done. The screen shows: /tmp/b/note.txt - Mousepad."
    assert retitled(said, old, editor("Save As")) == said
