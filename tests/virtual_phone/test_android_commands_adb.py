"""The phone's commands through the real adb program and its own server."""

import re
import socket
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.virtual_phone.system.demo import DEMO, LAUNCHER, Hand, make_phone
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone

pytestmark = pytest.mark.adb

Adb = Callable[..., "subprocess.CompletedProcess[bytes]"]
SETTINGS_OF_KEYBOARD = "settings get secure default_input_method"


@pytest.fixture(scope="module")
def adb_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real adb server of our own, so that nobody's phones are touched."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    home = str(tmp_path_factory.mktemp("adb"))
    environment = {"HOME": home, "PATH": "/usr/bin:/bin", "ADB_MDNS": "0"}

    def serve(verb: str) -> None:
        command = ["adb", "-P", str(port), verb]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)

    serve("start-server")
    yield port
    serve("kill-server")


@pytest.fixture
def phone() -> Phone:
    return make_phone()


@pytest.fixture
def adb(adb_port: int, phone: Phone) -> Iterator[Adb]:
    """Runs adb on the phone; connected."""
    server = PhoneServer(phone, server_port=None)
    server.start()

    def run(*words: str, serial: str = server.serial) -> "subprocess.CompletedProcess[bytes]":
        command = ["adb", "-P", str(adb_port), *(("-s", serial) if serial else ()), *words]
        return subprocess.run(command, capture_output=True, timeout=60, check=False)

    try:
        assert b"connected to" in run("connect", server.serial, serial="").stdout
        yield run
        run("disconnect", server.serial, serial="")
    finally:
        server.close()


def pixels(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as image:
        return image.convert("RGB").tobytes()


def test_a_tap_changes_the_screenshot(adb: Adb, phone: Phone) -> None:
    before = adb("exec-out", "screencap", "-p").stdout
    assert pixels(before) == phone.frame().tobytes()
    x, y = Hand(phone).find("Demo").center
    assert adb("shell", "input", "tap", str(x), str(y)).returncode == 0
    after = adb("exec-out", "screencap", "-p").stdout
    assert pixels(after) == phone.frame().tobytes() != pixels(before)
    raw = adb("exec-out", "screencap").stdout
    assert len(raw) == 16 + 1080 * 2400 * 4


def test_the_tree_comes_straight_out(adb: Adb, phone: Phone) -> None:
    out = adb("exec-out", "uiautomator", "dump", "/dev/tty").stdout.decode()
    assert out == f"{phone.ui_xml()}UI hierchary dumped to: /dev/tty\n"


def test_exit_codes_and_errors_come_apart(adb: Adb) -> None:
    failed = adb("shell", "input", "text", "重庆")
    assert failed.returncode == 255
    assert failed.stdout == b""
    assert b"NullPointerException" in failed.stderr
    assert adb("shell", "monkey", "-p", "com.none", "1").returncode == 252
    assert adb("logcat", "-d").stdout.startswith(b"--------- beginning of main\n")


def test_an_apk_is_refused_aloud(adb: Adb, tmp_path: Path) -> None:
    package = tmp_path / "app.apk"
    package.write_bytes(b"PK" * 1000)
    for options in ((), ("--no-streaming",)):
        refused = adb("install", *options, str(package))
        assert refused.returncode != 0
        assert b"the phone runs its own apps only" in refused.stdout + refused.stderr


def test_words_with_spaces_reach_the_field(adb: Adb, phone: Phone) -> None:
    phone.start(DEMO, "Form", given="a test")
    hand = Hand(phone)
    hand.focus("name")
    adb("shell", "input text 'two words'")
    adb("shell", "input", "text", "and%smore")
    assert hand.field("name").text == "two wordsand more"


def test_what_open_autoglm_sends(adb: Adb, phone: Phone, tmp_path: Path) -> None:
    """Its calls in the order of one step, as subprocesses, read the way it reads them."""
    assert b"Status: -1" not in adb("shell", "screencap", "-p", "/sdcard/tmp.png").stdout
    target = tmp_path / "shot.png"
    adb("pull", "/sdcard/tmp.png", str(target))
    assert pixels(target.read_bytes()) == phone.frame().tobytes()

    launched = adb("shell", "monkey", "-p", DEMO, "-c", "android.intent.category.LAUNCHER", "1")
    assert launched.returncode == 0
    focus = [
        line
        for line in adb("shell", "dumpsys", "window").stdout.decode().splitlines()
        if "mCurrentFocus" in line or "mFocusedApp" in line
    ]
    assert focus
    assert all(DEMO in line for line in focus)

    phone.start(DEMO, "Form", given="a test")
    hand = Hand(phone)
    x, y = hand.field("name").center
    adb("shell", "input", "tap", str(x), str(y))
    assert "com.android.adbkeyboard/.AdbIME" in adb("shell", "ime", "list", "-s").stdout.decode()
    original = adb("shell", *SETTINGS_OF_KEYBOARD.split()).stdout.decode().strip()
    adb("shell", "ime", "set", "com.android.adbkeyboard/.AdbIME")
    adb("shell", "am", "broadcast", "-a", "ADB_INPUT_B64", "--es", "msg", "")
    adb("shell", "am", "broadcast", "-a", "ADB_CLEAR_TEXT")
    message = b64encode("重庆 to 北京".encode()).decode()
    done = adb("shell", "am", "broadcast", "-a", "ADB_INPUT_B64", "--es", "msg", message)
    assert b"Broadcast completed: result=0" in done.stdout
    assert hand.field("name").text == "重庆 to 北京"
    adb("shell", "ime", "set", original)
    assert phone.settings.get("secure", "default_input_method") == original

    adb("shell", "input", "swipe", "500", "1500", "500", "500", "300")
    adb("shell", "input", "keyevent", "4")
    adb("shell", "input", "keyevent", "KEYCODE_HOME")
    assert phone.foreground()[0] == LAUNCHER
    assert re.search(rb" src \S+", adb("shell", "ip", "route").stdout)
    assert adb("shell", "ip", "shell", "ip", "addr", "show", "wlan0").returncode != 0
