"""What can be done with files and folders: sheets, dialogs and what they do."""

from functools import partial

from tools.virtual_phone.apps.files import kinds, operations
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.system.filesystem import Entry
from tools.virtual_phone.ui.widgets import (
    BottomSheet,
    Button,
    Card,
    Column,
    Dialog,
    Grid,
    Handler,
    Icon,
    ListItem,
    Overlay,
    RadioRow,
    Text,
    TextField,
    Widget,
)

_SORT_NAMES = {"name": "Name", "date": "Date modified", "size": "Size", "kind": "Type"}


def start_new_folder(ctx: Context) -> None:
    """Ask for the name of a new folder."""
    ctx.set_text("folder_name", "")
    ctx.state.update(open="new", problem="")
    ctx.focus("folder_name")


def selection_bar(ctx: Context) -> Widget:
    """Buttons for what is selected."""
    targets = list(ctx.state["selected"])
    several = len(targets) > 1

    def button(icon: str, text: str, act: Handler) -> Widget:
        color = "on_surface_variant"
        words = Text(ctx.t(text), style="caption", align="center", max_lines=1)
        body = Column([Icon(icon, color=color), words], gap=4, align="center")
        return Card(body, on_tap=act, color="surface_container", padding=(2, 8))

    def rename() -> None:
        if several:
            ctx.toast(ctx.t("Choose one thing to rename"))
        else:
            _start_rename(ctx, targets)

    buttons = [
        button("share-variant-outline", "Share", partial(_share, ctx, targets)),
        button("file-move-outline", "Move", partial(_pick, ctx, "move", targets)),
        button("content-copy", "Copy", partial(_pick, ctx, "copy", targets)),
        button("pencil-outline", "Rename", rename),
        button("delete-outline", "Delete", partial(_ask_delete, ctx, targets)),
    ]
    return Card(Grid(buttons, columns=5), padding=(4, 4))


def overlay(ctx: Context) -> Overlay | None:
    """The sheet or dialog that is open on a screen with rows."""
    kind = ctx.state.get("open")
    if kind == "sort":
        return _sort(ctx)
    if kind == "new":
        return _new_folder(ctx)
    targets = [path for path in ctx.state.get("targets", ()) if ctx.files.stat(path) is not None]
    if not targets:
        return None
    entry = ctx.files.stat(targets[0])
    if kind == "item" and entry is not None:
        return _item(ctx, entry)
    if kind == "rename" and entry is not None:
        return _rename(ctx, entry)
    if kind == "delete":
        return _delete(ctx, targets)
    return None


def shut(ctx: Context) -> None:
    """Close what is open."""
    ctx.state.pop("open", None)
    ctx.focus(None)


def _done(ctx: Context, words: str, **values: object) -> None:
    shut(ctx)
    ctx.state["selected"] = []
    ctx.toast(ctx.t(words, **values))


def _item(ctx: Context, entry: Entry) -> Overlay:
    targets = [entry.path]

    def details() -> None:
        shut(ctx)
        ctx.push("Details", path=entry.path)

    rows: list[Widget] = [
        ListItem(ctx.t(text), leading=Icon(icon), on_tap=act)
        for icon, text, act in (
            ("pencil-outline", "Rename", partial(_start_rename, ctx, targets)),
            ("file-move-outline", "Move to…", partial(_pick, ctx, "move", targets)),
            ("content-copy", "Copy to…", partial(_pick, ctx, "copy", targets)),
            ("share-variant-outline", "Share", partial(_share, ctx, targets)),
            ("information-outline", "Details", details),
            ("delete-outline", "Delete", partial(_ask_delete, ctx, targets)),
        )
    ]
    return BottomSheet(entry.name, Column(rows), on_dismiss=partial(shut, ctx))


def _share(ctx: Context, targets: list[str]) -> None:
    ctx.clipboard = "\n".join(path.rpartition("/")[2] for path in targets)
    _done(ctx, "Nearby devices were not found. The name was copied.")


def _pick(ctx: Context, mode: str, targets: list[str]) -> None:
    shut(ctx)
    ctx.push("Pick", mode=mode, sources=targets, path=targets[0].rpartition("/")[0])


def _start_rename(ctx: Context, targets: list[str]) -> None:
    ctx.set_text("new_name", targets[0].rpartition("/")[2])
    ctx.state.update(open="rename", targets=targets, problem="")
    ctx.focus("new_name")


def _ask_delete(ctx: Context, targets: list[str]) -> None:
    ctx.state.update(open="delete", targets=targets)


def _name_dialog(
    ctx: Context, title: str, field: tuple[str, str], do: tuple[str, Handler]
) -> Overlay:
    key, label = field
    words, act = do
    body = TextField(
        key,
        ctx.t(label),
        error=ctx.t(ctx.state.get("problem", "")),
        on_change=lambda _: ctx.state.update(problem=""),
        on_submit=lambda _: act(),
    )
    buttons = [
        Button(ctx.t("Cancel"), partial(shut, ctx), kind="text"),
        Button(ctx.t(words), act, kind="text"),
    ]
    return Dialog(ctx.t(title), body, buttons, on_dismiss=partial(shut, ctx))


def _new_folder(ctx: Context) -> Overlay:
    def create() -> None:
        folder, name = ctx.state["path"], ctx.text("folder_name").strip()
        ctx.state["problem"] = operations.name_problem(ctx.files, folder, name)
        if ctx.state["problem"]:
            return
        ctx.files.mkdir(f"{folder}/{name}")
        _done(ctx, "Folder {name} created", name=name)

    return _name_dialog(ctx, "New folder", ("folder_name", "Folder name"), ("Create", create))


def _rename(ctx: Context, entry: Entry) -> Overlay:
    def rename() -> None:
        folder, name = entry.path.rpartition("/")[0], ctx.text("new_name").strip()
        problem = operations.name_problem(ctx.files, folder, name, old=entry.name)
        if not problem:
            try:
                ctx.files.rename(entry.path, f"{folder}/{name}")
            except OSError as error:
                problem = operations.reason(error)
        ctx.state["problem"] = problem
        if not problem:
            _done(ctx, "Renamed to {name}", name=name)

    return _name_dialog(ctx, "Rename", ("new_name", "Name"), ("Rename", rename))


def _delete(ctx: Context, targets: list[str]) -> Overlay:
    names = [path.rpartition("/")[2] for path in targets]

    def delete() -> None:
        problem = ""
        for path in targets:
            try:
                ctx.files.remove(path, recursive=True)
            except OSError as error:
                problem = operations.reason(error)
        _done(ctx, problem or "Deleted")

    words = ctx.t("“{name}” will be deleted for good.", name=names[0])
    if len(names) > 1:
        words = ctx.t("{count} things will be deleted for good.", count=len(names))
    return Dialog(
        ctx.t("Delete?"),
        Text(words),
        [
            Button(ctx.t("Cancel"), partial(shut, ctx), kind="text"),
            Button(ctx.t("Delete"), delete, kind="text"),
        ],
        on_dismiss=partial(shut, ctx),
        icon="delete-outline",
    )


def _sort(ctx: Context) -> Overlay:
    def choose(order: str) -> None:
        ctx.shared["sort"] = order
        shut(ctx)
        ctx.scroll_to_start("list")

    now = ctx.shared.get("sort", operations.SORTS[0])
    rows = [
        RadioRow(ctx.t(_SORT_NAMES[order]), order == now, partial(choose, order))
        for order in operations.SORTS
    ]
    return BottomSheet(ctx.t("Sort by"), Column(rows), on_dismiss=partial(shut, ctx))


def shared_files(ctx: Context, path: str) -> None:
    """Share one file from a viewer."""
    ctx.clipboard = kinds.title(ctx, path)
    ctx.toast(ctx.t("Nearby devices were not found. The name was copied."))
