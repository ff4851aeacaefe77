"""The chosen flights in full, and the fares they can be had for."""

from dataclasses import replace

from tools.virtual_phone.apps.bookings import desk
from tools.virtual_phone.apps.bookings.fares import (
    FARES,
    Fare,
    breakdown,
    money,
    total_cents,
)
from tools.virtual_phone.apps.bookings.screens import parts
from tools.virtual_phone.apps.bookings.trip import Trip
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Card,
    Column,
    Expand,
    Icon,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)


def build(ctx: Context) -> Page:
    """The page."""
    trip = desk.trip(ctx)
    if trip is None or not trip.complete:
        return parts.no_trip(ctx)
    body: list[Widget] = [
        *parts.flight_cards(ctx, trip),
        parts.heading(ctx.t("Choose your fare")),
        *(_fare_card(ctx, trip, fare) for fare in FARES.values()),
    ]
    go = Button(ctx.t("Continue"), lambda: ctx.push("Seats"), key="continue")
    return Page(
        Scroll(parts.stack(body, gap=12), key="details"),
        top=TopBar(ctx.t("Flight details"), on_back=ctx.pop),
        bottom=parts.total_bar(ctx, trip.total_cents, go),
    )


def _fare_card(ctx: Context, trip: Trip, fare: Fare) -> Widget:
    query = trip.query
    counts = (query.adults, query.children, query.infants)
    price = total_cents(breakdown(trip.flights, query.cabin, fare.code, counts))
    chosen = trip.fare == fare.code
    rules: list[Widget] = [
        Row(
            [
                Icon(
                    "check" if allowed else "close",
                    size=18,
                    color="success" if allowed else "on_surface_variant",
                ),
                Expand(Text(ctx.t(rule), color="on_surface" if allowed else "on_surface_variant")),
            ],
            gap=12,
        )
        for allowed, rule in fare.rules
    ]
    mark = Icon(
        "radiobox-marked" if chosen else "radiobox-blank",
        color="primary" if chosen else "on_surface_variant",
        description=ctx.t("Selected") if chosen else "",
    )
    top = Row(
        [
            mark,
            Expand(Text(ctx.t(fare.name), style="subtitle", weight="medium")),
            Text(money(price), style="subtitle", weight="medium", color="primary"),
        ],
        gap=12,
    )
    return Card(
        Column([top, *rules], gap=8),
        on_tap=lambda: desk.set_trip(ctx, replace(trip, fare=fare.code)),
        key=f"fare_{fare.code}",
        selected=chosen,
    )
