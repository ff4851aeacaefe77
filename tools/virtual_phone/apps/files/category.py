"""All files of one kind, wherever they lie."""

from functools import partial

from tools.virtual_phone.apps.files import actions, kinds, operations, rows
from tools.virtual_phone.apps.files.tree import ROOT
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.filesystem import Entry
from tools.virtual_phone.ui.widgets import (
    Bitmap,
    Card,
    Column,
    Grid,
    IconButton,
    Page,
    Scroll,
    Text,
    TopBar,
    Widget,
)


def build(ctx: Context) -> Page:
    """Pictures as a grid, anything else as a list, the newest first."""
    kind = ctx.state.get("kind")
    if kind not in kinds.CATEGORIES:
        kind = "image"
    found = [one for one in operations.everything(ctx.files, ROOT) if kinds.kind(one) == kind]
    found.sort(key=lambda entry: (-entry.mtime, entry.name))
    kept = {entry.path for entry in found}
    ctx.state["selected"] = [path for path in ctx.state.get("selected", ()) if path in kept]
    title, icon = kinds.CATEGORIES[kind]
    body: Widget = Column([rows.row(ctx, entry) for entry in found])
    if kind == "image":
        body = _grid(ctx, found)
    if not found:
        body = rows.nothing(icon, ctx.t("No files of this kind"))
    selected = ctx.state["selected"]
    if selected:
        top = TopBar(
            ctx.t("{count} selected", count=len(selected)),
            on_back=lambda: ctx.state.update(selected=[]),
            actions=[
                IconButton(
                    "select-all",
                    ctx.t("Select all"),
                    lambda: ctx.state.update(selected=[entry.path for entry in found]),
                )
            ],
        )
        bar = actions.selection_bar(ctx)
        return Page(Scroll(body), top=top, bottom=bar, overlay=actions.overlay(ctx))
    top = TopBar(ctx.t(title), on_back=ctx.pop)
    return Page(Scroll(body), top=top, overlay=actions.overlay(ctx))


def _grid(ctx: Context, found: list[Entry]) -> Widget:
    columns = 5 if ctx.landscape else 3
    tiles = [_tile(ctx, entry) for entry in found]
    return Column([Grid(tiles, columns=columns, gap=6)], padding=(12, 8, 12, 24))


def _tile(ctx: Context, entry: Entry) -> Widget:
    selected: list[str] = ctx.state["selected"]

    def toggle() -> None:
        if entry.path in selected:
            selected.remove(entry.path)
        else:
            selected.append(entry.path)

    picture = Bitmap(entry.data, height=112, radius=12, cover=True)
    name = Text(entry.name, style="caption", align="center", max_lines=1)
    return Card(
        Column([picture, name], gap=4, padding=(0, 0, 0, 4)),
        on_tap=toggle if selected else partial(ctx.push, "ImageViewer", path=entry.path),
        on_long_press=toggle,
        color="surface",
        padding=2,
        selected=entry.path in selected,
    )
