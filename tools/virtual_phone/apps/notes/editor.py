"""Writing a note; leaving the page saves it."""

from functools import partial

from tools.virtual_phone.apps.notes import note_actions, store
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Column,
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

_LINES = 8
_LINES_LANDSCAPE = 3
_LONGEST_TITLE = 120


def fill(ctx: Context) -> None:
    """Put the note into the fields; a new one begins with the keyboard up."""
    note_id = ctx.state.setdefault("note_id", None)
    note = store.find(ctx, note_id)
    ctx.set_text("title", note["title"] if note is not None else ctx.state.get("title", ""))
    ctx.set_text("body", note["body"] if note is not None else ctx.state.get("body", ""))
    ctx.state["color"] = note["color"] if note is not None else "default"
    ctx.state["pinned"] = bool(note["pinned"]) if note is not None else False
    ctx.state["chosen"] = note_id if note is not None else None
    ctx.state["note_id"] = ctx.state["chosen"]
    if note is None:
        ctx.focus("body")


def build(ctx: Context) -> Page:
    """Title and Note over the whole page; pin, menu and Save in the bar."""
    note = store.find(ctx, ctx.state["note_id"])
    problem = ctx.t(ctx.state.get("problem", ""))

    def changed(_: str) -> None:
        ctx.state.pop("problem", None)

    fields: list[Widget] = [
        TextField("title", ctx.t("Title"), on_change=changed),
        TextField(
            "body",
            ctx.t("Note"),
            kind="multiline",
            min_lines=_LINES_LANDSCAPE if ctx.landscape else _LINES,
            error=problem,
            on_change=changed,
        ),
    ]
    words = ctx.t("New note, not saved yet")
    if note is not None:
        words = ctx.t("Edited {when}", when=store.when(ctx, note["updated_at"]))
    foot = Row(
        [Text(words, style="caption", color="on_surface_variant")],
        padding=(16, 8),
        justify="center",
    )
    color = ctx.state["color"]
    return Page(
        Scroll(Column(fields, gap=12, padding=(16, 8, 16, 24)), key="note"),
        top=TopBar(
            ctx.t("New note") if note is None else ctx.t("Edit note"),
            on_back=lambda: _leave(ctx),
            actions=_bar(ctx),
        ),
        bottom=foot,
        overlay=_overlay(ctx),
        background="surface" if color == "default" else store.shade(ctx, color),
    )


def _bar(ctx: Context) -> list[Widget]:
    pinned = ctx.state["pinned"]

    def pin() -> None:
        ctx.state["pinned"] = not pinned
        if ctx.state["note_id"] is not None:
            store.set_pinned(ctx, ctx.state["note_id"], pinned=not pinned)
        ctx.toast(ctx.t("Note unpinned") if pinned else ctx.t("Note pinned"))

    def menu() -> None:
        ctx.focus(None)
        ctx.state["open"] = "menu"

    pin_text = ctx.t("Unpin note") if pinned else ctx.t("Pin note")
    return [
        IconButton("pin" if pinned else "pin-outline", pin_text, pin, key="pin"),
        IconButton("dots-vertical", ctx.t("More options"), menu, key="more"),
        IconButton("check", ctx.t("Save"), lambda: _save(ctx), key="save"),
    ]


def _words(ctx: Context) -> tuple[str, str]:
    title = " ".join(ctx.text("title").split())
    return title[:_LONGEST_TITLE], ctx.text("body").strip()


def _store(ctx: Context) -> None:
    """Write what stands in the fields if it differs from the note."""
    title, body = _words(ctx)
    note = store.find(ctx, ctx.state["note_id"])
    if note is not None and (title, body) == (note["title"], note["body"]):
        return
    note_id = store.write(ctx, ctx.state["note_id"], title, body, ctx.state["color"])
    if note is None and ctx.state["pinned"]:
        store.set_pinned(ctx, note_id, pinned=True)
    ctx.state["note_id"] = ctx.state["chosen"] = note_id
    ctx.toast(ctx.t("Note saved"))


def _save(ctx: Context) -> None:
    if not any(_words(ctx)):
        ctx.state["problem"] = "Enter a title or a note"
        return
    _store(ctx)
    ctx.pop()


def _leave(ctx: Context) -> None:
    if any(_words(ctx)):
        _store(ctx)
    elif ctx.state["note_id"] is not None:
        store.delete(ctx, ctx.state["note_id"])
        ctx.toast(ctx.t("Empty note deleted"))
    else:
        ctx.toast(ctx.t("Empty note discarded"))
    ctx.pop()


def _overlay(ctx: Context) -> Overlay | None:
    if ctx.state.get("open") != "menu":
        return note_actions.overlay(ctx, leave=True)

    def share() -> None:
        note_actions.shut(ctx)
        title, body = _words(ctx)
        if title or body:
            note_actions.share(ctx, f"{title}\n{body}".strip())
        else:
            ctx.toast(ctx.t("There is nothing to share yet"))

    def copy() -> None:
        note_actions.shut(ctx)
        title, body = _words(ctx)
        store.write(ctx, None, title, body, ctx.state["color"])
        ctx.toast(ctx.t("Copy made"))

    def delete() -> None:
        note_actions.shut(ctx)
        if ctx.state["note_id"] is None:
            ctx.toast(ctx.t("Note deleted"))
            ctx.pop()
        else:
            ctx.state["open"] = "delete"

    items = [
        (ctx.t("Color"), lambda: ctx.state.update(open="colors")),
        (ctx.t("Share"), share),
        (ctx.t("Delete"), delete),
    ]
    if any(_words(ctx)):
        items.insert(2, (ctx.t("Make a copy"), copy))
    return Menu(items, on_dismiss=partial(note_actions.shut, ctx))
