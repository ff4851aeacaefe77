"""`screencap`, `uiautomator`, `wm` and the dumps about the screen, against a real phone."""

import re
import struct
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from tests.virtual_phone.android_shell import AndroidShell
from tools.virtual_phone.shell.commands.android_screen import important
from tools.virtual_phone.ui.nodes import Node

DEMO, HOME = "com.example.demo", "com.android.launcher3"


@pytest.fixture
def sh() -> AndroidShell:
    return AndroidShell()


def pixels(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as image:
        assert image.format == "PNG"
        return image.convert("RGB").tobytes()


@pytest.mark.parametrize(
    "script",
    [
        "screencap -p",
        "screencap -p /dev/stdout",
        "screencap -d 0 -p",
        "screencap -p -d 4619827259835644672",
        "screencap -p /sdcard/a.bin; cat /sdcard/a.bin",
        "cd /sdcard; screencap a.png; cat /storage/emulated/0/a.png",
    ],
)
def test_screencap_gives_the_frame_as_png(sh: AndroidShell, script: str) -> None:
    result = sh(script)
    assert (result.rc, result.err) == (0, "")
    assert pixels(result.raw) == sh.phone.frame().tobytes()


def test_screencap_gives_raw_pixels_behind_a_header(sh: AndroidShell) -> None:
    raw = sh("screencap").raw
    assert struct.unpack("<4I", raw[:16]) == (1080, 2400, 1, 1)
    image = Image.frombytes("RGBA", (1080, 2400), raw[16:])
    assert image.convert("RGB").tobytes() == sh.phone.frame().tobytes()


@pytest.mark.parametrize(
    ("script", "rc", "said"),
    [
        ("screencap -d 9", 1, "Display Id '9' is not valid."),
        ("screencap -x", 1, "unknown option -x"),
        ("screencap -p a b", 1, "usage: screencap"),
        ("screencap -p /nowhere/a.png", 1, "Error opening file: /nowhere/a.png"),
        ("settings put global virtual_phone_secure_screen 1; screencap -p", 1,
         "Failed to take screenshot. Status: -1"),
        ("screenrecord /sdcard/a.mp4", 255, "not implemented by the virtual phone: screenrecord"),
    ],
)  # fmt: skip
def test_screencap_fails_without_inventing_a_picture(
    sh: AndroidShell, script: str, rc: int, said: str
) -> None:
    result = sh(script)
    assert (result.rc, result.raw) == (rc, b"")
    assert said in result.err


@pytest.mark.parametrize(
    ("script", "path"),
    [
        ("uiautomator dump", "/sdcard/window_dump.xml"),
        ("uiautomator dump /data/local/tmp/ui.xml", "/data/local/tmp/ui.xml"),
    ],
)
def test_the_ui_tree_is_dumped_to_a_file(sh: AndroidShell, script: str, path: str) -> None:
    assert sh.ok(script) == f"UI hierchary dumped to: {path}\n"
    assert sh.phone.files.read(path).decode() == sh.phone.ui_xml()


@pytest.mark.parametrize("path", ["/dev/tty", "/dev/stdout"])
def test_the_ui_tree_is_dumped_to_the_terminal(sh: AndroidShell, path: str) -> None:
    out = sh.ok(f"uiautomator dump {path}")
    assert out == f"{sh.phone.ui_xml()}UI hierchary dumped to: {path}\n"


def test_a_compressed_dump_leaves_out_containers_that_say_and_do_nothing(
    sh: AndroidShell,
) -> None:
    box = (0, 0, 9, 9)
    said, button = Node("TextView", box, DEMO, text="a"), Node("Button", box, DEMO, clickable=True)
    plain = Node("ViewGroup", box, DEMO, resource_id="id/x", children=(said, button))
    held = Node("ViewGroup", box, DEMO, long_clickable=True, children=(plain,))
    root = Node("FrameLayout", box, DEMO, children=(held, plain))
    left = important(root)
    assert left.children == (replace(held, children=(said, button)), said, button)
    sh.phone.start(DEMO)
    xml = sh.ok("uiautomator dump --compressed /dev/tty")
    assert xml.startswith("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy ")
    assert 'text="Add one"' in xml


@pytest.mark.parametrize(
    ("script", "rc"),
    [
        ("uiautomator", 1),
        ("uiautomator runtest x", 255),
        ("uiautomator dump --fast", 255),
        ("uiautomator dump /nowhere/a.xml", 1),
    ],
)
def test_wrong_uiautomator_calls_fail(sh: AndroidShell, script: str, rc: int) -> None:
    result = sh(script)
    assert result.rc == rc
    assert "dumped" not in result.out


def test_size_and_density_are_told_overridden_and_reset(sh: AndroidShell) -> None:
    assert sh.ok("wm size") == "Physical size: 1080x2400\n"
    assert sh.ok("wm density") == "Physical density: 420\n"
    sh.ok("wm size 720x1600; wm density 280")
    assert sh.ok("cmd window size") == "Physical size: 1080x2400\nOverride size: 720x1600\n"
    assert sh.ok("wm density -d 0") == "Physical density: 420\nOverride density: 280\n"
    assert sh.phone.frame().size == (720, 1600)
    assert struct.unpack("<2I", sh("screencap").raw[:8]) == (720, 1600)
    icon = sh.hand.find("Demo").bounds
    assert icon[2] <= 720
    sh.ok("wm size reset; wm density reset")
    assert sh.ok("wm size; wm density") == "Physical size: 1080x2400\nPhysical density: 420\n"
    assert sh.phone.frame().size == (1080, 2400)


def test_a_tap_lands_on_the_overridden_screen(sh: AndroidShell) -> None:
    sh.ok("wm size 720x1280; wm density 280")
    x, y = sh.hand.find("Demo").center
    sh.ok(f"input tap {x} {y}")
    assert sh.phone.foreground() == (DEMO, ".Main")


@pytest.mark.parametrize(
    "script",
    [
        "wm",
        "wm size big",
        "wm size 10x10",
        "wm size 99999x99999",
        "wm size -d 3",
        "wm density 10",
        "wm density thick",
        "wm density 5000",
        "wm user-rotation spin",
        "wm user-rotation lock 9",
        "wm overscan 0,0,0,0",
    ],
)
def test_wrong_wm_calls_fail_and_change_nothing(sh: AndroidShell, script: str) -> None:
    before = sh.phone.frame().tobytes()
    assert sh(script).rc == 255
    assert sh.phone.frame().tobytes() == before


@pytest.mark.parametrize(
    "script", ["wm user-rotation lock 1", "settings put system user_rotation 1"]
)
def test_the_phone_can_be_turned(sh: AndroidShell, script: str) -> None:
    sh.ok(script)
    assert sh.phone.frame().size == (2400, 1080)
    assert sh.ok("wm size") == "Physical size: 1080x2400\n"
    assert "orientation=1" in sh.ok("dumpsys display")
    assert "rotation 1, state ON" in sh.ok("dumpsys display")
    assert 'rotation="1"' in sh.ok("uiautomator dump /dev/tty")
    assert sh.ok("wm user-rotation") == "lock 1\n"


@pytest.mark.parametrize(
    "script", ["dumpsys window", "dumpsys window windows", "dumpsys window displays"]
)
def test_the_window_dump_names_the_focused_window(sh: AndroidShell, script: str) -> None:
    sh.phone.start(DEMO)
    dump = sh.ok(script)
    focus = re.search(r"mCurrentFocus=Window\{[0-9a-f]{7} u0 (\S+)/(\S+)\}", dump)
    assert focus is not None
    assert focus.groups() == (DEMO, f"{DEMO}.Main")
    app = re.search(r"mFocusedApp=ActivityRecord\{[0-9a-f]{7} u0 (\S+)/(\S+) t\d+\}", dump)
    assert app is not None
    assert app.groups() == (DEMO, ".Main")


def test_activity_dumps_name_what_is_resumed(sh: AndroidShell) -> None:
    sh.phone.start(DEMO)
    record = r"ActivityRecord\{\w+ u0 com\.example\.demo/\.Main t2\}"
    dump = sh.ok("dumpsys activity activities")
    for start in ("mResumedActivity: ", "topResumedActivity=", "  ResumedActivity: "):
        assert re.search(start + record, dump)
    assert re.search(rf"Hist  #0: ActivityRecord\{{\w+ u0 {HOME}/\.Launcher t1\}}", dump)
    assert re.search(
        r"ACTIVITY com\.example\.demo/\.Main \w+ pid=\d+", sh.ok("dumpsys activity top")
    )


def test_the_keyboards_dump_says_whether_it_shows(sh: AndroidShell) -> None:
    assert "mInputShown=false" in sh.ok("dumpsys input_method")
    sh.form()
    dump = sh.ok("dumpsys input_method")
    assert "mInputShown=true" in dump
    assert "mCurMethodId=com.android.inputmethod.latin/.LatinIME" in dump
    assert "InputMethod}" in sh.ok("dumpsys window windows")


def test_power_and_display_say_whether_the_screen_is_on(sh: AndroidShell) -> None:
    assert "mHoldingDisplaySuspendBlocker=true" in sh.ok("dumpsys power")
    sh.ok("input keyevent SLEEP")
    power = sh.ok("dumpsys power")
    assert "mWakefulness=Asleep" in power
    assert "mHoldingDisplaySuspendBlocker=false" in power
    assert "mCurrentFocus=null" in sh.ok("dumpsys window")
    sh.ok("input keyevent WAKEUP")
    assert "mWakefulness=Awake" in sh.ok("dumpsys power")


def test_the_battery_dump_gives_the_level_that_is_drawn(sh: AndroidShell) -> None:
    assert "  level: 85\n" in sh.ok("dumpsys battery")
    assert sh.ok("dumpsys battery").startswith("Current Battery Service state:\n")


@pytest.mark.parametrize(
    ("script", "rc", "said"),
    [
        ("dumpsys", 255, "not implemented"),
        ("dumpsys nothing", 1, "Can't find service: nothing"),
        ("dumpsys wifi", 255, "not implemented by the virtual phone: dumpsys wifi"),
        ("dumpsys window sessions", 255, "not implemented"),
        ("dumpsys activity providers", 255, "not implemented"),
        ("dumpsys battery unplug", 255, "not implemented"),
        ("dumpsys package", 255, "not implemented"),
        ("dumpsys display --x", 255, "not implemented"),
        ("dumpsys input_method x", 255, "not implemented"),
    ],
)
def test_dumps_that_are_not_there_fail(sh: AndroidShell, script: str, rc: int, said: str) -> None:
    result = sh(script)
    assert (result.rc, result.out) == (rc, "")
    assert said in result.err
