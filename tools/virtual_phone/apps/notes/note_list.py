"""All notes, as cards in columns or as a list, with search."""

import sqlite3
from functools import partial

from tools.virtual_phone.apps.notes import note_actions, store
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Card,
    Column,
    Expand,
    Fab,
    Gap,
    Icon,
    IconButton,
    Page,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

_SIGNS_PER_LINE = 22
_MOST_LINES = 7


def build(ctx: Context) -> Page:
    """Search field, pinned notes, the others, and a button to write one."""
    query = ctx.text("search").strip()
    notes = _notes(ctx, query)
    body: list[Widget]
    if not notes:
        body = [_nothing(ctx, query)]
    elif query:
        count = ctx.t("1 note found")
        if len(notes) > 1:
            count = ctx.t("{count} notes found", count=len(notes))
        body = [_heading(count), _cards(ctx, notes)]
    else:
        body = _sections(ctx, notes)
    search = TextField(
        "search",
        ctx.t("Search notes"),
        kind="search",
        leading_icon="magnify",
        on_clear=lambda: ctx.set_text("search", ""),
    )
    return Page(
        Scroll(Column(body, padding=(16, 4, 16, 16))),
        top=TopBar(ctx.t("Notes"), search=search, actions=[_layout_button(ctx)]),
        fab=Fab("plus", ctx.t("New note"), lambda: ctx.push("Editor")),
        overlay=note_actions.overlay(ctx, leave=False),
    )


def _notes(ctx: Context, query: str) -> list[sqlite3.Row]:
    rows = ctx.db.execute("SELECT * FROM notes ORDER BY pinned DESC, updated_at DESC, id DESC")
    words = query.casefold().split()
    return [
        row
        for row in rows
        if all(word in f"{row['title']}\n{row['body']}".casefold() for word in words)
    ]


def _layout_button(ctx: Context) -> IconButton:
    as_list = ctx.shared.get("as_list", False)

    def change() -> None:
        ctx.shared["as_list"] = not as_list

    if as_list:
        return IconButton("view-grid-outline", ctx.t("Grid view"), change, key="layout")
    return IconButton("format-list-bulleted", ctx.t("List view"), change, key="layout")


def _sections(ctx: Context, notes: list[sqlite3.Row]) -> list[Widget]:
    pinned = [note for note in notes if note["pinned"]]
    others = [note for note in notes if not note["pinned"]]
    shown: list[Widget] = []
    if pinned:
        shown += [_heading(ctx.t("Pinned")), _cards(ctx, pinned)]
    if pinned and others:
        shown.append(_heading(ctx.t("Others")))
    if others:
        shown.append(_cards(ctx, others))
    return shown


def _cards(ctx: Context, notes: list[sqlite3.Row]) -> Widget:
    """Columns of cards; each card goes where there is most room."""
    count = 1 if ctx.shared.get("as_list", False) else 2
    if ctx.landscape:
        count += 1
    columns: list[list[Widget]] = [[] for _ in range(count)]
    heights = [0.0] * count
    for note in notes:
        place = heights.index(min(heights))
        columns[place].append(_card(ctx, note))
        heights[place] += _height(note)
    parts = [Expand(Column(column, gap=8)) for column in columns]
    return Row(parts, gap=8, align="start")


def _height(note: sqlite3.Row) -> float:
    """About how high a card is, in lines."""
    lines = sum(1 + len(line) // _SIGNS_PER_LINE for line in note["body"].splitlines())
    return 4.0 + min(lines, _MOST_LINES) + (1.5 if note["title"] else 0)


def _card(ctx: Context, note: sqlite3.Row) -> Widget:
    parts: list[Widget] = []
    if note["title"]:
        parts.append(Text(note["title"], style="subtitle", weight="medium", max_lines=2))
    if note["body"]:
        parts.append(
            Text(note["body"], style="small", color="on_surface_variant", max_lines=_MOST_LINES)
        )
    foot: list[Widget] = [
        Expand(
            Text(store.when(ctx, note["updated_at"]), style="caption", color="on_surface_variant")
        )
    ]
    if note["pinned"]:
        foot.append(Icon("pin", size=16, description=ctx.t("Pinned")))
    parts += [Gap(2), Row(foot)]
    return Card(
        Column(parts, gap=4),
        on_tap=partial(ctx.push, "Editor", note_id=note["id"]),
        on_long_press=partial(note_actions.open_sheet, ctx, note["id"]),
        color=store.shade(ctx, note["color"]),
        padding=(14, 14, 14, 12),
        key=f"note_{note['id']}",
    )


def _heading(text: str) -> Widget:
    title = Text(text, style="label", color="on_surface_variant", weight="medium")
    return Row([title], padding=(4, 12, 4, 8))


def _nothing(ctx: Context, query: str) -> Widget:
    text = ctx.t("No notes found") if query else ctx.t("Notes you write appear here")
    icon = "file-search-outline" if query else "lightbulb-outline"
    return Column(
        [
            Row([Avatar("", icon=icon, color="secondary_container", size=96)], justify="center"),
            Text(text, align="center", color="on_surface_variant"),
        ],
        gap=16,
        padding=(24, 96),
    )
