"""The Clock app as the phone knows it."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from tools.virtual_phone.apps.clock import alarms, stopwatch, timer, world
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import NavBar, Page

_SCHEMA = """
CREATE TABLE alarms (
    id INTEGER PRIMARY KEY,
    hour INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    days TEXT NOT NULL DEFAULT '',
    enabled INTEGER NOT NULL DEFAULT 1,
    label TEXT NOT NULL DEFAULT '',
    vibrate INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE cities (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE timers (
    id INTEGER PRIMARY KEY,
    duration_s INTEGER NOT NULL,
    left_s REAL NOT NULL,
    running INTEGER NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE TABLE stopwatch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    elapsed_s REAL NOT NULL,
    running INTEGER NOT NULL,
    changed_at TEXT NOT NULL
);
CREATE TABLE laps (id INTEGER PRIMARY KEY, total_s REAL NOT NULL);
"""
_ALARMS = ((8, 30, "mon,tue,wed,thu,fri"), (9, 0, "sat,sun"))
_CITIES = ("London", "New York", "Tokyo", "Beijing", "Paris", "Sydney")
_TABS = (
    ("alarm", "Alarm", alarms.build),
    ("clock-outline", "Clock", world.build),
    ("timer-sand", "Timer", timer.build),
    ("timer-outline", "Stopwatch", stopwatch.build),
)


def desk_clock(ctx: Context) -> Page:
    """The tab that is chosen, over the bar that chooses."""
    tab = int(ctx.state.get("tab", 0))
    items = [(icon, ctx.t(label)) for icon, label, _ in _TABS]
    bar = NavBar(items, tab, lambda index: ctx.state.update(tab=index))
    return _TABS[tab][2](ctx, bar)


class ClockApp(App):
    """Alarms, world clock, timers, stopwatch. Alarms are kept, but none ever rings."""

    package = "com.android.deskclock"
    label = "Clock"
    icon = "clock-outline"
    color = "#3c4ba6"
    home = "DeskClock"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "DeskClock": desk_clock,
        "Cities": world.choose_city,
    }
    translations = Path(__file__).with_name("zh.yaml")

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        """Two alarms that are off, as on a new phone, and two cities."""
        db.executescript(_SCHEMA)
        db.executemany(
            "INSERT INTO alarms (hour, minute, days, enabled) VALUES (?, ?, ?, 0)", _ALARMS
        )
        names = [(name,) for name in seed.rng.sample(_CITIES, 2)]
        db.executemany("INSERT INTO cities (name) VALUES (?)", names)
