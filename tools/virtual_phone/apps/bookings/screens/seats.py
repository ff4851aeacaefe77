"""The seat map of the way out."""

from dataclasses import replace

from tools.virtual_phone.apps.bookings import desk, wording
from tools.virtual_phone.apps.bookings.cabin import AISLE, SECTIONS, Section, position, taken_seats
from tools.virtual_phone.apps.bookings.screens import parts
from tools.virtual_phone.apps.bookings.trip import Trip
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Banner,
    Button,
    Card,
    Column,
    Expand,
    Gap,
    Grid,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)

_COLORS = {
    "available": "primary_container",
    "taken": "surface_container_highest",
    "selected": "primary",
}


_INKS = {"available": "on_primary_container", "taken": "outline", "selected": "on_primary"}
_MARKS = {"taken": "×", "selected": "✓"}


def build(ctx: Context) -> Page:
    """The page."""
    trip = desk.trip(ctx)
    if trip is None or not trip.complete:
        return parts.no_trip(ctx)
    flight = trip.flights[0]
    taken = taken_seats(trip.salt, flight, trip.query.cabin)
    body: list[Widget] = []
    if trip.query.trip_type == "round_trip":
        note = ctx.t("You choose seats for the outbound flight. Return seats come at check-in.")
        body.append(Banner(note, color="secondary_container"))
    body += [_legend(ctx), *_seat_map(ctx, trip, taken)]
    return Page(
        Scroll(parts.stack(body, gap=12), key="seats"),
        top=TopBar(
            ctx.t("Choose seats"),
            on_back=ctx.pop,
            subtitle=f"{flight.number} · {wording.route(ctx, flight.origin, flight.destination)}",
        ),
        bottom=_bottom(ctx, trip),
    )


def _bottom(ctx: Context, trip: Trip) -> Widget:
    def skip() -> None:
        desk.set_trip(ctx, replace(trip, seats=()))
        ctx.push("Passengers", index=0)

    need = trip.query.seated
    chosen = wording.comma(ctx, trip.seats) if trip.seats else ctx.t("No seat chosen")
    return Row(
        [
            Expand(
                Column(
                    [
                        Text(
                            ctx.t("{n} of {total} seats", n=len(trip.seats), total=need),
                            style="caption",
                            color="on_surface_variant",
                        ),
                        Text(chosen, style="label", max_lines=2, key="chosen_seats"),
                    ]
                )
            ),
            Button(ctx.t("Skip"), skip, kind="text", key="skip"),
            Button(
                ctx.t("Continue"),
                lambda: ctx.push("Passengers", index=0),
                enabled=len(trip.seats) == need,
                key="continue",
            ),
        ],
        gap=8,
        padding=(16, 12),
    )


def _legend(ctx: Context) -> Widget:
    def sample(kind: str, label: str) -> Widget:
        mark = Text(_MARKS.get(kind, "A"), style="label", color=_INKS[kind])
        box = Card(mark, color=_COLORS[kind], padding=(10, 4))
        return Row([box, Text(ctx.t(label), style="caption")], gap=8)

    samples = [
        sample("available", "Available"),
        sample("selected", "Selected"),
        sample("taken", "Taken"),
    ]
    return Row(samples, gap=20, justify="center")


def _seat_map(ctx: Context, trip: Trip, taken: frozenset[str]) -> list[Widget]:
    section = SECTIONS[trip.query.cabin]
    columns = len(section.letters)
    letters = [
        Text(letter, style="label", align="center", color="on_surface_variant")
        for letter in section.letters
    ]
    cells: list[Widget] = []
    for row in section.rows:
        for letter in section.letters:
            if letter == AISLE:
                number = Text(str(row), style="caption", align="center", color="on_surface_variant")
                cells.append(Column([Gap(14), number]))
            else:
                cells.append(_seat(ctx, trip, section, f"{row}{letter}", taken))
    name = wording.cabin(ctx, trip.query.cabin)
    return [
        Text(name, style="label", align="center", color="primary"),
        Grid(letters, columns=columns, gap=6),
        Grid(cells, columns=columns, gap=6),
    ]


def _seat(ctx: Context, trip: Trip, section: Section, seat: str, taken: frozenset[str]) -> Widget:
    status = "taken" if seat in taken else "selected" if seat in trip.seats else "available"
    place = position(section, seat[-1])
    description = ctx.t(
        "Seat {seat}, {place}, {status}", seat=seat, place=ctx.t(place), status=ctx.t(status)
    )

    def toggle() -> None:
        rest = [other for other in trip.seats if other != seat]
        seats = rest if seat in trip.seats else [*rest, seat]
        # With one seat too many the earliest choice gives way.
        desk.set_trip(ctx, replace(trip, seats=tuple(seats[-trip.query.seated :])))

    return Card(
        Text(_MARKS.get(status, seat[-1]), style="label", align="center", color=_INKS[status]),
        on_tap=None if status == "taken" else toggle,
        key=f"seat_{seat}",
        color=_COLORS[status],
        padding=(0, 14),
        description=description,
    )
