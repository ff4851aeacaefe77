"""Who flies: one form for each traveller, filled from the saved ones with a tap."""

import re
from collections.abc import Callable
from dataclasses import asdict, replace

from tools.virtual_phone.apps.bookings import desk, store, wording
from tools.virtual_phone.apps.bookings.screens import parts
from tools.virtual_phone.apps.bookings.trip import Traveller, Trip
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Banner,
    Button,
    Chip,
    Column,
    FieldKind,
    Page,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
    Wrap,
)

_PERSON = ("first_name", "last_name", "document")
_CONTACT = ("phone", "email")
_FIELDS: dict[str, tuple[str, FieldKind, str]] = {
    "first_name": ("First name", "text", "account-outline"),
    "last_name": ("Last name", "text", "account-outline"),
    "document": ("ID or passport number", "text", "card-account-details-outline"),
    "phone": ("Phone number", "phone", "phone-outline"),
    "email": ("Email", "email", "email-outline"),
}


def opened(ctx: Context) -> None:
    """Fill in what was typed before; for the first traveller, the owner of the account."""
    trip = desk.trip(ctx)
    index = int(ctx.state.setdefault("index", 0))
    if trip is None:
        return
    if index < len(trip.travellers):
        _fill(ctx, trip.travellers[index])
    elif index == 0:
        _fill(ctx, store.saved_travellers(ctx.db)[0])


def build(ctx: Context) -> Page:
    """The page; `state["index"]` says whose form it is."""
    trip = desk.trip(ctx)
    index = int(ctx.state["index"])
    if trip is None or not trip.complete or index >= len(trip.query.travellers):
        return parts.no_trip(ctx)
    kinds = trip.query.travellers
    top = TopBar(
        ctx.t("Passenger {n} of {total}", n=index + 1, total=len(kinds)),
        on_back=ctx.pop,
        subtitle=ctx.t(wording.KINDS[kinds[index]]),
    )
    body: list[Widget] = []
    if ctx.state.get("errors"):
        warning = ctx.t("Please check the marked fields")
        body.append(Banner(warning, icon="alert-circle-outline", color="error_container"))
    body += [
        *_saved(ctx, trip, index),
        parts.heading(ctx.t("Passenger details")),
        Text(ctx.t("As on the travel document"), style="caption", color="on_surface_variant"),
        *(_field(ctx, name) for name in _PERSON),
    ]
    if index == 0:
        body.append(parts.heading(ctx.t("Contact details")))
        body.append(
            Text(
                ctx.t("We send the ticket and changes here"),
                style="caption",
                color="on_surface_variant",
            )
        )
        body += [_field(ctx, name) for name in _CONTACT]
    go = Button(ctx.t("Continue"), lambda: _submit(ctx, trip, index), key="continue", expand=True)
    return Page(
        Scroll(parts.stack(body, gap=12), key="passenger"),
        top=top,
        bottom=Column([go], padding=(16, 12)),
    )


def _saved(ctx: Context, trip: Trip, index: int) -> list[Widget]:
    others = {who.full_name for place, who in enumerate(trip.travellers) if place != index}
    current = f"{ctx.text('first_name')} {ctx.text('last_name')}".strip()

    def filler(person: Traveller) -> Callable[[], None]:
        return lambda: _fill(ctx, person)

    chips = [
        Chip(
            person.full_name,
            selected=person.full_name == current,
            on_tap=filler(person),
            key=f"saved_{person.first_name.lower()}_{person.last_name.lower()}",
            icon="check" if person.full_name == current else "account-outline",
        )
        for person in store.saved_travellers(ctx.db)
        if person.full_name not in others
    ]
    return [parts.heading(ctx.t("Saved travellers")), Wrap(chips)]


def _field(ctx: Context, name: str) -> Widget:
    label, kind, icon = _FIELDS[name]
    errors: dict[str, str] = ctx.state.get("errors", {})

    def forget(_: str) -> None:
        ctx.state.get("errors", {}).pop(name, None)

    return TextField(
        name,
        ctx.t(label),
        kind=kind,
        leading_icon=icon,
        error=ctx.t(errors[name]) if name in errors else "",
        on_change=forget,
    )


def _fill(ctx: Context, person: Traveller) -> None:
    for name, value in asdict(person).items():
        ctx.set_text(name, value)
    ctx.state["errors"] = {}


def _submit(ctx: Context, trip: Trip, index: int) -> None:
    ctx.focus(None)
    typed = {name: ctx.text(name).strip() for name in _FIELDS}
    if index:
        typed.update(dict.fromkeys(_CONTACT, ""))
    errors = problems(typed, contact=index == 0)
    person = Traveller(**typed)
    same = [who for place, who in enumerate(trip.travellers) if place != index]
    if not errors and any(who.document == person.document for who in same[:index]):
        errors["document"] = "Another passenger has this number"
    ctx.state["errors"] = errors
    if errors:
        ctx.scroll_to_start("passenger")
        return
    people = (*trip.travellers[:index], person, *trip.travellers[index + 1 :])
    desk.set_trip(ctx, replace(trip, travellers=people[: len(trip.query.travellers)]))
    if index + 1 < len(trip.query.travellers):
        ctx.push("Passengers", index=index + 1)
    else:
        ctx.push("Review")


def problems(typed: dict[str, str], *, contact: bool) -> dict[str, str]:
    """What is wrong with a form, by field; English texts."""
    found = {}
    for name, text in (("first_name", "Enter a first name"), ("last_name", "Enter a last name")):
        if not typed[name]:
            found[name] = text
        elif not re.fullmatch(r"[^\W\d_]+(?:[ '’·.-]+[^\W\d_]+)*\.?", typed[name]):
            found[name] = "Use letters only"
    if not typed["document"]:
        found["document"] = "Enter an ID or passport number"
    elif not re.fullmatch(r"[A-Za-z0-9]{6,18}", typed["document"]):
        found["document"] = "Use 6 to 18 letters and digits"
    if contact:
        if not re.fullmatch(r"\+?[\d ()-]{6,20}", typed["phone"]):
            found["phone"] = "Enter a valid phone number"
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", typed["email"]):
            found["email"] = "Enter a valid email address"
    return found
