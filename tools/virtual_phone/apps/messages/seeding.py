"""The conversations a phone starts with."""

import sqlite3
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tools.virtual_phone.apps.contacts.people import known_people
from tools.virtual_phone.system.app import Seed

_SCHEMA = """
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    recipient_name TEXT NOT NULL,
    recipient_number TEXT NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id),
    recipient_name TEXT NOT NULL,
    recipient_number TEXT NOT NULL,
    body TEXT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('sent', 'received')),
    status TEXT NOT NULL CHECK (status IN ('sent', 'received', 'failed')),
    created_at TEXT NOT NULL
);
"""
_UNREAD = 2
_FEWEST, _MOST = 5, 7


def create(db: sqlite3.Connection, seed: Seed) -> None:
    """Make the schema, and conversations picked by the seed, spread over the last days."""
    db.executescript(_SCHEMA)
    people = known_people(seed.locale)
    chats = _chats()[seed.locale]
    count = seed.rng.randint(_FEWEST, min(_MOST, len(chats)))
    chosen = sorted(seed.rng.sample(range(len(chats)), count))
    partners = seed.rng.sample(people, count)
    moment = seed.now - timedelta(minutes=seed.rng.randint(8, 40))
    for number, (chat, person) in enumerate(zip(chosen, partners, strict=True), start=1):
        db.execute(
            "INSERT INTO conversations VALUES (?, ?, ?, ?)",
            (number, person.name, person.phone, int(number <= _UNREAD)),
        )
        lines = chats[chat]
        start = moment - timedelta(minutes=4 * len(lines))
        for place, line in enumerate(lines):
            direction = "sent" if line.startswith(">") else "received"
            written = start + timedelta(minutes=4 * (place + 1))
            db.execute(
                "INSERT INTO messages (conversation_id, recipient_name, recipient_number, body, "
                "direction, status, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(number, person.name, person.phone, line.removeprefix(">").strip()),
                    *(direction, direction, written.isoformat(sep=" ", timespec="seconds")),
                ),
            )
        moment -= timedelta(hours=seed.rng.randint(3, 30), minutes=seed.rng.randint(0, 59))


@lru_cache(maxsize=1)
def _chats() -> dict[str, list[list[str]]]:
    path = Path(__file__).with_name("chats.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    found: dict[str, list[list[str]]] = data
    return found
