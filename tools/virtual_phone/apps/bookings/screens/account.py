"""The owner of the account and the travellers they saved."""

from tools.virtual_phone.apps.bookings import store
from tools.virtual_phone.apps.bookings.screens import parts
from tools.virtual_phone.apps.bookings.trip import Traveller
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Card,
    Column,
    Expand,
    Icon,
    ListItem,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)

_COLORS = ("primary", "tertiary", "secondary", "success")


def build(ctx: Context) -> Page:
    """The page."""
    people = store.saved_travellers(ctx.db)
    active = [booking for booking in store.bookings(ctx.db) if not booking.cancelled]
    cards = [
        ("credit-card-outline", "Visa •••• 4242", "Expires 08/29"),
        ("credit-card-outline", "UnionPay •••• 8210", "Expires 11/28"),
    ]
    body: list[Widget] = [
        _owner(ctx, people[0], len(active)),
        parts.heading(ctx.t("Saved travellers")),
        Card(
            Column([_person(person, place) for place, person in enumerate(people)]),
            padding=(0, 4),
        ),
        parts.heading(ctx.t("Payment methods")),
        Card(
            Column(
                [
                    ListItem(ctx.t(name), subtitle=ctx.t(subtitle), leading=Icon(icon))
                    for icon, name, subtitle in cards
                ]
            ),
            padding=(0, 4),
        ),
    ]
    return Page(
        Scroll(parts.stack(body), key="account"),
        top=TopBar(ctx.t("Account")),
        nav=parts.nav_bar(ctx),
    )


def _owner(ctx: Context, owner: Traveller, trips: int) -> Widget:
    ink = "on_primary_container"
    summary = ctx.t("1 upcoming trip") if trips == 1 else ctx.t("{n} upcoming trips", n=trips)
    lines = Column(
        [
            Text(owner.full_name, style="title", color=ink),
            Text(owner.email, color=ink),
            Text(summary, style="label", color=ink),
        ],
        gap=2,
    )
    return Card(
        Row([Avatar(_initials(owner), size=56), Expand(lines)], gap=16), color="primary_container"
    )


def _person(person: Traveller, place: int) -> Widget:
    hidden = f"{person.document[:2]}•••{person.document[-3:]}"
    return ListItem(
        person.full_name,
        subtitle=hidden,
        leading=Avatar(_initials(person), color=_COLORS[place % len(_COLORS)]),
    )


def _initials(person: Traveller) -> str:
    return person.first_name[:1] + person.last_name[:1]
