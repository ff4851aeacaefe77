"""The stack of screens, back, home, recents."""

import pytest

from tests.virtual_phone.system.demo import DEMO, LAUNCHER, Hand, make_phone
from tools.virtual_phone.system import keycodes
from tools.virtual_phone.system.phone import Phone


@pytest.fixture
def phone() -> Phone:
    return make_phone()


@pytest.fixture
def hand(phone: Phone) -> Hand:
    phone.start(DEMO)
    return Hand(phone)


def test_boots_to_the_launcher_and_an_icon_opens_its_app(phone: Phone) -> None:
    assert phone.foreground() == (LAUNCHER, ".Launcher")
    Hand(phone).tap("Demo")
    assert phone.foreground() == (DEMO, ".Main")


def test_back_closes_screens_then_goes_home_and_the_app_stays_as_it_was(hand: Hand) -> None:
    phone = hand.phone
    hand.tap("Add one")
    hand.tap("Open form")
    assert phone.foreground() == (DEMO, ".Form")
    assert hand.shows("Given from main")
    phone.key(keycodes.BACK)
    assert phone.foreground() == (DEMO, ".Main")
    phone.key(keycodes.BACK)
    assert phone.foreground()[0] == LAUNCHER
    phone.start(DEMO)
    assert hand.shows("Count 1")


def test_back_closes_the_keyboard_before_the_screen(hand: Hand) -> None:
    hand.tap("Open form")
    hand.focus("name")
    assert hand.keyboard()
    hand.phone.key(keycodes.BACK)
    assert not hand.keyboard()
    assert hand.phone.foreground() == (DEMO, ".Form")


def test_back_closes_a_dialog_before_the_screen(hand: Hand) -> None:
    hand.tap("Ask")
    assert hand.shows("Sure?")
    assert not hand.shows("Add one"), "what lies under a dialog is not in the tree"
    hand.phone.key(keycodes.BACK)
    assert not hand.shows("Sure?")
    assert hand.phone.foreground() == (DEMO, ".Main")


def test_pop_hands_its_result_to_the_screen_below(hand: Hand) -> None:
    hand.tap("Open form")
    hand.focus("name")
    hand.phone.type_text("kiwi")
    hand.tap("Save")
    assert hand.shows("Result kiwi")


def test_recents_lists_tasks_latest_first_and_reopens_one(hand: Hand) -> None:
    phone = hand.phone
    hand.tap("Add one")
    phone.start("com.example.other")
    phone.key(keycodes.APP_SWITCH)
    shown = [text for text in hand.texts() if text in ("Demo", "Other")]
    assert shown[0] == "Other"
    assert "Demo" in shown
    hand.tap("Demo")
    assert phone.foreground() == (DEMO, ".Main")
    assert hand.shows("Count 1")


def test_a_card_closed_in_recents_loses_its_unsaved_state(hand: Hand) -> None:
    hand.tap("Add one")
    hand.phone.key(keycodes.APP_SWITCH)
    hand.tap("Close Demo")
    assert hand.shows("No recent apps")
    hand.phone.start(DEMO)
    assert hand.shows("Count 0")


def test_home_leaves_search_and_recents(hand: Hand) -> None:
    hand.phone.key(keycodes.APP_SWITCH)
    hand.phone.key(keycodes.HOME)
    assert hand.phone.foreground() == (LAUNCHER, ".Launcher")


def test_launcher_search_filters_by_typing_and_enter_opens_the_first(phone: Phone) -> None:
    hand = Hand(phone)
    hand.tap("Search apps")
    assert hand.keyboard()
    phone.type_text("oth")
    assert hand.shows("Other")
    assert not hand.shows("Demo")
    phone.key(keycodes.ENTER)
    assert phone.foreground()[0] == "com.example.other"


def test_navigation_bar_buttons_do_what_the_keys_do(hand: Hand) -> None:
    phone = hand.phone
    hand.tap("Open form")
    scene = phone._display.scene()
    places = {
        hit.nav: (x, 2399 - 30)
        for x in range(0, 1080, 20)
        if (hit := scene.hit(x, 2399 - 30)) is not None and hit.nav
    }
    assert set(places) == {"back", "home", "recents"}
    phone.tap(*places["back"])
    assert phone.foreground() == (DEMO, ".Main")
    phone.tap(*places["recents"])
    assert phone.foreground() == (LAUNCHER, ".Recents")
    phone.tap(*places["home"])
    assert phone.foreground() == (LAUNCHER, ".Launcher")


def test_start_knows_packages_and_screens_only(phone: Phone) -> None:
    assert not phone.start("com.nothing")
    assert not phone.start(DEMO, ".Nowhere")
    assert phone.foreground()[0] == LAUNCHER
    assert phone.start(DEMO, ".Form", given="outside")
    assert Hand(phone).shows("Given outside")


def test_back_from_a_screen_opened_alone_ends_the_task(phone: Phone) -> None:
    phone.start(DEMO, ".Form", given="outside")
    phone.key(keycodes.BACK)
    assert phone.foreground()[0] == LAUNCHER
    phone.start(DEMO)
    assert phone.foreground() == (DEMO, ".Main")


def test_force_stop_and_clear(hand: Hand) -> None:
    phone = hand.phone
    before = phone.content(DEMO, "items")
    phone.database(DEMO).execute("DELETE FROM items")
    hand.tap("Add one")
    phone.force_stop(DEMO)
    assert phone.foreground()[0] == LAUNCHER
    assert phone.content(DEMO, "items").rows == ()
    phone.clear(DEMO)
    assert phone.content(DEMO, "items") == before


def test_a_bug_in_an_app_comes_out_and_the_phone_goes_on(phone: Phone) -> None:
    phone.start(DEMO, "Broken")
    hand = Hand(phone)
    with pytest.raises(RuntimeError, match="a bug in the app"):
        hand.tap("Break")
    assert hand.shows("Touched True")
    phone.key(keycodes.HOME)
    assert phone.foreground()[0] == LAUNCHER


def test_power_key_darkens_the_screen_and_touches_are_lost(hand: Hand) -> None:
    phone = hand.phone
    place = hand.find("Add one").center
    phone.key(keycodes.POWER)
    assert not phone.awake
    assert phone.frame().getextrema() == ((0, 0), (0, 0), (0, 0))
    phone.tap(*place)
    phone.key(keycodes.WAKEUP)
    assert hand.shows("Count 0")
