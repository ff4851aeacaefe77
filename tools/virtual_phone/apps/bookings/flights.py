"""The timetable: made up for each route and day, the same every time for the same seed."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tools.virtual_phone.apps.bookings.places import Airport, airports, distance_km

_SHORTEST_KM = 150.0
_LONGEST_NONSTOP_KM = 13_500.0
_NARROW = ("Airbus A320neo", "Airbus A321neo", "Boeing 737-800", "COMAC C919")
_WIDE = ("Airbus A350-900", "Boeing 787-9", "Airbus A330-300")


@dataclass(frozen=True, slots=True)
class Airline:
    """An invented airline."""

    code: str
    name: str
    name_zh: str
    color: str
    hubs: tuple[str, ...]
    share: int
    price: float
    serves: frozenset[str]

    def title(self, locale: str) -> str:
        """Its name in the phone's language."""
        return self.name_zh if locale == "zh" else self.name


@dataclass(frozen=True, slots=True)
class Flight:
    """One way from A to B on one day; times are local at each end.

    Attributes:
        number: Airline code and number, the key of the flight on its day.
        stop: Code of the airport where passengers change, or empty.
        duration_min: From departure to arrival, in minutes, waiting included.
        base_cents: What one adult pays in economy with the basic fare.
        seats_left: Seats left at that price; shown when they are few.
    """

    number: str
    airline: str
    origin: str
    destination: str
    depart: datetime
    arrive: datetime
    duration_min: int
    stop: str
    aircraft: str
    base_cents: int
    seats_left: int

    @property
    def days_later(self) -> int:
        """Calendar days between departure and arrival, as the local clocks show them."""
        return (self.arrive.date() - self.depart.date()).days


@lru_cache(maxsize=1)
def airlines() -> dict[str, Airline]:
    """Every airline by its code."""
    text = Path(__file__).with_name("airlines.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = yaml.safe_load(text)
    return {
        row["code"]: Airline(
            code=row["code"],
            name=row["name"],
            name_zh=row["zh"],
            color=row["color"],
            hubs=tuple(row["hubs"]),
            share=row["share"],
            price=row["price"],
            serves=frozenset(row["serves"]),
        )
        for row in rows
    }


def stable_random(*parts: object) -> random.Random:
    """Random numbers that depend on `parts` only, on every machine and in every process."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 - a made-up timetable


@lru_cache(maxsize=256)
def timetable(salt: int, origin: str, destination: str, day: date) -> tuple[Flight, ...]:
    """The flights of a day, by departure; none between airports of the same town.

    Raises:
        KeyError: If an airport is unknown.
    """
    start, end = airports()[origin], airports()[destination]
    km = distance_km(start, end)
    if km < _SHORTEST_KM or start.city == end.city:
        return ()
    rng = stable_random(salt, origin, destination, day.isoformat())
    region = "china" if start.in_china and end.in_china else "world"
    count = rng.randint(8, 13) if region == "china" else rng.randint(5, 9)
    carriers = [line for line in airlines().values() if region in line.serves]
    flights: dict[str, Flight] = {}
    while len(flights) < count:
        line = rng.choices(carriers, weights=[carrier.share for carrier in carriers])[0]
        flight = _flight(rng, line, start, end, day)
        flights.setdefault(flight.number, flight)
    return tuple(sorted(flights.values(), key=lambda flight: (flight.depart, flight.number)))


def find(flights: Sequence[Flight], number: str) -> Flight | None:
    """The flight with a number, if there is one."""
    return next((flight for flight in flights if flight.number == number), None)


def cheapest(flights: Sequence[Flight]) -> Flight | None:
    """The flight with the lowest price, the earliest of equals."""
    return min(flights, key=lambda flight: (flight.base_cents, flight.depart), default=None)


def terminal(airline: str, airport: str) -> int:
    """The terminal an airline uses at an airport."""
    return stable_random("terminal", airline, airport).randint(1, 3)


def _flight(rng: random.Random, line: Airline, start: Airport, end: Airport, day: date) -> Flight:
    km = distance_km(start, end)
    stop = _stop(rng, line, start, end, km)
    if stop is None:
        minutes = _air_minutes(km)
    else:
        first, second = distance_km(start, stop), distance_km(stop, end)
        minutes = _air_minutes(first) + _air_minutes(second) + rng.randrange(55, 205, 5)
    # Most people leave between six and ten at night; long flights also leave after midnight.
    hour = rng.randint(6, 21) if km < 4000 or rng.random() < 0.7 else rng.choice((0, 1, 22, 23))
    depart = datetime.combine(day, time(hour, rng.randrange(0, 60, 5)))
    shift = timedelta(hours=end.utc_offset - start.utc_offset)
    seats_left = rng.choice((2, 3, 4, 9, 9, 9, 9, 9))
    return Flight(
        number=f"{line.code} {rng.randint(101, 999) if km > 4000 else rng.randint(1001, 9899)}",
        airline=line.code,
        origin=start.iata,
        destination=end.iata,
        depart=depart,
        arrive=depart + timedelta(minutes=minutes) + shift,
        duration_min=minutes,
        stop=stop.iata if stop else "",
        aircraft=rng.choice(_WIDE if km > 3800 else _NARROW),
        base_cents=_price_cents(rng, line, km, day, hour=hour, direct=stop is None),
        seats_left=seats_left,
    )


def _stop(
    rng: random.Random, line: Airline, start: Airport, end: Airport, km: float
) -> Airport | None:
    """Where the flight stops over: at the airline's hub with the least detour, or nowhere."""
    change = 0.15 if km < 2500 else 0.3 if km < 4000 else 0.5
    if km <= _LONGEST_NONSTOP_KM and rng.random() >= change:
        return None
    hubs = [airports()[code] for code in line.hubs if code not in (start.iata, end.iata)]
    hubs = [hub for hub in hubs if hub.city not in (start.city, end.city)]
    if not hubs:
        return None
    hub = min(hubs, key=lambda hub: distance_km(start, hub) + distance_km(hub, end))
    detour = distance_km(start, hub) + distance_km(hub, end)
    return hub if detour < 1.8 * km + 400 or km > _LONGEST_NONSTOP_KM else None


def _air_minutes(km: float) -> int:
    """Gate to gate: half an hour for the ends, 820 km/h between, in steps of five minutes."""
    return 5 * round((30 + km / 820 * 60) / 5)


def _price_cents(
    rng: random.Random, line: Airline, km: float, day: date, *, hour: int, direct: bool
) -> int:
    yuan = 190 + 0.47 * km if km < 4000 else 900 + 0.36 * km
    yuan *= line.price * rng.uniform(0.72, 1.35)
    if day.weekday() in (4, 6):
        yuan *= 1.12
    if not direct:
        yuan *= 0.9
    if hour < 7 or hour > 20:
        yuan *= 0.88
    return 1000 * round(yuan / 10)
