"""Finding things by what a task says of them, on small made-up screens."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.suite.act.locate import free_point
from agent.suite.checks.content_rows import query_command, split_rows
from agent.suite.language.form import NodeState, Target
from agent.suite.look.find import Found, NotFound, find, find_all
from agent.suite.look.state import states_of
from tools.geometry import Box, Point
from tools.ui_tree import UiNode, UiTree


def node(
    index: int, parent: int, box: tuple[int, int, int, int], kind: str = "TextView", **more: object
) -> UiNode:
    left, top, right, bottom = box
    area = Box(left=left, top=top, right=right, bottom=bottom)
    return UiNode(index, parent, area, kind, **more)  # type: ignore[arg-type]


ROWS = UiTree(
    (
        node(0, -1, (0, 0, 1000, 2000), "FrameLayout"),
        node(1, 0, (0, 0, 1000, 100), text="Wi-Fi"),
        node(2, 0, (0, 100, 1000, 200), "ViewGroup", clickable=True, resource_id="a:id/wifi"),
        node(3, 2, (100, 100, 600, 200), text="Wi-Fi"),
        node(4, 2, (800, 100, 900, 200), "Switch", checkable=True, checked=True),
        node(5, 0, (0, 200, 1000, 300), "ViewGroup", clickable=True, resource_id="a:id/wifi_calls"),
        node(6, 5, (100, 200, 600, 300), text="Wi-Fi calls"),
        node(7, 5, (800, 200, 900, 300), "Switch", checkable=True),
        node(8, 0, (0, 300, 500, 400), "Button", text="SAVE", clickable=True, enabled=False),
        node(9, 0, (500, 300, 1000, 400), "Button", text="Save  as", clickable=True),
        node(10, 0, (0, 400, 1000, 500), "EditText", hint="Name", clickable=True, focused=True),
        node(11, 0, (0, 500, 1000, 500), text="cut off"),
    )
)


def found(target: Mapping[str, object]) -> int | str:
    """The index of what is found, or why nothing is."""
    answer = find(Target.model_validate(target), ROWS)
    return answer.node.index if isinstance(answer, Found) else str(answer)


@pytest.mark.parametrize(
    ("target", "index"),
    [
        ({"text": "Wi-Fi calls"}, 6),
        ({"text": "wi-fi  CALLS"}, 6),
        ({"text": "calls"}, 6),
        ({"text": "Wi-Fi"}, 3),  # the title does nothing, the row does
        ({"text": "Wi-Fi", "index": "1"}, 1),
        ({"text": "Wi-Fi", "kind": "Switch", "id": "wifi"}, "it is not on the screen"),
        ({"id": "wifi", "kind": "switch"}, 4),
        ({"text": "Wi-Fi calls", "kind": "Switch"}, 7),
        ({"id": "wifi"}, 2),
        ({"id": "a:id/wifi_calls"}, 5),
        ({"hint": "name"}, 10),
        ({"text": "Name"}, 10),
        ({"text": "save"}, 8),  # the same but for case comes before a part of it
        ({"text": "as"}, 9),
        ({"kind": "Switch", "index": "2"}, 7),
        ({"kind": "Switch", "right_of": "Wi-Fi calls"}, 7),
        ({"kind": "Button", "below": {"text": "Wi-Fi calls"}}, 8),
        ({"right_of": {"text": "SAVE"}}, 9),
        ({"above": {"hint": "Name"}, "kind": "Switch"}, 7),
        ({"left_of": {"text": "Save  as"}}, 8),
        ({"kind": "Switch"}, "2 things fit, say which with index, kind or id: Switch at"),
        ({"kind": "Switch", "index": "3"}, "there are only 2 of them"),
        ({"text": "SAVE", "kind": "Switch"}, "it is no Switch, but Button 'SAVE' at (250, 350)"),
        ({"text": "cut off"}, "it is not on the screen, which shows 'Wi-Fi', 'Wi-Fi calls'"),
        ({"below": "Nowhere"}, "what it is below is not there: it is not on the screen"),
    ],
)
def test_what_is_said_decides_what_is_found(target: Mapping[str, object], index: int | str) -> None:
    answer = found(target)
    if isinstance(index, str):
        assert str(answer).startswith(index)
    else:
        assert answer == index


def test_all_of_them_each_once() -> None:
    assert [each.index for each in find_all(Target(kind="Switch"), ROWS)] == [4, 7]
    assert [each.index for each in find_all(Target(text="Wi-Fi"), ROWS)] == [1, 3]
    assert find_all(Target(text="Nowhere"), ROWS) == ()


def test_the_state_of_a_row_is_that_of_its_switch() -> None:
    assert states_of(ROWS, ROWS.nodes[3])["checked"]
    assert states_of(ROWS, ROWS.nodes[2])["checked"]
    assert not states_of(ROWS, ROWS.nodes[6])["checked"]
    assert not states_of(ROWS, ROWS.nodes[1])["checked"]  # a title stands in no row
    assert states_of(ROWS, ROWS.nodes[10])["focused"]
    assert not states_of(ROWS, ROWS.nodes[8])["enabled"]
    assert NodeState(text="x", checked=True).checked


def test_a_touch_avoids_what_lies_on_top() -> None:
    tree = UiTree(
        (
            node(0, -1, (0, 0, 1000, 1000), "ScrollView"),
            node(1, 0, (0, 800, 1000, 1000), "ViewGroup", clickable=True),
            node(2, 1, (400, 850, 600, 950), "Button", clickable=True),
            node(3, -1, (450, 750, 1000, 1000), "Button", clickable=True),
        )
    )
    assert free_point(tree, tree.nodes[1]) == Point(x=250, y=900)  # its own button is no other
    assert free_point(tree, tree.nodes[3]) == tree.nodes[3].box.center
    covered = UiTree((*tree.nodes[:3], node(3, -1, (0, 0, 1000, 1000), "Button", clickable=True)))
    assert free_point(covered, covered.nodes[1]) == covered.nodes[1].box.center


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40)))
def test_rows_come_apart_as_they_were_put_together(values: list[str]) -> None:
    # A value that spells the beginning of the very next row is the one thing nobody can tell.
    values = [value.replace("Row:", "row:") for value in values]
    printed = "".join(f"Row: {number} x={value}\n" for number, value in enumerate(values))
    assert split_rows(printed) == tuple(f"x={value}" for value in values)


def test_rows_with_what_looks_like_rows_in_them() -> None:
    printed = "Row: 0 text=first\nRow: 7 is what I wrote\nRow: 1 text=\nRow: 2 text=a, b=c\n"
    assert split_rows(printed) == (
        "text=first\nRow: 7 is what I wrote",
        "text=",
        "text=a, b=c",
    )
    assert split_rows("No result found.\n") == ()


def test_a_query_is_one_word_each() -> None:
    command = query_command("content://a/b", "name='it''s'; rm -rf /", ("one", "two"))
    assert command == (
        "content query --uri content://a/b --projection one:two "
        "--where 'name='\"'\"'it'\"'\"''\"'\"'s'\"'\"'; rm -rf /'"
    )


def test_nothing_is_found_on_an_empty_screen() -> None:
    answer = find(Target(text="x"), UiTree(()))
    assert isinstance(answer, NotFound)
    assert str(answer) == "it is not on the screen, which shows no text at all"
