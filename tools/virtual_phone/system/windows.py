"""Tasks and screens: what is open, what is in front, and what apps may ask of the phone."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tools.virtual_phone.system.app import App
from tools.virtual_phone.system.clock import VirtualClock
from tools.virtual_phone.system.context import AppInfo, Context, TaskInfo
from tools.virtual_phone.system.filesystem import FileSystem
from tools.virtual_phone.system.scenario import Scenario
from tools.virtual_phone.system.screen import Screen, Task
from tools.virtual_phone.system.settings import Settings
from tools.virtual_phone.system.state import Event, PhoneState
from tools.virtual_phone.system.storage import Databases
from tools.virtual_phone.system.translation import translate
from tools.virtual_phone.system.traps import INPUTS_PER_SESSION

LAUNCHER = "com.android.launcher3"
RECENTS = "Recents"
TOAST_S = 1.0
"""How long a toast shows, in virtual seconds: about three taps."""


class UnknownScreenError(KeyError):
    """An app asked for a screen that it does not have."""


class Windows:
    """The activity stack and the services behind a `Context`.

    Attributes:
        state: The running phone as data.
        version: Grows with every change that may show.
        events: The append-only log.
    """

    def __init__(
        self,
        apps: Mapping[str, App],
        clock: VirtualClock,
        databases: Databases,
        scenario: Scenario,
        seed: int,
    ) -> None:
        if LAUNCHER not in apps:
            raise ValueError(f"the phone needs a home app of package {LAUNCHER}")
        self.apps = apps
        self.clock = clock
        self.databases = databases
        self.scenario = scenario
        self.seed = seed
        self.version = 0
        self.files_version = 0
        self.events: list[Event] = []
        self.settings = Settings(lambda *_: self.changed())
        self.files = FileSystem(clock=self._epoch_s, on_change=self._files_changed)
        self._factory_files = self.files.snapshot()
        self.state = PhoneState()
        self.boot()

    def adopt(self, scenario: Scenario, seed: int) -> None:
        """Take another scenario and seed for what is made from now on."""
        self.scenario = scenario
        self.seed = seed
        self.clock.reset(scenario.now)
        self.databases.adopt(scenario, seed)

    def boot(self) -> None:
        """Start anew as just out of the box, on the home screen."""
        self.databases.forget_all()
        self.settings.reset(self.scenario)
        self.files.restore(self._factory_files)
        for package, app in self.apps.items():
            app.stock(self.files, self.databases.seed_for(package))
        self.state = PhoneState()
        self.start(LAUNCHER)

    def changed(self) -> None:
        """Say that what shows may be another picture now."""
        self.version += 1

    def log(self, kind: str, detail: str = "") -> None:
        """Append to the event log."""
        self.events.append(Event(self.now.isoformat(timespec="milliseconds"), kind, detail))

    # What apps ask for through their Context.

    @property
    def now(self) -> datetime:
        """The virtual local time."""
        return self.clock.now

    @property
    def rotation(self) -> int:
        """Quarter turns of the screen, 0 to 3."""
        return self.settings.rotation

    @property
    def clipboard(self) -> str:
        """The text on the clipboard."""
        return self.state.clipboard

    @clipboard.setter
    def clipboard(self, text: str) -> None:
        self.state.clipboard = text

    def database(self, package: str) -> sqlite3.Connection:
        """An app's database."""
        return self.databases.get(package)

    def open_screen(self, task: Task, name: str, args: dict[str, Any]) -> None:
        """Put a screen on a task.

        Raises:
            UnknownScreenError: If the app has no such screen.
        """
        app = self.apps[task.package]
        if name not in app.screens:
            raise UnknownScreenError(f"{task.package} has no screen {name!r}")
        if task.screens:
            task.screens[-1].keyboard = False
        screen = Screen(name, state=dict(args))
        task.screens.append(screen)
        if name in app.on_open:
            app.on_open[name](self.context(task, screen))
        self._show_keyboard_anew()

    def close_screen(self, task: Task, screen: Screen, result: dict[str, Any]) -> None:
        """Take a screen off a task, with those above it; the task's first one goes home."""
        if screen not in task.screens:
            return
        index = task.screens.index(screen)
        if index == 0:
            if screen.name != self.apps[task.package].home:
                self.state.tasks.remove(task)
            else:
                del task.screens[1:]
            self.start(LAUNCHER)
            return
        del task.screens[index:]
        task.screens[-1].state.update(result)
        self._show_keyboard_anew()

    def start(self, package: str, screen: str = "", **args: object) -> bool:
        """Bring an app to the front, starting it if need be; False if there is no such thing.

        Without `screen` a running app comes back as it was left.
        """
        app = self.apps.get(package)
        name = screen.lstrip(".")
        if app is None or (name and name not in app.screens):
            return False
        for running in self.state.tasks:
            running.screens[-1].keyboard = False
        task = self.state.task(package)
        cold = task is None
        if task is None:
            shared = app.initial_shared(self.databases.seed_for(package))
            task = Task(package, shared)
        else:
            self.state.tasks.remove(task)
        self.state.tasks.append(task)
        if cold or (name and (args or task.screens[-1].name != name)):
            self.open_screen(task, name or app.home, dict(args))
        if cold:
            self.log("start", package)
            self._set_traps(app)
        self._show_keyboard_anew()
        return True

    def show_toast(self, text: str) -> None:
        """Show a short message."""
        self.state.toast = text
        self.state.toast_until_s = self.clock.elapsed_s + TOAST_S
        self.log("toast", text)
        self.changed()

    def next_random(self) -> random.Random:
        """Random numbers for one handler."""
        self.state.random_calls += 1
        return random.Random(f"{self.seed}/call/{self.state.random_calls}")  # noqa: S311

    def installed(self) -> Sequence[AppInfo]:
        """Every installed app, sorted by label."""
        return sorted((self.info(app) for app in self.apps.values()), key=lambda one: one.label)

    def info(self, app: App) -> AppInfo:
        """An app as lists of apps show it."""
        label = translate(app.translations, app.label, self.settings.locale)
        return AppInfo(app.package, label, app.icon, app.color, app.in_launcher, app.version)

    def recent_tasks(self) -> Sequence[TaskInfo]:
        """The running tasks, the latest first, the launcher left out."""
        return [
            TaskInfo(self.info(self.apps[task.package]), task.screens[-1].name)
            for task in reversed(self.state.tasks)
            if task.package != LAUNCHER
        ]

    def close_task(self, package: str) -> None:
        """End an app's task; of the launcher, start it afresh."""
        task = self.state.task(package)
        if task is None:
            return
        front = task is self.state.front
        self.state.tasks.remove(task)
        self.state.traps = [trap for trap in self.state.traps if trap[1] != package]
        if front or package == LAUNCHER:
            self.start(LAUNCHER)
        self.changed()

    def hide_keyboard(self) -> None:
        """Put the soft keyboard away; the focus stays."""
        self.state.top.keyboard = False
        self._show_keyboard_anew()

    # What the system itself does.

    def home(self) -> None:
        """Show the home screen."""
        self.start(LAUNCHER)
        del self.state.front.screens[1:]
        self._show_keyboard_anew()

    def recents(self) -> None:
        """Show the recent tasks; asked again while they show, go to the latest one."""
        latest = self.recent_tasks()
        if self.state.front.package == LAUNCHER and self.state.top.name == RECENTS:
            if latest:
                self.start(latest[0].app.package)
            return
        self.home()
        if RECENTS in self.apps[LAUNCHER].screens:
            self.open_screen(self.state.front, RECENTS, {})

    def context(self, task: Task, screen: Screen) -> Context:
        """The context of an open screen."""
        return Context(self, self.apps[task.package], task, screen)

    def trap(self) -> tuple[str, str] | None:
        """Kind and package of the system dialog that shows, if any."""
        package = self.state.front.package
        return next((trap for trap in self.state.traps if trap[1] == package), None)

    def answer_trap(self, trap: tuple[str, str], answer: str) -> None:
        """Close a system dialog with what the user chose."""
        kind, package = trap
        if trap in self.state.traps:
            self.state.traps.remove(trap)
        if kind == "permission":
            self.state.permissions[package] = answer
        if answer == "taken":
            self.show_toast(translate(None, "This offer has ended", self.settings.locale))
        self.log("trap", f"{kind} {package} {answer}")
        self.changed()

    def set_trap(self, kind: str, package: str) -> None:
        """Let a system dialog wait over an app."""
        self.state.traps.append((kind, package))
        task = self.state.task(package)
        if task is not None and task.screens:
            task.screens[-1].keyboard = False
        self.log("trap", f"{kind} {package}")

    def count_input(self, package: str) -> None:
        """Note that an app had an input; it may ask whether the session goes on."""
        inputs, app = self.state.inputs, self.apps[package]
        if not (self.scenario.has("session_timeout") and app.traps) or inputs.get(package) == -1:
            return
        inputs[package] = inputs.get(package, 0) + 1
        if inputs[package] >= INPUTS_PER_SESSION:
            inputs[package] = -1
            self.set_trap("session_timeout", package)
            self.changed()

    def _set_traps(self, app: App) -> None:
        if not app.traps:
            return
        package, state = app.package, self.state
        asks = self.scenario.has("permission") and app.permission
        if asks and package not in state.permissions:
            self.set_trap("permission", package)
        if self.scenario.has("popup") and package not in state.popups:
            state.popups.append(package)
            self.set_trap("popup", package)

    def _show_keyboard_anew(self) -> None:
        self.state.keyboard_layout = "letters"
        self.state.shift = False
        self.state.selection = -1
        self.changed()

    def _files_changed(self) -> None:
        self.files_version += 1

    def _epoch_s(self) -> int:
        # The virtual phone's time zone is UTC, so that local time is epoch time.
        return int((self.now - datetime(1970, 1, 1)).total_seconds())
