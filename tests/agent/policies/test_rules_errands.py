"""Everyday errands on the virtual phone: what the phone holds afterwards counts, not the claim."""

from collections.abc import Callable
from typing import Any

import pytest

from agent.step import StopReason
from tests.agent.policies.errand_runner import ErrandRunner, story

Rows = list[dict[str, Any]]
CONTACTS, CLOCK, NOTES = "com.android.contacts", "com.android.deskclock", "com.tapwright.notes"
MESSAGES, SHOP = "com.android.messaging", "com.tapwright.shop"


def finishes(errands: ErrandRunner, goal: str, scenario: str, seed: int = 0) -> None:
    episode = errands.run(goal, scenario=scenario, seed=seed)
    told = f"{episode.answer} {episode.error}\n{story(episode.steps)}"
    assert episode.stop is StopReason.FINISHED, told


SWITCHES: list[tuple[str, str, Callable[[ErrandRunner], bool]]] = [
    ("turn on airplane mode", "default", lambda e: e.setting("global", "airplane_mode_on") == "1"),
    ("打开飞行模式", "zh", lambda e: e.setting("global", "airplane_mode_on") == "1"),
    ("turn on airplane mode", "zh", lambda e: e.setting("global", "airplane_mode_on") == "1"),
    ("turn off Wi-Fi", "large_font,dark", lambda e: e.setting("global", "wifi_on") == "0"),
    ("turn on the dark theme", "default", lambda e: e.setting("secure", "ui_night_mode") == "2"),
    ("开启深色主题", "zh,large_font", lambda e: e.setting("secure", "ui_night_mode") == "2"),
    ("turn off bluetooth", "landscape", lambda e: e.setting("global", "bluetooth_on") == "0"),
    (
        "set the font size to large",
        "default",
        lambda e: e.setting("system", "font_scale") == "1.15",
    ),
    (
        "change the language to Chinese",
        "default",
        lambda e: e.setting("system", "system_locales") == "zh-CN",
    ),
    (
        "set the screen timeout to 5 minutes",
        "default",
        lambda e: e.setting("system", "screen_off_timeout") == "300000",
    ),
]


@pytest.mark.parametrize(("goal", "scenario", "holds"), SWITCHES)
def test_a_setting_is_set(
    errands: ErrandRunner, goal: str, scenario: str, holds: Callable[[ErrandRunner], bool]
) -> None:
    finishes(errands, goal, scenario)
    assert holds(errands)


@pytest.mark.parametrize(
    ("goal", "scenario", "first", "last", "phone"),
    [
        (
            "add a contact named Maria Lopez with number 555-0142",
            "default",
            "Maria",
            "Lopez",
            "5550142",
        ),
        (
            "add a contact John Smith, +1 555 010 2233",
            "large_font,dark",
            "John",
            "Smith",
            "15550102233",
        ),
        ("新建联系人张伟，电话13800138000", "zh", "张伟", "", "13800138000"),
    ],
)
def test_a_contact_is_added_once(
    errands: ErrandRunner, goal: str, scenario: str, first: str, last: str, phone: str
) -> None:
    finishes(errands, goal, scenario)
    rows = errands.rows(CONTACTS, "SELECT * FROM contacts")
    added = [row for row in rows if (row["first_name"], row["last_name"]) == (first, last)]
    assert len(added) == 1
    assert "".join(filter(str.isdigit, added[0]["phone"])) == phone


@pytest.mark.parametrize(
    ("goal", "scenario", "hour", "minute", "days"),
    [
        ("set an alarm at 6:45 on weekdays", "default", 6, 45, "mon,tue,wed,thu,fri"),
        ("设置一个工作日早上6点45分的闹钟", "zh", 6, 45, "mon,tue,wed,thu,fri"),
        ("set an alarm at 7:30 pm on weekends called Gym", "large_font", 19, 30, "sat,sun"),
    ],
)
def test_an_alarm_rings_when_asked(
    errands: ErrandRunner, goal: str, scenario: str, hour: int, minute: int, days: str
) -> None:
    finishes(errands, goal, scenario)
    query = f"SELECT * FROM alarms WHERE hour = {hour} AND minute = {minute}"
    [alarm] = errands.rows(CLOCK, query)
    assert (alarm["days"], alarm["enabled"]) == (days, 1)
    assert alarm["label"] == ("Gym" if "Gym" in goal else "")


@pytest.mark.parametrize(
    ("goal", "scenario", "title", "body"),
    [
        ("create a note saying buy milk and eggs", "default", "", "buy milk and eggs"),
        ("新建一条笔记，内容是明天开会", "zh", "", "明天开会"),
        (
            "make a note titled Groceries saying milk, eggs, bread",
            "dark,large_font",
            "Groceries",
            "milk, eggs, bread",
        ),
    ],
)
def test_a_note_is_written(
    errands: ErrandRunner, goal: str, scenario: str, title: str, body: str
) -> None:
    finishes(errands, goal, scenario)
    rows = errands.rows(NOTES, "SELECT * FROM notes")
    assert [row["title"] for row in rows if row["body"] == body] == [title]


@pytest.mark.parametrize(
    ("goal", "scenario", "who", "text"),
    [
        ("send a message to Alice saying I'll be late", "default", "Alice Johnson", "I'll be late"),
        ("给王芳发短信说我晚点到", "zh", "王芳", "我晚点到"),
        ('text Bob "Dinner at 7?"', "large_font,dark", "Bob Martinez", "Dinner at 7?"),
        ("send a message to 555-0199 saying hello there", "default", "555-0199", "hello there"),
    ],
)
def test_a_message_is_sent_once(
    errands: ErrandRunner, goal: str, scenario: str, who: str, text: str
) -> None:
    finishes(errands, goal, scenario)
    rows = errands.rows(MESSAGES, "SELECT * FROM messages WHERE direction = 'sent'")
    sent = [row for row in rows if row["body"] == text]
    assert len(sent) == 1
    assert who in {sent[0]["recipient_name"], sent[0]["recipient_number"]}


@pytest.mark.parametrize(
    ("goal", "scenario", "product", "quantity"),
    [
        ("put two travel mugs into the cart", "default", "Travel mug", 2),
        ("add 3 wireless headphones to my cart", "large_font,dark", "Wireless headphones", 3),
        ("把两个随行保温杯加入购物车", "zh", "Travel mug", 2),
    ],
)
def test_the_cart_holds_exactly_what_was_asked_for(
    errands: ErrandRunner, goal: str, scenario: str, product: str, quantity: int
) -> None:
    finishes(errands, goal, scenario)
    rows = errands.rows(SHOP, "SELECT * FROM cart_items")
    assert [(row["product"], row["quantity"]) for row in rows] == [(product, quantity)]


@pytest.mark.parametrize(
    ("goal", "scenario", "name"),
    [
        ("create a folder named Receipts", "default", "Receipts"),
        ("新建文件夹 发票", "zh", "发票"),
    ],
)
def test_a_folder_is_made(errands: ErrandRunner, goal: str, scenario: str, name: str) -> None:
    finishes(errands, goal, scenario)
    with errands.server.phone.lock:
        entries = errands.server.phone.files.list("/sdcard")
    assert [entry.is_folder for entry in entries if entry.name == name] == [True]


@pytest.mark.parametrize(
    ("goal", "reason"),
    [
        ("turn on the toaster", "toaster"),
        ("send a message to Zebediah saying hi", "Zebediah"),
        ("open the periscope app", "periscope"),
        ("what is the meaning of life", "I do not understand"),
        ("Réservez un billet de Lyon à Paris", "I do not understand"),
    ],
)
def test_what_cannot_be_done_is_said(errands: ErrandRunner, goal: str, reason: str) -> None:
    episode = errands.run(goal)
    assert episode.stop is StopReason.GAVE_UP
    assert reason in episode.answer


def test_nothing_is_sent_where_nobody_was_found(errands: ErrandRunner) -> None:
    errands.run("send a message to Zebediah saying hi")
    rows: Rows = errands.rows(MESSAGES, "SELECT * FROM messages WHERE body = 'hi'")
    assert rows == []
