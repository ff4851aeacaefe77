"""The app's database: airports, saved travellers, bookings and their passengers."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tools.virtual_phone.apps.bookings.fares import CURRENCY
from tools.virtual_phone.apps.bookings.places import airports
from tools.virtual_phone.apps.bookings.trip import Query, Traveller, Trip

_TRAVELLERS = (
    Traveller("Alex", "Chen", "E81234567", "13800138000", "alex.chen@example.com"),
    Traveller("Sam", "Rivera", "G52093316", "13911024477", "sam.rivera@example.com"),
    Traveller("Mei", "Lin", "E67720418", "13620885519", "mei.lin@example.com"),
    Traveller("Jordan", "Park", "M40918825", "13577013362", "jordan.park@example.com"),
    Traveller("Priya", "Nair", "T3061194", "13488206715", "priya.nair@example.com"),
    Traveller("Leo", "Chen", "E90551307", "13800138000", "alex.chen@example.com"),
)


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of `bookings`; `trip` can find its flights again."""

    id: int
    reference: str
    trip: Trip
    seat: str
    total_cents: int
    status: str
    created_at: datetime
    passengers: tuple[Traveller, ...]

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.status == "cancelled"


def create(db: sqlite3.Connection, salt: int) -> None:
    """Make the tables; fill in the airports and the owner's saved travellers.

    `salt` (0 to 2**31 - 1) picks the timetable.
    """
    db.executescript(Path(__file__).with_name("schema.sql").read_text(encoding="utf-8"))
    db.executemany(
        "INSERT INTO airports VALUES (?, ?, ?, ?, ?, ?)",
        [
            (one.iata, one.city, one.name, one.country_name, one.city_zh, one.name_zh)
            for one in airports().values()
        ],
    )
    db.executemany(
        "INSERT INTO saved_travellers (first_name, last_name, document, phone, email)"
        " VALUES (?, ?, ?, ?, ?)",
        [
            (who.first_name, who.last_name, who.document, who.phone, who.email)
            for who in _TRAVELLERS
        ],
    )
    db.execute("INSERT INTO timetable VALUES (?)", (salt,))


def salt(db: sqlite3.Connection) -> int:
    """What picks the timetable."""
    number: int = db.execute("SELECT salt FROM timetable").fetchone()[0]
    return number


def saved_travellers(db: sqlite3.Connection) -> list[Traveller]:
    """The saved travellers, the owner of the account first."""
    rows = db.execute(
        "SELECT first_name, last_name, document, phone, email FROM saved_travellers ORDER BY id"
    )
    return [Traveller(*row) for row in rows]


def book(db: sqlite3.Connection, trip: Trip, now: datetime) -> bool:
    """Write a paid trip into `bookings`; False, and nothing written, if it stands there already."""
    query, total = trip.query, trip.total_cents
    inserted = db.execute(
        "INSERT OR IGNORE INTO bookings (reference, trip_type, origin, destination, depart_date,"
        " return_date, cabin, adults, children, infants, flight_no, return_flight_no, fare, seat,"
        " total_cents, currency, status, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'confirmed', ?)",
        (
            trip.reference,
            query.trip_type,
            query.origin,
            query.destination,
            query.depart.isoformat(),
            query.return_date.isoformat() if query.return_date else None,
            query.cabin,
            query.adults,
            query.children,
            query.infants,
            trip.outbound,
            trip.inbound or None,
            trip.fare,
            ",".join(trip.seats) or None,
            total,
            CURRENCY,
            now.isoformat(sep=" ", timespec="seconds"),
        ),
    )
    if not inserted.rowcount:
        return False
    db.executemany(
        "INSERT INTO passengers (booking_id, first_name, last_name, document) VALUES (?, ?, ?, ?)",
        [
            (inserted.lastrowid, who.first_name, who.last_name, who.document)
            for who in trip.travellers
        ],
    )
    return True


def is_booked(db: sqlite3.Connection, reference: str) -> bool:
    """Whether a trip with this reference was paid for."""
    found = db.execute("SELECT 1 FROM bookings WHERE reference = ?", (reference,)).fetchone()
    return found is not None


def bookings(db: sqlite3.Connection) -> list[Booking]:
    """Every booking, the latest first."""
    rows = db.execute("SELECT * FROM bookings ORDER BY id DESC").fetchall()
    return [_booking(db, row) for row in rows]


def booking(db: sqlite3.Connection, reference: str) -> Booking | None:
    """One booking by its reference."""
    row = db.execute("SELECT * FROM bookings WHERE reference = ?", (reference,)).fetchone()
    return None if row is None else _booking(db, row)


def cancel(db: sqlite3.Connection, reference: str) -> None:
    """Mark a booking as cancelled."""
    db.execute("UPDATE bookings SET status = 'cancelled' WHERE reference = ?", (reference,))


def _booking(db: sqlite3.Connection, row: sqlite3.Row) -> Booking:
    query = Query(
        depart=date.fromisoformat(row["depart_date"]),
        trip_type=row["trip_type"],
        origin=row["origin"],
        destination=row["destination"],
        back=date.fromisoformat(row["return_date"]) if row["return_date"] else None,
        adults=row["adults"],
        children=row["children"],
        infants=row["infants"],
        cabin=row["cabin"],
    )
    people = tuple(_passengers(db, row["id"]))
    trip = Trip(
        query=query,
        salt=salt(db),
        reference=row["reference"],
        outbound=row["flight_no"],
        inbound=row["return_flight_no"] or "",
        fare=row["fare"],
        seats=tuple(row["seat"].split(",")) if row["seat"] else (),
        travellers=people,
    )
    return Booking(
        id=row["id"],
        reference=row["reference"],
        trip=trip,
        seat=row["seat"] or "",
        total_cents=row["total_cents"],
        status=row["status"],
        created_at=datetime.fromisoformat(row["created_at"]),
        passengers=people,
    )


def _passengers(db: sqlite3.Connection, booking_id: int) -> Sequence[Traveller]:
    rows = db.execute(
        "SELECT first_name, last_name, document FROM passengers WHERE booking_id = ? ORDER BY id",
        (booking_id,),
    )
    return [Traveller(*row) for row in rows]
