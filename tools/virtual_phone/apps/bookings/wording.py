"""How trips are put into words, in the phone's language."""

from collections.abc import Iterable

from tools.virtual_phone.apps.bookings.fares import CABINS
from tools.virtual_phone.apps.bookings.flights import Flight
from tools.virtual_phone.apps.bookings.places import airports
from tools.virtual_phone.apps.bookings.trip import Query
from tools.virtual_phone.system.context import Context

KINDS = {"adult": "Adult", "child": "Child", "infant": "Infant"}
_COUNTED = {
    "adult": ("{n} adult", "{n} adults"),
    "child": ("{n} child", "{n} children"),
    "infant": ("{n} infant", "{n} infants"),
}


def airport(ctx: Context, iata: str) -> str:
    """`Chongqing Jiangbei (CKG)`, or empty for an empty code."""
    return f"{airports()[iata].title(ctx.locale)} ({iata})" if iata else ""


def town(ctx: Context, iata: str) -> str:
    """The city of an airport."""
    return airports()[iata].town(ctx.locale)


def route(ctx: Context, origin: str, destination: str) -> str:
    """`Chongqing → Beijing`."""
    return f"{town(ctx, origin)} → {town(ctx, destination)}"


def counted(ctx: Context, kind: str, count: int) -> str:
    """`1 adult`, `2 children`."""
    one, many = _COUNTED[kind]
    return ctx.t(one if count == 1 else many, n=count)


def passengers(ctx: Context, query: Query) -> str:
    """`2 adults, 1 child`."""
    counts = (("adult", query.adults), ("child", query.children), ("infant", query.infants))
    return comma(ctx, (counted(ctx, kind, count) for kind, count in counts if count))


def cabin(ctx: Context, code: str) -> str:
    """The name of a cabin class."""
    return ctx.t(CABINS[code])


def comma(ctx: Context, parts: Iterable[str]) -> str:
    """Parts in a row, with the language's own comma."""
    return ("、" if ctx.locale == "zh" else ", ").join(parts)


def duration(ctx: Context, minutes: int) -> str:
    """`2h 15m`, 2小时15分."""
    hours, rest = divmod(minutes, 60)
    if not rest:
        return ctx.t("{h}h", h=hours)
    return ctx.t("{h}h {m}m", h=hours, m=rest)


def stops(ctx: Context, flight: Flight) -> str:
    """`Nonstop`, or the one place where passengers change."""
    if not flight.stop:
        return ctx.t("Nonstop")
    return ctx.t("1 stop · {city}", city=town(ctx, flight.stop))


def arrival(ctx: Context, flight: Flight) -> str:
    """The local time of arrival, with `+1` when it is the next day."""
    later = f" {flight.days_later:+d}" if flight.days_later else ""
    return ctx.format_time(flight.arrive) + later
