"""What a trip costs: cabins, fares and kinds of traveller. Prices are in cents of yuan."""

from collections.abc import Iterable
from dataclasses import dataclass

from tools.virtual_phone.apps.bookings.flights import Flight

CURRENCY = "CNY"
CABINS: dict[str, str] = {
    "economy": "Economy",
    "premium_economy": "Premium economy",
    "business": "Business",
    "first": "First",
}
"""Cabin names as they are shown, by the name they are stored under."""

_CABIN_FACTOR = {"economy": 1.0, "premium_economy": 1.55, "business": 3.2, "first": 5.0}
_CHILD_PERCENT = 75
_INFANT_PERCENT = 10


@dataclass(frozen=True, slots=True)
class Fare:
    """A fare family; `rules` are (allowed, English text) pairs."""

    code: str
    name: str
    percent: int
    rules: tuple[tuple[bool, str], ...]


FARES: dict[str, Fare] = {
    "basic": Fare(
        "basic",
        "Basic",
        100,
        (
            (True, "Cabin bag 8 kg"),
            (False, "No checked bag"),
            (False, "No changes"),
            (False, "No refund"),
        ),
    ),
    "standard": Fare(
        "standard",
        "Standard",
        114,
        (
            (True, "Cabin bag 8 kg"),
            (True, "1 checked bag 20 kg"),
            (True, "Changes for a fee"),
            (False, "No refund"),
        ),
    ),
    "flex": Fare(
        "flex",
        "Flex",
        138,
        (
            (True, "Cabin bag 10 kg"),
            (True, "2 checked bags 23 kg"),
            (True, "Free changes"),
            (True, "Refundable"),
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One line of a price breakdown: so many of a kind, and what they cost together."""

    kind: str
    count: int
    cents: int


def adult_cents(flight: Flight, cabin: str, fare: str = "basic") -> int:
    """What one adult pays for one flight, in whole yuan."""
    percent = FARES[fare].percent
    return 100 * round(flight.base_cents * _CABIN_FACTOR[cabin] * percent / 10_000)


def breakdown(
    flights: Iterable[Flight], cabin: str, fare: str, travellers: tuple[int, int, int]
) -> list[PriceLine]:
    """The price lines of a trip for so many adults, children and infants."""
    adult = sum(adult_cents(flight, cabin, fare) for flight in flights)
    each = {
        "adult": adult,
        "child": _part(adult, _CHILD_PERCENT),
        "infant": _part(adult, _INFANT_PERCENT),
    }
    return [
        PriceLine(kind, count, count * each[kind])
        for kind, count in zip(each, travellers, strict=True)
        if count
    ]


def total_cents(lines: Iterable[PriceLine]) -> int:
    """The sum of a breakdown."""
    return sum(line.cents for line in lines)


def money(cents: int) -> str:
    """`¥1,234`; a fraction only where there is one."""
    yuan, rest = divmod(cents, 100)
    return f"¥{yuan:,}.{rest:02d}" if rest else f"¥{yuan:,}"


def _part(cents: int, percent: int) -> int:
    return 100 * round(cents * percent / 10_000)
