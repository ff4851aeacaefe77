"""The data of an open screen and of a task: plain, JSON-able, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(eq=False)
class Screen:
    """One open screen (an activity's instance). Compared by identity.

    Attributes:
        name: Its name among its app's screens.
        state: The app's own JSON for it.
        texts: What stands in its text fields, by widget key.
        carets: Caret positions in characters, by widget key; missing means at the end.
        scrolls: Scroll offsets in device px, by widget key.
        focus: Key of the focused text field.
        keyboard: Whether the soft keyboard is up for the focused field.
    """

    name: str
    state: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    carets: dict[str, int] = field(default_factory=dict)
    scrolls: dict[str, float] = field(default_factory=dict)
    focus: str | None = None
    keyboard: bool = False


@dataclass(eq=False)
class Task:
    """An app's stack of screens, the top one last, and the app's shared state."""

    package: str
    shared: dict[str, Any] = field(default_factory=dict)
    screens: list[Screen] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """The task as JSON-able data, for `load`. Not a copy: serialize it before going on."""
        return {
            "package": self.package,
            "shared": self.shared,
            "screens": [vars(screen) for screen in self.screens],
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """The task that `dump` described; takes over the data without copying it."""
        screens = [Screen(**screen) for screen in data["screens"]]
        return cls(package=data["package"], shared=data["shared"], screens=screens)
