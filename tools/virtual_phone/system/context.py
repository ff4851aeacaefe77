"""What a screen's build function and its handlers get to work with."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Literal, Protocol

from tools.virtual_phone.system import dates
from tools.virtual_phone.system.app import App
from tools.virtual_phone.system.screen import Screen, Task
from tools.virtual_phone.system.settings import Settings
from tools.virtual_phone.system.translation import translate

if TYPE_CHECKING:
    from tools.virtual_phone.system.filesystem import FileSystem
    from tools.virtual_phone.system.scenario import Scenario

_FAR_DOWN_DP = 1e6
"""Beyond any list; laying it out clamps."""


@dataclass(frozen=True)
class AppInfo:
    """An installed app as a launcher or the Settings app shows it; `label` is translated."""

    package: str
    label: str
    icon: str
    color: str
    in_launcher: bool
    version: str


@dataclass(frozen=True)
class TaskInfo:
    """A task as the recents screen shows it; `screen` is the name of its top screen."""

    app: AppInfo
    screen: str


class Host(Protocol):
    """The phone as a context sees it."""

    settings: Settings
    files: FileSystem
    scenario: Scenario
    clipboard: str

    @property
    def now(self) -> datetime:
        """The virtual local time."""
        ...

    @property
    def rotation(self) -> int:
        """Quarter turns of the screen, 0 to 3."""
        ...

    def database(self, package: str) -> sqlite3.Connection:
        """An app's database."""
        ...

    def open_screen(self, task: Task, name: str, args: dict[str, Any]) -> None:
        """Put a screen on a task."""
        ...

    def close_screen(self, task: Task, screen: Screen, result: dict[str, Any]) -> None:
        """Take a screen off a task."""
        ...

    def start(self, package: str, screen: str = "", **args: object) -> bool:
        """Bring an app to the front."""
        ...

    def show_toast(self, text: str) -> None:
        """Show a short message."""
        ...

    def next_random(self) -> random.Random:
        """Random numbers for one handler."""
        ...

    def installed(self) -> Sequence[AppInfo]:
        """Every installed app."""
        ...

    def recent_tasks(self) -> Sequence[TaskInfo]:
        """The running tasks, the latest first."""
        ...

    def close_task(self, package: str) -> None:
        """End an app's task."""
        ...

    def hide_keyboard(self) -> None:
        """Put the soft keyboard away."""
        ...


class Context:
    """A screen's window on the phone: its state, its app's data, and what it may ask for.

    Attributes:
        state: JSON of this screen instance; starts as the arguments of `push`.
        shared: JSON of the app, outlives its screens.
        package: The app's package.
        screen: The screen's name.
        files_used: Whether the screen has looked at the file system: then it is drawn anew when
            files change.
    """

    def __init__(self, host: Host, app: App, task: Task, screen: Screen) -> None:
        self._host = host
        self._app = app
        self._task = task
        self._screen = screen
        self.package = app.package
        self.screen = screen.name
        self.files_used = False

    @property
    def state(self) -> dict[str, Any]:
        """JSON of this screen instance; starts as the arguments of `push`."""
        return self._screen.state

    @property
    def shared(self) -> dict[str, Any]:
        """JSON of the app; outlives its screens, dies with `force_stop`."""
        return self._task.shared

    @property
    def db(self) -> sqlite3.Connection:
        """The app's database, in autocommit mode; rows are `sqlite3.Row`."""
        return self._host.database(self.package)

    @property
    def now(self) -> datetime:
        """The virtual local time."""
        return self._host.now

    @property
    def locale(self) -> str:
        """`en` or `zh`."""
        return self._host.settings.locale

    @property
    def landscape(self) -> bool:
        """Whether the screen is wider than high."""
        return self._host.rotation % 2 == 1

    @property
    def scenario(self) -> Scenario:
        """The scenario; ask it `has("slow_results")`."""
        return self._host.scenario

    @property
    def settings(self) -> Settings:
        """The settings of the whole phone."""
        return self._host.settings

    @property
    def files(self) -> FileSystem:
        """The file system of the phone."""
        self.files_used = True
        return self._host.files

    @property
    def clipboard(self) -> str:
        """The text on the clipboard."""
        return self._host.clipboard

    @clipboard.setter
    def clipboard(self, text: str) -> None:
        self._host.clipboard = text

    def t(self, text: str, **values: object) -> str:
        """`text` in the phone's language, then filled in with `str.format`."""
        translated = translate(self._app.translations, text, self.locale)
        return translated.format(**values) if values else translated

    def text(self, key: str) -> str:
        """What stands in a text field of this screen; empty if it was never written."""
        return self._screen.texts.get(key, "")

    def set_text(self, key: str, value: str) -> None:
        """Write into a text field of this screen; the caret goes to the end."""
        self._screen.texts[key] = value
        self._screen.carets.pop(key, None)

    def focus(self, key: str | None) -> None:
        """Focus a text field and show the keyboard, or with None clear focus and hide it."""
        self._screen.focus = key
        self._screen.keyboard = key is not None

    def scroll_to_start(self, key: str) -> None:
        """Scroll one of this screen's lists back up, as to show what is wrong in a form."""
        self._screen.scrolls.pop(key, None)

    def scroll_to_end(self, key: str) -> None:
        """Scroll a list of this screen to its last line."""
        self._screen.scrolls[key] = _FAR_DOWN_DP

    def push(self, screen: str, **args: object) -> None:
        """Open a screen of this app on top; `args` become its state."""
        self._host.open_screen(self._task, screen, args)

    def pop(self, **result: object) -> None:
        """Close this screen; `result` is merged into the state of the one below.

        At the root of an app this goes home. Closing a screen that is closed already does nothing.
        """
        self._host.close_screen(self._task, self._screen, result)

    def replace(self, screen: str, **args: object) -> None:
        """Put another screen of this app in this one's place."""
        self._host.open_screen(self._task, screen, args)
        if self._screen in self._task.screens:
            self._task.screens.remove(self._screen)

    def pop_to(self, screen: str, **result: object) -> None:
        """Close screens until one called `screen` is on top; opens it if there is none below."""
        names = [entry.name for entry in self._task.screens]
        if screen not in names:
            self._host.open_screen(self._task, screen, result)
            del self._task.screens[:-1]
            return
        last = len(names) - 1 - names[::-1].index(screen)
        del self._task.screens[last + 1 :]
        self._task.screens[last].state.update(result)

    def toast(self, text: str) -> None:
        """Show a short message at the bottom for about three taps."""
        self._host.show_toast(text)

    def open_app(self, package: str, screen: str = "", **args: object) -> None:
        """Bring another app to the front. Does nothing if it is not installed."""
        self._host.start(package, screen, **args)

    def content(self, package: str, table: str) -> list[dict[str, Any]]:
        """Rows of another app's table, as its content provider would give them, in row order.

        Empty if that app is not installed.
        """
        if all(app.package != package for app in self._host.installed()):
            return []
        quoted = '"' + table.replace('"', '""') + '"'
        rows = self._host.database(package).execute(f"SELECT * FROM {quoted}")  # noqa: S608 - quoted
        return [dict(row) for row in rows]

    def random(self) -> random.Random:
        """Random numbers for a handler: the same seed and inputs give the same values.

        Each call moves a stored counter on, so a build function must not call it.
        """
        return self._host.next_random()

    def apps(self) -> Sequence[AppInfo]:
        """Every installed app, sorted by label."""
        return self._host.installed()

    def tasks(self) -> Sequence[TaskInfo]:
        """The running tasks, the latest first, the launcher left out."""
        return self._host.recent_tasks()

    def close_task(self, package: str) -> None:
        """End an app's task, as swiping its card away does."""
        self._host.close_task(package)

    def format_date(self, day: date, style: Literal["short", "long"] = "short") -> str:
        """`Thu, Jan 28` or `Thursday, January 28, 2027`; in Chinese 1月28日周四 and so on."""
        return dates.format_date(day, self.locale, long=style == "long")

    def format_time(self, value: time | datetime) -> str:
        """`13:05`, or `1:05 PM` when the phone is set to 12 hours."""
        twelve = self.settings.get("system", "time_12_24") == "12"
        return dates.format_time(value, self.locale, twelve_hours=twelve)
