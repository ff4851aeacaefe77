"""Opened files: texts, pictures, and what is known about anything else."""

from functools import partial

from tools.virtual_phone.apps.files import actions, kinds, operations, rows
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.filesystem import Entry
from tools.virtual_phone.ui.build_bitmap import picture_size
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Banner,
    Bitmap,
    Card,
    Column,
    Divider,
    Expand,
    IconButton,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)

_LONGEST_TEXT = 6000
"""Characters of a text file that are shown."""


def build_text(ctx: Context) -> Page:
    """A text file's content."""
    entry = _entry(ctx)
    if entry is None:
        return _gone(ctx)
    try:
        text = entry.data[: 4 * _LONGEST_TEXT].decode("utf-8", "strict")
    except UnicodeDecodeError:
        text = entry.data[: 4 * _LONGEST_TEXT].decode("utf-8", "replace")
    parts: list[Widget] = [Text(text[:_LONGEST_TEXT].expandtabs(4) or ctx.t("This file is empty"))]
    if len(text) > _LONGEST_TEXT or len(entry.data) > 4 * _LONGEST_TEXT:
        parts.insert(0, Banner(ctx.t("Only the beginning of this file is shown.")))
    body = Scroll(Column(parts, gap=16, padding=(20, 8, 20, 32)), key="text")
    return Page(body, top=_top(ctx, entry))


def build_image(ctx: Context) -> Page:
    """A picture as large as it fits, with its neighbours one tap away."""
    entry = _entry(ctx)
    if entry is None:
        return _gone(ctx)
    picture = Bitmap(entry.data, height=160, description=ctx.t("Image {name}", name=entry.name))
    folder = entry.path.rpartition("/")[0]
    images = [one for one in operations.shown(ctx, folder) if kinds.kind(one) == "image"]
    paths = [one.path for one in images]
    if entry.path not in paths:  # a hidden one
        images, paths = [entry], [entry.path]
    place = paths.index(entry.path)
    last = place + 1 == len(images)

    def go(step: int) -> None:
        ctx.state["path"] = images[place + step].path

    size = picture_size(entry.data)
    facts = kinds.size_words(entry.size)
    if size is not None:
        facts = f"{size[0]} × {size[1]} · {facts}"
    words = [
        Text(f"{place + 1} / {len(images)}", style="label", align="center"),
        Text(facts, style="caption", color="on_surface_variant", align="center"),
    ]
    bar = Row(
        [
            IconButton("chevron-left", ctx.t("Previous image"), partial(go, -1), enabled=place > 0),
            Expand(Column(words, gap=2)),
            IconButton(
                "chevron-right",
                ctx.t("Next image"),
                partial(go, 1),
                enabled=not last,
            ),
        ],
        padding=(16, 8),
    )
    return Page(Column([Expand(picture)], padding=(0, 8)), top=_top(ctx, entry), bottom=bar)


def build_details(ctx: Context) -> Page:
    """What is known about a file or folder."""
    entry = _entry(ctx)
    if entry is None:
        return _gone(ctx)
    icon, color = kinds.look(entry)
    facts: list[tuple[str, str]] = [
        ("Type", kinds.type_words(ctx, entry)),
        ("Size", _size(ctx, entry)),
        ("Modified", _changed(ctx, entry)),
        ("Location", kinds.place_words(ctx, entry.path)),
    ]
    lines: list[Widget] = []
    for number, (label, value) in enumerate(facts):
        lines += [Divider()] if number else []
        name = Text(ctx.t(label), style="small", color="on_surface_variant")
        lines.append(Row([name, Expand(Text(value, align="end"))], gap=16, padding=(0, 12)))
    head: list[Widget] = [
        Avatar("", icon=icon, color=color, size=96),
        Text(entry.name, style="title", align="center"),
    ]
    if not entry.is_folder and kinds.kind(entry) != "image" and not kinds.is_text(entry):
        note = ctx.t("No installed app can open this file.")
        head.append(Text(note, style="small", color="on_surface_variant", align="center"))
    body = Column([*head, Card(Column(lines), padding=(16, 4))], gap=16, padding=(16, 16, 16, 32))
    return Page(Scroll(body), top=_top(ctx, entry, title=ctx.t("Details")))


def _entry(ctx: Context) -> Entry | None:
    return ctx.files.stat(str(ctx.state.get("path", "")))


def _gone(ctx: Context) -> Page:
    text = rows.nothing("file-outline", ctx.t("This file is no longer there"))
    return Page(text, top=TopBar("", on_back=ctx.pop))


def _top(ctx: Context, entry: Entry, *, title: str = "") -> TopBar:
    share = partial(actions.shared_files, ctx, entry.path)
    buttons = [IconButton("share-variant-outline", ctx.t("Share"), share, key="share")]
    if not title:
        details = partial(ctx.push, "Details", path=entry.path)
        buttons.append(IconButton("information-outline", ctx.t("Details"), details, key="details"))
    return TopBar(title or entry.name, on_back=ctx.pop, actions=buttons)


def _size(ctx: Context, entry: Entry) -> str:
    if not entry.is_folder:
        return kinds.size_words(entry.size)
    inside = [one for one in operations.everything(ctx.files, entry.path) if not one.is_folder]
    size = kinds.size_words(sum(one.size for one in inside))
    if len(inside) == 1:
        return ctx.t("{size}, 1 file", size=size)
    return ctx.t("{size}, {count} files", size=size, count=len(inside))


def _changed(ctx: Context, entry: Entry) -> str:
    changed = kinds.moment(entry)
    return f"{ctx.format_date(changed.date(), 'long')} {ctx.format_time(changed)}"
