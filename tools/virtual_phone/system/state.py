"""Everything the phone remembers outside databases, files and settings: plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Self

from tools.virtual_phone.system.screen import Screen, Task


class Event(NamedTuple):
    """A line of the event log; `time` is virtual, ISO 8601 with milliseconds."""

    time: str
    kind: str
    detail: str


@dataclass
class PhoneState:
    """The running phone as data.

    Attributes:
        tasks: Running tasks, the one in front last.
        traps: Dialogs of the system that wait over an app: kind and package, the first one shows.
        permissions: What was answered to an app's permission dialog: "granted" or "denied".
        popups: Packages whose advertisement was shown.
        inputs: Inputs an app has had, for the session time-out; -1 once it has asked.
        toast: The message that shows, empty for none, and the virtual second it goes away.
        random_calls: How many random generators handlers have taken.
        keyboard_layout: The page of the soft keyboard.
        shift: Whether the next letter is a capital.
        clipboard: The text on the clipboard.
        awake: Whether the screen is on.
        selection: Where a selection in the focused field is anchored; -1 for none.
    """

    tasks: list[Task] = field(default_factory=list)
    traps: list[tuple[str, str]] = field(default_factory=list)
    permissions: dict[str, str] = field(default_factory=dict)
    popups: list[str] = field(default_factory=list)
    inputs: dict[str, int] = field(default_factory=dict)
    toast: str = ""
    toast_until_s: float = 0.0
    random_calls: int = 0
    keyboard_layout: str = "letters"
    shift: bool = False
    clipboard: str = ""
    awake: bool = True
    selection: int = -1

    @property
    def front(self) -> Task:
        """The task that shows."""
        return self.tasks[-1]

    @property
    def top(self) -> Screen:
        """The screen that shows."""
        return self.tasks[-1].screens[-1]

    def task(self, package: str) -> Task | None:
        """An app's running task."""
        return next((task for task in self.tasks if task.package == package), None)

    def dump(self) -> str:
        """Everything as JSON text, for `load`.

        Raises:
            TypeError: If an app put something into its state that JSON cannot hold.
        """
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        plain["tasks"] = [task.dump() for task in self.tasks]
        return json.dumps(plain)

    @classmethod
    def load(cls, dumped: str) -> Self:
        """The state that `dump` described."""
        plain: dict[str, Any] = json.loads(dumped)
        plain["tasks"] = [Task.load(task) for task in plain["tasks"]]
        plain["traps"] = [(kind, package) for kind, package in plain["traps"]]
        return cls(**plain)
