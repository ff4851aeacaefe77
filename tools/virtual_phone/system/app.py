"""What an app is to the phone: a name, an icon, screens and a database."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from tools.virtual_phone.system.scenario import Scenario

if TYPE_CHECKING:
    from tools.virtual_phone.system.context import Context
    from tools.virtual_phone.system.filesystem import FileSystem
    from tools.virtual_phone.ui.widgets import Page


@dataclass(frozen=True)
class Seed:
    """What an app may draw on when it fills its database for the first time.

    Attributes:
        rng: Random numbers that depend on the phone's seed and on the app only.
        now: The virtual local time at which the phone starts.
        scenario: The scenario the phone starts in.
        locale: `en` or `zh`.
    """

    rng: random.Random
    now: datetime
    scenario: Scenario
    locale: str


class App:
    """One installed app. Subclass it, set the class variables; it holds no state of its own.

    A screen is a pure function from a `Context` to a `Page`; it is built anew after every event.
    `screens` names them; a screen's name is its activity's: `package/.Search`.
    """

    package: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    """Name of a Material Design icon."""
    color: ClassVar[str]
    """The icon's background, as `#rrggbb`."""
    home: ClassVar[str]
    """Name of the first screen."""
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]]
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {}
    """Run once when a screen instance is made, before its first build: fill fields, set state."""
    in_launcher: ClassVar[bool] = True
    translations: ClassVar[Path | None] = None
    """A YAML file of English text to Chinese text."""
    version: ClassVar[str] = "1.0"
    permission: ClassVar[str] = "send you notifications"
    """What the app asks leave for in the scenario `permission`; empty: it asks nothing."""
    traps: ClassVar[bool] = True
    """Whether the system may show its traps (permission, popup, session_timeout) over this app."""

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        """Make the schema and the first rows. Must depend on `seed` alone."""

    def stock(self, files: FileSystem, seed: Seed) -> None:
        """Put the app's first files onto a phone just out of the box; must depend on `seed`."""

    def initial_shared(self, seed: Seed) -> dict[str, Any]:  # noqa: ARG002 - for subclasses
        """The app-wide state (JSON) an app starts with."""
        return {}

    def tables(self) -> tuple[str, ...]:
        """Tables that `content query` may read; empty means every table."""
        return ()
