"""Pieces that several screens show: the bottom navigation, flights, totals, the missing trip."""

from collections.abc import Sequence

from tools.virtual_phone.apps.bookings import wording
from tools.virtual_phone.apps.bookings.fares import money
from tools.virtual_phone.apps.bookings.flights import Flight, airlines, terminal
from tools.virtual_phone.apps.bookings.places import airports
from tools.virtual_phone.apps.bookings.trip import Trip
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Card,
    Column,
    Divider,
    Expand,
    Gap,
    Icon,
    NavBar,
    Page,
    Row,
    Text,
    TopBar,
    Weight,
    Widget,
)

_ROOTS = ("Search", "Trips", "Account")


def nav_bar(ctx: Context) -> NavBar:
    """Search | My trips | Account."""

    def select(index: int) -> None:
        if _ROOTS[index] != ctx.screen:
            ctx.pop_to(_ROOTS[index])

    return NavBar(
        items=(
            ("magnify", ctx.t("Search")),
            ("wallet-travel", ctx.t("My trips")),
            ("account-circle-outline", ctx.t("Account")),
        ),
        selected=_ROOTS.index(ctx.screen),
        on_select=select,
    )


def notice(icon: str, title: str, text: str, button: Button | None = None) -> Widget:
    """What a page says when there is nothing to show: an icon, two lines, perhaps a way on."""
    children: list[Widget] = [
        Gap(40),
        Avatar("", icon=icon, color="secondary_container", size=88),
        Gap(8),
        Text(title, style="title", align="center"),
        Text(text, color="on_surface_variant", align="center"),
    ]
    if button is not None:
        children += [Gap(8), button]
    return Column(children, gap=8, padding=(32, 16), align="center")


def no_trip(ctx: Context) -> Page:
    """A booking screen that was opened without a trip in the making."""
    return Page(
        notice(
            "airplane-search",
            ctx.t("No trip chosen yet"),
            ctx.t("Search for flights to start a booking."),
            Button(ctx.t("Search flights"), lambda: ctx.pop_to("Search")),
        ),
        top=TopBar(ctx.t("Bookings"), on_back=lambda: ctx.pop_to("Search")),
    )


def airline_row(ctx: Context, flight: Flight, trailing: Widget | None = None) -> Widget:
    """The airline's badge, its name and the flight number."""
    line = airlines()[flight.airline]
    children: list[Widget] = [
        Avatar(line.code, color=line.color, size=28),
        Expand(
            Column(
                [
                    Text(line.title(ctx.locale), style="label", max_lines=1),
                    Text(flight.number, style="caption", color="on_surface_variant"),
                ]
            )
        ),
    ]
    if trailing is not None:
        children.append(trailing)
    return Row(children, gap=12)


def times_row(ctx: Context, flight: Flight) -> Widget:
    """Departure, the way between, arrival."""
    quiet = "on_surface_variant"
    return Row(
        [
            Column(
                [
                    Text(ctx.format_time(flight.depart), style="title"),
                    Text(flight.origin, style="caption", color=quiet),
                ]
            ),
            Expand(
                Column(
                    [
                        Text(
                            wording.duration(ctx, flight.duration_min),
                            style="caption",
                            color=quiet,
                            align="center",
                        ),
                        Divider(),
                        Text(
                            wording.stops(ctx, flight),
                            style="caption",
                            color="tertiary" if flight.stop else quiet,
                            align="center",
                            max_lines=1,
                        ),
                    ],
                    gap=4,
                )
            ),
            Column(
                [
                    Text(wording.arrival(ctx, flight), style="title", align="end"),
                    Text(flight.destination, style="caption", color=quiet, align="end"),
                ],
                align="end",
            ),
        ],
        gap=16,
    )


def flight_card(ctx: Context, flight: Flight, heading: str) -> Widget:
    """A chosen flight in full."""
    locale = ctx.locale
    ends = (
        ("airplane-takeoff", flight.origin),
        ("airplane-landing", flight.destination),
    )
    stations = [
        Row(
            [
                Icon(icon, size=20),
                Expand(Text(airports()[code].title(locale), max_lines=2)),
                Text(
                    ctx.t("Terminal {n}", n=terminal(flight.airline, code)),
                    style="small",
                    color="on_surface_variant",
                ),
            ],
            gap=12,
        )
        for icon, code in ends
    ]
    return Card(
        Column(
            [
                Row(
                    [
                        Expand(Text(heading, style="label", color="primary")),
                        Text(ctx.format_date(flight.depart.date()), style="label"),
                    ],
                    gap=8,
                ),
                times_row(ctx, flight),
                Divider(),
                *stations,
                Divider(),
                airline_row(
                    ctx,
                    flight,
                    Text(flight.aircraft, style="caption", color="on_surface_variant"),
                ),
            ],
            gap=12,
        )
    )


def flight_cards(ctx: Context, trip: Trip) -> list[Widget]:
    """The chosen flights of a trip."""
    headings = ("Outbound flight", "Return flight")
    if trip.query.trip_type == "one_way":
        headings = ("Your flight", "")
    return [
        flight_card(ctx, flight, ctx.t(heading))
        for flight, heading in zip(trip.flights, headings, strict=False)
    ]


def total_bar(ctx: Context, cents: int, button: Button) -> Widget:
    """The pinned bar with the total and the button that leads on."""
    return Row(
        [
            Expand(
                Column(
                    [
                        Text(ctx.t("Total"), style="caption", color="on_surface_variant"),
                        Text(money(cents), style="title", key="total"),
                    ]
                )
            ),
            button,
        ],
        gap=16,
        padding=(16, 12),
    )


def heading(text: str) -> Widget:
    """The heading of a section."""
    return Text(text, style="subtitle", weight="medium")


def fact(label: str, value: str, *, strong: bool = False) -> Widget:
    """A label on the left, its value on the right."""
    weight: Weight = "medium" if strong else "regular"
    return Row(
        [
            Text(label, color="on_surface" if strong else "on_surface_variant"),
            Expand(Text(value, align="end", weight=weight)),
        ],
        gap=12,
        align="start",
    )


def stack(children: Sequence[Widget], *, gap: float = 16) -> Column:
    """The usual column of a scrolled page."""
    return Column(children, gap=gap, padding=(16, 8, 16, 24))
