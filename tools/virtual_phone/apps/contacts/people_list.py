"""The list of all contacts, with search and favourites."""

import sqlite3
from itertools import groupby

from tools.virtual_phone.apps.contacts import people
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Column,
    Expand,
    Fab,
    Icon,
    ListItem,
    Page,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)


def build(ctx: Context) -> Page:
    """Search field, favourites, everybody under their letters, and a button to add one."""
    query = ctx.text("search").strip()
    rows = sorted(
        ctx.db.execute("SELECT * FROM contacts").fetchall(),
        key=lambda row: people.sort_key(name_of(ctx, row)),
    )
    found = _search(ctx, rows, query) if query else _everybody(ctx, rows)
    search = TextField("search", ctx.t("Search contacts"), kind="search", leading_icon="magnify")
    return Page(
        Scroll(Column([*found, Column([], padding=(0, 44))])),
        top=TopBar(ctx.t("Contacts"), search=search),
        fab=Fab("plus", ctx.t("Create contact"), lambda: ctx.push("Edit")),
    )


def name_of(ctx: Context, row: sqlite3.Row) -> str:
    """What a contact is called: the name, else the company, number or address."""
    name = people.full_name(row["first_name"], row["last_name"])
    return name or row["company"] or row["phone"] or row["email"] or ctx.t("No name")


def _search(ctx: Context, rows: list[sqlite3.Row], query: str) -> list[Widget]:
    words = query.casefold().split()
    number = people.digits(query)
    found = [
        row
        for row in rows
        if all(word in _searchable(ctx, row) for word in words)
        or (number and number in people.digits(row["phone"]))
    ]
    if not found:
        return [_nothing(ctx.t("No contacts found"))]
    count = ctx.t("1 found") if len(found) == 1 else ctx.t("{count} found", count=len(found))
    return [_heading(count), *(_item(ctx, row) for row in found)]


def _everybody(ctx: Context, rows: list[sqlite3.Row]) -> list[Widget]:
    if not rows:
        return [_nothing(ctx.t("Your contacts will appear here"))]
    starred = [row for row in rows if row["starred"]]
    shown: list[Widget] = []
    if starred:
        title = Row([Icon("star", size=18, color="primary"), _letter(ctx.t("Favorites"))], gap=8)
        shown.append(Row([title], padding=(20, 12, 16, 4)))
        shown += [_item(ctx, row, key="favorite") for row in starred]
    for letter, group in groupby(rows, key=lambda row: people.heading(name_of(ctx, row))):
        shown.append(_heading(letter))
        shown += [_item(ctx, row) for row in group]
    shown.append(
        Text(
            ctx.t("{count} contacts", count=len(rows)),
            style="small",
            color="on_surface_variant",
            align="center",
        )
    )
    return shown


def _item(ctx: Context, row: sqlite3.Row, *, key: str = "contact") -> Widget:
    name = name_of(ctx, row)
    contact_id = row["id"]
    return ListItem(
        name,
        subtitle=row["company"] if row["company"] != name else "",
        leading=Avatar(people.initials(name), color=people.avatar_color(name)),
        on_tap=lambda: ctx.push("Detail", contact_id=contact_id),
        key=f"{key}_{contact_id}",
    )


def _searchable(ctx: Context, row: sqlite3.Row) -> str:
    return " ".join([name_of(ctx, row), *(str(cell) for cell in tuple(row)[1:7])]).casefold()


def _heading(text: str) -> Widget:
    return Row([_letter(text)], padding=(20, 12, 16, 4))


def _letter(text: str) -> Widget:
    return Text(text, style="label", color="primary", weight="medium")


def _nothing(text: str) -> Widget:
    return Column(
        [
            Row([Icon("account-search-outline", size=56, color="outline")], justify="center"),
            Row([Expand(Text(text, align="center", color="on_surface_variant"))]),
        ],
        gap=16,
        padding=(24, 96),
    )
