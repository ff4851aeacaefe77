"""What the user is looking for and has chosen so far, as values that live in JSON state."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self

from tools.virtual_phone.apps.bookings.fares import PriceLine, breakdown, total_cents
from tools.virtual_phone.apps.bookings.flights import Flight, find, timetable

TripType = Literal["one_way", "round_trip"]
MAX_SEATED = 9
_CLOSES = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for; airports are codes, empty while not chosen."""

    depart: date
    trip_type: TripType = "round_trip"
    origin: str = ""
    destination: str = ""
    back: date | None = None
    adults: int = 1
    children: int = 0
    infants: int = 0
    cabin: str = "economy"

    @property
    def return_date(self) -> date | None:
        """The day of the way back; None for a one-way trip."""
        return self.back if self.trip_type == "round_trip" else None

    @property
    def travellers(self) -> tuple[str, ...]:
        """The kind of each traveller, in the order their forms come."""
        return (
            *("adult",) * self.adults,
            *("child",) * self.children,
            *("infant",) * self.infants,
        )

    @property
    def seated(self) -> int:
        """Travellers who need a seat; infants sit on a lap."""
        return self.adults + self.children

    def problems(self) -> dict[str, str]:
        """What is wrong, by field name (`origin`, `destination`, `back`); English texts."""
        found = {}
        if not self.origin:
            found["origin"] = "Choose where you fly from"
        if not self.destination:
            found["destination"] = "Choose where you fly to"
        elif self.destination == self.origin:
            found["destination"] = "From and To must be different"
        if self.trip_type == "round_trip":
            if self.back is None:
                found["back"] = "Choose a return date"
            elif self.back < self.depart:
                found["back"] = "The return date is before the departure"
        return found

    def to_json(self) -> dict[str, Any]:
        """JSON-able data, for `from_json`."""
        data = asdict(self)
        data["depart"] = self.depart.isoformat()
        data["back"] = self.back.isoformat() if self.back else ""
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The query that `to_json` described."""
        back = date.fromisoformat(data["back"]) if data["back"] else None
        return cls(**{**data, "depart": date.fromisoformat(data["depart"]), "back": back})


@dataclass(frozen=True, slots=True)
class Traveller:
    """One passenger as typed into a form; the contact is the first one's."""

    first_name: str
    last_name: str
    document: str
    phone: str = ""
    email: str = ""

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip on its way to being booked.

    Attributes:
        salt: The timetable it was chosen from.
        outbound: Flight number of the way out, empty while not chosen.
        inbound: Flight number of the way back.
        seats: Seats on the way out, one for each seated traveller, or none.
        reference: The booking reference it will get; one trip can be booked once.
    """

    query: Query
    salt: int
    reference: str
    outbound: str = ""
    inbound: str = ""
    fare: str = "basic"
    seats: tuple[str, ...] = ()
    travellers: tuple[Traveller, ...] = ()
    payment: str = "card"

    def leg(self, number: int) -> tuple[str, str, date]:
        """Origin, destination and day of leg 0 (out) or 1 (back)."""
        query = self.query
        if number == 0:
            return query.origin, query.destination, query.depart
        return query.destination, query.origin, query.back or query.depart

    def offers(self, number: int, now: datetime) -> tuple[Flight, ...]:
        """The flights of a leg that can still be caught; a way back leaves after the arrival."""
        earliest = now + _CLOSES
        out = self.flights[0] if number == 1 and self.outbound else None
        if out is not None:
            earliest = max(earliest, out.arrive + _CLOSES)
        return tuple(f for f in timetable(self.salt, *self.leg(number)) if f.depart >= earliest)

    @property
    def flights(self) -> tuple[Flight, ...]:
        """The flights chosen so far, the way out first."""
        chosen = enumerate((self.outbound, self.inbound))
        found = (find(timetable(self.salt, *self.leg(leg)), flight) for leg, flight in chosen)
        return tuple(flight for flight in found if flight is not None)

    @property
    def complete(self) -> bool:
        """Whether every leg has its flight."""
        return len(self.flights) == (2 if self.query.trip_type == "round_trip" else 1)

    def price_lines(self) -> list[PriceLine]:
        """The price of the flights chosen so far, by kind of traveller."""
        query = self.query
        counts = (query.adults, query.children, query.infants)
        return breakdown(self.flights, query.cabin, self.fare, counts)

    @property
    def total_cents(self) -> int:
        """What the flights chosen so far cost, in cents."""
        return total_cents(self.price_lines())

    def to_json(self) -> dict[str, Any]:
        """JSON-able data, for `from_json`."""
        data = asdict(self)
        data["query"] = self.query.to_json()
        data["seats"] = list(self.seats)
        data["travellers"] = [asdict(person) for person in self.travellers]
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The trip that `to_json` described."""
        people = tuple(Traveller(**person) for person in data["travellers"])
        query = Query.from_json(data["query"])
        return cls(**{**data, "query": query, "seats": tuple(data["seats"]), "travellers": people})
