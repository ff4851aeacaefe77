"""Creating and editing a contact."""

from functools import partial
from typing import Any

from tools.virtual_phone.apps.contacts import people
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Column,
    Dialog,
    FieldKind,
    Overlay,
    Page,
    PickerField,
    RadioRow,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

FIELDS = ("first_name", "last_name", "company", "phone", "email")
_FEWEST_DIGITS = 3


def fill(ctx: Context) -> None:
    """Put the contact into the fields; an empty form for a new one (perhaps with a number)."""
    contact_id = ctx.state.setdefault("contact_id", None)
    values: dict[str, Any] = {"phone": ctx.state.get("phone", "")}
    if contact_id is not None:
        row = ctx.db.execute("SELECT * FROM contacts WHERE id = ?", (contact_id,)).fetchone()
        values = dict(row) if row is not None else values
    for field in FIELDS:
        ctx.set_text(field, values.get(field) or "")
    ctx.state["phone_type"] = values.get("phone_type") or people.PHONE_TYPES[0]
    ctx.state["before"] = _form(ctx)


def build(ctx: Context) -> Page:
    """The form, with Save in the bar."""
    name = people.full_name(ctx.text("first_name"), ctx.text("last_name"))
    new = ctx.state["contact_id"] is None
    save = Row([Button(ctx.t("Save"), lambda: _save(ctx), key="save")], padding=(0, 0, 12, 0))
    avatar = (
        Avatar(people.initials(name), color=people.avatar_color(name), size=88)
        if name
        else Avatar("", icon="account-plus-outline", color="primary_container", size=88)
    )
    phone_type = PickerField(
        ctx.t("Label"),
        ctx.t(ctx.state["phone_type"]),
        lambda: ctx.state.update(open="type"),
        icon="label-outline",
        key="phone_type",
    )
    form: list[Widget] = [
        Row([avatar], justify="center", padding=(0, 8)),
        _field(ctx, "first_name", "First name", icon="account-outline"),
        _field(ctx, "last_name", "Last name"),
        _field(ctx, "company", "Company", icon="office-building-outline"),
        _field(ctx, "phone", "Phone", icon="phone-outline", kind="phone"),
        phone_type,
        _field(ctx, "email", "Email", icon="email-outline", kind="email"),
    ]
    return Page(
        Scroll(Column(form, gap=12, padding=(16, 8, 16, 48)), key="form"),
        top=TopBar(
            ctx.t("Create contact") if new else ctx.t("Edit contact"),
            on_back=lambda: _leave(ctx),
            actions=[save],
        ),
        overlay=_overlay(ctx),
    )


def _field(
    ctx: Context, key: str, label: str, *, icon: str = "", kind: FieldKind = "text"
) -> Widget:
    return TextField(
        key,
        ctx.t(label),
        kind=kind,
        leading_icon=icon,
        error=ctx.t(ctx.state.get("errors", {}).get(key, "")),
        on_change=lambda _: ctx.state.get("errors", {}).pop(key, None),
    )


def _form(ctx: Context) -> dict[str, str]:
    values = {field: ctx.text(field).strip() for field in FIELDS}
    return values | {"phone_type": ctx.state["phone_type"]}


def _mistakes(values: dict[str, str]) -> dict[str, str]:
    found = {}
    if not any(values[field] for field in FIELDS):
        found["first_name"] = "Enter a name or a phone number"
    phone = values["phone"]
    if phone and (
        not set(phone) <= people.PHONE_SIGNS or len(people.digits(phone)) < _FEWEST_DIGITS
    ):
        found["phone"] = "Enter a valid phone number"
    user, at, host = values["email"].partition("@")
    if values["email"] and not (user and at and "." in host.strip(".") and " " not in user + host):
        found["email"] = "Enter a valid email address"
    return found


def _save(ctx: Context) -> None:
    values = _form(ctx)
    ctx.state["errors"] = _mistakes(values)
    if ctx.state["errors"]:
        ctx.toast(ctx.t(next(iter(ctx.state["errors"].values()))))
        return
    contact_id = ctx.state["contact_id"]
    columns = (*FIELDS, "phone_type")
    cells = [values[column] for column in columns]
    if contact_id is None:
        cursor = ctx.db.execute(
            "INSERT INTO contacts (first_name, last_name, company, phone, email, phone_type) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            cells,
        )
        ctx.toast(ctx.t("Contact saved"))
        ctx.replace("Detail", contact_id=cursor.lastrowid)
        return
    ctx.db.execute(
        "UPDATE contacts SET first_name = ?, last_name = ?, company = ?, phone = ?, email = ?, "
        "phone_type = ? WHERE id = ?",
        [*cells, contact_id],
    )
    ctx.toast(ctx.t("Contact saved"))
    ctx.pop()


def _leave(ctx: Context) -> None:
    if _form(ctx) == ctx.state["before"]:
        ctx.pop()
    else:
        ctx.focus(None)
        ctx.state["open"] = "discard"


def _overlay(ctx: Context) -> Overlay | None:
    def shut() -> None:
        ctx.state.pop("open", None)

    def choose(phone_type: str) -> None:
        ctx.state["phone_type"] = phone_type
        shut()

    if ctx.state.get("open") == "type":
        rows = [
            RadioRow(ctx.t(name), name == ctx.state["phone_type"], partial(choose, name))
            for name in people.PHONE_TYPES
        ]
        cancel = Button(ctx.t("Cancel"), shut, kind="text")
        return Dialog(ctx.t("Phone label"), Column(rows), [cancel], on_dismiss=shut)
    if ctx.state.get("open") == "discard":
        return Dialog(
            ctx.t("Discard changes?"),
            Text(ctx.t("Your changes have not been saved.")),
            [
                Button(ctx.t("Discard"), ctx.pop, kind="text"),
                Button(ctx.t("Keep editing"), shut, kind="text"),
            ],
            on_dismiss=shut,
        )
    return None
