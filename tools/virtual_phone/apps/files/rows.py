"""Rows and other pieces that the app's screens share."""

from collections.abc import Callable
from functools import partial

from tools.virtual_phone.apps.files import kinds, operations
from tools.virtual_phone.apps.files.tree import ROOT
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.filesystem import Entry
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Bitmap,
    Button,
    Column,
    Gap,
    IconButton,
    ListItem,
    Text,
    Widget,
    Wrap,
)

_THUMBNAIL = 40


def row(ctx: Context, entry: Entry, *, with_place: bool = False) -> Widget:
    """A file or folder: a tap opens, a long press selects; while selecting a tap selects."""
    selected: list[str] = ctx.state.setdefault("selected", [])
    chosen = entry.path in selected

    def toggle() -> None:
        if entry.path in selected:
            selected.remove(entry.path)
        else:
            selected.append(entry.path)

    def more() -> None:
        ctx.focus(None)
        ctx.state.update(open="item", targets=[entry.path])

    menu = IconButton("dots-vertical", ctx.t("More options for {name}", name=entry.name), more)
    return ListItem(
        entry.name,
        subtitle=_facts(ctx, entry, with_place=with_place),
        leading=Avatar("", icon="check", color="primary") if chosen else _picture(entry),
        trailing=None if selected else menu,
        on_tap=toggle if selected else partial(open_entry, ctx, entry),
        on_long_press=toggle,
        selected=chosen,
    )


def open_entry(ctx: Context, entry: Entry) -> None:
    """Show a folder's content, a picture, a text, or of anything else what is known about it."""
    if entry.is_folder:
        enter(ctx, entry.path)
    elif kinds.kind(entry) == "image":
        ctx.push("ImageViewer", path=entry.path)
    elif kinds.is_text(entry):
        ctx.push("TextViewer", path=entry.path)
    else:
        ctx.push("Details", path=entry.path)


def enter(ctx: Context, path: str) -> None:
    """Show another folder on this screen."""
    ctx.state.update(path=path, selected=[])
    ctx.set_text("search", "")
    ctx.focus(None)
    ctx.scroll_to_start("list")


def crumbs(ctx: Context, path: str, go: Callable[[str], None]) -> Widget:
    """The way from the root to a folder; each part leads there."""
    parts = path.removeprefix(ROOT).strip("/").split("/") if path != ROOT else []
    buttons: list[Widget] = [Button(ctx.t("Internal storage"), partial(go, ROOT), kind="text")]
    here = ROOT
    for part in parts:
        here = f"{here}/{part}"
        buttons.append(Button(part, partial(go, here), kind="text", icon="chevron-right"))
    return Wrap(buttons, gap=0)


def nothing(icon: str, text: str) -> Widget:
    """What a page says when there is nothing to show."""
    return Column(
        [
            Gap(24),
            Avatar("", icon=icon, color="secondary_container", size=88),
            Text(text, color="on_surface_variant", align="center"),
        ],
        gap=16,
        padding=(32, 40),
        align="center",
    )


def _picture(entry: Entry) -> Widget:
    if kinds.kind(entry) == "image":
        return Bitmap(entry.data, width=_THUMBNAIL, height=_THUMBNAIL, radius=8, cover=True)
    icon, color = kinds.look(entry)
    return Avatar("", icon=icon, color=color)


def _facts(ctx: Context, entry: Entry, *, with_place: bool) -> str:
    if with_place:
        return kinds.place_words(ctx, entry.path)
    when = kinds.date_words(ctx, entry)
    if not entry.is_folder:
        return f"{kinds.size_words(entry.size)} · {when}"
    count = len(operations.shown(ctx, entry.path))
    words = ctx.t("1 item") if count == 1 else ctx.t("{count} items", count=count)
    return words if count else ctx.t("Empty")
