"""Every text arrives as it was given: typed into a real editor and read back by another way."""

import threading
from collections.abc import Iterator
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest

from tests.desktop.rig import Rig, until
from tools.action import Hotkey, PressKey, TypeText
from tools.clock import SystemClock
from tools.devices.desktop import DesktopDevice
from tools.devices.x11_selection import Selection, text_content
from tools.errors import ActionFailedError

pytestmark = pytest.mark.desktop

TEXTS = {
    "letters": "hello world",
    "capitals": "Hello World FROM here",
    "digits": "0123456789",
    "spaces": "  two before,  two between, two after  ",
    "single quotes": "it's 'quoted'",
    "double quotes": 'say "hi"',
    "all quotes": "`'\"´“”‘’«»",
    "angles": "a<b>c <>? <<>>",
    "brackets": "([{}])",
    "command": "$(rm -rf x) `id` ${HOME} $HOME",
    "backslashes": "C:\\new\\table \\n \\\\ \\",
    "percent": "100% %s %d %20 %%",
    "shell": "a; b && c || d | e > f < g & h # i ! j ~ k *",
    "keys of others": "{enter} ^c +v %{F4} <ctrl>",
    "punctuation": ".,;:!?-_=+/*@#€£¥§°¬¦",
    "line break": "first\nsecond",
    "many lines": "one\n\n\nfour\n",
    "tab": "a\tb\t\tc",
    "tab first": "\tindented",
    "accents": "àéîõü ÀÉÎÕÜ ñ ç ß ø å æ œ",
    "combining": "e\u0301 n\u0303 o\u0308",
    "greek": "Καλημέρα κόσμε",
    "cyrillic": "Привет, мир",
    "chinese": "你好，世界。重庆到北京",
    "japanese": "こんにちは カタカナ 漢字",
    "korean": "안녕하세요 세계",
    "emoji": "😀 🚀 👍",
    "emoji joined": "👩‍👩‍👧 🏳️‍🌈 👍🏽 🇩🇪",
    "hebrew": "שלום עולם",
    "arabic": "مرحبا بالعالم",
    "both ways": "abc שלום def مرحبا 123",
    "thai": "สวัสดีชาวโลก",
    "hindi": "नमस्ते दुनिया",
    "maths": "∑∫√∞≠≤≥ ½ ² x₁",
    "beyond the first plane": "𝔘𝔫𝔦 𐍈 𠜎",
    "no-break space": "a\u00a0b",
    "zero width": "a\u200bb\u200d",
    "url": "https://example.org/?q=a&b=c%20d#e~f",
    "mail": "first.last+tag@example.org",
    "json": '{"a": [1, 2.5, null], "b": "\\u00e9\\n"}',
    "code": "def f(x):\n\tif x < 3 and x > 1:\n\t\treturn x ** 2  # <- here\n",
    "long line": "The quick brown fox jumps over the lazy dog. " * 12,
    "5,000 characters": ("Zeile mit Umlauten äöü, 汉字 und <Zeichen>.\n" * 120)[:5000],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("typed")


@pytest.fixture(scope="module")
def editor(running_desktop: Rig, folder: Path) -> Iterator[tuple[DesktopDevice, Path]]:
    """Mousepad with a file open, saved with ctrl+s and read from the disk."""
    path = folder / "typed.txt"
    path.write_text("nothing yet")
    process = running_desktop.start("mousepad", "--disable-server", str(path))
    device = running_desktop.connect(ui_tree=True)
    until(lambda: any(window.active for window in device.observe().windows), "Mousepad")
    until(lambda: _focused(device) is not None, "the editor's focus")
    yield device, path
    device.close()
    running_desktop.end_programs()
    assert process.poll() is not None


def _focused(device: DesktopDevice) -> str | None:
    tree = device.observe().ui_tree
    nodes = tree.nodes if tree is not None else ()
    return next((node.text for node in nodes if node.focused and node.editable), None)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_arrives_as_given(editor: tuple[DesktopDevice, Path], text: str) -> None:
    device, path = editor
    device.perform(TypeText(text=text, clear=True))
    assert _focused(device) == text
    before = path.stat().st_mtime_ns
    device.perform(Hotkey(keys=("ctrl", "s")))
    until(lambda: path.stat().st_mtime_ns != before and path.stat().st_size > 0, "the file")
    until(lambda: path.read_text() in (text, f"{text}\n"), f"{text[:40]!r} in the file")


def test_enough_texts_are_tried() -> None:
    assert len(TEXTS) >= 40
    assert max(map(len, TEXTS.values())) == 5000


def test_text_is_put_where_the_caret_is(editor: tuple[DesktopDevice, Path]) -> None:
    device, _ = editor
    device.perform(TypeText(text="ac", clear=True))
    device.perform(PressKey(key="left"))
    device.perform(TypeText(text="<b>"))
    assert _focused(device) == "a<b>c"


def test_nothing_in_place_of_something(editor: tuple[DesktopDevice, Path]) -> None:
    device, _ = editor
    device.perform(TypeText(text="to be deleted", clear=True))
    device.perform(TypeText(text="", clear=True))
    until(lambda: _focused(device) == "", "an empty editor")


def test_the_clipboard_is_as_it_was(
    editor: tuple[DesktopDevice, Path], running_desktop: Rig
) -> None:
    device, _ = editor
    running_desktop.start("xclip", "-selection", "clipboard", str(_file(editor, "mine: é")))
    until(lambda: "mine: é" in _offered(running_desktop), "the clipboard")
    device.perform(TypeText(text="<pasted> é", clear=True))
    assert _pasted(running_desktop) == "mine: é"


def test_the_clipboard_outlives_the_device(
    editor: tuple[DesktopDevice, Path], running_desktop: Rig
) -> None:
    running_desktop.start("xclip", "-selection", "clipboard", str(_file(editor, "to stay")))
    until(lambda: "to stay" in _offered(running_desktop), "the clipboard")
    second = running_desktop.connect()
    second.perform(TypeText(text="<é>", clear=True))
    second.close()
    assert _pasted(running_desktop) == "to stay"


def test_a_picture_in_the_clipboard_is_kept(
    editor: tuple[DesktopDevice, Path], running_desktop: Rig
) -> None:
    device, path = editor
    picture = path.with_name("picture.png")
    device.glance().image.resize((32, 20)).save(picture)
    show = ("xclip", "-selection", "clipboard", "-t", "image/png")
    running_desktop.start(*show, str(picture))
    until(lambda: "image/png" in _offered(running_desktop, "-t", "TARGETS"), "the picture")
    device.perform(TypeText(text="<é>", clear=True))
    kept = running_desktop.output(*show, "-o")
    assert kept == picture.read_bytes()


def test_a_dialog_without_a_field_takes_no_text(editor: tuple[DesktopDevice, Path]) -> None:
    device, _ = editor
    device.perform(PressKey(key="escape"))
    device.perform(Hotkey(keys=("ctrl", "w")))  # not saved: Mousepad asks
    until(lambda: _focused(device) is None, "the question")
    with pytest.raises(ActionFailedError, match="No text field has the focus, but Button"):
        device.perform(TypeText(text="hello"))
    device.perform(PressKey(key="escape"))
    until(lambda: _focused(device) is not None, "the editor")


def _file(editor: tuple[DesktopDevice, Path], text: str) -> Path:
    path = editor[1].with_name("clip.txt")
    path.write_text(text)
    return path


def _pasted(rig: Rig) -> str:
    return rig.run("xclip", "-selection", "clipboard", "-o")


def test_a_clipboard_that_was_lost_and_taken_again_outlives_us(rig: Rig) -> None:
    """The loss is told late, when it is ours again."""
    selection = Selection(rig.session, Unhurried())
    selection.own(text_content("before"))
    with selection._lock:  # its thread hears nothing for now
        copier = rig.display()
        clipboard = copier.intern_atom("CLIPBOARD")
        window = copier.screen().root.create_window(0, 0, 1, 1, 0, copier.screen().root_depth)
        window.set_selection_owner(clipboard, 0)
        copier.sync()
        selection.own(text_content("after"))
    assert _pasted(rig) == "after"  # what it hears, it hears in order
    selection.close()
    copier.close()
    assert _pasted(rig) == "after"


def _offered(rig: Rig, *what: str) -> str:
    """What is in the clipboard; nothing while nobody holds it yet."""
    try:
        return rig.run("xclip", "-selection", "clipboard", *what, "-o")
    except CalledProcessError:
        return ""


class Unhurried(SystemClock):
    """Time-outs are sixty times as long."""

    def now(self) -> float:
        return super().now() / 60


def test_an_answer_that_comes_late_is_not_taken_for_another(rig: Rig) -> None:
    """The owner of the clipboard first answers the question before once more."""
    from Xlib import X, Xatom
    from Xlib.protocol import event as events

    copier, over = rig.display(), threading.Event()
    window = copier.screen().root.create_window(0, 0, 1, 1, 0, copier.screen().root_depth)
    clipboard, text, image = map(
        copier.intern_atom, ("CLIPBOARD", "UTF8_STRING", "application/x-image")
    )
    window.set_selection_owner(clipboard, 0)
    copier.sync()

    def tell(asked: Any, target: int, kind: int, size: int, value: object) -> None:
        asked.requestor.change_property(asked.property, kind, size, value)
        asked.requestor.send_event(
            events.SelectionNotify(
                time=asked.time, requestor=asked.requestor, selection=asked.selection,
                target=target, property=asked.property,
            )
        )  # fmt: skip
        copier.sync()

    def answer() -> None:
        while not over.wait(0.01):
            while copier.pending_events():
                asked = copier.next_event()
                if asked.type != X.SelectionRequest:
                    continue
                if asked.target == image:
                    tell(asked, text, text, 8, b"late")
                    over.wait(0.3)  # time enough to be taken in
                    tell(asked, image, image, 8, b"picture")
                elif asked.target == text:
                    tell(asked, text, text, 8, b"words")
                else:
                    tell(asked, asked.target, Xatom.ATOM, 32, [text, image])

    owner = threading.Thread(target=answer)
    owner.start()
    selection = Selection(rig.session, Unhurried())
    try:
        held = selection.read()
        assert held == {"UTF8_STRING": b"words", "application/x-image": b"picture"}
    finally:
        selection.close()
        over.set()
        owner.join()
        copier.close()
