"""Gestures: scrolling, long presses, sliders."""

import pytest

from tests.virtual_phone.system.demo import DEMO, Hand, make_phone


@pytest.fixture
def hand() -> Hand:
    phone = make_phone()
    phone.start(DEMO)
    return Hand(phone)


def offset(hand: Hand) -> float:
    return hand.phone._display.scene().scrollables[0].offset


def test_content_follows_the_finger(hand: Hand) -> None:
    before = hand.find("Draw lots").bounds[1]
    hand.phone.swipe(540, 1500, 540, 1200, 0.3)
    assert abs(before - hand.find("Draw lots").bounds[1] - 300) <= 2


def test_scrolling_stops_at_both_ends(hand: Hand) -> None:
    area = hand.phone._display.scene().scrollables[0]
    assert area.max_offset > 0
    hand.phone.swipe(540, 600, 540, 2000, 0.3)
    assert offset(hand) == 0
    for _ in range(10):
        hand.phone.swipe(540, 2000, 540, 600, 0.3)
    assert offset(hand) == pytest.approx(area.max_offset, abs=1)


def test_page_keys_scroll(hand: Hand) -> None:
    hand.phone.key(93)
    assert offset(hand) > 200
    hand.phone.key(92)
    assert offset(hand) == 0


def test_a_swipe_with_equal_ends_is_a_long_press(hand: Hand) -> None:
    item = str(hand.phone.content(DEMO, "items").rows[0][1])
    x, y = hand.find(item).center
    hand.phone.swipe(x, y, x, y, 0.1)
    assert hand.shows("Count 1"), "a short touch is a tap"
    hand.phone.swipe(x, y, x, y, 0.9)
    assert hand.shows("Count 1")
    assert hand.phone._windows.state.toast == f"Held {item}"
    hand.phone.long_press(x, y, 0.8)
    hand.phone.drag(x, y, x, y + 300, 1.0)
    assert [event.detail for event in hand.phone.events if event.kind == "toast"] == (
        [f"Held {item}"] * 3
    )


def test_a_long_press_on_what_knows_none_is_a_tap(hand: Hand) -> None:
    hand.phone.long_press(*hand.find("Add one").center, 0.8)
    assert hand.shows("Count 1")


def test_sliders_follow_the_finger_to_their_ends(hand: Hand) -> None:
    hand.tap("Open form")
    phone = hand.phone
    node = next(one for one in phone.window().walk() if one.class_name.endswith("SeekBar"))
    (left, top, right, bottom), y = node.bounds, node.center[1]
    assert (right - left) > (bottom - top)
    phone.swipe(node.center[0], y, 5000, y + 200, 0.3)
    assert hand.shows("Level 1.00")
    phone.drag(node.center[0], y, 0, y, 0.3)
    assert hand.shows("Level 0.00")
    phone.tap(*node.center)
    assert hand.shows("Level 0.50")


def test_touches_on_nothing_do_nothing(hand: Hand) -> None:
    before = hand.phone.frame().tobytes()
    hand.phone.tap(540, 10)
    hand.phone.swipe(540, 5, 540, 900, 0.2)
    assert hand.phone.frame().tobytes() == before
