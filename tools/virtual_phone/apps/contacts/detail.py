"""One contact: who it is, and what can be done with them."""

import sqlite3
from functools import partial

from tools.virtual_phone.apps.contacts import people
from tools.virtual_phone.apps.contacts.people_list import name_of
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Card,
    Column,
    Dialog,
    Grid,
    Handler,
    Icon,
    IconButton,
    ListItem,
    Menu,
    Overlay,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)

MESSAGES = "com.android.messaging"


def build(ctx: Context) -> Page:
    """Name, four buttons, numbers and addresses; star, edit and delete in the bar."""
    row = ctx.db.execute("SELECT * FROM contacts WHERE id = ?", (ctx.state.get("contact_id"),))
    contact = row.fetchone()
    if contact is None:
        text = Text(ctx.t("This contact has been deleted"), align="center")
        return Page(Column([text], padding=(24, 96)), top=TopBar("", on_back=ctx.pop))
    parts: list[Widget] = [_head(ctx, contact), _actions(ctx, contact), _card(ctx, contact)]
    return Page(
        Scroll(Column(parts, gap=20, padding=(16, 8, 16, 32))),
        top=TopBar("", on_back=ctx.pop, actions=_bar_actions(ctx, contact)),
        overlay=_overlay(ctx, contact),
    )


def _bar_actions(ctx: Context, contact: sqlite3.Row) -> list[IconButton]:
    starred = bool(contact["starred"])

    def star() -> None:
        ctx.db.execute(
            "UPDATE contacts SET starred = ? WHERE id = ?", (int(not starred), contact["id"])
        )
        ctx.toast(ctx.t("Removed from favorites") if starred else ctx.t("Added to favorites"))

    words = ctx.t("Remove from favorites") if starred else ctx.t("Add to favorites")
    edit = partial(ctx.push, "Edit", contact_id=contact["id"])
    return [
        IconButton("pencil-outline", ctx.t("Edit contact"), edit, key="edit"),
        IconButton("star" if starred else "star-outline", words, star, key="star"),
        IconButton("dots-vertical", ctx.t("More options"), _opens(ctx, "menu"), key="more"),
    ]


def _head(ctx: Context, contact: sqlite3.Row) -> Widget:
    name = name_of(ctx, contact)
    parts: list[Widget] = [
        Avatar(people.initials(name), color=people.avatar_color(name), size=112),
        Text(name, style="headline", align="center", key="name"),
    ]
    if contact["company"] and contact["company"] != name:
        parts.append(Text(contact["company"], color="on_surface_variant", align="center"))
    return Column(parts, gap=12, align="center")


def _actions(ctx: Context, contact: sqlite3.Row) -> Widget:
    phone, email = contact["phone"], contact["email"]
    call, video = partial(_call, ctx, contact, "voice"), partial(_call, ctx, contact, "video")
    return Grid(
        [
            _action(ctx, "phone", "Call", call if phone else None),
            _action(ctx, "message-text", "Text", _writes(ctx, contact) if phone else None),
            _action(ctx, "video", "Video", video if phone else None),
            _action(ctx, "email", "Email", _mails(ctx, email) if email else None),
        ],
        columns=4,
        gap=8,
    )


def _action(ctx: Context, icon: str, label: str, on_tap: Handler | None) -> Widget:
    """A tile; one that cannot be used is grey and says why when tapped."""
    missing = ctx.t("No email address") if label == "Email" else ctx.t("No phone number")
    usable = on_tap is not None
    body = Column(
        [
            Icon(icon, color="on_secondary_container" if usable else "outline"),
            Text(
                ctx.t(label),
                style="label",
                color="on_secondary_container" if usable else "outline",
                max_lines=1,
            ),
        ],
        gap=6,
        align="center",
    )
    return Card(
        body,
        on_tap=on_tap or (lambda: ctx.toast(missing)),
        color="secondary_container" if usable else "surface_container",
        padding=(4, 12),
        key=f"action_{label.lower()}",
    )


def _card(ctx: Context, contact: sqlite3.Row) -> Widget:
    rows: list[Widget] = []
    if contact["phone"]:
        name = name_of(ctx, contact)
        text = IconButton(
            "message-text-outline", ctx.t("Text {name}", name=name), _writes(ctx, contact)
        )
        rows.append(
            ListItem(
                contact["phone"],
                subtitle=ctx.t(contact["phone_type"]),
                leading=Icon("phone-outline"),
                trailing=text,
                on_tap=partial(_call, ctx, contact, "voice"),
                key="phone",
            )
        )
    if contact["email"]:
        rows.append(
            ListItem(
                contact["email"],
                subtitle=ctx.t("Email"),
                leading=Icon("email-outline"),
                on_tap=_mails(ctx, contact["email"]),
                key="email",
            )
        )
    if not rows:
        add = Button(
            ctx.t("Add phone number"),
            lambda: ctx.push("Edit", contact_id=contact["id"]),
            kind="text",
            icon="plus",
        )
        rows.append(Row([add], padding=(8, 4)))
    title = Text(ctx.t("Contact info"), style="subtitle", weight="medium")
    return Card(Column([Row([title], padding=(16, 8)), *rows]), padding=(0, 8))


def _overlay(ctx: Context, contact: sqlite3.Row) -> Overlay | None:
    name = name_of(ctx, contact)

    def shut() -> None:
        ctx.state.pop("open", None)

    def delete() -> None:
        ctx.db.execute("DELETE FROM contacts WHERE id = ?", (contact["id"],))
        ctx.toast(ctx.t("{name} deleted", name=name))
        ctx.pop()

    if ctx.state.get("open") == "menu":
        items = [(ctx.t("Delete"), _opens(ctx, "delete"))]
        return Menu(items, on_dismiss=shut)
    if ctx.state.get("open") == "delete":
        return Dialog(
            ctx.t("Delete contact?"),
            Text(ctx.t("{name} will be removed from this phone.", name=name)),
            [
                Button(ctx.t("Cancel"), shut, kind="text"),
                Button(ctx.t("Delete"), delete, kind="text"),
            ],
            on_dismiss=shut,
        )
    return None


def _opens(ctx: Context, what: str) -> Handler:
    return lambda: ctx.state.update(open=what)


def _writes(ctx: Context, contact: sqlite3.Row) -> Handler:
    name, number = name_of(ctx, contact), contact["phone"]
    return lambda: ctx.open_app(MESSAGES, "Thread", name=name, number=number)


def _mails(ctx: Context, address: str) -> Handler:
    def mail() -> None:
        ctx.clipboard = address
        ctx.toast(ctx.t("No email app. Address copied."))

    return mail


def _call(ctx: Context, contact: sqlite3.Row, kind: str) -> None:
    name, number = name_of(ctx, contact), contact["phone"]
    if ctx.settings.on("global", "airplane_mode_on"):
        ctx.toast(ctx.t("Turn off airplane mode to make a call"))
        return
    ctx.db.execute(
        "INSERT INTO calls (name, number, kind, created_at) VALUES (?, ?, ?, ?)",
        (name, number, kind, ctx.now.isoformat(sep=" ", timespec="seconds")),
    )
    ctx.push("Call", name=name, number=number, kind=kind)
