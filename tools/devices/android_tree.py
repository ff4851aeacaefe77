"""Everything but the picture, in one round trip: the clock, what is in front, and the UI tree.

The tree is a bonus: on a busy screen uiautomator can take many seconds or fail. It has one second,
and its absence is no error.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tools.clock import Clock
from tools.devices.adb_socket import AdbLink, AdbStream
from tools.devices.android_window import DATE_COMMAND, FOCUS_COMMAND, parse_date, parse_focus
from tools.errors import CaptureError, DeviceTimeoutError
from tools.screen import Screenshot
from tools.ui_tree import UiTree, parse_ui_tree

_LOG = logging.getLogger(__name__)
_MARK = b"--tapwright--\n"
_TREE_S = 1.0
"""How long the UI tree may take."""
_KEYBOARD_COMMAND = "dumpsys input_method | grep -m1 -o -E 'mInputShown=(true|false)'"


@dataclass(frozen=True, eq=False)
class Details:
    """What one look returned besides the frame.

    Attributes:
        app: Package in front; empty if unknown.
        activity: Its activity; empty if unknown.
        device_time: Naive local time of the phone; ``None`` if unknown.
        keyboard_shown: Whether a soft keyboard is up; ``None`` if unknown.
        ui_tree: ``None`` if it was not asked for or did not come in time.
    """

    app: str
    activity: str
    device_time: datetime | None
    keyboard_shown: bool | None
    ui_tree: UiTree | None


class DetailReader:
    """Reads the details of a screen.

    Args:
        link: The way to the phone.
        clock: Measures.
    """

    def __init__(self, link: AdbLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    def read(self, *, tree: bool, keyboard: bool = False) -> Details:
        """Look once.

        Args:
            tree: Whether to read the UI tree.
            keyboard: Whether to ask about the soft keyboard.

        Raises:
            DeviceError: The device went away.
        """
        mark = "echo --tapwright--"
        script = [DATE_COMMAND, mark, FOCUS_COMMAND, mark]
        script += [_KEYBOARD_COMMAND, mark] if keyboard else [mark]
        if tree:
            script.append("uiautomator dump /dev/tty")
        with self._link.open(f"exec:{'; '.join(script)}") as stream:
            date = _text(stream.read_until(_MARK))
            app, activity = parse_focus(_text(stream.read_until(_MARK)))
            shown = _text(stream.read_until(_MARK)).strip()
            ui_tree = self._read_tree(stream) if tree else None
        if ui_tree is not None and not app:
            app = ui_tree.package
        state = {"mInputShown=true": True, "mInputShown=false": False}.get(shown)
        return Details(app, activity, parse_date(date), state, ui_tree)

    def read_between(
        self, command: str, taken: Callable[[bytes, float], Screenshot]
    ) -> tuple[Screenshot, Details, Screenshot]:
        """Take two frames and look once in between, all in one round trip. No UI tree.

        Args:
            command: Shell command that prints a frame.
            taken: Makes a frame of what it printed and of when that was asked for. While it does,
                the phone goes on.

        Raises:
            CaptureError: ``taken`` says so.
            DeviceError: The device went away.
        """
        script = "; echo --tapwright--; ".join((command, DATE_COMMAND, FOCUS_COMMAND, command))
        requested_s = self._clock.now()
        with self._link.open(f"exec:{script}") as stream:
            first = taken(stream.read_until(_MARK), requested_s)
            stream.limit_again()
            date = _text(stream.read_until(_MARK))
            app, activity = parse_focus(_text(stream.read_until(_MARK)))
            requested_s = self._clock.now()
            second = taken(stream.read_all(), requested_s)
        return first, Details(app, activity, parse_date(date), None, None), second

    def _read_tree(self, stream: AdbStream) -> UiTree | None:
        end_s = self._clock.now() + _TREE_S
        stream.limit(_TREE_S)
        try:
            return parse_ui_tree(stream.read_all())
        except DeviceTimeoutError:
            _LOG.info("no UI tree within %g s", _TREE_S)
            return None
        except CaptureError as error:
            _LOG.info("no UI tree, tried again compressed: %s", error)
        left_s = end_s - self._clock.now()
        if left_s <= 0:
            return None
        try:
            again = self._link.run("uiautomator dump --compressed /dev/tty", timeout_s=left_s)
            return parse_ui_tree(again)
        except (DeviceTimeoutError, CaptureError) as error:
            _LOG.info("no UI tree: %s", error)
            return None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n")
