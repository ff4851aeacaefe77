"""Choosing the folder to move or copy into."""

from functools import partial

from tools.virtual_phone.apps.files import actions, kinds, operations, rows
from tools.virtual_phone.apps.files.tree import ROOT
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Column,
    Expand,
    IconButton,
    ListItem,
    Page,
    Row,
    Scroll,
    TopBar,
    Widget,
)


def start(ctx: Context) -> None:
    """Make sure that there is something to do, even if the screen was opened from outside."""
    for key, value in {"mode": "move", "sources": [], "path": ROOT}.items():
        ctx.state.setdefault(key, value)


def build(ctx: Context) -> Page:
    """The folders of a folder, and the buttons to do it here or not at all."""
    path, moving = ctx.state["path"], ctx.state["mode"] == "move"
    count = len(ctx.state["sources"])
    if count == 1:
        name = ctx.state["sources"][0].rpartition("/")[2]
        title = ctx.t("Move {name} to", name=name) if moving else ctx.t("Copy {name} to", name=name)
    else:
        title = ctx.t("Move {count} things to", count=count)
        if not moving:
            title = ctx.t("Copy {count} things to", count=count)
    new = IconButton(
        "folder-plus-outline",
        ctx.t("New folder"),
        partial(actions.start_new_folder, ctx),
        key="new_folder",
    )
    buttons = Row(
        [
            Expand(Button(ctx.t("Cancel"), ctx.pop, kind="outlined", expand=True)),
            Expand(
                Button(
                    ctx.t("Move here") if moving else ctx.t("Copy here"),
                    lambda: _do(ctx),
                    expand=True,
                    key="here",
                )
            ),
        ],
        gap=12,
        padding=(16, 8),
    )
    crumbs = Row([rows.crumbs(ctx, path, partial(_enter, ctx))], padding=(4, 0, 8, 0))
    return Page(
        Scroll(Column([crumbs, *_folders(ctx, path)])),
        top=TopBar(title, on_back=lambda: _back(ctx, path), actions=[new]),
        bottom=buttons,
        overlay=actions.overlay(ctx),
    )


def _folders(ctx: Context, path: str) -> list[Widget]:
    folders = [
        entry
        for entry in operations.shown(ctx, path)
        if entry.is_folder and entry.path not in ctx.state["sources"]
    ]
    if not folders:
        return [rows.nothing("folder-outline", ctx.t("No folders in here"))]
    return [
        ListItem(
            entry.name,
            leading=Avatar("", icon=kinds.look(entry)[0], color="primary_container"),
            on_tap=partial(_enter, ctx, entry.path),
        )
        for entry in folders
    ]


def _enter(ctx: Context, path: str) -> None:
    ctx.state["path"] = path
    ctx.scroll_to_start("list")


def _back(ctx: Context, path: str) -> None:
    if path == ROOT:
        ctx.pop()
    else:
        _enter(ctx, path.rpartition("/")[0])


def _do(ctx: Context) -> None:
    path, moving = ctx.state["path"], ctx.state["mode"] == "move"
    sources = ctx.state["sources"]
    if moving and all(source.rpartition("/")[0] == path for source in sources):
        ctx.toast(ctx.t("This is where it is already. Choose another folder."))
        return
    try:
        for source in sources:
            (operations.move if moving else operations.copy)(ctx.files, source, path)
    except OSError as error:
        ctx.toast(ctx.t(operations.reason(error)))
        return
    words = "Moved to {folder}" if moving else "Copied to {folder}"
    ctx.toast(ctx.t(words, folder=kinds.title(ctx, path)))
    ctx.pop(selected=[])
