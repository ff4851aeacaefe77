"""The half of the phone that only looks: nothing here changes state or moves the clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import RLock
from typing import Any

from PIL import Image

from tools.virtual_phone.system.app import App
from tools.virtual_phone.system.display import Display
from tools.virtual_phone.system.filesystem import FileSystem
from tools.virtual_phone.system.report import report
from tools.virtual_phone.system.scenario import Scenario
from tools.virtual_phone.system.settings import Settings
from tools.virtual_phone.system.state import Event
from tools.virtual_phone.system.stopwatch import timed
from tools.virtual_phone.system.storage import TableRows
from tools.virtual_phone.system.traps import PERMISSION_PACKAGE, PERMISSION_SCREEN
from tools.virtual_phone.system.windows import Windows
from tools.virtual_phone.ui.nodes import Node


class PhoneView:
    """What can be seen of a phone.

    Attributes:
        lock: Every method takes it; hold it over several calls to see one state.
        apps: The installed apps by package.
    """

    def __init__(self, apps: Mapping[str, App], windows: Windows) -> None:
        self.lock = RLock()
        self.apps = apps
        self._windows = windows
        self._display = Display(windows)

    @property
    def scenario(self) -> Scenario:
        """The scenario the phone was started in."""
        return self._windows.scenario

    @property
    def seed(self) -> int:
        """The number all invented data depends on."""
        return self._windows.seed

    @property
    def settings(self) -> Settings:
        """The settings database."""
        return self._windows.settings

    @property
    def files(self) -> FileSystem:
        """The file system."""
        return self._windows.files

    @property
    def events(self) -> Sequence[Event]:
        """The append-only log of inputs and what they led to."""
        return self._windows.events

    @property
    def now(self) -> datetime:
        """The virtual local time (the phone's time zone is UTC)."""
        return self._windows.now

    @property
    def density(self) -> int:
        """Dots per inch."""
        with self.lock:
            return self._display.density

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in px as the phone is held."""
        with self.lock:
            return self._display.size

    @property
    def rotation(self) -> int:
        """Quarter turns, 0 to 3."""
        with self.lock:
            return self._windows.settings.rotation

    @property
    def version(self) -> int:
        """Differs whenever what shows may differ."""
        with self.lock:
            return self._display.version

    @property
    def awake(self) -> bool:
        """Whether the screen is on."""
        return self._windows.state.awake

    @property
    def clipboard(self) -> str:
        """The text on the clipboard."""
        return self._windows.clipboard

    @clipboard.setter
    def clipboard(self, text: str) -> None:
        with self.lock:
            self._windows.clipboard = text

    @property
    def keyboard_shown(self) -> bool:
        """Whether the soft keyboard is up."""
        with self.lock:
            return self._display.keyboard_shown

    @property
    def keyboard_box(self) -> tuple[int, int, int, int] | None:
        """Left, top, right, bottom of the soft keyboard in px; None where it is not up."""
        with self.lock:
            return self._display.scene().keyboard_box

    @property
    def focused_field(self) -> str | None:
        """Key of the field that takes text."""
        with self.lock:
            field = self._display.focused()
            return field.key if field is not None else None

    def frame(self) -> Image.Image:
        """The picture, RGB. Do not draw on it: it is cached."""
        with self.lock:
            return self._display.frame()

    def png(self) -> bytes:
        """The picture as PNG."""
        with self.lock:
            return self._display.png()

    def rgba(self) -> bytes:
        """The picture's pixels, four bytes each, row by row."""
        with self.lock:
            image = self._display.frame()
            with timed("encode"):
                return image.convert("RGBA").tobytes()

    def window(self) -> Node:
        """The top window's accessibility tree."""
        with self.lock:
            return self._display.window()

    def ui_xml(self) -> str:
        """The top window's accessibility tree as `uiautomator dump` writes it."""
        with self.lock:
            return self._display.xml()

    def foreground(self) -> tuple[str, str]:
        """Package and activity (`.Screen`) of the top window."""
        with self.lock:
            trap = self._windows.trap()
            if trap is not None and trap[0] == "permission":
                return PERMISSION_PACKAGE, PERMISSION_SCREEN
            state = self._windows.state
            return state.front.package, f".{state.top.name}"

    def database(self, package: str) -> sqlite3.Connection:
        """An app's database; hold `lock` while using it.

        Raises:
            UnknownAppError: If no such app is installed.
        """
        with self.lock:
            return self._windows.databases.get(package)

    def tables(self, package: str) -> tuple[str, ...]:
        """Names of an app's tables that may be read."""
        with self.lock:
            return self._windows.databases.tables(package)

    def content(self, package: str, table: str) -> TableRows:
        """All rows of a table.

        Raises:
            UnknownAppError: If no such app is installed.
            UnknownTableError: If the table does not exist or may not be read.
        """
        with self.lock:
            return self._windows.databases.read(package, table)

    def state(self) -> dict[str, Any]:
        """The whole state as JSON-able data, all tables included, for a state file."""
        with self.lock:
            return report(self._windows)
