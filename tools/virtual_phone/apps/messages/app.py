"""The Messages app as the phone knows it."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from tools.virtual_phone.apps.messages import conversations, new_chat, seeding, thread
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Page


class MessagesApp(App):
    """Text messages. Tables `conversations` and `messages`; names come from Contacts."""

    package = "com.android.messaging"
    label = "Messages"
    icon = "message-text"
    color = "#1967d2"
    home = "ConversationList"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "ConversationList": conversations.build,
        "NewChat": new_chat.build,
        "Thread": thread.build,
    }
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {
        "NewChat": new_chat.start,
        "Thread": thread.start,
    }
    translations = Path(__file__).with_name("zh.yaml")

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        """Seed some conversations with people who are on every phone."""
        seeding.create(db, seed)
