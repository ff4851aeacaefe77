"""One act on one thing: read right, done on the phone, never done to what is called nearly so."""

from datetime import datetime

import pytest

from agent.policies.rules.read_goal import read_goal
from agent.step import StopReason
from tests.agent.policies.errand_runner import ErrandRunner, story

NOW = datetime(2027, 1, 4, 9, 30)
CONTACTS, NOTES = "com.android.contacts", "com.tapwright.notes"
CLOCK, SHOP = "com.android.deskclock", "com.tapwright.shop"


@pytest.mark.parametrize(
    ("goal", "name", "values"),
    [
        ("Delete the contact Emma Schmidt", "delete", ["Emma Schmidt"]),
        ("please remove the note 'Plants'.", "delete", ["Plants"]),
        ("Delete the file a b.txt in the folder Download", "delete", ["a b.txt", "Download"]),
        ("删除联系人王芳", "delete", ["王芳"]),
        ("Pin the note “Book ideas” to the top", "pin", ["Book ideas"]),
        ("把笔记购物清单置顶", "pin", ["购物清单"]),
        ("add Bob Martinez to my favourites", "favorite", ["Bob Martinez"]),
        ("Star the contact Carol", "favorite", ["Carol"]),
        ("Pair my phone with City Car Audio", "pair", ["City Car Audio"]),
        ("Add Oslo to the world clock", "city", ["Oslo"]),
    ],
)
def test_what_is_to_be_done_to_what(goal: str, name: str, values: list[str]) -> None:
    intent = read_goal(goal, NOW)
    assert intent is not None
    assert intent.name == name
    assert [want.values[0] for want in intent.wants] == values
    assert intent.unread == ()


@pytest.mark.parametrize(
    "goal",
    [
        "Do not delete the contact Emma Schmidt",
        "Delete all contacts",
        "Delete the contacts Emma and Bob",
        "Undelete the note Plants",
        "Unpin the note Plants",
        "Delete the account Emma",
        "Unpair the device Trail Watch",
    ],
)
def test_what_is_said_otherwise_is_no_such_act(goal: str) -> None:
    intent = read_goal(goal, NOW)
    assert intent is None or intent.unread or intent.name not in {"delete", "pin", "pair"}


def ends(errands: ErrandRunner, goal: str, stop: StopReason, scenario: str = "default") -> None:
    episode = errands.run(goal, scenario=scenario)
    told = f"{episode.answer} {episode.error}\n{story(episode.steps)}"
    assert episode.stop is stop, told


def test_a_contact_is_deleted_and_no_other(errands: ErrandRunner) -> None:
    ends(errands, "Delete the contact Emma Schmidt", StopReason.FINISHED)
    left = errands.rows(CONTACTS, "SELECT * FROM contacts")
    assert len(left) == 14
    assert "Schmidt" not in {row["last_name"] for row in left}


@pytest.mark.parametrize("name", ["Emma Schmid", "Emma", "Schmidt Emma"])
def test_what_is_called_nearly_so_is_left_alone(errands: ErrandRunner, name: str) -> None:
    ends(errands, f"Delete the contact {name}", StopReason.GAVE_UP)
    assert len(errands.rows(CONTACTS, "SELECT * FROM contacts")) == 15


def test_a_note_is_deleted_in_dark_and_large_letters(errands: ErrandRunner) -> None:
    before = {row["title"] for row in errands.rows(NOTES, "SELECT * FROM notes")}
    ends(errands, 'Delete the note "Running log"', StopReason.FINISHED, "dark,large_font")
    assert {row["title"] for row in errands.rows(NOTES, "SELECT * FROM notes")} == before - {
        "Running log"
    }


def test_a_note_that_is_pinned_stays_so(errands: ErrandRunner) -> None:
    ends(errands, 'Pin the note "Gift ideas"', StopReason.FINISHED)
    pinned = {row["title"] for row in errands.rows(NOTES, "SELECT * FROM notes") if row["pinned"]}
    assert pinned == {"Gift ideas", "Running log"}


def test_another_device_is_paired(errands: ErrandRunner) -> None:
    ends(errands, "Pair this phone with the device City Car Audio", StopReason.FINISHED)


def test_a_variant_is_chosen_where_the_name_does_not_say_it(errands: ErrandRunner) -> None:
    ends(errands, "put two white ceramic coffee mug into the cart", StopReason.FINISHED)
    [item] = errands.rows(SHOP, "SELECT * FROM cart_items")
    assert (item["product"], item["variant"], item["quantity"]) == (
        "Ceramic coffee mug", "White", 2,
    )  # fmt: skip


def test_a_variant_that_there_is_not_is_not_left_out(errands: ErrandRunner) -> None:
    ends(errands, "put one golden ceramic coffee mug into the cart", StopReason.GAVE_UP)
    assert errands.rows(SHOP, "SELECT * FROM cart_items") == []


def test_an_order_is_paid_as_the_goal_says(errands: ErrandRunner) -> None:
    before = len(errands.rows(SHOP, "SELECT * FROM orders"))
    ends(errands, "Buy one travel mug in the shop, pay by cash", StopReason.FINISHED)
    orders = errands.rows(SHOP, "SELECT * FROM orders")
    assert len(orders) == before + 1
    assert orders[-1]["payment"] == "cash"
    [item] = [
        row for row in errands.rows(SHOP, "SELECT * FROM order_items") if row["order_id"] == 4
    ]
    assert (item["product"], item["quantity"]) == ("Travel mug", 1)
