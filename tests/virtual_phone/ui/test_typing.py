"""Fields, caret, soft keyboard, and pickers that can be typed into."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from tools.virtual_phone.ui import widgets as w
from tools.virtual_phone.ui.scene import Scene, compose
from tools.virtual_phone.ui.theme import make_theme
from tools.virtual_phone.ui.view import (
    Chrome,
    Key,
    KeyboardLayout,
    KeyboardState,
    Metrics,
    ViewState,
)


def nothing(*_args: object) -> None:
    pass


def scene_of(
    page: w.Page,
    view: ViewState | None = None,
    keyboard: KeyboardState | None = None,
    metrics: Metrics | None = None,
) -> Scene:
    chrome = Chrome(keyboard=keyboard)
    return compose(page, view or ViewState(), chrome, make_theme(), metrics or Metrics())


def keys_of(scene: Scene) -> list[Key]:
    found = []
    for node in scene.system_nodes()[0].children:
        hit = scene.hit(*node.center)
        assert hit is not None
        assert hit.kind == "key"
        assert hit.key is not None
        found.append(hit.key)
    return found


@pytest.mark.parametrize("layout", ["letters", "symbols", "symbols2", "numbers"])
@pytest.mark.parametrize("size", [(1080, 2400), (2400, 1080)])
def test_every_key_can_be_hit(layout: KeyboardLayout, size: tuple[int, int]) -> None:
    scene = scene_of(
        w.Page(w.TextField("a", "A")), None, KeyboardState(layout=layout), Metrics(size=size)
    )
    keys = keys_of(scene)
    typed = "".join(key.value for key in keys if key.action == "text")
    wanted = {"letters": "qwertyuiop", "symbols": "1234567890", "numbers": "1", "symbols2": "~`|"}
    assert set(wanted[layout]) <= set(typed)
    assert {"backspace", "enter"} <= {key.action for key in keys}
    assert len(keys) == len(set(keys))


def test_keys_leave_no_gap_between_them() -> None:
    scene = scene_of(w.Page(w.Gap(0)), None, KeyboardState())
    nodes = scene.system_nodes()[0].children
    for left, right in pairwise(nodes[:10]):
        assert left.bounds[2] == right.bounds[0]


def test_shift_and_language_change_the_keys() -> None:
    page = w.Page(w.Gap(0))
    upper = keys_of(scene_of(page, None, KeyboardState(shift=True)))
    assert Key("text", "Q") in upper
    assert Key("text", "q") not in upper
    chinese = keys_of(scene_of(page, None, KeyboardState(language="zh")))
    assert Key("text", "。") in chinese


def test_keyboard_shrinks_the_page_and_the_field_can_be_revealed() -> None:
    fields = w.Column([w.TextField(f"f{n}", f"Field {n}") for n in range(20)], gap=16)
    page = w.Page(w.Scroll(fields, key="form"))
    view = ViewState(focus="f9")
    small = scene_of(page, view, KeyboardState())
    assert (
        small.scrollables[0].viewport_height < scene_of(page, view).scrollables[0].viewport_height
    )
    offsets = small.reveal("f9")
    assert set(offsets) == {"form"}
    moved = scene_of(page, ViewState(focus="f9", scroll=offsets), KeyboardState())
    field = next(f for f in moved.fields if f.key == "f9")
    assert moved.scrollables[0].box[1] <= field.box[1]
    assert field.box[3] <= moved.scrollables[0].box[3]
    assert moved.reveal("f9") == {}


def test_fields_come_in_reading_order_also_when_scrolled_away() -> None:
    fields = w.Column([w.TextField(f"f{n}", f"Field {n}") for n in range(40)])
    found = scene_of(w.Page(w.Scroll(fields))).fields
    assert [(field.key, field.order) for field in found] == [(f"f{n}", n) for n in range(40)]


def test_field_node_has_text_hint_and_focus() -> None:
    page = w.Page(
        w.Column([w.TextField("name", "Name"), w.TextField("pin", "PIN", kind="password")])
    )
    view = ViewState(texts={"name": "Zoë", "pin": "1234"}, focus="pin")
    nodes = [n for n in scene_of(page, view).node("p").walk() if n.class_name.endswith("EditText")]
    name, pin = nodes
    assert (name.text, name.hint, name.focused, name.password) == ("Zoë", "Name", False, False)
    assert (pin.text, pin.hint, pin.focused, pin.password) == ("••••", "PIN", True, True)
    assert pin.resource_id == "p:id/pin"


@pytest.mark.parametrize("kind", ["text", "multiline"])
def test_tap_puts_the_caret_between_letters(kind: w.FieldKind) -> None:
    page = w.Page(w.TextField("a", "A", kind=kind))
    scene = scene_of(page, ViewState(texts={"a": "iiiiWWWW"}))
    left, top, right, bottom = scene.fields[0].box
    middle = (top + bottom) // 2
    hits = [scene.hit(x, middle) for x in (left + 1, left + 82, right - 1)]
    assert [hit.cursor for hit in hits if hit is not None] == [0, 4, 8]


def test_long_line_moves_left_so_that_the_caret_shows() -> None:
    page = w.Page(w.TextField("a", "A"))
    texts = {"a": "word " * 30}
    end = scene_of(page, ViewState(texts=texts, focus="a")).image()
    start = scene_of(page, ViewState(texts=texts, focus="a", cursors={"a": 0})).image()
    assert end.tobytes() != start.tobytes()


def test_initial_and_controlled_values() -> None:
    page = w.Page(
        w.Column([w.TextField("a", "A", value="first"), w.TextField("b", "B", controlled="ruled")])
    )
    fields = scene_of(page, ViewState(texts={"b": "typed"})).fields
    assert [field.text for field in fields] == ["first", "ruled"]


@pytest.mark.parametrize(
    ("typed", "hours24", "expected"),
    [("0914", True, 14), ("095", True, 5), ("", True, 0), ("12", False, 0), ("027", False, 7)],
)
def test_hour_can_be_typed(typed: str, hours24: bool, expected: int) -> None:
    seen: list[tuple[int, int]] = []
    picker = w.TimePicker(9, 30, lambda hour, minute: seen.append((hour, minute)), key="t")
    scene = scene_of(w.Page(picker), metrics=Metrics(hours24=hours24))
    hour = scene.fields[0]
    assert (hour.key, hour.text, hour.kind) == ("t-hour", "09", "number")
    assert hour.on_change is not None
    hour.on_change(typed)
    assert seen == [(expected, 30)]


def test_time_steps_wrap_around() -> None:
    seen: list[tuple[int, int]] = []
    picker = w.TimePicker(23, 0, lambda hour, minute: seen.append((hour, minute)))
    scene = scene_of(w.Page(picker))
    for spoken in ("Increase hour", "Decrease minute"):
        node = next(n for n in scene.node("p").walk() if n.content_desc == spoken)
        hit = scene.hit(*node.center)
        assert hit is not None
        assert hit.on_tap is not None
        hit.on_tap()
    assert seen == [(0, 0), (23, 59)]


@pytest.mark.parametrize(
    ("locale", "spoken"), [("en", "Thursday, January 28, 2027"), ("zh", "2027年1月28日星期四")]
)
def test_calendar_days_are_spoken_in_full_and_can_be_picked(locale: str, spoken: str) -> None:
    picked: list[date] = []
    months: list[date] = []
    picker = w.DatePicker(
        None, date(2027, 1, 1), picked.append, months.append, minimum=date(2027, 1, 4)
    )
    scene = scene_of(w.Page(picker), metrics=Metrics(locale="zh" if locale == "zh" else "en"))
    nodes = {node.content_desc: node for node in scene.node("p").walk()}
    for name in (spoken, "下个月" if locale == "zh" else "Next month"):
        hit = scene.hit(*nodes[name].center)
        assert hit is not None
        assert hit.on_tap is not None
        hit.on_tap()
    assert picked == [date(2027, 1, 28)]
    assert months == [date(2027, 2, 1)]
    before = [n for n in nodes.values() if n.text == "3"]
    assert not before[0].enabled
