"""What is on a screen, as text: one line an element, with a point that ``tap`` takes."""

from typing import Any

from agent.mcp.looking import MOST, list_elements, look
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.geometry import Box
from tools.outcome import ToolContext
from tools.ui_tree import UiNode, UiTree

FAKE = FakeDevice()  # 270x480


def listed(*nodes: UiNode, tree: bool = True) -> str:
    seen = Observation(FAKE.glance(), ui_tree=UiTree(nodes) if tree else None)
    told = list_elements(context=ToolContext(seen, FAKE.info))
    assert isinstance(told, str)
    return told


def node(index: int, parent: int = -1, /, **facts: Any) -> UiNode:
    box = facts.pop("box", Box(left=20, top=40, right=180, bottom=120))
    return UiNode(index=index, parent=parent, box=box, **facts)


def test_a_line_has_kind_label_state_and_the_middle_on_the_grid_of_1000() -> None:
    button = node(0, kind="Button", text="Save", clickable=True, enabled=False)
    assert listed(button) == '[372, 168] Button "Save" (disabled)'


def test_a_row_without_a_name_is_told_by_what_stands_in_it_and_that_only_once() -> None:
    row = node(0, kind="ViewGroup", clickable=True)
    title = node(1, 0, kind="TextView", text="Wi-Fi")
    below = node(2, 0, kind="TextView", text="Not connected")
    assert listed(row, title, below) == '[372, 168] ViewGroup "Wi-Fi · Not connected"'


def test_what_a_long_row_has_no_room_for_has_a_line_of_its_own() -> None:
    row = node(0, kind="View", clickable=True)
    first = node(1, 0, kind="TextView", text="long " * 30)
    last = node(2, 0, kind="TextView", text="the end")
    assert listed(row, first, last).splitlines()[-1] == '[372, 168] TextView "the end"'


def test_states_of_switches_and_fields_are_told() -> None:
    on = node(0, kind="Switch", description="Wi-Fi", checkable=True, checked=True)
    off = node(1, kind="Switch", checkable=True)
    field = node(2, kind="EditText", hint="Name", focused=True)
    secret = node(3, kind="EditText", password=True)
    assert listed(on, off, field, secret).splitlines() == [
        '[372, 168] Switch "Wi-Fi" (checked)',
        '[372, 168] Switch "" (unchecked)',
        '[372, 168] EditText "Name" (focused)',
        '[372, 168] EditText "" (password)',
    ]


def test_a_label_stays_on_its_line() -> None:
    assert listed(node(0, kind="TextView", text="one\ntwo")) == '[372, 168] TextView "one two"'


def test_elements_without_a_name_are_left_out_and_so_is_what_is_too_much() -> None:
    silent = node(0, kind="FrameLayout")
    many = [node(place + 1, kind="TextView", text=f"t{place}") for place in range(MOST + 7)]
    lines = listed(silent, *many).splitlines()
    assert len(lines) == MOST + 1
    assert lines[-1] == "(7 more are left out)"


def test_a_screen_that_cannot_be_read_is_told_as_such() -> None:
    assert listed(tree=False) == "The elements of this screen cannot be read; go by the picture."
    assert listed(node(0)) == "No element of this screen has a name; go by the picture."


def test_to_look_touches_nothing() -> None:
    assert look.needs == frozenset()
    assert list_elements.needs == frozenset()
