"""The parts of a replay by themselves: carrying an action over, finding an element again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.policies.recorded.carry import between, call_of, shifted
from agent.policies.recorded.locate import locate
from agent.policies.recorded.words import (
    alike,
    in_another_language,
    touched,
    without_numbers,
    words_of,
)
from tools.action import (
    ACTIONS,
    Action,
    Back,
    Drag,
    Hotkey,
    LongPress,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    Tap,
    TypeText,
    Wait,
    points_of,
)
from tools.builtin import builtin_registry
from tools.device import Observation
from tools.devices.fake import FakeDevice
from tools.geometry import Box, Point, Size
from tools.outcome import ToolContext
from tools.ui_tree import UiNode, UiTree

SIZE = Size(width=270, height=480)
POINTS = st.builds(Point, x=st.integers(0, SIZE.width - 1), y=st.integers(0, SIZE.height - 1))
SECONDS = st.floats(0.01, 60, allow_nan=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
ANY_ACTION: st.SearchStrategy[Action] = st.one_of(
    st.builds(Tap, at=POINTS),
    st.builds(LongPress, at=POINTS, duration_s=SECONDS),
    st.builds(Swipe, start=POINTS, end=POINTS, duration_s=SECONDS),
    st.builds(Drag, start=POINTS, end=POINTS, duration_s=SECONDS),
    st.builds(
        Scroll, at=POINTS, direction=st.sampled_from(["up", "down", "left", "right"]),
        amount=st.floats(0.01, 1),
    ),
    st.builds(TypeText, text=TEXT, clear=st.booleans(), submit=st.booleans()),
    st.builds(PressKey, key=st.sampled_from(["enter", "delete", "tab"])),
    st.builds(Hotkey, keys=st.just(("ctrl", "a"))),
    st.builds(OpenApp, name=TEXT),
    st.builds(Wait, duration_s=SECONDS),
    st.just(Back()),
)  # fmt: skip


@given(ANY_ACTION)
def test_every_action_is_performed_again_by_the_tool_of_its_name(action: Action) -> None:
    device = FakeDevice()
    seen: Observation = device.observe()
    call = call_of(action)
    context = ToolContext(seen, device.info)
    assert builtin_registry().resolve(call.name, call.arguments, context) == action


@given(ANY_ACTION, st.integers(1, 40), st.integers(1, 40))
def test_an_action_keeps_its_place_within_a_box_of_any_size(
    action: Action, wide: int, high: int
) -> None:
    old = Box.of(SIZE)
    new = Box(left=7, top=9, right=7 + 30 * wide, bottom=9 + 30 * high)
    carried = between(action, old, new)
    assert all(new.contains(point) for point in points_of(carried))
    assert between(action, old, old) == action
    assert ACTIONS.dump_python(carried)["kind"] == action.kind


@given(ANY_ACTION, st.integers(-90, 90), st.integers(-90, 90))
def test_a_shift_moves_every_point_alike(action: Action, dx: int, dy: int) -> None:
    there = points_of(shifted(action, dx, dy))
    assert [(p.x - q.x, p.y - q.y) for p, q in zip(there, points_of(action), strict=True)] == [
        (dx, dy)
    ] * len(there)


def tree(*rows: tuple[str, ...], kind: str = "Button", top: int = 0) -> UiTree:
    """Clickable things below each other: resource id, then the words in it."""
    nodes: list[UiNode] = [UiNode(0, -1, Box(left=0, top=0, right=200, bottom=2000), "FrameLayout")]
    for place, (name, *words) in enumerate(rows):
        box = Box(left=0, top=top + 50 * place, right=200, bottom=top + 50 * place + 40)
        parent = len(nodes)
        single = words[0] if len(words) == 1 else ""
        nodes.append(UiNode(parent, 0, box, kind, text=single, resource_id=name, clickable=True))
        nodes.extend(
            UiNode(parent + 1 + number, parent, box, "TextView", text=word)
            for number, word in enumerate(words if len(words) > 1 else ())
        )
    return UiTree(tuple(nodes))


def found(old: UiTree, index: int, new: UiTree) -> str | int:
    """Where the row ``index`` of ``old`` is in ``new``: its top, else why it is not there."""
    wanted = [node for node in old.nodes if node.clickable][index]
    there = locate(old, wanted, new)
    return there.node.box.top if there.node is not None else there.how


CARDS = [
    ("flight_1", "Red Lantern", "R2 8235", "16:05", "Nonstop"),
    ("flight_2", "Lotus Air", "L4 6926", "15:45", "Nonstop"),
    ("flight_3", "Jade Pacific", "J6 4775", "07:40", "1 stop"),
]


@pytest.mark.parametrize(
    ("old", "index", "new", "where"),
    [
        # By its id, wherever it is, whatever number it shows.
        (tree(("pay", "Pay ¥630")), 0, tree(("x", "A"), ("pay", "Pay ¥655")), 50),
        # A button that now says something else is not the same button.
        (tree(("go", "Continue")), 0, tree(("go", "Cancel booking")), "it says 'Cancel booking'"),
        # By its words, where the id is another one or none.
        (tree(("", "Save")), 0, tree(("", "Undo"), ("", "Save")), 50),
        (tree(("a", "Save")), 0, tree(("", "Undo"), ("", "Save")), 50),
        # The second of two equal ones stays the second.
        (tree(("", "Add"), ("", "Add")), 1, tree(("", "Top"), ("", "Add"), ("", "Add")), 100),
        # One of two is no more to be told from one of three.
        (tree(("", "Add"), ("", "Add")), 1, tree(*[("", "Add")] * 3), "3 say 'Add', 2 did"),
        # Cards of a list are told apart by what they say, even where their ids are reused.
        (tree(*CARDS, kind="ViewGroup"), 0, tree(*CARDS[::-1], kind="ViewGroup"), 100),
        (
            tree(*CARDS, kind="ViewGroup"), 0,
            tree(("flight_1", "Blue Sky", "B1 11", "9:00", "1 stop"), *CARDS[1:], kind="ViewGroup"),
            "it says 'Blue Sky' where 'Red Lantern' was recorded",
        ),
        (tree(("x", "Save")), 0, tree(("y", "Open")), "no Button 'Save' is on the screen"),
    ],
)  # fmt: skip
def test_an_element_is_found_again_or_not_at_all(
    old: UiTree, index: int, new: UiTree, where: str | int
) -> None:
    there = found(old, index, new)
    assert there == where if isinstance(where, int) else str(there).startswith(where)


def test_in_another_language_the_id_counts_and_the_words_do_not() -> None:
    english = tree(("trip", "One way"), ("from", "From"), ("go", "Search flights"))
    chinese = tree(("trip", "单程"), ("from", "出发地"), ("go", "搜索航班"))
    assert in_another_language(english, chinese)
    assert not in_another_language(english, english)
    assert found(english, 2, chinese) == 100


def test_in_another_language_a_numbered_item_must_share_a_name() -> None:
    people = [("person_1", "Alice", "Mobile"), ("person_2", "Bob", "Home"), ("p_3", "Eve", "Work")]
    others = [("person_1", "小明", "手机"), ("person_2", "Bob", "家"), ("p_3", "张婷", "公司")]
    english, chinese = tree(*people, kind="ViewGroup"), tree(*others, kind="ViewGroup")
    assert in_another_language(english, chinese)
    assert found(english, 1, chinese) == 50
    assert found(english, 0, chinese) == "an item of that number is there, but it says '小明'"


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True), st.data())
def test_among_rows_with_words_of_their_own_each_is_found(
    letters: list[str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(letters))
    old = tree(*[("", f"Row {letter}") for letter in letters])
    new = tree(*[("", f"Row {letter}") for letter in shuffled], top=300)
    for index, letter in enumerate(letters):
        assert found(old, index, new) == 300 + 50 * shuffled.index(letter)


def test_what_is_touched_is_what_reacts_not_what_lies_in_it() -> None:
    cards = tree(*CARDS, kind="ViewGroup")
    node = touched(cards, Point(x=100, y=60))
    assert node is not None
    assert node.resource_id == "flight_2"
    assert words_of(cards, node) == ("Lotus Air", "L4 6926", "15:45", "Nonstop")


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (("Pay ¥630",), ("Pay ¥1,655",), True),
        (("Pay ¥630",), ("Cancel",), False),
        (("Wi-Fi", "Off"), ("Wi-Fi", "Home"), True),
        (CARDS[0][1:], ("Red Lantern", "R2 5471", "13:05", "1 stop"), False),
        ((), (), True),
        (("A",), (), False),
    ],
)
def test_what_is_alike(old: tuple[str, ...], new: tuple[str, ...], *, same: bool) -> None:
    assert alike(old, new) is same


def test_numbers_do_not_count() -> None:
    assert without_numbers("Total ¥1,630.50 at 07:40") == without_numbers("Total ¥9 at 12:01")
