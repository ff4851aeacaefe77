"""A slow program is waited for: nothing is given up, undone, done twice or written over."""

import pytest

from tests.agent.policies.slow_editor import SlowEditor, pursue
from tools.errors import CaptureError

GOAL = "write 'hello' in the text editor and save it as note.txt"


@pytest.mark.parametrize("lag", [0, 1, 2, 3])
@pytest.mark.parametrize("deaf", [0, 1, 3])
def test_every_act_may_show_some_looks_later(lag: int, deaf: int) -> None:
    editor = SlowEditor(lag=lag, deaf=deaf)
    end = pursue(GOAL, editor)
    assert end.call.arguments["success"], end.thought
    assert editor.files == {"note.txt": "hello"}
    assert editor.log == ["opened", "typed over ''", "asked for a name", "saved note.txt"]


@pytest.mark.parametrize("late", [1, 2, 3])
@pytest.mark.parametrize("lag", [0, 1])
def test_an_act_may_show_bit_by_bit(lag: int, late: int) -> None:
    """The menu is closed and no dialog is there; the dialog is closed and the title is the old."""
    editor = SlowEditor(lag=lag, late=late)
    end = pursue(GOAL, editor)
    assert end.call.arguments["success"], end.thought
    assert editor.files == {"note.txt": "hello"}
    assert editor.log == ["opened", "typed over ''", "asked for a name", "saved note.txt"]


def test_a_quick_program_is_not_waited_for() -> None:
    editor = SlowEditor()
    pursue(GOAL, editor)
    assert editor.waited_s == 0


@pytest.mark.parametrize("lag", [0, 2, 3])
def test_the_text_that_was_there_is_left_alone(lag: int) -> None:
    editor = SlowEditor(lag=lag, page="mine")
    end = pursue(GOAL, editor)
    assert end.call.arguments["success"], end.thought
    assert editor.log[1:3] == ["left 'mine'", "typed over ''"]


def test_a_text_is_not_written_over_where_no_new_page_begins() -> None:
    editor = SlowEditor(page="mine", new_pages=False)
    end = pursue(GOAL, editor)
    assert not end.call.arguments["success"]
    assert "leave that text alone" in end.thought
    assert (editor.page, editor.log) == ("mine", ["opened"])


def test_patience_has_an_end() -> None:
    editor = SlowEditor(lag=1000)
    end = pursue(GOAL, editor)
    assert not end.call.arguments["success"]
    assert 5 <= editor.waited_s <= 60


def test_a_desktop_that_never_tells_anything_is_told() -> None:
    editor = SlowEditor(started=True)
    editor.silent = 1000
    with pytest.raises(CaptureError, match="no UI tree"):
        pursue(GOAL, editor)
    assert 0 < editor.waited_s < 5
