"""The Notes app as the phone knows it."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from tools.virtual_phone.apps.notes import editor, note_list, store
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Page


class NotesApp(App):
    """Notes with a title and a text. Table `notes`."""

    package = "com.tapwright.notes"
    label = "Notes"
    icon = "note-text"
    color = "#b06000"
    home = "NoteList"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "NoteList": note_list.build,
        "Editor": editor.build,
    }
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {"Editor": editor.fill}
    translations = Path(__file__).with_name("zh.yaml")

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        """Seed some notes; one or two are pinned."""
        store.create(db, seed)
