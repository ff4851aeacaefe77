"""Any text into the focused field of an Android phone, exactly, and nothing but text.

Three ways, the first that can do it: ``input text`` for plain ASCII, the ADB keyboard where it is
installed, the clipboard where an app offers it to the shell. Afterwards the field is read back, if
the accessibility tree shows it.

While the ADB keyboard is in use, the keyboard it stands in for is named in a file on the phone: if
this process dies in between, the next connection puts it back.
"""

import base64
import logging
import shlex
from dataclasses import dataclass

from tools.action import TypeText
from tools.clock import Clock
from tools.devices.adb_socket import AdbLink, ShellResult
from tools.devices.android_input import KEYCODES
from tools.devices.android_tree import DetailReader, Details
from tools.errors import ActionFailedError, DeviceTimeoutError
from tools.ui_tree import UiNode

_LOG = logging.getLogger(__name__)
ADB_KEYBOARD = "com.android.adbkeyboard/.AdbIME"
CLIPBOARD_APP = "ca.zgrs.clipper"
_MARKER = "/data/local/tmp/tapwright-keyboard"
_ENTER, _DELETE, _FORWARD_DELETE = (
    KEYCODES["enter"], KEYCODES["delete"], KEYCODES["forward_delete"],
)  # fmt: skip
_PASTE = KEYCODES["paste"]
_LONGEST_UNSEEN = 200
_PATIENCE_S, _KEY_S = 10.0, 0.3
"""For a command, and for each key that it presses, after which an app may draw itself anew. The
virtual phone took 45 ms for each beside seven busy programs on two cores."""
_MANY_KEYS = 100
_TYPED = 200  # keys in one command: one that hangs is noticed within about a minute
_PART = 700  # characters in one command: old releases take commands of 4 KiB
_KEEP, _DISABLE = "keep", "disable"
_GROUPING = "-()/.,:"
_LAST_OF_BMP = "\uffff"
_BIND_S, _BIND_POLL_S = 3.0, 0.05
_CANVASES = {"WebView", "View", "SurfaceView", "TextureView", "GLSurfaceView", "FlutterView"}


@dataclass(frozen=True)
class TextWays:
    """What was found when connecting: what can enter text on this phone.

    Attributes:
        adb_keyboard: Whether the ADB keyboard is installed.
        adb_keyboard_enabled: Whether the person had enabled it already.
        clipboard: Whether an app takes text for the clipboard from the shell.
    """

    adb_keyboard: bool
    adb_keyboard_enabled: bool
    clipboard: bool


def is_plain(text: str) -> bool:
    """Whether ``input text`` can type it: printable ASCII on one line."""
    return all(" " <= character <= "~" for character in text)


def input_text_command(text: str) -> str:
    """The shell command that types plain ``text``, whatever characters are in it.

    ``input`` reads ``%s`` as a space and has no way to write a percent sign before an s, so that
    there the text is typed in two parts. The shell sees every part in single quotes.
    """
    parts = text.split("%s")
    pieces = [part + "%" if index < len(parts) - 1 else part for index, part in enumerate(parts)]
    pieces = [piece if index == 0 else "s" + piece for index, piece in enumerate(pieces)]
    escaped = (shlex.quote(piece.replace(" ", "%s")) for piece in pieces if piece)
    return " && ".join(f"input text {piece}" for piece in escaped)


class TextEntry:
    """Types into the field that has the focus.

    Args:
        link: The way to the phone.
        clock: Waits for a keyboard to come up.
        details: Reads the field back.
        ways: What this phone offers.
    """

    def __init__(self, link: AdbLink, clock: Clock, details: DetailReader, ways: TextWays) -> None:
        self._link = link
        self._clock = clock
        self._details = details
        self.ways = ways

    def enter(self, action: TypeText) -> None:
        """Carry out ``action``.

        Raises:
            ActionFailedError: No field has the focus, this phone cannot enter such text, or the
                field does not hold it afterwards.
            DeviceError: The device went away.
        """
        before = self._details.read(tree=True, keyboard=True)
        field = focused_field(before)
        slow_to_clear = action.clear and field is not None and len(field.text) > _MANY_KEYS
        if is_plain(action.text) and not (slow_to_clear and self.ways.adb_keyboard):
            self._type_plain(action, field)
        elif self.ways.adb_keyboard:
            self._by_keyboard(action)
        elif self.ways.clipboard:
            self._by_clipboard(action, field)
        elif is_plain(action.text.replace("\n", "")):
            self._type_plain(action, field)
        else:
            raise ActionFailedError(
                "This device can only type plain ASCII: the ADB keyboard "
                f"({ADB_KEYBOARD.partition('/')[0]}) is not installed on it."
            )
        if field is not None and action.text:
            self._verify(action, field)
        if action.submit:
            self._run(f"input keyevent {_ENTER}")

    def _by_keyboard(self, action: TypeText) -> None:
        usual = self._take_over()
        try:
            if action.clear:
                self._run("am broadcast -a ADB_CLEAR_TEXT")
            for part in _parts(action.text, _PART):
                encoded = base64.b64encode(part.encode("utf-8", "replace")).decode("ascii")
                self._run(f"am broadcast -a ADB_INPUT_B64 --es msg {encoded}")
        finally:
            if usual:
                give_back_keyboard(self._link, usual)

    def _take_over(self) -> str:
        """Bring the ADB keyboard up; return the one it replaces, empty if it was up already."""
        current = self._link.shell("settings get secure default_input_method").text
        if current == ADB_KEYBOARD:
            return ""
        usual = f"{current} {_KEEP if self.ways.adb_keyboard_enabled else _DISABLE}"
        # The marker is written before anything is changed.
        self._run(
            f"echo {shlex.quote(usual)} > {_MARKER} && "
            f"ime enable {ADB_KEYBOARD} && ime set {ADB_KEYBOARD}"
        )
        end_s = self._clock.now() + _BIND_S
        while not self._is_bound():
            if self._clock.now() >= end_s:
                give_back_keyboard(self._link, usual)
                raise ActionFailedError("The ADB keyboard did not come up on the device.")
            self._clock.sleep(_BIND_POLL_S)
        return usual

    def _is_bound(self) -> bool:
        state = self._link.shell(
            "dumpsys input_method | grep -E 'mCurId=|mBoundToMethod=|mServedInputConnection='"
        ).text
        if "mCurId=" in state and f"mCurId={ADB_KEYBOARD}" not in state:
            return False
        return "mBoundToMethod=false" not in state

    def _by_clipboard(self, action: TypeText, field: UiNode | None) -> None:
        told = self._run(f"am broadcast -a clipper.set -e text {shlex.quote(action.text)}")
        if "result=-1" not in told.text:
            raise ActionFailedError(f"The clipboard app {CLIPBOARD_APP} did not take the text.")
        if action.clear:
            self._erase(field)
        self._run(f"input keyevent {_PASTE}")

    def _type_plain(self, action: TypeText, field: UiNode | None) -> None:
        if action.clear:
            self._erase(field)
        for number, line in enumerate(action.text.split("\n")):
            if number:
                self._run(f"input keyevent {_ENTER}")
            for part in _parts(line, _TYPED):
                self._run(input_text_command(part), keys=len(part))

    def _erase(self, field: UiNode | None) -> None:
        """Delete on both sides of the cursor, so that it need not be moved to an end first."""
        left = _LONGEST_UNSEEN if field is None else len(field.text)
        while left > 0:
            count = min(left, _MANY_KEYS)
            keys = [str(_DELETE)] * count + [str(_FORWARD_DELETE)] * count
            self._run(f"input keyevent {' '.join(keys)}", keys=len(keys))
            left -= count

    def _verify(self, action: TypeText, before: UiNode) -> None:
        """Read the field back; silence if it cannot be seen any more.

        Raises:
            ActionFailedError: It holds something else.
        """
        tree = self._details.read(tree=True).ui_tree
        after = None if tree is None else next((n for n in tree.nodes if _is_field(n)), None)
        if after is None or after.resource_id != before.resource_id:
            return
        if after.password:
            wrong = len(after.text) < len(action.text)
        elif action.clear:
            wrong = _bare(action.text) != _bare(after.text)
        else:
            wrong = _bare(action.text) not in _bare(after.text)
        if wrong:
            raise ActionFailedError(
                f"The text was typed, but the field {after.hint or after.description!r} now holds "
                f"{after.text!r} instead of {action.text!r}."
            )

    def _run(self, command: str, *, keys: int = 1) -> ShellResult:
        result = self._link.shell(command, timeout_s=_PATIENCE_S + _KEY_S * keys)
        if result.code != 0:
            raise ActionFailedError(f"The device could not type: {result.complaint}")
        return result


def focused_field(details: Details) -> UiNode | None:
    """The field that has the focus; ``None`` if the tree cannot tell.

    Raises:
        ActionFailedError: The tree tells that none has.
    """
    if details.ui_tree is None:
        return None
    focused = [node for node in details.ui_tree.nodes if node.focused]
    field = next((node for node in focused if node.editable), None)
    if field is not None:
        return field
    if details.keyboard_shown or any(node.kind in _CANVASES for node in focused):
        return None  # something takes text that the tree does not show as a field
    raise ActionFailedError("No text field has the focus. Tap the field first.")


def give_back_keyboard(link: AdbLink, note: str) -> None:
    """Put the keyboard back that ``note`` names, as it stands in the file on the phone."""
    usual, _, wish = note.partition(" ")
    restore = f"ime set {shlex.quote(usual)}"
    if wish == _DISABLE:
        restore += f" && ime disable {ADB_KEYBOARD}"
    try:
        result = link.shell(f"{restore} && rm -f {_MARKER}")
    except DeviceTimeoutError as error:
        _LOG.warning("the keyboard %s could not be put back: %s", usual, error)
        return
    if result.code != 0:
        _LOG.warning("the keyboard %s could not be put back: %s", usual, result.complaint)


def mend_keyboard(link: AdbLink) -> str:
    """Put back the keyboard that an earlier, crashed process replaced; return it, or nothing.

    Raises:
        DeviceError: The device went away.
    """
    note = link.shell(f"cat {_MARKER} 2>/dev/null").text
    if note:
        _LOG.warning("an earlier run left its keyboard on the device; %s is put back", note)
        give_back_keyboard(link, note)
    return note.partition(" ")[0]


def _parts(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]


def _is_field(node: UiNode) -> bool:
    return node.focused and node.editable


def _bare(text: str) -> str:
    """``text`` without what a field may change on its own.

    Fields group numbers, change case and white space; uiautomator writes dots for emoji.
    """
    return "".join(
        character
        for character in text.casefold()
        if not character.isspace() and character not in _GROUPING and character <= _LAST_OF_BMP
    )
