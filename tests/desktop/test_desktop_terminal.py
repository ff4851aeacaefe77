"""Real terminals: what is pasted into them, and by which keys; checked in a file on the disk."""

import shutil
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from tests.desktop.rig import Rig, until
from tools.action import Hotkey, OpenApp, PressKey, TypeText
from tools.devices.desktop import DesktopDevice
from tools.ui_tree import UiNode

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(300)]

LINES = "a<b> $(x) `y` \\n 'q' \"é\" 你好 👍"
STARTS = {
    "xterm": ("xterm", "-e"),
    "xfce4-terminal": ("xfce4-terminal", "--disable-server", "-x"),
}


@pytest.mark.parametrize("terminal", STARTS)
def test_text_is_pasted_into_a_terminal(
    rig: Rig, device: DesktopDevice, terminal: str, tmp_path: Path
) -> None:
    if shutil.which(terminal) is None:
        pytest.skip(f"{terminal} is not installed")
    kept = tmp_path / "typed"
    rig.start(*STARTS[terminal], "sh", "-c", f"cat > {kept}")
    until(
        lambda: any(each.active and each.app == terminal for each in device.observe().windows),
        terminal,
    )
    until(kept.exists, "the shell")
    copied = tmp_path / "mine"
    copied.write_text("the person's own")
    rig.start("xclip", "-selection", "clipboard", str(copied))
    held = ("xclip", "-selection", "clipboard", "-o")
    until(lambda: _told(rig, *held) == "the person's own", "the clipboard")

    device.perform(TypeText(text=LINES, submit=True))
    until(lambda: kept.read_text() == f"{LINES}\n", "the first line")
    device.perform(TypeText(text="plain letters"))
    device.perform(TypeText(text="<other>", clear=True, submit=True))
    until(lambda: kept.read_text() == f"{LINES}\n<other>\n", "the second line")
    assert _told(rig, *held) == "the person's own"
    device.perform(Hotkey(keys=("ctrl", "d")))
    until(lambda: not device.observe().windows, "the end of the terminal")


def test_a_function_key_alone(rig: Rig, device: DesktopDevice) -> None:
    """F2 renames what is marked in Thunar."""
    place = rig.home / "keys"
    place.mkdir(exist_ok=True)
    (place / "old name.txt").write_text("here")
    rig.start("thunar", str(place))
    until(lambda: any("1 file" in node.label for node in _nodes(device)), "the folder's one file")
    device.perform(Hotkey(keys=("ctrl", "a")))
    device.perform(PressKey(key="f2"))
    until(lambda: any(node.editable and node.focused for node in _nodes(device)), "the field")
    device.perform(TypeText(text="new name.txt", clear=True))
    device.perform(PressKey(key="enter"))
    until(lambda: [path.name for path in place.iterdir()] == ["new name.txt"], "the new name")


def test_a_terminal_is_opened_by_its_name(rig: Rig, device: DesktopDevice) -> None:
    if shutil.which("xterm") is None:
        pytest.skip("xterm is not installed")
    device.perform(OpenApp(name="XTerm"))
    assert [each.app for each in device.observe().windows if each.active] == ["xterm"]


def _nodes(device: DesktopDevice) -> tuple[UiNode, ...]:
    tree = device.observe().ui_tree
    return tree.nodes if tree is not None else ()


def _told(rig: Rig, *command: str) -> str:
    try:
        return rig.run(*command)
    except CalledProcessError:  # nothing is copied yet
        return ""
