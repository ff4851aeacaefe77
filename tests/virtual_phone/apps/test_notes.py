"""Notes as its user meets it: every test goes by what the UI tree says."""

import pytest

from tests.virtual_phone.driver import NotOnScreenError, PhoneDriver
from tools.virtual_phone.apps.launcher import LauncherApp
from tools.virtual_phone.apps.notes.app import NotesApp
from tools.virtual_phone.system.phone import Phone

PACKAGE = NotesApp.package
Row = dict[str, object]


def start(scenario: str = "default", seed: int = 0) -> PhoneDriver:
    phone = Phone(apps=(LauncherApp(), NotesApp()), scenario=scenario, seed=seed)
    driver = PhoneDriver(phone)
    driver.open(PACKAGE)
    return driver


def notes(driver: PhoneDriver) -> list[Row]:
    return driver.rows("notes", PACKAGE)


def toasts(driver: PhoneDriver) -> list[str]:
    return [event.detail for event in driver.phone.events if event.kind == "toast"]


def newest(driver: PhoneDriver) -> Row:
    return notes(driver)[-1]


def write(driver: PhoneDriver, title: str, body: str) -> None:
    driver.tap_text("New note")
    driver.field("Title", title)
    driver.field("Note", body)


@pytest.mark.parametrize("scenario", ["default", "dark", "large_font", "landscape"])
def test_a_note_is_written_and_saved(scenario: str) -> None:
    driver = start(scenario)
    before = len(notes(driver))
    write(driver, "Groceries", "Milk\nEggs")
    driver.tap_desc("Save")
    assert driver.screen() == "NoteList"
    assert len(notes(driver)) == before + 1
    assert (newest(driver)["title"], newest(driver)["body"]) == ("Groceries", "Milk\nEggs")
    driver.field("Search notes", "eggs")
    driver.tap_text("Groceries")
    assert driver.field_text("Note") == "Milk\nEggs"


def test_a_note_is_written_in_chinese() -> None:
    driver = start("zh")
    driver.tap_text("新建笔记")
    driver.field("标题", "买菜")
    driver.field("内容", "牛奶和鸡蛋")
    driver.tap_desc("保存")
    assert (newest(driver)["title"], newest(driver)["body"]) == ("买菜", "牛奶和鸡蛋")
    assert driver.shows("牛奶和鸡蛋")


def test_back_saves_a_note_and_discards_an_empty_one() -> None:
    driver = start()
    before = len(notes(driver))
    driver.tap_text("New note")
    driver.back()  # the keyboard
    driver.back()
    assert driver.screen() == "NoteList"
    assert toasts(driver) == ["Empty note discarded"]
    assert len(notes(driver)) == before
    driver.tap_text("New note")
    driver.field("Note", "Water the fern")
    driver.back()
    driver.back()
    assert toasts(driver)[-1] == "Note saved"
    assert newest(driver)["body"] == "Water the fern"


def test_an_empty_note_is_not_saved() -> None:
    driver = start()
    before = len(notes(driver))
    driver.tap_text("New note")
    driver.tap_desc("Save")
    assert driver.screen() == "Editor"
    assert driver.shows("Enter a title or a note")
    driver.field("Title", "Now it has one")
    assert not driver.shows("Enter a title or a note")
    driver.tap_desc("Save")
    assert len(notes(driver)) == before + 1


def test_an_edit_changes_the_note_and_its_time_only() -> None:
    driver = start()
    write(driver, "Plan", "One")
    driver.tap_desc("Save")
    first = newest(driver)
    driver.wait(90)
    driver.tap_text("Plan")
    driver.field("Note", "Two")
    driver.tap_desc("Navigate up")
    second = newest(driver)
    assert second["body"] == "Two"
    assert str(second["updated_at"]) > str(first["updated_at"])
    assert {**second, "body": "", "updated_at": ""} == {**first, "body": "", "updated_at": ""}


def test_an_untouched_note_keeps_its_time() -> None:
    driver = start()
    before = notes(driver)
    driver.tap_text(str(next(note["title"] for note in before if note["title"])))
    driver.wait(90)
    driver.tap_desc("Save")
    assert notes(driver) == before


def test_a_pinned_note_stands_first() -> None:
    driver = start()
    write(driver, "Zebra", "Stripes")
    driver.tap_desc("Pin note")
    driver.tap_desc("Save")
    assert newest(driver)["pinned"] == 1
    titles = {str(note["title"]) for note in notes(driver)}
    assert next(text for text in driver.texts() if text in titles - {""}) == "Zebra"
    driver.tap_text("Zebra")
    driver.tap_desc("Unpin note")
    assert newest(driver)["pinned"] == 0


def test_deleting_asks_first() -> None:
    driver = start()
    write(driver, "Old", "Away with it")
    driver.tap_desc("Save")
    count = len(notes(driver))
    driver.tap_text("Old")
    driver.tap_desc("More options")
    driver.tap_text("Delete")
    driver.tap_text("Cancel")
    assert len(notes(driver)) == count
    driver.tap_desc("More options")
    driver.tap_text("Delete")
    driver.tap_text("Delete")
    assert driver.screen() == "NoteList"
    assert len(notes(driver)) == count - 1
    assert not driver.shows("Away with it")


def test_colors_copies_and_sharing() -> None:
    driver = start()
    write(driver, "Sea", "Blue")
    driver.tap_desc("More options")
    driver.tap_text("Color")
    driver.tap_text("Blue")
    driver.tap_desc("More options")
    driver.tap_text("Share")
    assert driver.phone.clipboard == "Sea\nBlue"
    driver.tap_desc("Save")
    assert newest(driver)["color"] == "blue"
    node = driver.find(lambda node: node.text == "Sea")
    assert node is not None
    driver.phone.long_press(*node.center)
    driver.tap_text("Make a copy")
    assert [note["title"] for note in notes(driver)[-2:]] == ["Sea", "Sea"]


def test_a_search_without_a_match_says_so() -> None:
    driver = start()
    driver.field("Search notes", "quetzal")
    assert driver.shows("No notes found")
    driver.tap_desc("Clear text")
    assert not driver.shows("No notes found")


def test_list_view_shows_one_card_a_row() -> None:
    driver = start()
    driver.tap_desc("List view")
    cards = [node for node in driver.nodes() if "/note_" in node.resource_id]
    assert len({node.bounds[0] for node in cards}) == 1
    driver.tap_desc("Grid view")
    cards = [node for node in driver.nodes() if "/note_" in node.resource_id]
    assert len({node.bounds[0] for node in cards}) == 2


def test_seeded_notes_depend_on_the_seed_alone() -> None:
    assert notes(start(seed=3)) == notes(start(seed=3))
    assert notes(start(seed=3)) != notes(start(seed=4))
    with pytest.raises(NotOnScreenError):
        start("zh").tap_text("New note")
