"""The list of conversations."""

import sqlite3

from tools.virtual_phone.apps.contacts.people import avatar_color
from tools.virtual_phone.apps.messages import store
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Column,
    Dialog,
    Fab,
    Icon,
    ListItem,
    Overlay,
    Page,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

_LATEST = """
SELECT c.*, m.body, m.direction, m.status, m.created_at
FROM conversations c JOIN messages m ON m.id = (
    SELECT id FROM messages WHERE conversation_id = c.id ORDER BY created_at DESC, id DESC LIMIT 1
)
ORDER BY m.created_at DESC, m.id DESC
"""
_SNIPPET = 60
"""Characters of the last message that the list shows: about two lines."""


def build(ctx: Context) -> Page:
    """Conversations with their last message, the latest first; search over names and texts."""
    query = ctx.text("search").strip().casefold()
    rows = [row for row in ctx.db.execute(_LATEST) if not query or _holds(ctx, row, query)]
    body: Widget
    if rows:
        body = Column([*(_item(ctx, row) for row in rows), Row([], padding=(0, 44))])
    elif query:
        body = _nothing(ctx.t("No conversations found"))
    else:
        body = _nothing(ctx.t("Once you start a new conversation, it will be listed here"))
    search = TextField(
        "search", ctx.t("Search conversations"), kind="search", leading_icon="magnify"
    )
    return Page(
        Scroll(body),
        top=TopBar(ctx.t("Messages"), search=search),
        fab=Fab("message-outline", ctx.t("Start chat"), lambda: ctx.push("NewChat")),
        overlay=_overlay(ctx),
    )


def _item(ctx: Context, row: sqlite3.Row) -> Widget:
    name = store.name_for(ctx, row["recipient_number"], row["recipient_name"])
    number = row["recipient_number"]
    snippet = (
        ctx.t("You: {message}", message=row["body"]) if row["direction"] == "sent" else row["body"]
    )
    if row["status"] == "failed":
        snippet = ctx.t("Not sent: {message}", message=row["body"])
    if len(snippet) > _SNIPPET:
        snippet = snippet[: _SNIPPET - 1].rstrip() + "…"
    unread = bool(row["unread"])
    time = Text(
        store.short_time(ctx, row["created_at"]),
        style="caption",
        color="primary" if unread else "on_surface_variant",
        weight="medium" if unread else "regular",
    )
    marks: list[Widget] = [time]
    if unread:
        marks.append(Icon("circle-medium", size=20, color="primary", description=ctx.t("Unread")))
    return ListItem(
        name,
        subtitle=snippet,
        leading=avatar(name),
        trailing=Column(marks, gap=4, align="end"),
        on_tap=lambda: ctx.push("Thread", name=name, number=number),
        on_long_press=lambda: ctx.state.update(delete=row["id"]),
        key=f"conversation_{row['id']}",
    )


def avatar(name: str) -> Avatar:
    """A letter for someone with a name, a figure for a bare number."""
    if name[:1].isalpha():
        return Avatar(name[0].upper(), color=avatar_color(name))
    return Avatar("", icon="account", color=avatar_color(name))


def _holds(ctx: Context, row: sqlite3.Row, query: str) -> bool:
    number = row["recipient_number"]
    name = store.name_for(ctx, number, row["recipient_name"])
    texts = ctx.db.execute("SELECT body FROM messages WHERE conversation_id = ?", (row["id"],))
    return query in " ".join([name, number, *(text["body"] for text in texts)]).casefold()


def delete_dialog(ctx: Context, conversation_id: int, *, leave: bool) -> Overlay:
    """Asks before a conversation goes; `leave` closes the screen after it."""

    def shut() -> None:
        ctx.state.pop("delete", None)

    def delete() -> None:
        shut()
        ctx.db.execute("DELETE FROM messages WHERE conversation_id = ?", (conversation_id,))
        ctx.db.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))
        ctx.toast(ctx.t("Conversation deleted"))
        if leave:
            ctx.pop()

    return Dialog(
        ctx.t("Delete this conversation?"),
        Text(ctx.t("This deletes its messages from this phone for good.")),
        [
            Button(ctx.t("Cancel"), shut, kind="text"),
            Button(ctx.t("Delete"), delete, kind="text"),
        ],
        on_dismiss=shut,
    )


def _overlay(ctx: Context) -> Overlay | None:
    chosen = ctx.state.get("delete")
    return delete_dialog(ctx, chosen, leave=False) if chosen is not None else None


def _nothing(text: str) -> Widget:
    return Column(
        [
            Row([Icon("forum-outline", size=56, color="outline")], justify="center"),
            Text(text, align="center", color="on_surface_variant"),
        ],
        gap=16,
        padding=(32, 96),
    )
