"""The Contacts app as the phone knows it."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from tools.virtual_phone.apps.contacts import call, detail, edit, people, people_list
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Page

_SCHEMA = """
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    company TEXT NOT NULL,
    phone TEXT NOT NULL,
    phone_type TEXT NOT NULL,
    email TEXT NOT NULL,
    starred INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at TEXT NOT NULL
);
"""
_STARRED = 2


class ContactsApp(App):
    """People and their numbers. Table `contacts`; calls made are logged in `calls`."""

    package = "com.android.contacts"
    label = "Contacts"
    icon = "account"
    color = "#3367d6"
    home = "People"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "People": people_list.build,
        "Detail": detail.build,
        "Edit": edit.build,
        "Call": call.build,
    }
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {"Edit": edit.fill}
    translations = Path(__file__).with_name("zh.yaml")
    permission = "access your contacts"

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        """Seed the contacts; two of them are favourites."""
        db.executescript(_SCHEMA)
        chosen = people.pick_people(seed.rng, seed.locale)
        chosen.sort(key=lambda person: people.sort_key(person.name))
        starred = set(seed.rng.sample(range(len(chosen)), _STARRED))
        db.executemany(
            "INSERT INTO contacts (first_name, last_name, company, phone, phone_type, email, "
            "starred) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*person.row(), int(place in starred)) for place, person in enumerate(chosen)],
        )
