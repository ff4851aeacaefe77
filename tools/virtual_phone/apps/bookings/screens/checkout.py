"""The last look at the trip, and paying for it."""

from collections.abc import Callable
from dataclasses import replace

from tools.virtual_phone.apps.bookings import desk, store, wording
from tools.virtual_phone.apps.bookings.fares import FARES, money
from tools.virtual_phone.apps.bookings.screens import parts
from tools.virtual_phone.apps.bookings.screens.parts import fact
from tools.virtual_phone.apps.bookings.trip import Trip
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Card,
    Column,
    Divider,
    Expand,
    Icon,
    Page,
    RadioRow,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)

PAYMENTS: dict[str, tuple[str, str]] = {
    "card": ("Visa •••• 4242", "Expires 08/29"),
    "unionpay": ("UnionPay •••• 8210", "Expires 11/28"),
    "alipay": ("Alipay", "Pay in the Alipay app"),
    "wechat": ("WeChat Pay", "Pay in the WeChat app"),
}


def build_review(ctx: Context) -> Page:
    """Everything about the trip on one page."""
    trip = _ready(ctx)
    if trip is None:
        return parts.no_trip(ctx)
    go = Button(ctx.t("Continue to payment"), lambda: ctx.push("Payment"), key="continue")
    body = [
        *parts.flight_cards(ctx, trip),
        _travellers_card(ctx, trip),
        _price_card(ctx, trip),
    ]
    return Page(
        Scroll(parts.stack(body, gap=12), key="review"),
        top=TopBar(
            ctx.t("Review your trip"),
            on_back=ctx.pop,
            subtitle=wording.route(ctx, trip.query.origin, trip.query.destination),
        ),
        bottom=parts.total_bar(ctx, trip.total_cents, go),
    )


def build_payment(ctx: Context) -> Page:
    """How to pay, and the button that books."""
    trip = _ready(ctx)
    if trip is None:
        return parts.no_trip(ctx)
    amount = money(trip.total_cents)

    def chooser(code: str) -> Callable[[], None]:
        return lambda: desk.set_trip(ctx, replace(trip, payment=code))

    methods: list[Widget] = [
        RadioRow(
            ctx.t(name),
            trip.payment == code,
            chooser(code),
            subtitle=ctx.t(subtitle),
            key=f"payment_{code}",
        )
        for code, (name, subtitle) in PAYMENTS.items()
    ]
    secure = Row(
        [
            Icon("lock-outline", size=18),
            Text(ctx.t("Your payment is encrypted"), style="caption", color="on_surface_variant"),
        ],
        gap=8,
        justify="center",
    )
    body: list[Widget] = [
        Card(_amount(ctx, trip), color="primary_container"),
        parts.heading(ctx.t("Payment method")),
        Card(Column(methods), padding=(0, 4)),
        secure,
    ]
    button = Button(
        ctx.t("Pay {amount}", amount=amount),
        lambda: _pay(ctx, trip),
        key="pay",
        icon="lock-outline",
        expand=True,
    )
    return Page(
        Scroll(parts.stack(body), key="payment"),
        top=TopBar(ctx.t("Payment"), on_back=ctx.pop),
        bottom=Column([button], padding=(16, 12)),
    )


def _ready(ctx: Context) -> Trip | None:
    """The trip, if it is whole and was not paid for yet."""
    trip = desk.trip(ctx)
    if trip is None or not trip.complete:
        return None
    if len(trip.travellers) != len(trip.query.travellers):
        return None
    return None if store.is_booked(ctx.db, trip.reference) else trip


def _pay(ctx: Context, trip: Trip) -> None:
    store.book(ctx.db, trip, ctx.now)
    # What led here is gone, so that Back cannot lead to a second payment.
    ctx.pop_to("Search")
    ctx.push("Confirmation", reference=trip.reference)


def _amount(ctx: Context, trip: Trip) -> Widget:
    ink = "on_primary_container"
    return Column(
        [
            Text(ctx.t("Amount to pay"), style="label", color=ink),
            Text(money(trip.total_cents), style="headline", color=ink, key="amount"),
            Text(
                wording.route(ctx, trip.query.origin, trip.query.destination)
                + " · "
                + wording.passengers(ctx, trip.query),
                color=ink,
            ),
        ],
        gap=4,
    )


def _travellers_card(ctx: Context, trip: Trip) -> Widget:
    rows: list[Widget] = [Text(ctx.t("Passengers"), style="label", color="primary")]
    rows += [
        Row(
            [
                Expand(Text(person.full_name)),
                Text(ctx.t(wording.KINDS[kind]), color="on_surface_variant"),
            ],
            gap=12,
        )
        for kind, person in zip(trip.query.travellers, trip.travellers, strict=True)
    ]
    contact = trip.travellers[0]
    seats = wording.comma(ctx, trip.seats) or ctx.t("Assigned at check-in")
    rows += [
        Divider(),
        fact(ctx.t("Cabin class"), wording.cabin(ctx, trip.query.cabin)),
        fact(ctx.t("Fare"), ctx.t(FARES[trip.fare].name)),
        fact(ctx.t("Seats"), seats),
        Divider(),
        fact(ctx.t("Phone number"), contact.phone),
        fact(ctx.t("Email"), contact.email),
    ]
    return Card(Column(rows, gap=10))


def _price_card(ctx: Context, trip: Trip) -> Widget:
    rows: list[Widget] = [Text(ctx.t("Price"), style="label", color="primary")]
    rows.extend(
        fact(wording.counted(ctx, line.kind, line.count), money(line.cents))
        for line in trip.price_lines()
    )
    rows += [
        fact(ctx.t("Taxes and fees"), ctx.t("Included")),
        Divider(),
        fact(ctx.t("Total"), money(trip.total_cents), strong=True),
    ]
    return Card(Column(rows, gap=10))
