"""Reading and writing conversations."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from tools.virtual_phone.apps.contacts.people import digits, full_name, sort_key
from tools.virtual_phone.system.context import Context

CONTACTS = "com.android.contacts"


@dataclass(frozen=True)
class Recipient:
    """Someone to write to; `name` is the number itself for an unknown one."""

    name: str
    number: str
    label: str = ""


def recipients(ctx: Context) -> list[Recipient]:
    """Everyone in Contacts who has a number, sorted by name."""
    found = [
        Recipient(_name(row), row["phone"], row["phone_type"])
        for row in ctx.content(CONTACTS, "contacts")
        if row["phone"]
    ]
    return sorted(found, key=lambda one: sort_key(one.name))


def name_for(ctx: Context, number: str, otherwise: str = "") -> str:
    """The name that Contacts has for a number, else `otherwise`, else the number."""
    wanted = digits(number)
    for one in recipients(ctx):
        if wanted and digits(one.number) == wanted:
            return one.name
    return otherwise or number


def find_conversation(ctx: Context, number: str) -> sqlite3.Row | None:
    """The conversation with a number, however it is written; None if there is none."""
    wanted = digits(number)
    for row in ctx.db.execute("SELECT * FROM conversations ORDER BY id"):
        if digits(row["recipient_number"]) == wanted:
            found: sqlite3.Row = row
            return found
    return None


def send(ctx: Context, name: str, number: str, body: str) -> bool:
    """Send a message; without a network it stays as `failed`. Whether it was sent."""
    status = "failed" if ctx.settings.on("global", "airplane_mode_on") else "sent"
    conversation = find_conversation(ctx, number)
    if conversation is None:
        made = ctx.db.execute(
            "INSERT INTO conversations (recipient_name, recipient_number) VALUES (?, ?)",
            (name, number),
        )
        conversation_id = made.lastrowid
    else:
        conversation_id = conversation["id"]
    ctx.db.execute(
        "INSERT INTO messages (conversation_id, recipient_name, recipient_number, body, direction, "
        "status, created_at) VALUES (?, ?, ?, ?, 'sent', ?, ?)",
        (conversation_id, name, number, body, status, stamp(ctx.now)),
    )
    return status == "sent"


def stamp(moment: datetime) -> str:
    """A moment as the tables hold it."""
    return moment.isoformat(sep=" ", timespec="seconds")


def short_time(ctx: Context, text: str) -> str:
    """When a message was written: a time for today's, else a date."""
    moment = datetime.fromisoformat(text)
    if moment.date() == ctx.now.date():
        return ctx.format_time(moment)
    if (ctx.now.date() - moment.date()).days == 1:
        return ctx.t("Yesterday")
    return ctx.format_date(moment.date())


def _name(row: dict[str, str]) -> str:
    return full_name(row["first_name"], row["last_name"]) or row["company"] or row["phone"]
