"""A folder: what lies in it, with search, sorting, selecting and new folders."""

from functools import partial

from tools.virtual_phone.apps.files import actions, kinds, operations, rows
from tools.virtual_phone.apps.files.tree import ROOT
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.filesystem import Entry, real_path
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Card,
    Column,
    Expand,
    Fab,
    Grid,
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

_TINTS = {"image": "#f6dfe4", "video": "#e7e0f6", "audio": "#fbe9cf", "document": "#dbe8fb"}


def start(ctx: Context) -> None:
    """Begin at the root, or at the folder (of the shared storage) the screen was opened with."""
    path = real_path(str(ctx.state.get("path", ROOT)))
    ctx.state["path"] = path if f"{path}/".startswith(f"{ROOT}/") else ROOT
    ctx.state["selected"] = []


def build(ctx: Context) -> Page:
    """The folder's content; at the root the categories are above it."""
    path = ctx.state["path"]
    folder = ctx.files.stat(path)
    if folder is None or not folder.is_folder:
        text = rows.nothing("folder-outline", ctx.t("This folder is no longer there"))
        return Page(text, top=TopBar(ctx.t("Files"), on_back=lambda: rows.enter(ctx, ROOT)))
    kept = [one for one in ctx.state["selected"] if ctx.files.stat(one) is not None]
    ctx.state["selected"] = kept
    query = ctx.text("search").strip()
    body = _found(ctx, path, query) if query else _content(ctx, path)
    if kept:
        return Page(
            Scroll(Column(body)),
            top=_selection_top(ctx, path, query),
            bottom=actions.selection_bar(ctx),
            overlay=actions.overlay(ctx),
        )
    fab = Fab("folder-plus-outline", ctx.t("New folder"), partial(actions.start_new_folder, ctx))
    return Page(
        Scroll(Column(body)),
        top=_top(ctx, path, query),
        fab=None if query else fab,
        overlay=actions.overlay(ctx),
    )


def _top(ctx: Context, path: str, query: str) -> TopBar:
    def back() -> None:
        if query:
            ctx.set_text("search", "")
            ctx.focus(None)
        else:
            rows.enter(ctx, path.rpartition("/")[0])

    search = TextField(
        "search",
        ctx.t("Search files"),
        kind="search",
        leading_icon="magnify",
        on_clear=lambda: ctx.set_text("search", ""),
    )
    sort = IconButton("sort", ctx.t("Sort by"), lambda: _open_sort(ctx), key="sort")
    inside = bool(query) or path != ROOT
    return TopBar(ctx.t("Files"), on_back=back if inside else None, search=search, actions=[sort])


def _open_sort(ctx: Context) -> None:
    ctx.focus(None)
    ctx.state["open"] = "sort"


def _selection_top(ctx: Context, path: str, query: str) -> TopBar:
    count = len(ctx.state["selected"])
    everything = _matching(ctx, path, query) if query else operations.shown(ctx, path)

    def select_all() -> None:
        ctx.state["selected"] = [entry.path for entry in everything]

    return TopBar(
        ctx.t("{count} selected", count=count),
        on_back=lambda: ctx.state.update(selected=[]),
        actions=[IconButton("select-all", ctx.t("Select all"), select_all)],
    )


def _content(ctx: Context, path: str) -> list[Widget]:
    entries = operations.shown(ctx, path)
    shown: list[Widget] = []
    if path == ROOT:
        if not ctx.state["selected"]:
            shown += [_categories(ctx), *_downloads(ctx)]
        title = Text(ctx.t("Internal storage"), style="subtitle", weight="medium")
        shown.append(Row([Expand(title), _used(ctx)], padding=(16, 12, 16, 4)))
    else:
        crumbs = rows.crumbs(ctx, path, partial(rows.enter, ctx))
        shown.append(Row([crumbs], padding=(4, 0, 8, 0)))
    if not entries:
        shown.append(rows.nothing("folder-outline", ctx.t("This folder is empty")))
    return [*shown, *(rows.row(ctx, entry) for entry in entries)]


def _used(ctx: Context) -> Widget:
    size = sum(one.size for one in operations.everything(ctx.files, ROOT) if not one.is_folder)
    words = ctx.t("{size} used", size=kinds.size_words(size))
    return Text(words, style="small", color="on_surface_variant")


def _categories(ctx: Context) -> Widget:
    tiles = [
        Card(
            Column(
                [
                    Avatar("", icon=icon, color=_TINTS[kind], size=48),
                    Text(ctx.t(title), style="caption", align="center", max_lines=1),
                ],
                gap=6,
            ),
            on_tap=partial(ctx.push, "Category", kind=kind),
            color="surface",
            padding=(0, 8),
            key=f"category_{kind}",
        )
        for kind, (title, icon) in kinds.CATEGORIES.items()
    ]
    return Row([Expand(Grid(tiles, columns=4))], padding=(8, 4))


def _downloads(ctx: Context) -> list[Widget]:
    folder = ctx.files.stat(f"{ROOT}/Download")
    if folder is None:
        return []
    count = len(operations.shown(ctx, folder.path))
    row = Row(
        [
            Icon("download-outline", color="on_secondary_container"),
            Expand(Text(ctx.t("Downloads"), style="label", weight="medium")),
            Text(ctx.t("{count} items", count=count), style="small", color="on_surface_variant"),
            Icon("chevron-right"),
        ],
        gap=12,
    )
    go = partial(rows.enter, ctx, folder.path)
    card = Card(row, on_tap=go, color="secondary_container", padding=(16, 8), key="downloads")
    return [Column([card], padding=(16, 4))]


def _matching(ctx: Context, path: str, query: str) -> list[Entry]:
    words = query.casefold().split()
    return operations.in_order(
        ctx,
        (
            entry
            for entry in operations.everything(ctx.files, path)
            if all(word in entry.name.casefold() for word in words)
        ),
    )


def _found(ctx: Context, path: str, query: str) -> list[Widget]:
    found = _matching(ctx, path, query)
    if not found:
        return [rows.nothing("file-search-outline", ctx.t("No files found"))]
    return [rows.row(ctx, entry, with_place=True) for entry in found]
