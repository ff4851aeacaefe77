"""Apps of a Linux desktop by what people call them: names, kinds, and what was chosen of a kind."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.clock import FakeClock
from tools.devices.desktop_apps import DesktopApp, LinuxApps, find_desktop_app, read_desktop_file
from tools.devices.desktop_kinds import chosen_for
from tools.devices.desktop_session import DesktopSession
from tools.devices.x11_windows import XWindow, XWindows
from tools.errors import ActionFailedError
from tools.geometry import Box

ENTRY = """# a comment
[Desktop Entry]
Type=Application
Name=Mousepad
Name[de]=Texteditor Mousepad
GenericName=Text Editor
GenericName[zh_CN]=文本编辑器
Categories=Utility;TextEditor;
Exec=mousepad "%F" --name "a b"
StartupWMClass=Mousepad

[Desktop Action new]
Name=New Window
Exec=mousepad -o window
"""


def test_reading_a_desktop_file() -> None:
    app = read_desktop_file(ENTRY, "org.xfce.mousepad")
    assert app is not None
    assert app.names == ("Mousepad", "Texteditor Mousepad", "Text Editor", "文本编辑器")
    assert app.command == ("mousepad", "--name", "a b")
    assert app.classes == {"mousepad", "org.xfce.mousepad"}
    assert app.categories == {"Utility", "TextEditor"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[Desktop Entry]\nType=Link\nName=x\nExec=x",
        ENTRY.replace("Type", "NoDisplay=true\nType"),
        ENTRY.replace("Type", "Hidden=true\nType"),
        ENTRY.replace("Type", "Terminal=true\nType"),
        "[Desktop Entry]\nType=Application\nName=x",
        '[Desktop Entry]\nType=Application\nName=x\nExec="x',
        "[Desktop Entry]\nType=Application\nExec=x",
        "[Desktop Entry]\nType=Application\nName=x\nExec=%U",
    ],
)
def test_what_no_menu_shows(text: str) -> None:
    assert read_desktop_file(text, "x") is None


@given(st.text())
def test_any_file_is_read_or_not(text: str) -> None:
    app = read_desktop_file(f"[Desktop Entry]\nType=Application\nName=x\nExec={text}", "x")
    assert app is None or app.command


APPS = (
    DesktopApp(
        "org.xfce.mousepad-settings", ("Editor Settings",), ("mousepad", "--preferences"), ""
    ),
    DesktopApp("org.xfce.mousepad", ("Mousepad", "Text Editor", "文本编辑器"), ("mousepad",), ""),
    DesktopApp("mousepad-settings", ("Text Editor Settings",), ("mousepad", "-p"), ""),
    DesktopApp("chromium", ("Chromium Web Browser", "Web Browser"), ("chromium",), ""),
    DesktopApp("files-bulk-rename", ("Bulk Rename",), ("/usr/bin/thunar", "--bulk-rename"), ""),
    DesktopApp("files", ("Folders", "File Manager"), ("/usr/bin/thunar",), ""),
    DesktopApp("one", ("Notes", "Editor for Notes"), ("one",), ""),
    DesktopApp("two", ("Notes", "Notebook"), ("two",), ""),
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mousepad", "org.xfce.mousepad"), ("text editor", "org.xfce.mousepad"),
        ("文本编辑器", "org.xfce.mousepad"), ("Mousepd", "org.xfce.mousepad"),
        ("web browser", "chromium"), ("Chromium", "chromium"), ("one", "one"),
        ("text editor settings", "mousepad-settings"), ("folders", "files"),
        ("thunar", "files"), ("files-bulk-rename", "files-bulk-rename"),
    ],
)  # fmt: skip
def test_apps_by_the_name_people_use(name: str, found: str) -> None:
    assert find_desktop_app(name, APPS).id == found


SETS_UP, MANAGES, EDITS = (
    frozenset({"GTK", each}) for each in ("Settings", "FileManager", "TextEditor")
)
KINDS = (
    DesktopApp("aa-prefs", ("File Manager Settings", "文件管理器设置"), ("aa", "-s"), "", SETS_UP),
    DesktopApp("aa", ("Aa File Manager", "文件管理器"), ("aa",), "", MANAGES),
    DesktopApp("hex", ("Hex Editor",), ("hex",), "", frozenset()),
    DesktopApp("bb", ("Blatt", "Schreiber"), ("bb",), "", EDITS),
    DesktopApp("cc-prefs", ("Cc Preferences",), ("cc-prefs",), "", SETS_UP),
    DesktopApp("galc", ("Galculator",), ("galc",), "", frozenset()),
    DesktopApp("dd-prefs", ("Dd Player Settings",), ("dd", "-s"), "", SETS_UP),
    DesktopApp("dd", ("Dd Player",), ("dd",), "", frozenset()),
)
ZZ = DesktopApp("zz", ("Zz", "File Manager", "文件管理器"), ("zz",), "", MANAGES)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        *((each, "aa") for each in ("files", "My Files", "file  manager", "文件", "文件管理器")),
        *((each, "bb") for each in ("editor", "notepad", "编辑器")),
        ("file manager settings", "aa-prefs"), ("preferences", "cc-prefs"), ("计算器", "galc"),
        ("player", "dd"), ("player settings", "dd-prefs"),
    ],
)  # fmt: skip
def test_apps_by_their_kind_and_not_what_sets_them_up(name: str, found: str) -> None:
    assert find_desktop_app(name, KINDS).id == found


def test_of_two_that_are_nearly_called_so_none_is_guessed() -> None:
    near = DesktopApp("near", ("Voice Recorders",), ("near",), "")
    further = DesktopApp("further", ("Voice Recorder 24",), ("further",), "")
    with pytest.raises(ActionFailedError, match=r"Voice Recorders \(near\), Voice Recorder 24"):
        find_desktop_app("voice recorder", (near, further))
    assert find_desktop_app("voice recorder", (near, *APPS)) == near


def test_of_several_of_a_kind_the_chosen_one_is_meant() -> None:
    for name in ("files", "文件管理器"):
        assert find_desktop_app(name, (*KINDS, ZZ), lambda _: ("gone", "zz", "aa")).id == "zz"
    with pytest.raises(ActionFailedError, match=r"Several apps could be '文件'.*\(aa\).*\(zz\)"):
        find_desktop_app("文件", (*KINDS, ZZ))


def test_what_is_chosen_is_read_from_the_lists_of_the_person_and_the_system(tmp_path: Path) -> None:
    own, system = tmp_path / "own", tmp_path / "data" / "applications"
    own.mkdir()
    system.mkdir(parents=True)
    (own / "mimeapps.list").write_text(
        "[Added Associations]\ninode/directory=able.desktop\n"
        "[Default Applications]\ntext/plain=pad.desktop\ninode/directory = b.desktop;c.desktop;\n"
    )
    (own / "xfce-mimeapps.list").write_text("[Default Applications]\ninode/directory=a.desktop\n")
    (system / "mimeapps.list").write_text("[Default Applications]\ninode/directory=d.desktop\n")
    variables = {
        "XDG_CONFIG_HOME": str(own),
        "XDG_CONFIG_DIRS": str(tmp_path / "nothing"),
        "XDG_DATA_DIRS": str(system.parent),
        "XDG_CURRENT_DESKTOP": "XFCE:GTK",
    }
    assert chosen_for("inode/directory", variables) == ("a", "b", "c", "d")
    assert chosen_for("inode/socket", variables) == ()
    assert chosen_for("", variables) == ()


class Stubborn(XWindows):
    """Windows under a manager that raises none of them; ``front`` has the keys."""

    def __init__(self, front: int) -> None:
        self._front = front
        self.asked: list[int] = []

    def windows(self) -> tuple[XWindow, ...]:
        box = Box(left=0, top=0, right=9, bottom=9)
        return tuple(
            XWindow(number, title, app, 0, 0, box)
            for number, title, app in ((1, "Blatt", "bb"), (2, "Question", "bb"), (3, "Aa", "aa"))
        )

    def active(self) -> int:
        return self._front

    def activate(self, window: XWindow) -> None:
        self.asked.append(window.handle)


def test_an_app_that_is_open_is_in_front_or_it_is_told(tmp_path: Path) -> None:
    entry = "[Desktop Entry]\nType=Application\nName=Blatt\nExec=true\nStartupWMClass=bb\n"
    (tmp_path / "applications").mkdir()
    (tmp_path / "applications" / "bb.desktop").write_text(entry)
    session = DesktopSession("linux", {"XDG_DATA_HOME": str(tmp_path), "XDG_DATA_DIRS": "/none"})
    for front in (1, 2):  # the window, or a dialog of it that keeps the keys
        windows, clock = Stubborn(front), FakeClock()
        LinuxApps(session, windows, clock).open("Blatt")
        assert (windows.asked, clock.slept) == ([2], [])
    with pytest.raises(ActionFailedError, match="Blatt is open, but does not come to the front"):
        LinuxApps(session, Stubborn(3), FakeClock()).open("Blatt")


def test_apps_that_are_not_there_or_twice() -> None:
    with pytest.raises(
        ActionFailedError, match=r"no app called 'Photos'. There are: Bulk Rename, Chro"
    ):
        find_desktop_app("Photos", APPS)
    with pytest.raises(ActionFailedError, match=r"Several apps could be 'notes'.*\(one\).*\(two\)"):
        find_desktop_app("notes", APPS)
