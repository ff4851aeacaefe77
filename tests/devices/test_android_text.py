"""Any string reaches the field of a phone as it is, and nothing else happens."""

import re
import shlex
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.devices.scripted_server import Ended, Refuse, ScriptedServer, details, properties
from tools.action import OpenApp, PressKey, Tap, TypeText
from tools.clock import FakeClock
from tools.devices.adb_socket import AdbLink, AdbServer, ShellResult
from tools.devices.android import AndroidDevice
from tools.devices.android_connect import connect
from tools.devices.android_text import (
    ADB_KEYBOARD,
    TextEntry,
    TextWays,
    input_text_command,
    is_plain,
)
from tools.devices.android_tree import DetailReader, Details
from tools.errors import ActionFailedError, DeviceGoneError, DeviceTimeoutError
from tools.ui_tree import UiNode
from tools.virtual_phone.server import PhoneServer

LATIN = "com.android.inputmethod.latin/.LatinIME"
MARKER = "/data/local/tmp/tapwright-keyboard"
MATRIX = (
    "hello", "next", "done", "wait", "_", "a_b", "%", "%s", "100%sure", "%%s s%", "50% off",
    "back\\slash", "\\n", "<>", "<b>", "a&b|c;d", "$(touch /sdcard/f)", "`touch /sdcard/f`",
    "; touch /sdcard/f", "$HOME", "'q'", '"q"', "it's", "-n", "--help", "*", "~", "#!", "(x)",
    "  two  spaces ", "北京", "重庆江北 → 北京首都", "café", "😀", "👨‍👩‍👧 e\u0301",
    "a\"b$(x) 'q' 北京 😀", "长" * 800, "x" * 30,
)  # fmt: skip


@pytest.fixture(scope="module")
def connected(running_phone: PhoneServer) -> AndroidDevice:
    assert running_phone.server_port is not None
    return connect(server=AdbServer(port=running_phone.server_port), ui_tree=True)


@pytest.fixture
def form(connected: AndroidDevice, phone: PhoneServer) -> AndroidDevice:
    """A phone whose first name field has the focus."""
    connected.perform(OpenApp(name="Contacts"))
    connected.perform(Tap(at=_node(connected, lambda n: n.text == "Create contact").box.center))
    connected.perform(Tap(at=_node(connected, lambda n: n.hint == "First name").box.center))
    return connected


def _node(device: AndroidDevice, fits: Callable[[UiNode], bool]) -> UiNode:
    tree = device.observe().ui_tree
    assert tree is not None
    return next(node for node in tree.nodes if fits(node))


def _held(device: AndroidDevice) -> str:
    return _node(device, lambda node: node.focused).text


def test_text_matrix(form: AndroidDevice, phone: PhoneServer) -> None:
    for text in MATRIX:
        with phone.phone.lock:
            phone.phone.ime_clear()
        form.perform(TypeText(text=text))
        assert _held(form) == text
    assert form.shell("ls /sdcard").text.find("f\n") < 0
    assert form.shell("settings get secure default_input_method").text == LATIN
    assert form.shell(f"ls {MARKER}").code != 0


def test_lines(form: AndroidDevice) -> None:
    form.perform(TypeText(text="a\"b\n$(x) 'q' 北京 😀"))
    # A field of one line shows a new line as a space, as on Android.
    assert _held(form) == "a\"b $(x) 'q' 北京 😀"


def test_text_goes_where_the_cursor_is(form: AndroidDevice) -> None:
    form.perform(TypeText(text="ac"))
    form.perform(PressKey(key="left"))
    form.perform(TypeText(text="b"))
    assert _held(form) == "abc"
    form.perform(TypeText(text="é", clear=True))
    assert _held(form) == "é"


def test_clearing_alone(form: AndroidDevice) -> None:
    form.perform(TypeText(text="x" * 110))
    form.perform(TypeText(text="", clear=True))
    assert _held(form) == ""


def test_submit_presses_enter(form: AndroidDevice) -> None:
    form.perform(TypeText(text="Ann", submit=True))
    assert _node(form, lambda node: node.hint == "Last name").focused


def test_a_field_that_takes_something_else_is_told(form: AndroidDevice) -> None:
    form.perform(Tap(at=_node(form, lambda n: n.hint == "Phone").box.center))
    form.perform(TypeText(text="+49 170 123"))
    before = _held(form)
    assert re.sub(r"\W", "", before) == "49170123"


def test_without_a_field(form: AndroidDevice) -> None:
    form.perform(OpenApp(name="Settings"))
    with pytest.raises(ActionFailedError, match="No text field has the focus"):
        form.perform(TypeText(text="北京"))
    assert form.shell("settings get secure default_input_method").text == LATIN


def test_a_keyboard_left_by_a_crash_is_put_back(phone: PhoneServer, phone_adb: AdbServer) -> None:
    first = connect(server=phone_adb)
    first.shell(
        f"echo '{LATIN} disable' > {MARKER} && ime enable {ADB_KEYBOARD} && ime set {ADB_KEYBOARD}"
    )
    again = connect(server=phone_adb)
    assert again.shell("settings get secure default_input_method").text == LATIN
    assert ADB_KEYBOARD not in again.shell("ime list -s").text
    assert again.shell(f"ls {MARKER}").code != 0


FIELD = (
    b'<hierarchy rotation="0"><node class="android.widget.EditText" package="com.x" '
    b'resource-id="f" focused="true" hint="Name" text="%s" bounds="[0,0][50,50]" /></hierarchy>'
)


def _scripted(server: ScriptedServer, field: bytes = b"", **changes: str) -> AndroidDevice:
    server.script["echo @tapwright"] = properties(**changes)
    server.script["date"] = details(tree=FIELD % field)
    return connect(server=AdbServer(port=server.port), clock=FakeClock())


def test_the_field_is_read_back(scripted: ScriptedServer) -> None:
    device = _scripted(scripted, b"something else")
    with pytest.raises(ActionFailedError, match="'Name' now holds 'something else' instead of"):
        device.perform(TypeText(text="hello"))


@pytest.mark.parametrize(
    ("typed", "shown"), [("13800138000", b"138-0013-8000"), ("ann", b"ANN"), ("a b", b"a  b")]
)
def test_a_field_may_change_spelling(typed: str, shown: bytes, scripted: ScriptedServer) -> None:
    _scripted(scripted, shown).perform(TypeText(text=typed))


def test_what_was_there_before_is_noticed_after_clearing(scripted: ScriptedServer) -> None:
    device = _scripted(scripted, b"old new")
    device.perform(TypeText(text="new"))
    with pytest.raises(ActionFailedError, match="now holds 'old new' instead of 'new'"):
        device.perform(TypeText(text="new", clear=True))
    keys = next(command for command in scripted.asked if command.startswith("input keyevent"))
    assert keys.split()[2:] == ["67"] * 7 + ["112"] * 7


def test_long_text_goes_in_parts(scripted: ScriptedServer) -> None:
    text = "a%s" * 500
    _scripted(scripted, text.encode()).perform(TypeText(text=text))
    typed = [command for command in scripted.asked if command.startswith("input text")]
    assert len(typed) == 8
    assert max(map(len, typed)) < 4096
    assert "".join(_as_android_types(command) for command in typed) == text


class SlowPhone(AdbLink):
    """A phone that takes a quarter of a second for each key, or hangs."""

    hangs = False

    def shell(self, command: str, *, timeout_s: float | None = None) -> ShellResult:
        pieces = shlex.split(command)
        keys = len(pieces) - 2 if pieces[1] == "keyevent" else len(pieces[2].replace("%s", " "))
        if self.hangs or timeout_s is None or 0.25 * keys > timeout_s:
            raise DeviceTimeoutError(f"{timeout_s} s for {keys} keys")
        return ShellResult(b"", b"", 0)


class Unseen(DetailReader):
    """A screen that shows a keyboard, and no field."""

    def read(self, *, tree: bool, keyboard: bool = False) -> Details:
        del tree, keyboard
        return Details("", "", None, keyboard_shown=True, ui_tree=None)


def test_a_slow_phone_gets_time_for_each_key_and_one_that_hangs_no_more_than_for_a_part() -> None:
    clock = FakeClock()
    phone = SlowPhone(AdbServer(), "slow", clock)
    entry = TextEntry(
        phone,
        clock,
        Unseen(phone, clock),
        TextWays(adb_keyboard=False, adb_keyboard_enabled=False, clipboard=False),
    )
    entry.enter(TypeText(text="a" * 1500, clear=True))
    phone.hangs = True
    with pytest.raises(DeviceTimeoutError) as caught:
        entry.enter(TypeText(text="a" * 1500))
    assert float(str(caught.value).split()[0]) <= 90


def test_a_lost_quote_is_noticed(scripted: ScriptedServer) -> None:
    with pytest.raises(ActionFailedError):
        _scripted(scripted, b"its").perform(TypeText(text="it's"))


def test_without_any_way_it_is_said(scripted: ScriptedServer) -> None:
    device = _scripted(scripted)
    with pytest.raises(ActionFailedError, match=r"com\.android\.adbkeyboard\) is not installed"):
        device.perform(TypeText(text="北京"))
    assert not any(command.startswith("input text") for command in scripted.asked)


def test_lines_without_a_keyboard_of_ours(scripted: ScriptedServer) -> None:
    _scripted(scripted, b"a b").perform(TypeText(text="a\nb"))
    typed = [command for command in scripted.asked if command.startswith("input")]
    assert typed == ["input text a", "input keyevent 66", "input text b"]


def test_the_clipboard_is_the_last_way(scripted: ScriptedServer) -> None:
    scripted.script["am broadcast -a clipper"] = b"Broadcast completed: result=-1"
    device = _scripted(scripted, "北'京".encode(), clipboard="package:/data/app/clipper.apk")
    device.perform(TypeText(text="北'京"))
    (told,) = [command for command in scripted.asked if command.startswith("am broadcast")]
    assert shlex.split(told)[-1] == "北'京"
    assert scripted.asked[-2] == "input keyevent 279"
    scripted.script["am broadcast -a clipper"] = b"Broadcast completed: result=0"
    with pytest.raises(ActionFailedError, match="clipboard app"):
        device.perform(TypeText(text="北"))


def _with_keyboard(server: ScriptedServer) -> AndroidDevice:
    server.script |= {
        "settings get secure": b"com.their/.Keyboard\n",
        "echo com.their": b"",
        "echo 'com.their": b"",
        "dumpsys input_method": f"mCurId={ADB_KEYBOARD} mBoundToMethod=true".encode(),
        "am broadcast": b"Broadcast completed: result=0",
        "ime set com.their": b"",
    }
    return _scripted(server, "é".encode(), keyboards=ADB_KEYBOARD)


def test_their_keyboard_comes_back(scripted: ScriptedServer) -> None:
    _with_keyboard(scripted).perform(TypeText(text="é"))
    noted, taken = [command for command in scripted.asked if ADB_KEYBOARD in command][:2]
    assert noted.startswith(f"echo 'com.their/.Keyboard disable' > {MARKER} && ")
    assert taken.startswith("ime set com.their/.Keyboard && ime disable")


def test_their_keyboard_comes_back_after_a_failure(scripted: ScriptedServer) -> None:
    device = _with_keyboard(scripted)
    scripted.script["am broadcast"] = Ended(1, b"no")
    with pytest.raises(ActionFailedError, match="could not type: no"):
        device.perform(TypeText(text="é"))
    assert scripted.asked[-1].startswith("ime set com.their/.Keyboard")


def test_a_keyboard_that_does_not_come_up(scripted: ScriptedServer) -> None:
    device = _with_keyboard(scripted)
    scripted.script["dumpsys input_method"] = b"mCurId=com.their/.Keyboard mBoundToMethod=true"
    with pytest.raises(ActionFailedError, match="did not come up"):
        device.perform(TypeText(text="é"))
    assert scripted.asked[-1].startswith("ime set com.their/.Keyboard")


def test_the_phone_goes_away_while_typing(scripted: ScriptedServer) -> None:
    device = _with_keyboard(scripted)
    scripted.script["am broadcast"] = Refuse("device offline")
    scripted.script["ime set com.their"] = Refuse("device offline")
    with pytest.raises(DeviceGoneError, match="device offline"):
        device.perform(TypeText(text="é"))


def _as_android_types(command: str) -> str:
    """What ``input`` makes of the arguments that the shell hands it."""
    typed = ""
    for part in command.split(" && "):
        program, verb, *arguments = shlex.split(part)
        assert (program, verb, len(arguments)) == ("input", "text", 1)
        typed += arguments[0].replace("%s", " ")
    return typed


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1))
def test_plain_text_survives_shell_and_input(text: str) -> None:
    assert is_plain(text)
    # `&&` inside a quoted part would fool the test's own splitting only.
    if "&&" not in text:
        assert _as_android_types(input_text_command(text)) == text


@given(st.text(min_size=1))
def test_plain_is_printable_ascii_on_one_line(text: str) -> None:
    assert is_plain(text) == (text.isascii() and text.isprintable())
