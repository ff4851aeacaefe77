"""Bookings as its user meets it: every test goes by what the UI tree says."""

import re
from collections.abc import Iterator
from datetime import date

import pytest

from tests.virtual_phone.driver import NotOnScreenError, PhoneDriver
from tools.virtual_phone.apps.bookings.app import BookingsApp
from tools.virtual_phone.apps.launcher import LauncherApp
from tools.virtual_phone.system.phone import Phone
from tools.virtual_phone.ui.nodes import Node

PACKAGE = BookingsApp.package
PRICE = "¥"


def start(scenario: str = "default", seed: int = 0) -> PhoneDriver:
    phone = Phone(apps=(LauncherApp(), BookingsApp()), scenario=scenario, seed=seed)
    driver = PhoneDriver(phone)
    driver.open(PACKAGE)
    return driver


def choose_airport(driver: PhoneDriver, field: str, query: str, title: str) -> None:
    driver.tap_value(field)
    assert driver.screen() == "Airport"
    driver.type(query)
    driver.tap_text(title)
    assert driver.screen() == "Search"


def pick_date(driver: PhoneDriver, field: str, description: str) -> None:
    driver.tap_value(field)
    driver.tap_desc(description)
    driver.tap_text("OK")


def fill_search(driver: PhoneDriver) -> None:
    driver.tap_text("One way")
    choose_airport(driver, "From", "CKG", "Chongqing Jiangbei")
    choose_airport(driver, "To", "Beijing", "Beijing Capital")
    pick_date(driver, "Departure date", "Thursday, January 28, 2027")


def prices(driver: PhoneDriver) -> list[int]:
    shown = [node.text for node in driver.everything() if node.text.startswith(PRICE)]
    return [int(text.removeprefix(PRICE).replace(",", "")) for text in shown]


def take_first_flight(driver: PhoneDriver) -> None:
    driver.tap_text(PRICE, exact=False)


def go_on(driver: PhoneDriver, expected: str) -> None:
    driver.tap_text("Continue")
    assert driver.screen() == expected


def test_one_way_booking_is_exactly_one_row() -> None:
    driver = start()
    fill_search(driver)
    assert driver.value("From") == "Chongqing Jiangbei (CKG)"
    assert driver.value("To") == "Beijing Capital (PEK)"
    assert driver.value("Departure date") == "Thu, Jan 28"
    driver.tap_text("Search flights")
    assert driver.screen() == "Results"
    take_first_flight(driver)
    assert driver.screen() == "FlightDetails"
    driver.tap_text("Standard")
    go_on(driver, "Seats")
    driver.tap_desc("window, available", exact=False)
    go_on(driver, "Passengers")
    assert driver.field_text("First name") == "Alex"
    go_on(driver, "Review")
    driver.tap_text("Continue to payment")
    driver.tap_text("Pay ¥", exact=False)
    assert driver.screen() == "Confirmation"
    assert driver.shows("Booking confirmed")
    (row,) = driver.rows("bookings")
    assert driver.shows(str(row["reference"]))
    expected = {
        "id": 1,
        "trip_type": "one_way",
        "origin": "CKG",
        "destination": "PEK",
        "depart_date": "2027-01-28",
        "return_date": None,
        "cabin": "economy",
        "adults": 1,
        "children": 0,
        "infants": 0,
        "return_flight_no": None,
        "fare": "standard",
        "currency": "CNY",
        "status": "confirmed",
    }
    assert {name: row[name] for name in expected} == expected
    assert str(row["reference"]).startswith("TW")
    assert str(row["seat"])[-1] in "AF"
    assert str(row["created_at"]).startswith("2027-01-04 09:")
    (person,) = driver.rows("passengers")
    assert (person["booking_id"], person["first_name"], person["last_name"]) == (1, "Alex", "Chen")
    driver.tap_text("View my trips")
    assert driver.screen() == "Trips"
    assert driver.shows(str(row["reference"]))


def test_search_starts_as_a_round_trip_tomorrow_without_places() -> None:
    driver = start()
    assert driver.value("Departure date") == "Tue, Jan 5"
    assert driver.value("From") == "Where from?"
    assert driver.value("Return date") == "Choose"
    driver.tap_text("One way")
    assert not driver.shows("Return date")


def test_round_trip_for_two_adults_in_business() -> None:
    driver = start(seed=5)
    choose_airport(driver, "From", "Shanghai", "Shanghai Hongqiao")
    choose_airport(driver, "To", "Guangzhou", "Guangzhou Baiyun")
    pick_date(driver, "Departure date", "Wednesday, January 20, 2027")
    driver.tap_value("Return date")
    driver.tap_desc("Next month")
    driver.tap_desc("Monday, February 1, 2027")
    driver.tap_text("OK")
    driver.tap_value("Passengers")
    driver.tap_desc("Increase Adults")
    driver.tap_text("Done")
    assert driver.value("Passengers") == "2 adults"
    driver.tap_value("Cabin class")
    driver.tap_text("Business")
    driver.tap_text("Search flights")
    assert driver.shows("Choose your outbound flight")
    take_first_flight(driver)
    assert driver.shows("Choose your return flight")
    take_first_flight(driver)
    assert driver.screen() == "FlightDetails"
    go_on(driver, "Seats")
    driver.tap_desc("aisle, available", exact=False)
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_text("Continue")
    driver.tap_desc("window, available", exact=False)
    go_on(driver, "Passengers")
    go_on(driver, "Passengers")
    assert driver.field_text("First name") == ""
    driver.tap_text("Continue")
    assert driver.shows("Enter a first name")
    driver.tap_text("Mei Lin")
    assert driver.field_text("Last name") == "Lin"
    go_on(driver, "Review")
    driver.tap_text("Continue to payment")
    driver.tap_text("WeChat Pay")
    driver.tap_text("Pay ¥", exact=False)
    (row,) = driver.rows("bookings")
    assert row["trip_type"] == "round_trip"
    assert (row["origin"], row["destination"]) == ("SHA", "CAN")
    assert (row["depart_date"], row["return_date"]) == ("2027-01-20", "2027-02-01")
    assert (row["adults"], row["cabin"], row["fare"]) == (2, "business", "basic")
    assert row["flight_no"]
    assert row["return_flight_no"]
    assert len(str(row["seat"]).split(",")) == 2
    names = [person["first_name"] for person in driver.rows("passengers")]
    assert names == ["Alex", "Mei"]


def pay_by_skipping(driver: PhoneDriver) -> None:
    fill_search(driver)
    driver.tap_text("Search flights")
    take_first_flight(driver)
    go_on(driver, "Seats")
    driver.tap_text("Skip")
    go_on(driver, "Review")
    driver.tap_text("Continue to payment")
    driver.tap_text("Pay ¥", exact=False)


def test_nothing_is_booked_before_paying_and_never_twice() -> None:
    driver = start()
    fill_search(driver)
    driver.tap_text("Search flights")
    take_first_flight(driver)
    go_on(driver, "Seats")
    driver.tap_text("Skip")
    go_on(driver, "Review")
    driver.tap_text("Continue to payment")
    assert driver.rows("bookings") == []
    pay = driver.find(lambda node: node.text.startswith("Pay ¥"))
    assert pay is not None
    driver.phone.tap(*pay.center)
    driver.phone.tap(*pay.center)
    driver.back()
    driver.back()
    assert len(driver.rows("bookings")) == 1
    for screen in ("Payment", "Review"):
        driver.open(PACKAGE, screen)
        assert driver.shows("No trip chosen yet")
    assert len(driver.rows("bookings")) == 1
    assert driver.rows("bookings")[0]["seat"] is None


def test_a_second_booking_gets_a_row_and_a_reference_of_its_own() -> None:
    driver = start()
    pay_by_skipping(driver)
    driver.tap_text("Done")
    assert driver.screen() == "Search"
    pay_by_skipping(driver)
    first, second = driver.rows("bookings")
    assert first["reference"] != second["reference"]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("ckg", "Chongqing Jiangbei"),
        ("重庆江北", "Chongqing Jiangbei"),
        ("daxing", "Beijing Daxing"),
        ("heathrow", "London Heathrow"),
    ],
)
def test_airports_are_found_by_code_city_name_and_chinese(query: str, title: str) -> None:
    driver = start()
    choose_airport(driver, "From", query, title)
    assert driver.value("From").startswith(title)


def test_airport_search_says_when_there_is_none_and_remembers_choices() -> None:
    driver = start()
    choose_airport(driver, "From", "Xiamen", "Xiamen Gaoqi")
    driver.tap_value("To")
    assert driver.shows("Recent")
    assert driver.shows("Xiamen Gaoqi")
    driver.type("qqq")
    assert driver.shows("No airports found")


def test_enter_takes_the_only_hit() -> None:
    driver = start()
    driver.tap_value("To")
    driver.type("heathrow")
    driver.phone.ime_action()
    assert driver.value("To") == "London Heathrow (LHR)"


def test_missing_and_equal_places_are_pointed_out() -> None:
    driver = start()
    driver.tap_text("Search flights")
    assert driver.screen() == "Search"
    assert {"Choose where you fly from", "Choose where you fly to"} <= set(driver.texts())
    choose_airport(driver, "From", "CKG", "Chongqing Jiangbei")
    choose_airport(driver, "To", "CKG", "Chongqing Jiangbei")
    driver.tap_text("One way")
    driver.tap_text("Search flights")
    assert driver.screen() == "Search"
    assert driver.shows("From and To must be different")


def test_a_return_before_the_departure_is_pointed_out() -> None:
    driver = start()
    choose_airport(driver, "From", "CKG", "Chongqing Jiangbei")
    choose_airport(driver, "To", "PEK", "Beijing Capital")
    pick_date(driver, "Return date", "Friday, January 8, 2027")
    pick_date(driver, "Departure date", "Wednesday, January 20, 2027")
    driver.tap_text("Search flights")
    assert driver.screen() == "Search"
    assert driver.shows("The return date is before the departure")


def test_cancelled_calendar_changes_nothing() -> None:
    driver = start()
    driver.tap_value("Departure date")
    driver.tap_desc("Thursday, January 28, 2027")
    driver.tap_text("Cancel")
    assert driver.value("Departure date") == "Tue, Jan 5"


def test_swap_exchanges_the_places() -> None:
    driver = start()
    choose_airport(driver, "From", "CKG", "Chongqing Jiangbei")
    driver.tap_desc("Swap From and To")
    assert driver.value("To") == "Chongqing Jiangbei (CKG)"
    assert driver.value("From") == "Where from?"


def test_infants_never_outnumber_adults() -> None:
    driver = start()
    driver.tap_value("Passengers")
    driver.tap_desc("Increase Adults")
    driver.tap_desc("Increase Infants")
    driver.tap_desc("Increase Infants")
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_desc("Increase Infants")
    driver.tap_desc("Decrease Adults")
    driver.tap_text("Done")
    assert driver.value("Passengers") == "1 adult, 1 infant"


def test_results_sort_and_filter() -> None:
    driver = start()
    fill_search(driver)
    driver.tap_text("Search flights")
    by_price = prices(driver)
    assert by_price == sorted(by_price)
    assert len(by_price) > 4
    driver.tap_text("Duration")
    assert sorted(prices(driver)) == sorted(by_price)
    driver.tap_text("Filters")
    driver.tap_text("Nonstop only")
    driver.tap_text("Show", exact=False)
    assert driver.shows("Filters (1)")
    nonstop = [node.text for node in driver.everything()]
    assert "Nonstop" in nonstop
    assert not any(text.startswith("1 stop") for text in nonstop)


def test_sold_out_fare_must_be_replaced() -> None:
    driver = start("sold_out")
    fill_search(driver)
    driver.tap_text("Search flights")
    take_first_flight(driver)
    assert driver.shows("This fare just sold out")
    driver.tap_text("See other flights")
    assert driver.shows("Sold out")
    take_first_flight(driver)
    assert driver.screen() == "FlightDetails"
    assert driver.rows("bookings") == []


def test_slow_results_take_four_virtual_seconds() -> None:
    driver = start("slow_results")
    fill_search(driver)
    driver.tap_text("Search flights")
    assert driver.shows("Searching flights…")
    driver.wait(3.0)
    assert driver.shows("Searching flights…")
    driver.wait(1.1)
    assert not driver.shows("Searching flights…")
    take_first_flight(driver)
    assert driver.screen() == "FlightDetails"


def test_no_flights_within_a_town() -> None:
    driver = start()
    driver.tap_text("One way")
    choose_airport(driver, "From", "PEK", "Beijing Capital")
    choose_airport(driver, "To", "PKX", "Beijing Daxing")
    driver.tap_text("Search flights")
    assert driver.shows("No flights on this day")
    driver.tap_text("Change search")
    assert driver.screen() == "Search"


def test_form_errors_stop_and_go_away() -> None:
    driver = start()
    fill_search(driver)
    driver.tap_text("Search flights")
    take_first_flight(driver)
    go_on(driver, "Seats")
    driver.tap_text("Skip")
    driver.field("Last name", "")
    driver.field("Email", "nowhere")
    driver.tap_text("Continue")
    assert driver.screen() == "Passengers"
    shown = {text for node in driver.everything() for text in (node.text, node.content_desc)}
    assert {"Enter a last name", "Enter a valid email address"} <= shown
    driver.field("Last name", "Zhou")
    driver.field("Email", "alex@example.com")
    go_on(driver, "Review")
    assert driver.shows("¥")


def test_a_trip_can_be_cancelled_once_one_is_sure() -> None:
    driver = start()
    pay_by_skipping(driver)
    driver.tap_text("View my trips")
    driver.tap_text("Chongqing → Beijing")
    driver.tap_text("Cancel booking")
    driver.tap_text("Keep booking")
    assert driver.rows("bookings")[0]["status"] == "confirmed"
    driver.tap_text("Cancel booking")
    driver.tap_text("Cancel booking")
    assert driver.rows("bookings")[0]["status"] == "cancelled"
    driver.back()
    assert driver.shows("Cancelled")


def test_navigation_goes_between_the_three_roots() -> None:
    driver = start()
    driver.tap_text("My trips")
    assert driver.shows("No trips yet")
    driver.tap_text("Account")
    assert driver.shows("Alex Chen")
    driver.tap_text("Search")
    assert driver.screen() == "Search"


def test_chinese_booking() -> None:
    driver = start("zh")
    driver.tap_text("单程")
    driver.tap_value("出发地")
    driver.type("重庆")
    driver.tap_text("重庆江北")
    driver.tap_value("目的地")
    driver.type("北京首都")
    driver.tap_text("北京首都")
    driver.tap_value("出发日期")
    driver.tap_desc("2027年1月28日星期四")
    driver.tap_text("确定")
    assert driver.value("出发日期") == "1月28日周四"
    driver.tap_text("搜索航班")
    driver.tap_text(PRICE, exact=False)
    driver.tap_text("继续")
    driver.tap_text("跳过")
    driver.tap_text("继续")
    driver.tap_text("去支付")
    driver.tap_text("支付 ¥", exact=False)
    assert driver.shows("预订成功")
    (row,) = driver.rows("bookings")
    assert (row["origin"], row["destination"]) == ("CKG", "PEK")
    assert (row["trip_type"], row["depart_date"]) == ("one_way", "2027-01-28")


@pytest.mark.parametrize("scenario", ["dark", "large_font", "landscape", "large_font,landscape"])
def test_booking_works_in_every_look(scenario: str) -> None:
    driver = start(scenario)
    pay_by_skipping(driver)
    assert driver.shows("Booking confirmed")
    assert len(driver.rows("bookings")) == 1


def test_same_seed_same_pixels() -> None:
    def run(seed: int) -> bytes:
        driver = start(seed=seed)
        fill_search(driver)
        driver.tap_text("Search flights")
        return driver.phone.frame().tobytes()

    assert run(3) == run(3)
    assert run(3) != run(4)


def tour(driver: PhoneDriver) -> Iterator[list[Node]]:
    """Every node of every screen, sheet and dialog on the way to a round trip for two."""
    chinese = driver.phone.settings.locale == "zh"
    increase = "增加成人" if chinese else "Increase Adults"
    yield driver.everything()
    for overlay in ("depart_date", "passengers", "cabin"):
        driver.tap_id(overlay)
        yield driver.everything()
        driver.back()
    driver.tap_id("search_flights")
    yield driver.everything()
    for field, code in (("origin", "CKG"), ("destination", "PEK")):
        driver.tap_id(field)
        yield driver.everything()
        driver.type(code)
        yield driver.everything()
        driver.tap_id(f"airport_{code}")
    driver.tap_id("passengers")
    driver.tap_desc(increase)
    driver.tap_id("done")
    driver.tap_id("return_date")
    driver.tap_text("12")
    driver.tap_id("ok")
    driver.tap_id("search_flights")
    yield driver.everything()
    driver.tap_id("filter_chip")
    yield driver.everything()
    driver.tap_id("show_flights")
    take_first_flight(driver)
    yield driver.everything()
    take_first_flight(driver)
    for _ in ("FlightDetails", "Seats"):
        yield driver.everything()
        driver.tap_id("skip" if driver.screen() == "Seats" else "continue")
    driver.tap_id("continue")
    yield driver.everything()
    driver.tap_id("continue")
    yield driver.everything()
    driver.tap_id("saved_mei_lin")
    driver.tap_id("continue")
    yield driver.everything()
    driver.tap_id("continue")
    yield driver.everything()
    driver.tap_id("pay")
    yield driver.everything()
    driver.tap_id("view_trips")
    yield driver.everything()
    driver.tap_text(str(driver.rows("bookings")[0]["reference"]))
    yield driver.everything()
    driver.tap_id("cancel_booking")
    yield driver.everything()
    driver.tap_id("confirm_cancel")
    driver.open(PACKAGE, "Account")
    yield driver.everything()


@pytest.mark.parametrize("scenario", ["default", "large_font,landscape", "dark,zh"])
def test_every_control_can_be_reached_and_says_what_it_is(scenario: str) -> None:
    for nodes in tour(start(scenario)):
        for node in nodes:
            if node.clickable or node.checkable:
                said = [part.text or part.content_desc or part.hint for part in node.walk()]
                assert any(said), node
                assert node.bounds[2] > node.bounds[0], node


def test_chinese_screens_hold_no_english() -> None:
    names = r"Alex|Sam|Mei|Jordan|Priya|Leo|Chen|Rivera|Lin|Park|Nair|Visa"
    planes = r"Airbus|Boeing|COMAC|A\d+-?\w*|C919|neo"
    known = re.compile(rf"{names}|{planes}|[\w.]+@[\w.]+|\b[A-Z0-9]+\b|T\d|[A-F]\d*")
    for nodes in tour(start("zh")):
        for node in nodes:
            for text in (node.text, node.content_desc, node.hint):
                assert not re.search(r"[A-Za-z]{2,}", known.sub("", text)), text


def test_date_after_start_is_never_before_today() -> None:
    driver = start()
    driver.tap_value("Departure date")
    day = driver.find(lambda node: node.content_desc == "Sunday, January 3, 2027")
    assert day is None or not day.enabled
    assert driver.phone.now.date() == date(2027, 1, 4)


def test_a_snapshot_holds_a_trip_in_the_making() -> None:
    driver = start()
    fill_search(driver)
    driver.tap_text("Search flights")
    take_first_flight(driver)
    go_on(driver, "Seats")
    driver.tap_text("Skip")
    go_on(driver, "Review")
    before = driver.phone.snapshot()
    for _ in range(2):
        driver.tap_text("Continue to payment")
        driver.tap_text("Pay ¥", exact=False)
        assert len(driver.rows("bookings")) == 1
        driver.phone.restore(before)
        assert driver.screen() == "Review"
        assert driver.rows("bookings") == []


def test_tables_that_content_query_reads() -> None:
    driver = start()
    tables = driver.phone.tables(PACKAGE)
    assert set(tables) == {"bookings", "passengers", "airports", "saved_travellers"}
