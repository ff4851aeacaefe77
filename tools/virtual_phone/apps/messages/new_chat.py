"""Choosing whom to write to."""

from functools import partial

from tools.virtual_phone.apps.contacts.people import PHONE_SIGNS, digits
from tools.virtual_phone.apps.messages import store
from tools.virtual_phone.apps.messages.conversations import avatar
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Column,
    ListItem,
    Pad,
    Page,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

_FEWEST_DIGITS = 3


def start(ctx: Context) -> None:
    """Open with the keyboard up, as there is nothing else to do."""
    ctx.focus("to")


def build(ctx: Context) -> Page:
    """A field for a name or a number over the people it fits."""
    typed = ctx.text("to").strip()
    found = [one for one in store.recipients(ctx) if _fits(one, typed)]
    number = typed if _is_number(typed) else ""

    def submit(_: str) -> None:
        if number:
            _open(ctx, store.name_for(ctx, number), number)
        elif len(found) == 1:
            _open(ctx, found[0].name, found[0].number)
        else:
            ctx.toast(ctx.t("Choose a contact or enter a phone number"))

    rows: list[Widget] = []
    if number:
        go = partial(_open, ctx, store.name_for(ctx, number), number)
        text = ctx.t("Send to {number}", number=number)
        picture = Avatar("", icon="account-plus", color="primary")
        rows.append(ListItem(text, leading=picture, on_tap=go, key="send_to"))
    rows += [_person(ctx, one) for one in found]
    if not rows:
        words = ctx.t("No contacts found. Enter a phone number to write to it.")
        rows.append(Pad(Text(words, align="center", color="on_surface_variant"), (32, 48)))
    elif found:
        title = Text(ctx.t("Contacts"), style="label", color="primary", weight="medium")
        rows.insert(len(rows) - len(found), Row([title], padding=(20, 12, 16, 4)))
    field = TextField(
        "to",
        ctx.t("To"),
        hint=ctx.t("Type a name or phone number"),
        leading_icon="account-outline",
        on_submit=submit,
    )
    return Page(
        Column([Pad(field, (16, 4, 16, 8)), Scroll(Column([*rows, Row([], padding=(0, 16))]))]),
        top=TopBar(ctx.t("New conversation"), on_back=ctx.pop),
    )


def _person(ctx: Context, one: store.Recipient) -> Widget:
    return ListItem(
        one.name,
        subtitle=f"{one.number} · {ctx.t(one.label)}",
        leading=avatar(one.name),
        on_tap=partial(_open, ctx, one.name, one.number),
        key=f"recipient_{digits(one.number)}",
    )


def _open(ctx: Context, name: str, number: str) -> None:
    ctx.replace("Thread", name=name, number=number)


def _fits(one: store.Recipient, typed: str) -> bool:
    if all(word in one.name.casefold() for word in typed.casefold().split()):
        return True
    wanted = digits(typed) if _is_sign_run(typed) else ""
    return bool(wanted) and wanted in digits(one.number)


def _is_sign_run(typed: str) -> bool:
    return bool(typed) and set(typed) <= PHONE_SIGNS


def _is_number(typed: str) -> bool:
    return _is_sign_run(typed) and len(digits(typed)) >= _FEWEST_DIGITS
