"""The seat map of a flight: rows, letters, and who sits there already."""

from dataclasses import dataclass

from tools.virtual_phone.apps.bookings.flights import Flight, stable_random

AISLE = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The part of an aircraft that holds one cabin class.

    Attributes:
        letters: The seats of a row from left to right; `AISLE` stands for the aisle.
    """

    rows: range
    letters: tuple[str, ...]


_TWO = ("A", "C", AISLE, "D", "F")
_THREE = ("A", "B", "C", AISLE, "D", "E", "F")
SECTIONS = {
    "first": Section(range(1, 5), _TWO),
    "business": Section(range(5, 10), _TWO),
    "premium_economy": Section(range(10, 15), _THREE),
    "economy": Section(range(15, 33), _THREE),
}


def taken_seats(salt: int, flight: Flight, cabin: str) -> frozenset[str]:
    """Seats that others have; never all of them."""
    section = SECTIONS[cabin]
    rng = stable_random(salt, flight.number, flight.depart.isoformat(), cabin)
    share = rng.uniform(0.25, 0.55)
    seats = [f"{row}{letter}" for row in section.rows for letter in section.letters if letter]
    taken = {seat for seat in seats if rng.random() < share}
    # Nine travellers at most book together: they always find seats, in the last rows.
    free_rows = 3 if len(section.letters) == len(_TWO) else 2
    last = {str(row) for row in section.rows[-free_rows:]}
    return frozenset(seat for seat in taken if seat[:-1] not in last)


def position(section: Section, letter: str) -> str:
    """Where a seat is: `window`, `aisle` or `middle`."""
    index = section.letters.index(letter)
    if index in (0, len(section.letters) - 1):
        return "window"
    around = section.letters[index - 1], section.letters[index + 1]
    return "aisle" if AISLE in around else "middle"
