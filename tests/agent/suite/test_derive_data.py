"""Names for things, values, and checks of tables: what a task rests on."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.suite.derive.naming import finds, name_target, touched
from agent.suite.derive.phone_state import Cell, PhoneState, Row, read_state
from agent.suite.derive.row_checks import Phones, setting_checks, table_checks
from agent.suite.derive.said import Said
from agent.suite.derive.steps import plan_steps
from agent.suite.derive.trace import Act, Screen
from agent.suite.derive.values import Values
from agent.suite.language.fill import has_reference
from agent.suite.language.write import written
from tests.agent.suite.task_files import gather, only_case
from tools.action import OpenApp, Scroll, Swipe, Tap
from tools.errors import RecordingError
from tools.geometry import Box, Point, Size
from tools.ui_tree import UiNode, UiTree

SIZE = Size(width=400, height=800)
GOAL = Said(("call the plumber",))


def node(index: int, parent: int, box: tuple[int, int, int, int], **what: object) -> UiNode:
    left, top, right, bottom = box
    where = Box(left=left, top=top, right=right, bottom=bottom)
    return UiNode(index, parent, where, **what)  # type: ignore[arg-type]  # as in a dump


def screen(*nodes: UiNode) -> Screen:
    root = node(0, -1, (0, 0, 400, 800), kind="FrameLayout")
    return Screen("app", ".Main", SIZE, UiTree((root, *nodes)))


def named(seen: Screen, index: int, said: Said = GOAL) -> object:
    assert seen.tree is not None
    found = name_target(seen, seen.tree.nodes[index].box.center, said)
    kept = written(found.target)
    return kept.get("text") if set(kept) == {"text"} else kept


def button(index: int, top: int, text: str = "", **what: object) -> UiNode:
    given_by = {"kind": "Button", "clickable": True, "text": text} | what
    return node(index, 0, (0, top, 200, top + 40), **given_by)


def test_a_thing_goes_by_its_words_if_they_last() -> None:
    assert named(screen(button(1, 0, "Pay")), 1) == "Pay"
    assert named(screen(button(1, 0, "Pay ¥630", resource_id="a:id/pay")), 1) == {"id": "pay"}
    assert named(screen(button(1, 0, "Pay ¥630")), 1) == "Pay"
    paid = Said(("pay 630",))
    assert named(screen(button(1, 0, "Pay ¥630", resource_id="a:id/pay")), 1, paid) == "Pay ¥630"


def test_of_several_that_say_the_same_one_is_told_by_its_number() -> None:
    twins = screen(button(1, 0, "Edit"), button(2, 100, "Edit"))
    assert named(twins, 2) == {"text": "Edit", "index": "2"}


def test_a_thing_without_words_goes_by_what_is_beside_it() -> None:
    label = node(1, 0, (0, 0, 100, 40), kind="TextView", text="Volume")
    row = screen(label, node(2, 0, (300, 0, 380, 40), kind="Switch", checkable=True))
    assert named(row, 2) == {"kind": "Switch", "right_of": "Volume"}


def test_an_entry_of_data_goes_by_its_number_below_what_lasts() -> None:
    nodes = [node(1, 0, (0, 0, 400, 40), kind="TextView", text="Flights")]
    for entry in range(3):
        top, at = 60 + 100 * entry, len(nodes) + 1
        nodes.append(node(at, 0, (0, top, 400, top + 90), kind="ViewGroup", clickable=True))
        for more, text in enumerate((f"Air {entry}", f"¥{600 + entry}", f"1{entry}:00")):
            at = len(nodes) + 1
            box = (0, top + 30 * more, 400, top + 30 * more + 30)
            nodes.append(node(at, nodes[-1 - more].index, box, kind="TextView", text=text))
    seen = screen(*nodes)
    assert named(seen, 6) == {"kind": "ViewGroup", "index": "2", "below": "Flights"}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.integers(0, 19), st.sampled_from(["", "OK", "Edit", "A 7"]),
            st.sampled_from(["Button", "Switch", ""]), st.booleans(),
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_every_name_finds_what_was_touched(
    parts: list[tuple[int, int, str, str, bool]],
) -> None:
    nodes = [
        node(n, 0, (40 * x, 40 * y, 40 * x + 60, 40 * y + 40), text=text, kind=kind, clickable=on)
        for n, (x, y, text, kind, on) in enumerate(parts, start=1)
    ]
    seen = screen(*nodes)
    assert seen.tree is not None
    for each in nodes:
        found = name_target(seen, each.box.center, GOAL)
        hit = touched(seen.tree, each.box.center)
        assert hit is not None
        assert found.target.at is not None or finds(found.target, seen.tree, hit)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_a_recorded_text_is_written_so_that_it_reads_the_same(text: str) -> None:
    literal = Values().literal(text.replace("<secret:", ""))
    assert not has_reference(literal)
    assert literal.replace("$${", "${") == text.replace("<secret:", "")


def test_values_are_called_like_their_fields() -> None:
    values = Values()
    assert values.typed("Ann", ["First name"]) == "${first_name}"
    assert values.typed("Lee", ["First name"]) == "${first_name_2}"
    assert values.typed("x1", ["", "ID"]) == "${id_2}"
    assert values.typed("王", ["姓名"]) == "${text}"
    assert values.typed("Ann", ["Other"]) == "${first_name}"
    assert values.shown("Ann Lee, Annabel") == "${first_name} ${first_name_2}, Annabel"
    assert values.typed("a <secret:PIN>", ["PIN"]) == "a ${secret.PIN}"
    assert values.secrets == ["PIN"]


def test_a_value_in_a_file_comes_back(tmp_path: Path) -> None:
    values = Values()
    step = values.typed("it's ${odd}: #1", ["Name"])
    row = values.literal(values.row["name"])
    found = gather(
        tmp_path, f'name: a\nparams: [{{id: x, name: "{row}"}}]\nsteps: [type: "{step}"]'
    )
    typed = only_case(found).task.doing[0].type
    assert typed is not None
    assert typed.text == "it's ${odd}: #1"


def phone(*rows: Row, **settings: Cell) -> PhoneState:
    return PhoneState({"a.notes": {"notes": list(rows)}}, {"global": dict(settings)})


def content(after: PhoneState, fresh: PhoneState, other: PhoneState, *said: str) -> list[object]:
    values = Values()
    values.typed("Milk", ["Title"])
    checks = table_checks(Phones(after, fresh, (other,)), Said(said), values)
    return [written(check)["content"] for check in checks]


URI = "content://a.notes/notes"
OLD: Row = {"id": 1, "title": "Gifts", "body": "", "pinned": 1}
NEW: Row = {"id": 2, "title": "Milk", "body": "it's 2", "pinned": 0, "edited_at": 5}


def test_a_row_that_was_added_is_checked_by_what_was_said() -> None:
    found = content(phone(OLD, NEW), phone(OLD), phone(), "Milk", "it's 2")
    assert found == [
        {"uri": URI, "where": "body='it''s 2'", "rows": "1", "columns": {"title": "${title}"}}
    ]
    assert content(phone(NEW), phone(), phone(), "Milk") == [
        {"uri": URI, "rows": "1", "columns": {"title": "${title}"}}
    ]


def test_where_such_a_row_may_be_there_already_one_more_is_wanted() -> None:
    twin = NEW | {"id": 1}
    found = content(phone(twin, NEW), phone(twin), phone(), "Milk")
    assert found == [{"uri": URI, "where": "title='${title}'", "at_least": "2"}]


def test_rows_that_changed_or_went_are_checked() -> None:
    pinned = OLD | {"pinned": 0}
    assert content(phone(pinned), phone(OLD), phone(OLD), "Gifts") == [
        {"uri": URI, "where": "title='Gifts'", "columns": {"pinned": "0"}}
    ]
    assert content(phone(), phone(OLD), phone(OLD), "Gifts") == [
        {"uri": URI, "where": "title='Gifts'", "rows": "0"}
    ]


def test_what_nothing_was_said_of_is_not_checked() -> None:
    assert content(phone(OLD, NEW), phone(OLD), phone(), "nothing of it") == []


def test_settings_that_were_said_come_before_what_followed_from_them() -> None:
    phones = Phones(
        phone(airplane_mode_on="1", wifi_on="0"), phone(airplane_mode_on="0", wifi_on="1"), ()
    )
    meant = setting_checks(phones, Said(("airplane mode",)))
    assert [check.settings.name for check in meant if check.settings] == ["airplane_mode_on"]
    assert len(setting_checks(phones, Said(("radio silence",)))) == 2


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"databases": 1, "settings": {}}', "\x00"])
def test_a_damaged_state_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "phone-state.json"
    path.write_text(text)
    with pytest.raises(RecordingError, match=r"cannot be read"):
        read_state(path)


def rows(*texts: str) -> Screen:
    area = node(1, 0, (0, 0, 400, 800), kind="ScrollView", scrollable=True)
    shown = [
        node(n, 1, (0, 60 * n, 400, 60 * n + 50), kind="Button", text=text, clickable=True)
        for n, text in enumerate(texts, start=2)
    ]
    return screen(area, *shown)


def test_scrolls_that_lead_to_a_thing_name_it() -> None:
    top, middle, end = rows("Sound", "Display"), rows("Display", "Apps"), rows("Apps", "About")
    at = Point(x=200, y=600)
    about = Tap(at=Point(x=200, y=60 * 3 + 10))
    acts = [
        Act(0, Scroll(at=at, direction="down"), top, middle),
        Act(1, Swipe(start=at, end=Point(x=200, y=100)), middle, end),
        Act(2, about, end, None),
    ]
    steps = [written(each.step) for each in plan_steps(acts, GOAL, Values()).steps]
    assert steps == [{"scroll_to": "About"}, {"tap": "About"}]
    alone = [written(each.step) for each in plan_steps(acts[:2], GOAL, Values()).steps]
    assert alone == [
        {"swipe": {"direction": "up", "distance": "0.5"}},
        {"swipe": {"direction": "up", "distance": "0.62"}},
    ]


@pytest.mark.parametrize(
    ("said", "written_as"),
    [("Clock", "Clock"), ("clock", "clock"), ("the clock app", "com.android.deskclock")],
)
def test_an_app_that_was_opened_by_another_name_goes_by_its_package(
    said: str, written_as: str
) -> None:
    home = replace(screen(button(1, 0, "Clock")), app="com.android.launcher3")
    opened = replace(screen(button(1, 0, "Alarm")), app="com.android.deskclock")
    act = Act(0, OpenApp(name=said), home, opened, 0.0, None)
    [planned] = plan_steps([act], GOAL, Values()).steps
    assert planned.step.open is not None
    assert planned.step.open.app == written_as


def test_waits_wait_for_what_came_or_went() -> None:
    busy, there = rows("Searching"), rows("Results", "Open")
    tap = Tap(at=Point(x=200, y=60 * 3 + 10))
    act = Act(1, tap, there, None, waited_s=5.0, waited_on=busy)
    first, _ = plan_steps([act], GOAL, Values()).steps
    assert written(first.step) == {"wait": {"text": "Open"}, "timeout": "15s"}
    gone = Act(1, tap, rows("", "7"), None, waited_s=1.0, waited_on=busy)
    first, _ = plan_steps([gone], GOAL, Values()).steps
    assert written(first.step) == {"wait": {"gone": "Searching"}, "timeout": "10s"}
