"""The parts of a desktop that need no screen: names, keys, apps, refusals and the brake."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.devices.desktop_capture import Grabber
from tools.devices.desktop_corner import CornerWatch, HandsOff
from tools.devices.desktop_keys import key_name, pressed_for
from tools.devices.desktop_session import DesktopSession, load_hands, why_no_hands
from tools.devices.desktop_target import Target, is_desktop, read_target
from tools.devices.desktop_windows import find_window, with_dialogs
from tools.devices.x11_windows import XWindow
from tools.errors import ActionFailedError, DeviceGoneError, UnknownDeviceError
from tools.geometry import Box, DesktopPoint

NOBOX = Box(left=0, top=0, right=1, bottom=1)
KNOWN = frozenset("abc+,v") | {"ctrl", "enter", "esc", "apps", "winleft", "command", "option", "f5"}


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("desktop", Target("desktop")),
        ("desktop:2", Target("desktop:2", monitor=2)),
        ("desktop:window=*Notes: 1", Target("desktop:window=*Notes: 1", window="*Notes: 1")),
        (
            "desktop:region=-100,20,300,200",
            Target(
                "desktop:region=-100,20,300,200",
                region=Box(left=-100, top=20, right=200, bottom=220),
            ),
        ),
    ],
)
def test_what_of_a_desktop_is_meant(name: str, target: Target) -> None:
    assert is_desktop(name)
    assert read_target(name) == target


@pytest.mark.parametrize(
    "name",
    [
        "desktop:", "desktop:0", "desktop:-1", "desktop:two", "desktop:1.5", "desktop:window=",
        "desktop:window= ", "desktop:region=1,2,3", "desktop:region=0,0,0,5",
        "desktop:region=a,b,c,d", "desktop:٣", "desktop:screen=1",
    ],
)  # fmt: skip
def test_what_names_no_part_of_a_desktop(name: str) -> None:
    with pytest.raises(UnknownDeviceError, match="names no part of a desktop") as caught:
        read_target(name)
    assert "desktop:window=TITLE" in caught.value.hint


@given(st.text())
def test_any_name_is_read_or_refused(text: str) -> None:
    try:
        target = read_target(f"desktop:{text}")
    except UnknownDeviceError:
        return
    assert (target.monitor > 0) + bool(target.window) + (target.region is not None) == 1


def test_other_devices_are_no_desktops() -> None:
    assert not is_desktop("desktop-pixel:5555")
    assert not is_desktop("virtual")


@pytest.mark.parametrize(
    ("variables", "said", "mend"),
    [
        ({}, "DISPLAY is not set", "Xvfb"),
        ({"DISPLAY": ":987"}, "display :987 cannot be used", "xhost"),
        ({"DISPLAY": "nonsense"}, "display nonsense cannot be used", "xhost"),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "Wayland session", "Xorg"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "Wayland session", "Xorg"),
    ],
)
def test_no_desktop_is_told_in_one_line_with_its_mend(
    variables: dict[str, str], said: str, mend: str
) -> None:
    session = DesktopSession("linux", variables)
    with pytest.raises(UnknownDeviceError, match=said) as caught:
        load_hands(session)
    assert mend in caught.value.hint
    assert "\n" not in str(caught.value)


def test_an_x11_session_beside_a_wayland_one_is_used() -> None:
    variables = {"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11", "WAYLAND_DISPLAY": "wayland-0"}
    DesktopSession("linux", variables).require_screen()


def test_a_file_of_keys_that_is_no_such_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XAUTHORITY", str(tmp_path / "none"))
    variables = {"DISPLAY": ":987", "XAUTHORITY": str(tmp_path / "none")}
    with pytest.raises(UnknownDeviceError) as caught:
        load_hands(DesktopSession("linux", variables))
    assert "\n" not in str(caught.value)


def test_no_screen_for_frames() -> None:
    with pytest.raises(UnknownDeviceError, match="DISPLAY is not set"):
        Grabber(DesktopSession("linux", {}))


@pytest.mark.parametrize(
    ("error", "said", "mend"),
    [
        (SystemExit("NOTE: You must install tkinter"), "install tkinter", "python3-tk"),
        (KeyError("DISPLAY"), "DISPLAY is not set", "Xvfb"),
        (OSError("connection refused"), "connection refused", "desktop session"),
    ],
)
def test_what_the_import_of_pyautogui_means(error: BaseException, said: str, mend: str) -> None:
    told = why_no_hands(error)
    assert said in told.message
    assert mend in told.hint


def test_importing_the_desktop_loads_nothing_heavy() -> None:
    code = (
        "import sys, tools.devices.desktop_connect; heavy = {'mss', 'pyautogui', 'Xlib', "
        "'jeepney', 'pyperclip', 'tkinter'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "platform", "key"),
    [
        ("ctrl", "linux", "ctrl"), ("Control", "linux", "ctrl"), ("Return", "linux", "enter"),
        ("a", "linux", "a"), ("+", "linux", "+"), ("plus", "linux", "+"), ("F5", "linux", "f5"),
        ("cmd", "linux", "winleft"), ("super", "win32", "winleft"), ("meta", "darwin", "command"),
        ("alt", "darwin", "option"), ("A", "linux", "a"), ("Esc", "linux", "esc"),
    ],
)  # fmt: skip
def test_names_of_keys(name: str, platform: str, key: str) -> None:
    assert key_name(name, platform, KNOWN) == key


@pytest.mark.parametrize("name", ["hyperspace", "", "é", "ctrl+a", "f99", "volume_up"])
def test_keys_that_are_not_there(name: str) -> None:
    with pytest.raises(ActionFailedError, match="This keyboard has no key"):
        key_name(name, "linux", KNOWN)


def test_editing_keys_are_those_of_the_platform() -> None:
    assert pressed_for("paste", "linux", KNOWN) == ("ctrl", "v")
    assert pressed_for("copy", "darwin", KNOWN) == ("command", "c")
    assert pressed_for("menu", "linux", KNOWN) == ("apps",)
    with pytest.raises(ActionFailedError, match="no key 'camera'"):
        pressed_for("camera", "linux", KNOWN)


WINDOWS = (
    XWindow(1, "Draft - Mousepad", "mousepad", 0, 0, NOBOX),
    XWindow(2, "Draft 2 - Mousepad", "mousepad", 0, 0, NOBOX),
    XWindow(3, "Inbox", "mail", 0, 0, NOBOX),
    XWindow(4, "Inbox", "mail", 0, 0, NOBOX),
)


def test_windows_by_title() -> None:
    assert find_window("draft - mousepad", WINDOWS).handle == 1
    assert find_window("Draft 2", WINDOWS).handle == 2
    assert find_window("inbox", WINDOWS).handle == 4  # of two the same the upper one
    assert find_window("mail", WINDOWS).handle == 4
    with pytest.raises(ActionFailedError, match="Several windows could be 'draft'"):
        find_window("draft", WINDOWS)
    with pytest.raises(ActionFailedError, match=r"There is no window 'Maps'\. Open are: 'Draft"):
        find_window("Maps", WINDOWS)


def test_dialogs_of_a_window_and_theirs() -> None:
    window, other = (
        XWindow(1, "Text", "editor", 7, 0, NOBOX),
        XWindow(2, "Mail", "mail", 8, 0, NOBOX),
    )
    asking = XWindow(3, "Save?", "editor", 0, 1, NOBOX)
    over_it = XWindow(4, "Replace?", "editor", 0, 3, NOBOX)
    of_the_process = XWindow(5, "Print", "editor", 7, 99, NOBOX)
    second = XWindow(6, "Text 2", "editor", 7, 0, NOBOX)
    all_of_them = (other, window, second, asking, over_it, of_the_process)
    assert with_dialogs(window, all_of_them) == {1, 3, 4, 5}
    assert with_dialogs(other, all_of_them) == {2}


class HandMoved:
    """A pointer that is where the test says; no display is there after ``gone``."""

    def __init__(self) -> None:
        self.at = DesktopPoint(x=50, y=50)
        self.gone = False
        self.closed = False
        self.meanwhile: Callable[[], None] = lambda: None

    def position(self) -> DesktopPoint:
        if self.gone:
            raise DeviceGoneError("gone")
        at = self.at
        self.meanwhile()
        return at

    def close(self) -> None:
        self.closed = True

    def goes(self, x: int, y: int) -> None:
        self.at = DesktopPoint(x=x, y=y)


CORNERS = (DesktopPoint(x=0, y=0), DesktopPoint(x=99, y=99))


@pytest.fixture
def brake() -> tuple[CornerWatch, HandMoved, list[str]]:
    """A watch that looks when the test says only."""
    pointer, told = HandMoved(), list[str]()
    watch = CornerWatch(pointer, CORNERS, lambda: told.append("stop"))
    watch.close()
    return watch, pointer, told


def test_a_hand_in_the_corner_stops(brake: tuple[CornerWatch, HandMoved, list[str]]) -> None:
    watch, pointer, told = brake
    watch.look()
    watch.check()
    pointer.goes(1, 0)
    watch.look()
    assert told == ["stop"]
    with pytest.raises(HandsOff, match="pushed into a corner"):
        watch.check()
    assert pointer.closed


def test_the_agent_s_own_click_in_a_corner_does_not(
    brake: tuple[CornerWatch, HandMoved, list[str]],
) -> None:
    watch, pointer, told = brake
    with watch.own_move((CORNERS[0],)):
        watch.look()
        pointer.goes(0, 0)
        watch.look()
    watch.look()
    assert told == []
    pointer.goes(40, 40)  # a hand takes it away and pushes it back
    watch.look()
    pointer.goes(0, 0)
    watch.look()
    assert told == ["stop"]


@pytest.mark.parametrize(("from_", "to"), [((50, 50), (0, 0)), ((0, 0), (50, 50))])
def test_a_look_that_the_agent_s_own_move_overtakes_says_nothing(
    from_: tuple[int, int], to: tuple[int, int]
) -> None:
    """The thread of the watch asks where the pointer is, and has the answer after the move."""
    pointer, told = HandMoved(), list[str]()
    pointer.goes(*from_)
    watch = CornerWatch(pointer, CORNERS, lambda: told.append("stop"))
    watch.close()

    def move() -> None:
        with watch.own_move((DesktopPoint(x=to[0], y=to[1]),)):
            pointer.goes(*to)

    pointer.meanwhile = move
    watch.look()
    pointer.meanwhile = lambda: None
    watch.look()
    assert told == []


def test_a_pointer_that_rests_in_a_corner_until_the_agent_moves_it_is_no_sign() -> None:
    pointer, told = HandMoved(), list[str]()
    pointer.goes(0, 0)
    watch = CornerWatch(pointer, CORNERS, lambda: told.append("stop"))
    watch.close()
    with watch.own_move((DesktopPoint(x=50, y=50),)):
        watch.look()
        pointer.goes(50, 50)
    watch.look()
    assert told == []
    pointer.goes(0, 0)
    watch.look()
    assert told == ["stop"]


def test_a_pointer_that_rests_in_a_corner_from_the_start_may_stay() -> None:
    pointer, told = HandMoved(), list[str]()
    pointer.goes(0, 0)
    watch = CornerWatch(pointer, CORNERS, lambda: told.append("stop"))
    watch.close()
    watch.look()
    with watch.own_move(()):  # it types
        watch.look()
    watch.look()
    assert told == []
    with watch.own_move((DesktopPoint(x=50, y=50),)):
        pointer.goes(50, 50)
    pointer.goes(0, 0)
    watch.look()
    assert told == ["stop"]


def test_another_corner_than_the_agent_s_stops(
    brake: tuple[CornerWatch, HandMoved, list[str]],
) -> None:
    watch, pointer, told = brake
    with watch.own_move((CORNERS[0],)):
        pointer.goes(99, 99)
        watch.look()
    assert told == ["stop"]


def test_a_display_that_is_gone_ends_the_watch_and_nothing_else(
    brake: tuple[CornerWatch, HandMoved, list[str]],
) -> None:
    watch, pointer, told = brake
    pointer.gone = True
    watch.look()
    watch.check()
    assert told == []
