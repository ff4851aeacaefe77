"""The facts under Bookings: airports, timetable, prices, seats, tables."""

import itertools
import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tools.virtual_phone.apps.bookings import store
from tools.virtual_phone.apps.bookings.cabin import SECTIONS, position, taken_seats
from tools.virtual_phone.apps.bookings.fares import CABINS, FARES, adult_cents, money
from tools.virtual_phone.apps.bookings.flights import airlines, cheapest, timetable
from tools.virtual_phone.apps.bookings.places import POPULAR, airports, distance_km, search
from tools.virtual_phone.apps.bookings.screens.passengers import problems
from tools.virtual_phone.apps.bookings.trip import Query, Traveller, Trip

DAY = date(2027, 1, 28)
NOW = datetime(2027, 1, 4, 9, 30)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("CKG", ["CKG"]),
        ("pek", ["PEK"]),
        ("beijing", ["PEK", "PKX"]),
        ("Beijing Capital International Airport", ["PEK"]),
        ("Chongqing Jiangbei (CKG)", ["CKG"]),
        ("重庆江北", ["CKG"]),
        ("重庆 江北", ["CKG"]),
        ("重庆市", ["CKG", "WXN"]),
        ("北京首都国际机场", ["PEK"]),
        ("北京大兴", ["PKX"]),
        ("上海", ["PVG", "SHA"]),
        ("xian", ["XIY"]),
        ("Xi'an", ["XIY"]),
        ("sao paulo", ["GRU"]),
        ("newyork", ["JFK", "EWR", "LGA"]),
        ("香港国际机场", ["HKG"]),
    ],
)
def test_search_finds_the_airport_first(query: str, codes: list[str]) -> None:
    assert [airport.iata for airport in search(query)][: len(codes)] == codes


@pytest.mark.parametrize("query", ["", "  ", "zzz", "Beijing Heathrow", "%", "'"])
def test_search_without_a_match_is_empty(query: str) -> None:
    assert search(query) == []


def test_every_airport_is_whole_and_found_by_each_of_its_names() -> None:
    assert len(airports()) >= 150
    assert set(POPULAR) <= set(airports())
    for code, airport in airports().items():
        assert len(code) == 3
        assert code.isupper()
        assert -90 < airport.lat < 90
        assert -180 < airport.lon < 180
        assert -12 <= airport.utc_offset <= 14
        for locale in ("en", "zh"):
            assert airport in search(airport.title(locale)), airport.title(locale)
        # What the phone's font can show.
        (airport.city_zh + airport.name_zh).replace("·", "").encode("gb2312")


def test_distance_is_near_the_real_one() -> None:
    known = airports()
    assert distance_km(known["CKG"], known["PEK"]) == pytest.approx(1465, rel=0.02)
    assert distance_km(known["JFK"], known["LHR"]) == pytest.approx(5540, rel=0.02)


def test_timetable_depends_on_seed_route_and_day_only() -> None:
    first = timetable(7, "CKG", "PEK", DAY)
    timetable.cache_clear()
    assert timetable(7, "CKG", "PEK", DAY) == first
    assert timetable(8, "CKG", "PEK", DAY) != first
    assert timetable(7, "PEK", "CKG", DAY) != first
    assert timetable(7, "CKG", "PEK", DAY + timedelta(days=1)) != first


def test_flights_are_plausible_between_any_two_airports() -> None:
    codes = list(airports())
    for origin, destination in itertools.islice(itertools.permutations(codes, 2), 0, None, 97):
        flights = timetable(3, origin, destination, DAY)
        start, end = airports()[origin], airports()[destination]
        if start.city == end.city:
            assert flights == ()
            continue
        km = distance_km(start, end)
        assert bool(flights) == (km >= 150)
        assert len({flight.number for flight in flights}) == len(flights)
        for flight in flights:
            assert flight.depart.date() == DAY
            assert km / 1000 * 60 < flight.duration_min < km / 700 * 60 * 2.6 + 600
            shift = timedelta(hours=end.utc_offset - start.utc_offset)
            air = timedelta(minutes=flight.duration_min)
            assert flight.arrive - flight.depart == air + shift
            assert 100_00 <= flight.base_cents <= 20_000_00
            assert flight.stop not in (origin, destination)
            assert flight.airline in airlines()


def test_there_is_no_flight_within_a_town() -> None:
    assert timetable(0, "PEK", "PKX", DAY) == ()
    assert cheapest(()) is None


def test_prices_rise_with_cabin_and_fare() -> None:
    flight = timetable(7, "CKG", "PEK", DAY)[0]
    by_cabin = [adult_cents(flight, cabin) for cabin in CABINS]
    by_fare = [adult_cents(flight, "economy", fare) for fare in FARES]
    assert by_cabin == sorted(set(by_cabin))
    assert by_fare == sorted(set(by_fare))
    assert all(cents % 100 == 0 for cents in by_cabin + by_fare)


def test_total_is_the_sum_for_everybody_and_both_ways() -> None:
    out, back = timetable(7, "CKG", "PEK", DAY)[0], timetable(7, "PEK", "CKG", DAY)[0]
    query = Query(DAY, "round_trip", "CKG", "PEK", back=DAY, adults=2, children=1, infants=1)
    trip = Trip(query, 7, "TWAAAA", outbound=out.number, inbound=back.number)
    one = adult_cents(out, "economy") + adult_cents(back, "economy")
    lines = {line.kind: line.cents for line in trip.price_lines()}
    assert lines["adult"] == 2 * one
    assert lines["child"] == pytest.approx(0.75 * one, abs=100)
    assert lines["infant"] == pytest.approx(0.1 * one, abs=100)
    assert trip.total_cents == sum(lines.values())


def test_money_groups_thousands() -> None:
    assert money(123_400) == "¥1,234"
    assert money(99_00) == "¥99"
    assert money(123_456_050) == "¥1,234,560.50"


def test_a_way_back_leaves_after_the_arrival() -> None:
    query = Query(DAY, "round_trip", "CKG", "PEK", back=DAY)
    latest = timetable(7, "CKG", "PEK", DAY)[-1]
    trip = Trip(query, 7, "TWAAAA", outbound=latest.number)
    assert all(flight.depart > latest.arrive for flight in trip.offers(1, NOW))
    assert len(trip.offers(1, NOW)) < len(timetable(7, "PEK", "CKG", DAY))


def test_flights_that_left_are_not_offered() -> None:
    trip = Trip(Query(NOW.date(), "one_way", "CKG", "PEK"), 7, "TWAAAA")
    offers = trip.offers(0, NOW)
    assert all(flight.depart > NOW for flight in offers)
    assert trip.offers(0, NOW.replace(hour=23, minute=59)) == ()


@pytest.mark.parametrize("cabin", CABINS)
def test_nine_travellers_always_find_seats(cabin: str) -> None:
    section = SECTIONS[cabin]
    seats = {f"{row}{letter}" for row in section.rows for letter in section.letters if letter}
    for flight in timetable(7, "CKG", "PEK", DAY):
        taken = taken_seats(7, flight, cabin)
        assert taken < seats
        assert len(seats - taken) >= 9


def test_seats_know_where_they_are() -> None:
    places = {letter: position(SECTIONS["economy"], letter) for letter in "ABCDEF"}
    assert places == {
        **dict.fromkeys("AF", "window"),
        **dict.fromkeys("BE", "middle"),
        **dict.fromkeys("CD", "aisle"),
    }


def test_query_problems_name_the_field() -> None:
    query = Query(DAY)
    assert set(query.problems()) == {"origin", "destination", "back"}
    same = replace(query, trip_type="one_way", origin="CKG", destination="CKG")
    assert same.problems() == {"destination": "From and To must be different"}
    early = Query(DAY, "round_trip", "CKG", "PEK", back=DAY - timedelta(days=1))
    assert set(early.problems()) == {"back"}
    assert replace(early, trip_type="one_way").problems() == {}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, set()),
        ({"first_name": ""}, {"first_name"}),
        ({"last_name": "123"}, {"last_name"}),
        ({"first_name": "美", "last_name": "林"}, set()),
        ({"first_name": "Anne-Marie", "last_name": "O'Neill"}, set()),
        ({"document": "12"}, {"document"}),
        ({"document": "E8123 4567"}, {"document"}),
        ({"phone": "12"}, {"phone"}),
        ({"phone": "+86 138 0013 8000"}, set()),
        ({"email": "alex.example.com"}, {"email"}),
        ({"email": ""}, {"email"}),
    ],
)
def test_form_problems_name_the_field(changes: dict[str, str], wrong: set[str]) -> None:
    good = {
        "first_name": "Alex",
        "last_name": "Chen",
        "document": "E81234567",
        "phone": "13800138000",
        "email": "a@b.cn",
    }
    assert set(problems({**good, **changes}, contact=True)) == wrong
    assert not set(problems({**good, **changes}, contact=False)) & {"phone", "email"}


def test_trip_survives_json() -> None:
    query = Query(DAY, "round_trip", "CKG", "PEK", back=DAY, cabin="first")
    people = (Traveller("Alex", "Chen", "E81234567", "13800138000", "a@b.cn"),)
    trip = Trip(query, 7, "TWAAAA", "W7 1", "W7 2", "flex", ("1A",), people, "alipay")
    assert Trip.from_json(trip.to_json()) == trip


def test_a_trip_is_booked_once() -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.row_factory = sqlite3.Row
    store.create(db, 7)
    flight = timetable(7, "CKG", "PEK", DAY)[0]
    people = (Traveller("Alex", "Chen", "E81234567"),)
    query = Query(DAY, "one_way", "CKG", "PEK")
    trip = Trip(query, 7, "TWAAAA", outbound=flight.number, travellers=people)
    assert store.book(db, trip, NOW)
    assert not store.book(db, trip, NOW)
    (booking,) = store.bookings(db)
    assert booking.trip == trip
    assert db.execute("SELECT count(*) FROM passengers").fetchone()[0] == 1
    assert store.salt(db) == 7


def test_every_text_has_a_chinese_one_that_the_font_can_show() -> None:
    package = Path(store.__file__).parent
    texts = yaml.safe_load((package / "translations.yaml").read_text(encoding="utf-8"))
    for english, chinese in texts.items():
        for sign in chinese:
            if "\u3400" <= sign <= "\u9fff":
                sign.encode("gb2312")
        assert {part for part in ("{n}", "{h}", "{m}", "{city}") if part in english} == {
            part for part in ("{n}", "{h}", "{m}", "{city}") if part in chinese
        }
