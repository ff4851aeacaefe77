"""Messages as its user meets it: every test goes by what the UI tree says."""

import pytest

from tests.virtual_phone.apps.reach import english_left, unreachable
from tests.virtual_phone.driver import NotOnScreenError, PhoneDriver
from tools.virtual_phone.apps.messages.app import MessagesApp

PACKAGE = MessagesApp.package
CONTACTS = "com.android.contacts"


def start(scenario: str = "default", seed: int = 0) -> PhoneDriver:
    driver = PhoneDriver(scenario=scenario, seed=seed)
    driver.open(PACKAGE)
    return driver


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("default", ("Start chat", "To", "Carol", "Carol Nguyen", "Text message", "Send message")),
        (
            "dark,large_font",
            ("Start chat", "To", "caro", "Carol Nguyen", "Text message", "Send message"),
        ),
        ("zh", ("发起聊天", "收件人", "王", "王芳", "短信", "发送信息")),
    ],
)
@pytest.mark.parametrize("seed", [0, 7])
def test_a_message_to_a_contact(scenario: str, words: tuple[str, ...], seed: int) -> None:
    driver = start(scenario, seed)
    chat, to, typed, name, field, send = words
    before = driver.rows("messages", PACKAGE)
    driver.tap_text(chat)
    driver.field(to, typed)
    driver.tap_text(name)
    assert driver.screen() == "Thread"
    driver.field(field, "See you at 8 — 八点见")
    driver.tap_desc(send)
    after = driver.rows("messages", PACKAGE)
    assert after[:-1] == before
    new = after[-1]
    assert (new["recipient_name"], new["body"], new["direction"], new["status"]) == (
        *(name, "See you at 8 — 八点见", "sent", "sent"),
    )
    contact = next(
        row for row in driver.rows("contacts", CONTACTS) if row["phone"] == new["recipient_number"]
    )
    assert str(contact["last_name"]) in name
    assert driver.shows("See you at 8 — 八点见")
    assert driver.field_text(field) == ""


def test_a_number_that_nobody_has() -> None:
    driver = start()
    driver.tap_text("Start chat")
    driver.field("To", "555 010 9999")
    driver.tap_text("Send to 555 010 9999")
    driver.field("Text message", "hello")
    driver.tap_desc("Send message")
    assert driver.rows("conversations", PACKAGE)[-1]["recipient_number"] == "555 010 9999"


def test_a_typed_number_of_a_contact_shows_the_name() -> None:
    driver = start()
    driver.tap_text("Start chat")
    driver.type("12025550143")
    driver.phone.ime_action()
    assert driver.screen() == "Thread"
    assert driver.shows("Alice Johnson")


def test_what_fits_nobody_is_said() -> None:
    driver = start()
    driver.tap_text("Start chat")
    driver.type("qqqq")
    assert driver.shows("No contacts found")
    driver.phone.ime_action()
    assert driver.screen() == "NewChat"


def test_an_empty_message_cannot_be_sent() -> None:
    driver = start()
    driver.tap_id("conversation_1")
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_desc("Send message")
    driver.field("Text message", "   ")
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_desc("Send message")


def test_opening_reads_and_a_message_moves_the_conversation_up() -> None:
    driver = start()
    assert [row["unread"] for row in driver.rows("conversations", PACKAGE)][:2] == [1, 1]
    driver.tap_id("conversation_2")
    assert [row["unread"] for row in driver.rows("conversations", PACKAGE)][:2] == [1, 0]
    driver.field("Text message", "first now")
    driver.tap_desc("Send message")
    driver.back()
    driver.back()
    ids = [node.resource_id for node in driver.nodes() if "/conversation_" in node.resource_id]
    assert ids[0].endswith("conversation_2")
    assert driver.shows("You: first now")


def test_a_long_thread_shows_its_newest_message() -> None:
    driver = start()
    driver.tap_id("conversation_1")
    for number in range(14):
        driver.field("Text message", f"line {number}")
        driver.tap_desc("Send message")
        assert driver.find(lambda node, n=number: node.text == f"line {n}") is not None  # type: ignore[misc]
    assert driver.find(lambda node: node.text == "line 0") is None


def test_airplane_mode_keeps_messages_back() -> None:
    driver = start()
    driver.phone.settings.put("global", "airplane_mode_on", "1")
    driver.tap_id("conversation_1")
    driver.field("Text message", "stuck")
    driver.tap_desc("Send message")
    assert driver.rows("messages", PACKAGE)[-1]["status"] == "failed"
    assert driver.shows("Not sent")


def test_deleting_a_conversation_asks_first() -> None:
    driver = start()
    driver.tap_id("conversation_1")
    driver.tap_desc("More options")
    driver.tap_text("Delete conversation")
    driver.tap_text("Cancel")
    assert 1 in [row["id"] for row in driver.rows("conversations", PACKAGE)]
    driver.tap_desc("More options")
    driver.tap_text("Delete conversation")
    driver.tap_text("Delete")
    assert driver.screen() == "ConversationList"
    assert 1 not in [row["id"] for row in driver.rows("conversations", PACKAGE)]
    assert 1 not in [row["conversation_id"] for row in driver.rows("messages", PACKAGE)]


def test_names_follow_contacts() -> None:
    driver = start()
    number = driver.rows("conversations", PACKAGE)[0]["recipient_number"]
    driver.phone.database(CONTACTS).execute(
        "UPDATE contacts SET first_name = 'Renamed', last_name = 'Person' WHERE phone = ?",
        (number,),
    )
    assert driver.shows("Renamed Person")


def test_search() -> None:
    driver = start()
    body = str(driver.rows("messages", PACKAGE)[0]["body"])
    driver.field("Search conversations", body[:12])
    assert driver.find(lambda node: node.resource_id.endswith("/conversation_1")) is not None
    driver.field("Search conversations", "qqqq")
    assert driver.shows("No conversations found")


def test_a_thread_with_nobody_sends_nothing() -> None:
    driver = PhoneDriver()
    driver.open(PACKAGE, "Thread")
    driver.field("Text message", "anyone there?")
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_desc("Send message")


def test_everything_can_be_reached_with_large_text() -> None:
    driver = start("large_font")
    assert unreachable(driver) == set()
    driver.tap_text("Start chat")
    driver.back()  # the keyboard
    assert unreachable(driver) == set()


def test_chinese_is_chinese_throughout() -> None:
    driver = start("zh")
    names = {"Alice Johnson", "David Kim", "Emma Schmidt"}
    assert english_left(driver, names) == set()
    driver.tap_id("conversation_1")
    assert english_left(driver, names) == set()
    driver.back()
    driver.tap_text("发起聊天")
    assert english_left(driver, names) == set()


def test_the_seed_decides_the_conversations() -> None:
    rows = [start(seed=seed).rows("messages", PACKAGE) for seed in (1, 1, 2)]
    assert rows[0] == rows[1] != rows[2]
