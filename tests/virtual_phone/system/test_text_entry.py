"""Text: where it goes, how it is edited, the soft keyboard."""

import pytest

from tests.virtual_phone.system.demo import DEMO, Hand, make_phone
from tools.virtual_phone.system import keycodes
from tools.virtual_phone.system.editing import EditedText
from tools.virtual_phone.system.phone import Phone


@pytest.fixture
def hand() -> Hand:
    phone = make_phone()
    phone.start(DEMO, "Form", given="a test")
    return Hand(phone)


def keys(phone: Phone) -> dict[tuple[str, str], tuple[int, int]]:
    """Where the soft keyboard's keys are, found by asking every spot of it."""
    scene = phone._display.scene()
    places = [(x, y) for y in range(1200, 2400, 30) for x in range(15, 1080, 30)]
    hits = [(scene.hit(*place), place) for place in places]
    return {
        (hit.key.action, hit.key.value): place
        for hit, place in hits
        if hit is not None and hit.key is not None
    }


def tap_key(phone: Phone, action: str, value: str = "") -> None:
    found = keys(phone)
    wanted = [at for (does, gives), at in found.items() if does == action and value in ("", gives)]
    assert wanted, f"no key {action} {value!r} among {sorted(found)}"
    phone.tap(*wanted[0])


def test_text_goes_nowhere_without_focus(hand: Hand) -> None:
    phone = hand.phone
    before = phone.frame().tobytes()
    assert not phone.type_text("lost")
    assert not phone.ime_commit("lost")
    assert not phone.ime_clear()
    assert not phone.ime_action()
    assert phone.frame().tobytes() == before


def test_typing_reaches_the_field_and_its_listener(hand: Hand) -> None:
    hand.focus("name")
    assert hand.phone.focused_field == "name"
    assert hand.phone.type_text("Ada L")
    assert hand.field("name").text == "Ada L"
    assert hand.shows("Heard Ada L")


def test_caret_editing_with_keys(hand: Hand) -> None:
    phone = hand.phone
    hand.focus("name")
    phone.type_text("held")
    phone.key(keycodes.DPAD_LEFT)
    phone.type_text("lo wor")
    assert hand.field("name").text == "hello word"
    phone.key(keycodes.DEL)
    phone.key(keycodes.FORWARD_DEL)
    assert hand.field("name").text == "hello wo"
    phone.key(keycodes.MOVE_HOME)
    phone.type_text(">")
    phone.key(keycodes.MOVE_END)
    phone.type_text("<")
    assert hand.field("name").text == ">hello wo<"


def test_select_all_cut_and_paste(hand: Hand) -> None:
    phone = hand.phone
    hand.focus("name")
    phone.type_text("move me")
    phone.keys([keycodes.CTRL_LEFT, 29])
    phone.keys([keycodes.CTRL_LEFT, 52])
    assert hand.field("name").text == ""
    assert phone.clipboard == "move me"
    phone.keys([keycodes.CTRL_LEFT, 50])
    phone.keys([keycodes.CTRL_LEFT, 50])
    assert hand.field("name").text == "move memove me"


def test_typing_over_a_selection_replaces_it(hand: Hand) -> None:
    hand.focus("name")
    hand.phone.type_text("old")
    hand.phone.keys([keycodes.CTRL_LEFT, 29])
    hand.phone.type_text("new")
    assert hand.field("name").text == "new"


def test_number_fields_drop_letters(hand: Hand) -> None:
    hand.focus("amount")
    hand.phone.type_text("a1b2c")
    assert hand.field("amount").text == "12"


def test_line_breaks_only_in_multiline_fields(hand: Hand) -> None:
    phone = hand.phone
    hand.focus("note")
    phone.type_text("one\ntwo")
    assert hand.field("note").text == "one\ntwo"
    hand.phone.key(keycodes.BACK)
    hand.focus("name")
    phone.ime_commit("one\ntwo")
    assert hand.field("name").text == "one two"


def test_enter_goes_to_the_next_field_and_submits_a_search(hand: Hand) -> None:
    phone = hand.phone
    hand.focus("name")
    phone.key(keycodes.ENTER)
    assert phone.focused_field == "amount"
    phone.key(keycodes.TAB)
    assert phone.focused_field == "note"
    phone.key(keycodes.TAB)
    phone.type_text("fig\n")
    assert phone._windows.state.toast == "Go fig"
    assert not hand.keyboard()


def test_input_method_commits_and_clears_any_text(hand: Hand) -> None:
    hand.focus("name")
    assert hand.phone.ime_commit("北京 café")
    assert hand.field("name").text == "北京 café"
    assert hand.phone.ime_clear()
    assert hand.field("name").text == ""


def test_taps_on_the_soft_keyboard_type(hand: Hand) -> None:
    phone = hand.phone
    hand.focus("name")
    tap_key(phone, "shift")
    capital = ("text", "A") in keys(phone)
    tap_key(phone, "text", "A" if capital else "a")
    tap_key(phone, "text", "b")
    tap_key(phone, "text", "c")
    tap_key(phone, "backspace")
    assert hand.field("name").text == "Ab"
    tap_key(phone, "layout")
    tap_key(phone, "text", "7")
    assert hand.field("name").text == "Ab7"
    tap_key(phone, "enter")
    assert phone.focused_field == "amount"


def test_the_keyboard_is_gone_with_another_input_method(hand: Hand) -> None:
    phone = hand.phone
    hand.focus("name")
    phone.settings.put("secure", "default_input_method", "com.android.adbkeyboard/.AdbIME")
    assert not hand.keyboard()
    assert phone.ime_commit("still typed")
    assert hand.field("name").text == "still typed"


def test_a_field_under_the_keyboard_scrolls_into_view(hand: Hand) -> None:
    phone = hand.phone
    phone.settings.put("system", "font_scale", "1.3")
    phone.settings.put("system", "user_rotation", "1")
    hand.focus("name")
    for _ in range(3):
        phone.key(keycodes.TAB)
    top, bottom = hand.field("query").bounds[1::2]
    assert bottom > top, "the field shows although the keyboard is up"
    assert hand.keyboard()


def test_edited_text_clamps_and_selects() -> None:
    assert EditedText("ab", 9).caret == 2
    assert EditedText("ab", -3).caret == 0
    assert EditedText("", 0).backspace() == EditedText("", 0)
    assert EditedText("ab", 2).delete() == EditedText("ab", 2)
    assert EditedText("abc", 1, 2).insert("X") == EditedText("aXc", 2)
    assert EditedText("abc", 0).select_all().selected == "abc"


@pytest.mark.parametrize(
    ("code", "shift", "char"),
    [(29, False, "a"), (54, True, "Z"), (7, False, "0"), (8, True, "!"), (77, False, "@")],
)
def test_key_codes_type_their_characters(code: int, shift: bool, char: str) -> None:
    assert keycodes.character(code, shift=shift) == char


def test_keys_without_a_character_type_nothing() -> None:
    assert keycodes.character(keycodes.HOME) == ""
