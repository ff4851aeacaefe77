"""`input`, `ime` and the ADB keyboard's broadcasts, against a real phone."""

from base64 import b64encode

import pytest

from tests.virtual_phone.android_shell import AndroidShell

ADB_IME = "com.android.adbkeyboard/.AdbIME"
LATIN_IME = "com.android.inputmethod.latin/.LatinIME"


@pytest.fixture
def sh() -> AndroidShell:
    return AndroidShell()


def test_a_tap_presses_what_is_there(sh: AndroidShell) -> None:
    sh.phone.start("com.example.demo")
    x, y = sh.hand.find("Add one").center
    assert sh.ok(f"input tap {x} {y}") == ""
    assert sh.ok(f"input touchscreen -d 0 tap {x}.5 {y}") == ""
    assert sh.hand.shows("Count 2")


def test_a_swipe_scrolls_and_one_that_stays_is_a_long_press(sh: AndroidShell) -> None:
    sh.phone.start("com.example.demo")
    assert sh.hand.shows("Count 0")
    sh.ok("input swipe 500 1800 500 600 300")
    assert not sh.hand.shows("Count 0")
    sh.ok("input swipe 500 600 500 2000")
    assert sh.hand.shows("Count 0")
    fruit = next(one for one in sh.hand.texts() if one in ("apple", "pear", "plum", "cherry"))
    x, y = sh.hand.find(fruit).center
    sh.ok(f"input swipe {x} {y} {x} {y} 900")
    assert f"Held {fruit}" in sh.toasts()


def test_drag_and_drop_moves_the_clock_by_its_duration(sh: AndroidShell) -> None:
    before = sh.phone.now
    sh.ok("input draganddrop 100 900 100 500 2000")
    assert (sh.phone.now - before).total_seconds() == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("script", "typed"),
    [
        ("input text hello", "hello"),
        ("input text a%sb%s%sc", "a b  c"),
        ("input text 'two words'", "two words"),
        ("input text two words", "two"),
        ("input text 100%", "100%"),
        ("input keyboard text x", "x"),
        ("input text 'a;b&c|$d'", "a;b&c|$d"),
        ("input keyevent 29 KEYCODE_B c", "abc"),
        ("input text abc; input keyevent KEYCODE_DEL", "ab"),
        ("input text abc; input keyevent --longpress DEL", "ab"),
        ("input text abc; input keyevent MOVE_HOME FORWARD_DEL", "bc"),
        ("input text abc; input keycombination CTRL_LEFT A; input keyevent 67", ""),
        ("input keyevent --doubletap 30", "bb"),
        ("cmd input text viacmd", "viacmd"),
    ],
)
def test_text_and_keys_arrive_in_the_focused_field(
    sh: AndroidShell, script: str, typed: str
) -> None:
    hand = sh.form()
    sh.ok(script)
    assert hand.field("name").text == typed


def test_text_without_focus_goes_nowhere_and_says_nothing(sh: AndroidShell) -> None:
    sh.phone.start("com.example.demo")
    before = sh.phone.ui_xml()
    assert sh.ok("input text lost") == ""
    assert sh.phone.ui_xml() == before


@pytest.mark.parametrize("text", ["é", "重庆", "a😀", "tab\u200b"])
def test_text_beyond_ascii_fails_as_on_android_and_types_nothing(
    sh: AndroidShell, text: str
) -> None:
    hand = sh.form()
    result = sh(f"input text 'ok{text}'")
    assert result.rc == 255
    assert result.out == ""
    assert (
        "Exception occurred while executing 'text':\njava.lang.NullPointerException" in result.err
    )
    assert hand.field("name").text == ""


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("input", ""),
        ("input tap", 'Argument expected after "tap"'),
        ("input tap 5", 'Argument expected after "5"'),
        ("input tap a b", "Invalid arguments for command: tap"),
        ("input tap nan 4", "Invalid arguments for command: tap"),
        ("input swipe 1 2 3 four", "Invalid arguments for command: swipe"),
        ("input keyevent", 'Argument expected after "keyevent"'),
        ("input keyevent HOEM", "Unknown keycode: HOEM"),
        ("input keyevent 0", "Unknown keycode: 0"),
        ("input keyevent 100000", "Unknown keycode: 100000"),
        ("input keyevent 3 HOEM", "Unknown keycode: HOEM"),
        ("input keyevent --turbo 3", "not implemented by the virtual phone"),
        ("input keycombination 3", "at least 2 keycodes"),
        ("input press", "not implemented by the virtual phone"),
        ("input roll 1 2", "not implemented by the virtual phone"),
        ("input motionevent DOWN 1 2", "not implemented by the virtual phone"),
        ("input -d 7 tap 1 2", "no display 7"),
        ("input fly", "Unknown command: fly"),
    ],
)
def test_wrong_input_fails_and_changes_nothing(sh: AndroidShell, script: str, message: str) -> None:
    sh.phone.start("com.example.demo")
    before = sh.phone.ui_xml()
    result = sh(script)
    assert result.rc == 255
    assert message in result.err
    assert sh.phone.ui_xml() == before


def test_what_is_not_implemented_is_in_the_log(sh: AndroidShell) -> None:
    sh("input roll 1 2")
    assert ("unimplemented", "input roll 1 2") in [one[1:] for one in sh.phone.events]


@pytest.mark.parametrize(
    "script", ["input keyevent 3", "input keyevent home", "cmd input keyevent HOME"]
)
def test_the_home_key_goes_home(sh: AndroidShell, script: str) -> None:
    sh.phone.start("com.example.demo")
    sh.ok(script)
    assert sh.phone.foreground()[0] == "com.android.launcher3"


# The ADB keyboard.


def b64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("broadcast", "text"),
    [
        (f"-a ADB_INPUT_B64 --es msg {b64('重庆 → é😀')}", "重庆 → é😀"),
        (f"-a ADB_INPUT_B64 --es msg '{b64('a b')}'", "a b"),
        ("-a ADB_INPUT_TEXT --es msg '你好'", "你好"),
        ("-a ADB_INPUT_CHARS --eia chars '65,8364'", "A€"),
        ("-a ADB_INPUT_CODE --ei code 29", "a"),
        ("-a ADB_INPUT_B64 --es msg ", ""),
        ("-a ADB_INPUT_B64 --es msg", ""),
        ("-a ADB_INPUT_B64 --es msg '%%%'", ""),
        ("-a ADB_INPUT_TEXT --es msg x -p com.android.adbkeyboard", "x"),
        ("-a ADB_INPUT_TEXT --es msg x; am broadcast -a ADB_CLEAR_TEXT", ""),
    ],
)
def test_broadcasts_reach_the_adb_keyboard(sh: AndroidShell, broadcast: str, text: str) -> None:
    hand = sh.form()
    sh.ok(f"ime set {ADB_IME}")
    out = sh.ok(f"am broadcast {broadcast}")
    assert out.startswith("Broadcasting: Intent { act=ADB_")
    assert out.endswith("Broadcast completed: result=0\n")
    assert hand.field("name").text == text


def test_without_the_adb_keyboard_broadcasts_do_nothing_and_still_say_completed(
    sh: AndroidShell,
) -> None:
    hand = sh.form()
    out = sh.ok("am broadcast -a ADB_INPUT_TEXT --es msg x")
    assert out.endswith("Broadcast completed: result=0\n")
    assert hand.field("name").text == ""


def test_the_editor_code_is_the_fields_action(sh: AndroidShell) -> None:
    hand = sh.form()
    hand.focus("query")
    sh.ok(f"ime set {ADB_IME}; am broadcast -a ADB_INPUT_TEXT --es msg tea")
    sh.ok("am broadcast -a ADB_EDITOR_CODE --ei code 3")
    assert sh.toasts() == ["Go tea"]


def test_input_text_works_while_the_adb_keyboard_is_set(sh: AndroidShell) -> None:
    hand = sh.form()
    sh.ok(f"ime set {ADB_IME}; input text abc")
    assert hand.field("name").text == "abc"
    assert not hand.keyboard()


def test_keyboards_are_listed_chosen_and_disabled(sh: AndroidShell) -> None:
    assert sh.ok("ime list -s") == f"{LATIN_IME}\n{ADB_IME}\n"
    assert sh.ok("ime list -s -a") == sh.ok("cmd input_method list -a -s") == sh.ok("ime list -s")
    assert f"{ADB_IME}:\n  mId={ADB_IME} " in sh.ok("ime list")
    assert sh.ok(f"ime set {ADB_IME}") == f"Input method {ADB_IME} selected for user #0\n"
    assert sh.ok("settings get secure default_input_method") == f"{ADB_IME}\n"
    assert sh.ok(f"ime disable {ADB_IME}") == f"Input method {ADB_IME}: now disabled for user #0\n"
    assert sh.ok("settings get secure default_input_method") == f"{LATIN_IME}\n"
    assert sh.ok("ime list -s") == f"{LATIN_IME}\n"
    refused = sh(f"ime set {ADB_IME}")
    assert refused.rc == 255
    assert refused.err == f"Unknown input method {ADB_IME} cannot be selected for user #0\n"
    assert sh.ok(f"ime enable {ADB_IME}") == f"Input method {ADB_IME}: now enabled for user #0\n"
    assert "already enabled" in sh.ok(f"ime enable {ADB_IME}")
    sh.ok("ime reset")
    assert sh.ok("ime list -s") == f"{LATIN_IME}\n"


def test_an_uninstalled_keyboard_is_gone_until_it_is_installed_again(sh: AndroidShell) -> None:
    assert sh.ok("pm uninstall com.android.adbkeyboard") == "Success\n"
    assert sh.ok("ime list -s -a") == f"{LATIN_IME}\n"
    assert sh(f"ime enable {ADB_IME}").rc == 255
    assert "com.android.adbkeyboard" not in sh.ok("pm list packages")
    sh.ok("pm install-existing com.android.adbkeyboard")
    assert ADB_IME in sh.ok("ime list -s")
    assert sh("pm uninstall com.example.demo").out == "Failure [DELETE_FAILED_INTERNAL_ERROR]\n"


@pytest.mark.parametrize("script", ["ime", "ime list -x", "ime set", "ime fly", "ime set a/.B"])
def test_wrong_ime_calls_fail(sh: AndroidShell, script: str) -> None:
    assert sh(script).rc == 255
