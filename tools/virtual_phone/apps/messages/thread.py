"""One conversation: bubbles, and a field to write in."""

import sqlite3
from datetime import datetime
from itertools import groupby

from tools.virtual_phone.apps.messages import store
from tools.virtual_phone.apps.messages.conversations import avatar, delete_dialog
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Card,
    Column,
    Expand,
    Gap,
    IconButton,
    Menu,
    Overlay,
    Page,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)


def start(ctx: Context) -> None:
    """Open at the newest message; what was unread is read now."""
    number = ctx.state.get("number", "")
    ctx.state.setdefault("number", "")
    ctx.state["name"] = store.name_for(ctx, number, ctx.state.get("name", ""))
    ctx.set_text("body", ctx.state.get("body", ""))
    ctx.scroll_to_end("thread")
    conversation = store.find_conversation(ctx, number)
    if conversation is None:
        ctx.focus("body")
    else:
        ctx.db.execute("UPDATE conversations SET unread = 0 WHERE id = ?", (conversation["id"],))


def build(ctx: Context) -> Page:
    """The messages, oldest first, and the field with its Send button."""
    number = ctx.state["number"]
    name = store.name_for(ctx, number, ctx.state["name"])
    conversation = store.find_conversation(ctx, number)
    rows = _messages(ctx, conversation["id"]) if conversation is not None else []
    more = IconButton(
        "dots-vertical", ctx.t("More options"), lambda: ctx.state.update(menu=True), key="more"
    )
    body = Column(rows or [_empty(ctx, name, number)], gap=4, padding=(16, 8, 16, 12))
    return Page(
        Scroll(body, key="thread"),
        top=TopBar(
            name,
            on_back=ctx.pop,
            actions=[more] if conversation is not None else [],
            subtitle=number if number != name else "",
        ),
        bottom=_composer(ctx, name, number),
        overlay=_overlay(ctx, conversation),
    )


def _composer(ctx: Context, name: str, number: str) -> Widget:
    def send() -> None:
        body = ctx.text("body").strip()
        if not body or not number:
            return
        if not store.send(ctx, name, number, body):
            ctx.toast(ctx.t("Message not sent. Turn off airplane mode."))
        ctx.set_text("body", "")
        ctx.scroll_to_end("thread")

    field = TextField("body", ctx.t("Text message"), kind="multiline")
    button = IconButton(
        "send",
        ctx.t("Send message"),
        send,
        enabled=bool(number and ctx.text("body").strip()),
        key="send",
    )
    return Row([Expand(field), button], gap=4, padding=(12, 8, 8, 8), align="end")


def _messages(ctx: Context, conversation_id: int) -> list[Widget]:
    query = "SELECT * FROM messages WHERE conversation_id = ? ORDER BY created_at, id"
    rows = ctx.db.execute(query, (conversation_id,)).fetchall()
    shown: list[Widget] = []
    for day, group in groupby(rows, key=lambda row: str(row["created_at"])[:10]):
        shown.append(_day(ctx, datetime.fromisoformat(day)))
        shown += [_bubble(ctx, row, last=row["id"] == rows[-1]["id"]) for row in group]
    return shown


def _day(ctx: Context, day: datetime) -> Widget:
    words = ctx.format_date(day.date())
    if day.date() == ctx.now.date():
        words = ctx.t("Today")
    text = Text(words, style="caption", color="on_surface_variant", align="center")
    return Column([text], padding=(0, 10))


def _bubble(ctx: Context, row: sqlite3.Row, *, last: bool) -> Widget:
    sent = row["direction"] == "sent"
    failed = row["status"] == "failed"
    surface = "primary" if sent else "surface_container_high"
    ink = "on_primary" if sent else "on_surface"
    if failed:
        surface, ink = "error_container", "on_error_container"
    bubble = Card(Text(row["body"], color=ink), color=surface, padding=(16, 10))
    line = Row([Gap(56), bubble] if sent else [bubble, Gap(56)], justify="end" if sent else "start")
    if not (last or failed):
        return line
    time = ctx.format_time(datetime.fromisoformat(row["created_at"]))
    words = ctx.t("Not sent") if failed else ctx.t("Sent")
    status = Text(
        f"{time} · {words}" if sent else time,
        style="caption",
        color="error" if failed else "on_surface_variant",
    )
    side = Row([status], justify="end" if sent else "start", padding=(8, 2))
    return Column([line, side])


def _empty(ctx: Context, name: str, number: str) -> Widget:
    return Column(
        [
            avatar(name),
            Text(name, style="title", align="center"),
            Text(
                ctx.t("Texting with {number}", number=number),
                style="small",
                color="on_surface_variant",
                align="center",
            ),
        ],
        gap=8,
        padding=(24, 48),
        align="center",
    )


def _overlay(ctx: Context, conversation: sqlite3.Row | None) -> Overlay | None:
    if conversation is None:
        return None

    def shut() -> None:
        ctx.state.pop("menu", None)

    def ask() -> None:
        shut()
        ctx.state["delete"] = conversation["id"]

    if ctx.state.get("delete") is not None:
        return delete_dialog(ctx, conversation["id"], leave=True)
    if ctx.state.get("menu"):
        return Menu([(ctx.t("Delete conversation"), ask)], on_dismiss=shut)
    return None
