"""What can be done with a note, from its card or from the editor: sheets and dialogs."""

import sqlite3
from functools import partial

from tools.virtual_phone.apps.notes import store
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    BottomSheet,
    Button,
    Column,
    Dialog,
    Handler,
    Icon,
    ListItem,
    Overlay,
    Text,
    Widget,
)


def open_sheet(ctx: Context, note_id: int) -> None:
    """Show what can be done with a note."""
    ctx.focus(None)
    ctx.state.update(open="actions", chosen=note_id)


def overlay(ctx: Context, *, leave: bool) -> Overlay | None:
    """The sheet or dialog that is open on this screen; `leave` closes it when the note goes."""
    kind = ctx.state.get("open")
    note = store.find(ctx, ctx.state.get("chosen"))
    if kind == "colors":
        return _colors(ctx, note)
    if note is None:
        return None
    if kind == "actions":
        return _actions(ctx, note)
    if kind == "delete":
        return _delete(ctx, note, leave=leave)
    return None


def shut(ctx: Context) -> None:
    """Close what is open."""
    ctx.state.pop("open", None)


def share(ctx: Context, text: str) -> None:
    """Hand the text on: there is no other app to take it but the clipboard."""
    ctx.clipboard = text
    ctx.toast(ctx.t("Note copied, ready to share"))


def _actions(ctx: Context, note: sqlite3.Row) -> Overlay:
    def pin() -> None:
        store.set_pinned(ctx, note["id"], pinned=not note["pinned"])
        ctx.toast(ctx.t("Note unpinned") if note["pinned"] else ctx.t("Note pinned"))

    def copy() -> None:
        store.copy(ctx, note)
        ctx.toast(ctx.t("Copy made"))

    def pass_on() -> None:
        share(ctx, f"{note['title']}\n{note['body']}".strip())

    pin_text = ctx.t("Unpin") if note["pinned"] else ctx.t("Pin")
    rows = [
        _row(ctx, "pin-outline", pin_text, pin),
        _row(ctx, "palette-outline", ctx.t("Color"), None, opens="colors"),
        _row(ctx, "content-copy", ctx.t("Make a copy"), copy),
        _row(ctx, "share-variant-outline", ctx.t("Share"), pass_on),
        _row(ctx, "delete-outline", ctx.t("Delete"), None, opens="delete"),
    ]
    title = store.name_of(ctx, note)
    return BottomSheet(title, Column(rows), on_dismiss=partial(shut, ctx))


def _row(ctx: Context, icon: str, text: str, act: Handler | None, *, opens: str = "") -> Widget:
    def tap() -> None:
        shut(ctx)
        if act is not None:
            act()
        else:
            ctx.state["open"] = opens

    return ListItem(text, leading=Icon(icon), on_tap=tap)


def _colors(ctx: Context, note: sqlite3.Row | None) -> Overlay:
    now = ctx.state.get("color") or (note["color"] if note is not None else "default")

    def choose(color: str) -> None:
        shut(ctx)
        if "color" in ctx.state:
            ctx.state["color"] = color
        if note is not None:
            store.set_color(ctx, note["id"], color)

    rows = [
        ListItem(
            ctx.t(store.COLOR_NAMES[color]),
            leading=_swatch(ctx, color, chosen=color == now),
            on_tap=partial(choose, color),
            selected=color == now,
            key=f"color_{color}",
        )
        for color in store.COLORS
    ]
    return BottomSheet(ctx.t("Color"), Column(rows), on_dismiss=partial(shut, ctx))


def _swatch(ctx: Context, color: str, *, chosen: bool) -> Widget:
    shade = "surface_container_highest" if color == "default" else store.shade(ctx, color)
    return Avatar("", icon="check" if chosen else "circle-outline", color=shade)


def _delete(ctx: Context, note: sqlite3.Row, *, leave: bool) -> Overlay:
    def delete() -> None:
        shut(ctx)
        store.delete(ctx, note["id"])
        ctx.toast(ctx.t("Note deleted"))
        if leave:
            ctx.pop()

    name = store.name_of(ctx, note)
    return Dialog(
        ctx.t("Delete note?"),
        Text(ctx.t("“{name}” will be removed from this phone.", name=name)),
        [
            Button(ctx.t("Cancel"), partial(shut, ctx), kind="text"),
            Button(ctx.t("Delete"), delete, kind="text"),
        ],
        on_dismiss=partial(shut, ctx),
    )
