"""What was booked: the confirmation, the list of trips, one trip, and cancelling it."""

from tools.virtual_phone.apps.bookings import store, wording
from tools.virtual_phone.apps.bookings.fares import FARES, money
from tools.virtual_phone.apps.bookings.screens import parts
from tools.virtual_phone.apps.bookings.screens.parts import fact
from tools.virtual_phone.apps.bookings.store import Booking
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Card,
    Column,
    Dialog,
    Divider,
    Expand,
    Gap,
    Icon,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)


def build_confirmation(ctx: Context) -> Page:
    """It is booked; `state["reference"]` says which."""
    booking = _booking(ctx)
    if booking is None:
        return parts.no_trip(ctx)
    query = booking.trip.query

    name = booking.passengers[0].first_name if booking.passengers else ""
    rows: list[Widget] = [
        fact(ctx.t("Booking reference"), booking.reference, strong=True),
        Divider(),
        fact(ctx.t("Route"), wording.route(ctx, query.origin, query.destination)),
        *_date_facts(ctx, booking),
        fact(ctx.t("Flight"), wording.comma(ctx, (one.number for one in booking.trip.flights))),
        fact(ctx.t("Passengers"), _names(ctx, booking)),
        fact(ctx.t("Total"), money(booking.total_cents)),
    ]
    body: list[Widget] = [
        Gap(24),
        Column(
            [
                Avatar("", icon="check", color="success", size=72),
                Gap(8),
                Text(ctx.t("Booking confirmed"), style="headline", align="center"),
                Text(
                    ctx.t("Have a good trip, {name}!", name=name),
                    color="on_surface_variant",
                    align="center",
                ),
            ],
            gap=4,
            align="center",
        ),
        Gap(8),
        Card(Column(rows, gap=12)),
        Button(ctx.t("View my trips"), lambda: ctx.pop_to("Trips"), key="view_trips", expand=True),
        Button(ctx.t("Done"), lambda: ctx.pop_to("Search"), kind="text", expand=True, key="done"),
    ]
    return Page(Scroll(parts.stack(body, gap=12), key="confirmation"))


def build_trips(ctx: Context) -> Page:
    """The list of bookings, the latest first."""
    found = store.bookings(ctx.db)
    if found:
        body: Widget = parts.stack([_trip_card(ctx, booking) for booking in found], gap=12)
    else:
        body = parts.notice(
            "bag-suitcase-outline",
            ctx.t("No trips yet"),
            ctx.t("Flights you book will show up here."),
            Button(ctx.t("Search flights"), lambda: ctx.pop_to("Search"), kind="tonal"),
        )
    return Page(
        Scroll(body, key="trips"),
        top=TopBar(ctx.t("My trips")),
        nav=parts.nav_bar(ctx),
    )


def build_details(ctx: Context) -> Page:
    """One booking; `state["reference"]` says which."""
    booking = _booking(ctx)
    if booking is None:
        return parts.no_trip(ctx)
    trip = booking.trip
    seats = wording.comma(ctx, trip.seats) or ctx.t("Assigned at check-in")
    facts: list[Widget] = [
        Row(
            [
                Expand(Text(ctx.t("Booking reference"), color="on_surface_variant")),
                Text(booking.reference, style="subtitle", weight="medium"),
            ],
            gap=12,
        ),
        fact(ctx.t("Passengers"), _names(ctx, booking)),
        fact(ctx.t("Cabin class"), wording.cabin(ctx, trip.query.cabin)),
        fact(ctx.t("Fare"), ctx.t(FARES[trip.fare].name)),
        fact(ctx.t("Seats"), seats),
        Divider(),
        fact(ctx.t("Total"), money(booking.total_cents), strong=True),
    ]
    body: list[Widget] = [
        Row([_status(ctx, booking)]),
        *parts.flight_cards(ctx, trip),
        Card(Column(facts, gap=10)),
    ]
    if not booking.cancelled:
        body.append(
            Button(
                ctx.t("Cancel booking"),
                lambda: ctx.state.update(overlay="cancel"),
                kind="outlined",
                icon="close-circle-outline",
                key="cancel_booking",
                expand=True,
            )
        )
    return Page(
        Scroll(parts.stack(body, gap=12), key="trip"),
        top=TopBar(wording.route(ctx, trip.query.origin, trip.query.destination), on_back=ctx.pop),
        overlay=_cancel_dialog(ctx, booking) if ctx.state.get("overlay") == "cancel" else None,
    )


def _cancel_dialog(ctx: Context, booking: Booking) -> Dialog:
    def close() -> None:
        ctx.state.pop("overlay", None)

    def cancel() -> None:
        store.cancel(ctx.db, booking.reference)
        close()
        ctx.toast(ctx.t("Booking cancelled"))

    refund = "You get {amount} back within 7 days."
    text = refund if booking.trip.fare == "flex" else "Your fare does not allow a refund."
    return Dialog(
        ctx.t("Cancel this booking?"),
        Text(ctx.t(text, amount=money(booking.total_cents)), color="on_surface_variant"),
        [
            Button(ctx.t("Keep booking"), close, kind="text", key="keep"),
            Button(ctx.t("Cancel booking"), cancel, kind="text", key="confirm_cancel"),
        ],
        on_dismiss=close,
    )


def _booking(ctx: Context) -> Booking | None:
    return store.booking(ctx.db, str(ctx.state.get("reference", "")))


def _names(ctx: Context, booking: Booking) -> str:
    return wording.comma(ctx, (person.full_name for person in booking.passengers))


def _date_facts(ctx: Context, booking: Booking) -> list[Widget]:
    query = booking.trip.query
    labels = ("Date",) if query.return_date is None else ("Departure", "Return")
    return [
        fact(
            ctx.t(label),
            f"{ctx.format_date(flight.depart.date())} {ctx.format_time(flight.depart)}",
        )
        for label, flight in zip(labels, booking.trip.flights, strict=False)
    ]


def _status(ctx: Context, booking: Booking) -> Widget:
    color = "error" if booking.cancelled else "success"
    icon = "close-circle-outline" if booking.cancelled else "check-circle-outline"
    text = ctx.t("Cancelled") if booking.cancelled else ctx.t("Confirmed")
    return Row([Icon(icon, size=18, color=color), Text(text, style="label", color=color)], gap=6)


def _trip_card(ctx: Context, booking: Booking) -> Widget:
    query = booking.trip.query
    dates = [ctx.format_date(query.depart)]
    if query.return_date is not None:
        dates.append(ctx.format_date(query.return_date))
    quiet = "on_surface_variant"
    rows: list[Widget] = [
        Row(
            [
                Expand(_status(ctx, booking)),
                Text(booking.reference, style="label", color=quiet),
            ],
            gap=8,
        ),
        Text(wording.route(ctx, query.origin, query.destination), style="title"),
        Text(" – ".join(dates) + " · " + wording.passengers(ctx, query), color=quiet),
    ]
    rows += [parts.times_row(ctx, flight) for flight in booking.trip.flights]
    return Card(
        Column(rows, gap=8),
        on_tap=lambda: ctx.push("TripDetails", reference=booking.reference),
        key=f"trip_{booking.reference}",
    )
