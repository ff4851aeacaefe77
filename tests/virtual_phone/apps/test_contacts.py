"""Contacts as its user meets it: every test goes by what the UI tree says."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.virtual_phone.apps.reach import english_left, unreachable
from tests.virtual_phone.driver import PhoneDriver
from tools.virtual_phone.apps.contacts import people
from tools.virtual_phone.apps.contacts.app import ContactsApp

PACKAGE = ContactsApp.package
WORDS = {
    "en": ("Create contact", "First name", "Last name", "Phone", "Save"),
    "zh": ("新建联系人", "名字", "姓氏", "电话", "保存"),
}


def start(scenario: str = "default", seed: int = 0) -> PhoneDriver:
    driver = PhoneDriver(scenario=scenario, seed=seed)
    driver.open(PACKAGE)
    return driver


def toasts(driver: PhoneDriver) -> list[str]:
    return [event.detail for event in driver.phone.events if event.kind == "toast"]


@pytest.mark.parametrize("scenario", ["default", "dark,large_font", "zh"])
def test_a_contact_with_a_number(scenario: str) -> None:
    driver = start(scenario, seed=3)
    create, first, last, phone, save = WORDS["zh" if scenario == "zh" else "en"]
    before = driver.rows("contacts", PACKAGE)
    driver.tap_text(create)
    driver.field(first, "Grace")
    driver.field(last, "Hopper")
    driver.field(phone, "+1 212-555-0199")
    driver.tap_text(save)
    assert driver.screen() == "Detail"
    assert driver.shows("Grace Hopper")
    after = driver.rows("contacts", PACKAGE)
    assert after[:-1] == before
    new = after[-1]
    assert (new["first_name"], new["last_name"], new["phone"], new["phone_type"], new["email"]) == (
        *("Grace", "Hopper", "+1 212-555-0199", "Mobile", ""),
    )
    driver.back()
    assert driver.screen() == "People"


def test_the_type_of_a_number_and_the_other_fields() -> None:
    driver = start()
    driver.tap_text("Create contact")
    driver.field("Company", "Analytical Engines")
    driver.field("Phone", "02079460000")
    driver.tap_value("Label")
    driver.tap_text("Work")
    driver.field("Email", "ada@engines.example")
    driver.tap_text("Save")
    new = driver.rows("contacts", PACKAGE)[-1]
    assert (new["company"], new["phone_type"], new["email"]) == (
        *("Analytical Engines", "Work", "ada@engines.example"),
    )
    assert driver.shows("Analytical Engines")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Enter a name or a phone number"),
        ({"First name": "Zed", "Phone": "12"}, "Enter a valid phone number"),
        ({"First name": "Zed", "Email": "zed@nowhere"}, "Enter a valid email address"),
        ({"First name": "Zed", "Email": "a b@c.de"}, "Enter a valid email address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(fields: dict[str, str], message: str) -> None:
    driver = start()
    before = driver.rows("contacts", PACKAGE)
    driver.tap_text("Create contact")
    for label, text in fields.items():
        driver.field(label, text)
    driver.tap_text("Save")
    assert driver.screen() == "Edit"
    assert driver.shows(message)
    assert driver.rows("contacts", PACKAGE) == before


def test_leaving_a_changed_form_asks_first() -> None:
    driver = start()
    driver.tap_text("Create contact")
    driver.field("First name", "Nobody")
    driver.back()  # the keyboard
    driver.back()
    driver.tap_text("Keep editing")
    assert driver.field_text("First name") == "Nobody"
    driver.back()
    driver.tap_text("Discard")
    assert driver.screen() == "People"
    driver.tap_text("Create contact")
    driver.back()
    assert driver.screen() == "People"


def test_editing_and_deleting() -> None:
    driver = start()
    driver.tap_text("Bob Martinez")
    driver.tap_desc("Edit contact")
    assert driver.field_text("Last name") == "Martinez"
    driver.field("Last name", "Marten")
    driver.tap_text("Save")
    assert driver.shows("Bob Marten")
    names = [row["last_name"] for row in driver.rows("contacts", PACKAGE)]
    driver.tap_desc("More options")
    driver.tap_text("Delete")
    driver.tap_text("Cancel")
    assert [row["last_name"] for row in driver.rows("contacts", PACKAGE)] == names
    driver.tap_desc("More options")
    driver.tap_text("Delete")
    driver.tap_text("Delete")
    names.remove("Marten")
    assert [row["last_name"] for row in driver.rows("contacts", PACKAGE)] == names
    assert driver.screen() == "People"
    assert not driver.shows("Marten")


def test_a_favourite_stands_on_top() -> None:
    driver = start()
    driver.phone.database(PACKAGE).execute("UPDATE contacts SET starred = 0")
    driver.tap_text("Sarah Okafor")
    driver.tap_desc("Add to favorites")
    driver.back()
    while driver.scroll(up=True):
        pass
    shown = driver.texts()
    assert shown.index("Favorites") < shown.index("Sarah Okafor") < shown.index("Alice Johnson")


@pytest.mark.parametrize(
    ("query", "found"), [("okaf", 1), ("5550143", 1), ("northwind", 1), ("qqq", 0)]
)
def test_search(query: str, found: int) -> None:
    driver = start()
    driver.field("Search contacts", query)
    assert driver.shows("1 found" if found else "No contacts found")


def test_text_opens_messages_at_that_person() -> None:
    driver = start()
    driver.tap_text("Alice Johnson")
    driver.tap_text("Text")
    assert driver.phone.foreground() == ("com.android.messaging", ".Thread")
    assert driver.shows("Alice Johnson")


def test_a_call_is_logged_unless_in_airplane_mode() -> None:
    driver = start()
    driver.tap_text("Alice Johnson")
    driver.tap_text("Call")
    assert driver.shows("Calling…")
    driver.tap_text("End call")
    (call,) = driver.rows("calls", PACKAGE)
    assert (call["name"], call["number"]) == ("Alice Johnson", "+1 202-555-0143")
    driver.phone.settings.put("global", "airplane_mode_on", "1")
    driver.tap_text("Video")
    assert len(driver.rows("calls", PACKAGE)) == 1
    assert toasts(driver)[-1] == "Turn off airplane mode to make a call"


@pytest.mark.parametrize("screen", sorted(ContactsApp.screens))
def test_every_screen_can_be_started_from_outside(screen: str) -> None:
    driver = PhoneDriver()
    driver.open(PACKAGE, screen)
    assert driver.screen() == screen
    assert driver.texts()
    driver.back()
    assert driver.phone.foreground()[0] != PACKAGE


def test_everything_can_be_reached_with_large_text() -> None:
    driver = start("large_font")
    assert unreachable(driver) == set()
    driver.tap_text("Create contact")
    assert unreachable(driver) == set()
    driver.back()
    driver.tap_text("Carol Nguyen")
    assert unreachable(driver) == set()


def test_chinese_is_chinese_throughout() -> None:
    driver = start("zh")
    names = {str(cell) for row in driver.rows("contacts", PACKAGE) for cell in row.values() if cell}
    names |= {"Alice Johnson", "David Kim", "Emma Schmidt"}
    assert english_left(driver, names) == set()
    driver.tap_text("李伟")
    assert english_left(driver, names) == set()
    driver.tap_desc("编辑联系人")
    assert english_left(driver, names) == set()


def test_the_seed_decides_who_is_there() -> None:
    rows = [start(seed=seed).rows("contacts", PACKAGE) for seed in (1, 1, 2)]
    assert rows[0] == rows[1] != rows[2]
    assert all(12 <= len(found) <= 20 for found in rows)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [("Ada", "Byron", "Ada Byron"), ("伟", "李", "李伟"), ("Mom", "", "Mom"), ("小明", "", "小明")],
)
def test_names_are_written_as_their_script_does(first: str, last: str, name: str) -> None:
    assert people.full_name(first, last) == name


@pytest.mark.parametrize(
    ("name", "letter"), [("李伟", "L"), ("赵丽娜", "Z"), ("bob", "B"), ("7", "#"), ("", "#")]
)
def test_headings(name: str, letter: str) -> None:
    assert people.heading(name) == letter


@given(st.lists(st.text(max_size=6)))
def test_a_sorted_list_has_each_heading_once(names: list[str]) -> None:
    headings = [people.heading(name) for name in sorted(names, key=people.sort_key)]
    changes = [a for a, b in pairwise(headings) if a != b]
    assert len(changes) + 1 == len(set(headings)) or not names
