"""The table of notes: making it, reading and writing it, and how a note is worded."""

import sqlite3
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tools.virtual_phone.system.app import Seed
from tools.virtual_phone.system.context import Context

_SCHEMA = """
CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    color TEXT NOT NULL DEFAULT 'default',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
"""
COLORS = {
    "default": ("surface_container", "surface_container"),
    "yellow": ("#fdf0c3", "#453a17"),
    "green": ("#d9f0dc", "#1f3a2a"),
    "blue": ("#d8e8fb", "#1d3550"),
    "purple": ("#eae0f8", "#372b4f"),
    "red": ("#fbdfdb", "#4c2626"),
}
"""A note's colour as the table says it, and how it looks by day and by night."""
COLOR_NAMES = {
    "default": "Default",
    "yellow": "Yellow",
    "green": "Green",
    "blue": "Blue",
    "purple": "Purple",
    "red": "Red",
}
_FEWEST, _MOST = 6, 8


def create(db: sqlite3.Connection, seed: Seed) -> None:
    """Make the table, and notes that the seed picks, spread over the last weeks."""
    db.executescript(_SCHEMA)
    notes = _seeded_notes()[seed.locale]
    chosen = seed.rng.sample(notes, seed.rng.randint(_FEWEST, min(_MOST, len(notes))))
    pinned = seed.rng.randint(1, 2)
    colors = [*list(COLORS)[1:], "default", "default", "default"]
    moment = seed.now - timedelta(minutes=seed.rng.randint(20, 200))
    for place, (title, body) in enumerate(chosen):
        written = moment - timedelta(hours=seed.rng.randint(0, 50))
        color = seed.rng.choice(colors)
        db.execute(
            "INSERT INTO notes (title, body, pinned, color, created_at, updated_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (title, body.strip(), int(place < pinned), color, stamp(written), stamp(moment)),
        )
        moment -= timedelta(hours=seed.rng.randint(5, 70), minutes=seed.rng.randint(0, 59))


def find(ctx: Context, note_id: int | None) -> sqlite3.Row | None:
    """A note by its number; None if there is none."""
    row = ctx.db.execute("SELECT * FROM notes WHERE id = ?", (note_id,)).fetchone()
    found: sqlite3.Row | None = row
    return found


def write(ctx: Context, note_id: int | None, title: str, body: str, color: str) -> int:
    """Write a note's words, as a new one where there is no number; returns its number."""
    now = stamp(ctx.now)
    if note_id is None:
        made = ctx.db.execute(
            "INSERT INTO notes (title, body, color, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            (title, body, color, now, now),
        )
        return int(made.lastrowid or 0)
    ctx.db.execute(
        "UPDATE notes SET title = ?, body = ?, color = ?, updated_at = ? WHERE id = ?",
        (title, body, color, now, note_id),
    )
    return note_id


def set_pinned(ctx: Context, note_id: int, *, pinned: bool) -> None:
    """Pin a note to the top of the list, or let it go."""
    ctx.db.execute("UPDATE notes SET pinned = ? WHERE id = ?", (int(pinned), note_id))


def set_color(ctx: Context, note_id: int, color: str) -> None:
    """Paint a note in one of `COLORS`."""
    ctx.db.execute("UPDATE notes SET color = ? WHERE id = ?", (color, note_id))


def shade(ctx: Context, color: str) -> str:
    """What a card of this colour is filled with in the phone's theme."""
    light, dark = COLORS.get(color, COLORS["default"])
    return dark if ctx.settings.dark else light


def delete(ctx: Context, note_id: int) -> None:
    """Remove a note for good."""
    ctx.db.execute("DELETE FROM notes WHERE id = ?", (note_id,))


def copy(ctx: Context, note: sqlite3.Row) -> None:
    """Make another note with the same words."""
    write(ctx, None, note["title"], note["body"], note["color"])


def name_of(ctx: Context, note: sqlite3.Row) -> str:
    """What a note is called: its title, else its first line."""
    lines = note["body"].strip().splitlines()
    return note["title"] or (lines[0] if lines else ctx.t("Empty note"))


def when(ctx: Context, text: str) -> str:
    """When a note was written: a time for today's, else a date."""
    moment = datetime.fromisoformat(text)
    days = (ctx.now.date() - moment.date()).days
    if days == 0:
        return ctx.format_time(moment)
    return ctx.t("Yesterday") if days == 1 else ctx.format_date(moment.date())


def stamp(moment: datetime) -> str:
    """A moment as the table holds it."""
    return moment.isoformat(sep=" ", timespec="seconds")


@lru_cache(maxsize=1)
def _seeded_notes() -> dict[str, list[list[str]]]:
    path = Path(__file__).with_name("seeded.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    found: dict[str, list[list[str]]] = data
    return found
