"""Where the screens keep the search and the trip in the making: the app's shared state."""

from datetime import timedelta

from tools.virtual_phone.apps.bookings import store
from tools.virtual_phone.apps.bookings.flights import Flight
from tools.virtual_phone.apps.bookings.trip import Query, Trip
from tools.virtual_phone.system.context import Context

_REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_RECENT = 4


def query(ctx: Context) -> Query:
    """What stands in the search form; at first a round trip that leaves tomorrow."""
    data = ctx.shared.get("query")
    if data is None:
        return Query(depart=ctx.now.date() + timedelta(days=1))
    return Query.from_json(data)


def set_query(ctx: Context, value: Query) -> None:
    """Keep the search form."""
    ctx.shared["query"] = value.to_json()


def trip(ctx: Context) -> Trip | None:
    """The trip in the making; None before the first search."""
    data = ctx.shared.get("trip")
    return None if data is None else Trip.from_json(data)


def set_trip(ctx: Context, value: Trip) -> None:
    """Keep the trip in the making."""
    ctx.shared["trip"] = value.to_json()


def start_trip(ctx: Context) -> None:
    """Begin a new trip from the search form, with a booking reference of its own."""
    rng = ctx.random()
    reference = "TW" + "".join(rng.choices(_REFERENCE_LETTERS, k=4))
    while store.is_booked(ctx.db, reference):
        reference = "TW" + "".join(rng.choices(_REFERENCE_LETTERS, k=4))
    set_trip(ctx, Trip(query=query(ctx), salt=store.salt(ctx.db), reference=reference))


def recent_airports(ctx: Context) -> list[str]:
    """Codes of the airports chosen lately, the latest first."""
    return list(ctx.shared.get("recent", ()))


def remember_airport(ctx: Context, iata: str) -> None:
    """Put an airport at the head of the recent ones."""
    others = [code for code in recent_airports(ctx) if code != iata]
    ctx.shared["recent"] = [iata, *others][:_RECENT]


def is_sold_out(ctx: Context, flight: Flight) -> bool:
    """Whether a flight sold out under the user's hands."""
    return _seat_key(flight) in ctx.shared.get("sold_out", ())


def mark_sold_out(ctx: Context, flight: Flight) -> None:
    """The last seat of a flight has gone."""
    ctx.shared["sold_out"] = [*ctx.shared.get("sold_out", ()), _seat_key(flight)]


def _seat_key(flight: Flight) -> str:
    return f"{flight.number} {flight.depart.date().isoformat()}"
