"""The flights of a day, to sort, to filter and to choose from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tools.virtual_phone.apps.bookings import desk, wording
from tools.virtual_phone.apps.bookings.fares import adult_cents, money
from tools.virtual_phone.apps.bookings.flights import Flight, airlines, cheapest
from tools.virtual_phone.apps.bookings.screens import parts
from tools.virtual_phone.apps.bookings.screens.filters import filter_count, filter_sheet, passes
from tools.virtual_phone.apps.bookings.trip import Trip
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Card,
    Chip,
    Column,
    Dialog,
    Overlay,
    Page,
    Progress,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
    Wrap,
)

SLOW_S = 4.0
"""Virtual seconds that the scenario `slow_results` takes to find the flights."""

_SORTS: dict[str, tuple[str, Callable[[Flight], Any]]] = {
    "price": ("Price", lambda flight: (flight.base_cents, flight.depart)),
    "departure": ("Departure", lambda flight: flight.depart),
    "duration": ("Duration", lambda flight: (flight.duration_min, flight.base_cents)),
}


def opened(ctx: Context) -> None:
    """Note when the results will be there."""
    wait_s = SLOW_S if ctx.scenario.has("slow_results") else 0.0
    ctx.state["ready_at"] = (ctx.now + timedelta(seconds=wait_s)).isoformat()


def build(ctx: Context) -> Page:
    """The page; `state["leg"]` is 0 for the way out and 1 for the way back."""
    trip = desk.trip(ctx)
    if trip is None:
        return parts.no_trip(ctx)
    leg = int(ctx.state.get("leg", 0))
    origin, destination, _ = trip.leg(leg)
    top = TopBar(
        wording.route(ctx, origin, destination),
        on_back=ctx.pop,
        subtitle=_subtitle(ctx, trip, leg),
    )
    if ctx.now < datetime.fromisoformat(ctx.state["ready_at"]):
        waiting = Column([Progress(text=ctx.t("Searching flights…"))], padding=(16, 96))
        return Page(waiting, top=top)
    offers = trip.offers(leg, ctx.now)
    overlay: Overlay | None = None
    if ctx.state.get("overlay") == "filters":
        overlay = filter_sheet(ctx, offers)
    elif ctx.state.get("overlay") == "sold_out":
        overlay = _sold_out_dialog(ctx)
    return Page(
        Scroll(parts.stack(_body(ctx, trip, leg, offers), gap=12), key="results"),
        top=top,
        overlay=overlay,
    )


def _subtitle(ctx: Context, trip: Trip, leg: int) -> str:
    query = trip.query
    facts = (
        ctx.format_date(trip.leg(leg)[2]),
        wording.passengers(ctx, query),
        wording.cabin(ctx, query.cabin),
    )
    return " · ".join(facts)


def _body(ctx: Context, trip: Trip, leg: int, offers: tuple[Flight, ...]) -> list[Widget]:
    if not offers:
        return [
            parts.notice(
                "airplane-search",
                ctx.t("No flights on this day"),
                ctx.t("Try another date or another airport."),
                Button(ctx.t("Change search"), lambda: ctx.pop_to("Search"), kind="tonal"),
            )
        ]
    title = "Choose your flight"
    if trip.query.trip_type == "round_trip":
        title = "Choose your return flight" if leg else "Choose your outbound flight"
    flights = sorted(
        (flight for flight in offers if passes(ctx, flight)),
        key=_SORTS[ctx.state.get("sort", "price")][1],
    )
    rows: list[Widget] = [parts.heading(ctx.t(title)), _sort_chips(ctx)]
    if not flights:
        rows.append(
            parts.notice(
                "filter-variant",
                ctx.t("No flights match your filters"),
                ctx.t("Change or clear the filters to see more."),
                Button(ctx.t("Clear filters"), lambda: ctx.state.update(filters={}), kind="tonal"),
            )
        )
    rows += [_flight_card(ctx, trip, leg, flight) for flight in flights]
    if flights:
        note = ctx.t("Prices per adult, taxes and fees included")
        rows.append(Text(note, style="caption", color="on_surface_variant", align="center"))
    return rows


def _sort_chips(ctx: Context) -> Widget:
    chosen = ctx.state.get("sort", "price")

    def sorter(code: str) -> Callable[[], None]:
        return lambda: ctx.state.update(sort=code)

    chips: list[Widget] = [
        Chip(
            ctx.t(name),
            selected=code == chosen,
            on_tap=sorter(code),
            key=f"sort_{code}",
        )
        for code, (name, _) in _SORTS.items()
    ]
    count = filter_count(ctx)
    chips.append(
        Chip(
            ctx.t("Filters ({n})", n=count) if count else ctx.t("Filters"),
            selected=bool(count),
            on_tap=lambda: ctx.state.update(overlay="filters"),
            key="filter_chip",
            icon="tune",
        )
    )
    return Wrap(chips)


def _flight_card(ctx: Context, trip: Trip, leg: int, flight: Flight) -> Widget:
    gone = desk.is_sold_out(ctx, flight)
    price = Text(
        ctx.t("Sold out") if gone else money(adult_cents(flight, trip.query.cabin)),
        style="title",
        color="error" if gone else "primary",
    )
    rows = [parts.airline_row(ctx, flight, price), parts.times_row(ctx, flight)]
    if not gone and flight.seats_left < 5:
        left = ctx.t("{n} seats left at this price", n=flight.seats_left)
        rows.append(Row([Text(left, style="caption", color="error")]))
    return Card(
        Column(rows, gap=12),
        on_tap=None if gone else lambda: _choose(ctx, trip, leg, flight),
        key=f"flight_{flight.number.replace(' ', '_')}",
        description=ctx.t("Sold out") if gone else "",
    )


def _choose(ctx: Context, trip: Trip, leg: int, flight: Flight) -> None:
    bargain = cheapest(trip.offers(leg, ctx.now))
    if ctx.scenario.has("sold_out") and bargain is not None and flight.number == bargain.number:
        desk.mark_sold_out(ctx, flight)
        ctx.state["overlay"] = "sold_out"
        ctx.state["gone"] = flight.number
        return
    if leg == 0:
        desk.set_trip(ctx, replace(trip, outbound=flight.number, inbound="", seats=()))
        if trip.query.trip_type == "round_trip":
            ctx.push("Results", leg=1)
            return
    else:
        desk.set_trip(ctx, replace(trip, inbound=flight.number))
    ctx.push("FlightDetails")


def _sold_out_dialog(ctx: Context) -> Dialog:
    number = str(ctx.state.get("gone", ""))
    line = airlines()[number.split()[0]].title(ctx.locale)

    def close() -> None:
        ctx.state.pop("overlay", None)

    text = ctx.t("The last seat on {airline} {number} was just taken.", airline=line, number=number)
    return Dialog(
        ctx.t("This fare just sold out"),
        Text(text, color="on_surface_variant"),
        [Button(ctx.t("See other flights"), close, kind="text", key="see_other_flights")],
        on_dismiss=close,
        icon="alert-circle-outline",
    )
