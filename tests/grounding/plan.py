"""What a person would do next to book the flight, judging by nothing but the picture.

There is no memory: which step comes next is seen on the screen, from the words on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.grounding.lettering import Label
from tests.grounding.reader import Hit, Picture

ORIGIN: Final = "Chongqing"
DESTINATION: Final = "Beijing"


@dataclass(frozen=True)
class Tap:
    """Touch what was found."""

    hit: Hit


@dataclass(frozen=True)
class Type:
    """Enter text where the caret is."""

    text: str


@dataclass(frozen=True)
class SeeMore:
    """Show what lies further down."""


@dataclass(frozen=True)
class Back:
    """Leave a screen that does not belong here."""


@dataclass(frozen=True)
class Done:
    """Say that it is done."""

    answer: str


Intent = Tap | Type | SeeMore | Back | Done
Rule = Callable[[Picture], Intent | None]

BOOKINGS: Final = Label("Bookings", 12)
SEARCH_TITLE: Final = Label("Where to next?", 28)
ONE_WAY: Final = Label("One way", 14, medium=True)
ROUND_TRIP: Final = Label("Round trip", 14, medium=True)
FROM: Final = Label("Where from?")
TO: Final = Label("Where to?")
DEPARTURE: Final = Label("Departure date", 12)
SEARCH: Final = Label("Search flights", 14, medium=True)
FROM_SEARCH: Final = Label("From: city, airport or code")
TO_SEARCH: Final = Label("To: city, airport or code")
FOUND_ORIGIN: Final = Label("CKG · Chongqing, China", 14)
FOUND_DESTINATION: Final = Label("PEK · Beijing, China", 14)
RESULTS: Final = Label("Choose your flight", 16, medium=True)
NONSTOP: Final = Label("Nonstop", 12)
DETAILS: Final = Label("Flight details", 22)
SEATS: Final = Label("Choose seats", 22)
SKIP: Final = Label("Skip", 14, medium=True)
PASSENGER: Final = Label("Passenger 1 of 1", 22)
CONTINUE: Final = Label("Continue", 14, medium=True)
REVIEW: Final = Label("Review your trip", 22)
TO_PAYMENT: Final = Label("Continue to payment", 14, medium=True)
PAYMENT: Final = Label("Payment", 22)
PAY: Final = Label("Pay ¥", 14, medium=True)
CONFIRMED: Final = Label("Booking confirmed", 28)

_SHADE: Final = 3.0
"""Grey levels by which the chosen one of two choices is darker than the other."""
_LEADS_ON: Final = (
    (PAYMENT, PAY),
    (REVIEW, TO_PAYMENT),
    (PASSENGER, CONTINUE),
    (SEATS, SKIP),
    (DETAILS, CONTINUE),
)


def next_step(picture: Picture) -> Intent:
    """What to do on this screen; back, if it is none that was expected."""
    for rule in _RULES:
        intent = rule(picture)
        if intent is not None:
            return intent
    return Back()


def _search_form(picture: Picture) -> Intent | None:
    if not any(picture.shows(label) for label in (SEARCH_TITLE, DEPARTURE, SEARCH)):
        return None
    one_way, round_trip = picture.find(ONE_WAY), picture.find(ROUND_TRIP)
    if (
        one_way is not None
        and round_trip is not None
        and picture.ground(one_way) > picture.ground(round_trip) + _SHADE
    ):
        return Tap(one_way)
    hits = (picture.find(label) for label in (FROM, TO, SEARCH))
    return next((Tap(hit) for hit in hits if hit is not None), SeeMore())


def _airports(picture: Picture) -> Intent | None:
    origin, destination = picture.find(FROM_SEARCH), picture.find(TO_SEARCH)
    if origin is not None or destination is not None:
        # They are alike but for the first word.
        is_origin = _score(origin) > _score(destination)
        return Type(ORIGIN if is_origin else DESTINATION)
    hits = (picture.find(label) for label in (FOUND_ORIGIN, FOUND_DESTINATION))
    return next((Tap(hit) for hit in hits if hit is not None), None)


def _score(hit: Hit | None) -> float:
    return hit.score if hit is not None else 0.0


def _flights(picture: Picture) -> Intent | None:
    if not picture.shows(RESULTS):
        return None
    flights = picture.find_all(NONSTOP)
    return Tap(flights[0]) if flights else SeeMore()


def _forms(picture: Picture) -> Intent | None:
    for title, button in _LEADS_ON:
        if picture.shows(title):
            hit = picture.find(button)
            return Tap(hit) if hit is not None else SeeMore()
    return None


def _end(picture: Picture) -> Intent | None:
    if picture.shows(CONFIRMED):
        return Done(f"The ticket from {ORIGIN} to {DESTINATION} is booked.")
    return None


def _home(picture: Picture) -> Intent | None:
    hit = picture.find(BOOKINGS)
    return Tap(hit) if hit is not None else None


_RULES: Final[tuple[Rule, ...]] = (_search_form, _airports, _flights, _forms, _end, _home)
