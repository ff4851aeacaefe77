"""From mouse and keyboard to actions, event by event."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.action import (
    Action,
    Direction,
    DoubleTap,
    Drag,
    Hotkey,
    LongPress,
    MiddleClick,
    PressKey,
    RightClick,
    Scroll,
    Tap,
    TripleClick,
    TypeText,
)
from tools.devices.desktop_gather import Gatherer
from tools.devices.desktop_hearing import Button, ButtonMoved, KeyMoved, RawEvent, WheelTurned
from tools.devices.heard import Heard
from tools.geometry import DesktopPoint, Point

NEVER_S = 10_000.0
EDGE = 1000
"""Where the recorded part of this desktop ends."""


@dataclass
class Desk:
    """A person at a desktop without one."""

    secret: bool = False
    listens: bool = True
    now_s: float = 100.0
    told: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gatherer = Gatherer(
            lambda event: Point(x=event.at.x, y=event.at.y) if event.at.x < EDGE else None,
            lambda: self.listens,
            lambda: self.secret,
            lambda direction: 0.1 if direction in ("up", "down") else 0.05,
            self.told.append,
        )

    def feed(self, event: RawEvent) -> None:
        self.heard += self.gatherer.feed(event)

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.heard += self.gatherer.overdue(self.now_s)

    def button(self, x: int, y: int, *, down: bool, button: Button = "left") -> None:
        self.feed(ButtonMoved(button, down, DesktopPoint(x=x, y=y), self.now_s))

    def click(self, x: int, y: int, button: Button = "left", *, held_s: float = 0.05) -> None:
        self.button(x, y, down=True, button=button)
        self.now_s += held_s
        self.button(x, y, down=False, button=button)
        self.now_s += 0.05

    def drag(self, start: tuple[int, int], end: tuple[int, int], button: Button = "left") -> None:
        self.button(*start, down=True, button=button)
        self.now_s += 0.4
        self.button(*end, down=False, button=button)

    def wheel(self, direction: Direction, notches: int = 1) -> None:
        for _ in range(notches):
            self.feed(WheelTurned(direction, DesktopPoint(x=5, y=6), self.now_s))
            self.now_s += 0.05

    def key(self, name: str, text: str = "", *, repeats: int = 0) -> None:
        for number in range(repeats + 1):
            self.feed(KeyMoved(name, text, True, self.now_s, repeated=number > 0))
        self.feed(KeyMoved(name, "", False, self.now_s))
        self.now_s += 0.05

    def held(self, *names: str) -> None:
        for name in names:
            self.feed(KeyMoved(name, "", True, self.now_s))

    def let_go(self, *names: str) -> None:
        for name in names:
            self.feed(KeyMoved(name, "", False, self.now_s))

    def type(self, text: Iterable[str]) -> None:
        for letter in text:
            self.key(letter.lower(), letter)

    @property
    def actions(self) -> list[Action]:
        """All that was heard, in order, once nothing more can come of it."""
        self.heard += self.gatherer.overdue(NEVER_S)
        return [each.action for each in self.heard]


AT = Point(x=10, y=20)


@pytest.mark.parametrize(("times", "kind"), [(1, Tap), (2, DoubleTap), (3, TripleClick)])
def test_quick_clicks_are_counted(times: int, kind: type[Tap]) -> None:
    desk = Desk()
    for _ in range(times):
        desk.click(10, 20)
    assert desk.actions == [kind(at=AT)]
    assert desk.heard[0].began_s == 100.0


def test_a_fourth_click_is_a_new_one() -> None:
    desk = Desk()
    for _ in range(4):
        desk.click(10, 20)
    assert desk.actions == [TripleClick(at=AT), Tap(at=AT)]


def test_slow_clicks_and_clicks_elsewhere_are_single_ones() -> None:
    desk = Desk()
    desk.click(10, 20)
    desk.wait(0.5)
    desk.click(10, 20)
    desk.click(40, 20)
    assert desk.actions == [Tap(at=AT), Tap(at=AT), Tap(at=Point(x=40, y=20))]


def test_a_click_is_under_way_until_no_second_one_can_come() -> None:
    desk = Desk()
    desk.button(10, 20, down=True)
    assert desk.gatherer.since_s == 100.0
    desk.button(10, 20, down=False)
    assert (desk.heard, desk.gatherer.since_s) == ([], 100.0)
    desk.wait(0.5)
    assert desk.actions == [Tap(at=AT)]
    quiet = desk.gatherer.since_s
    assert quiet is None


def test_other_buttons_and_holding() -> None:
    desk = Desk()
    desk.click(10, 20, "right")
    desk.click(10, 20, "middle")
    desk.click(10, 20, held_s=1.2)
    assert desk.actions == [
        RightClick(at=AT), MiddleClick(at=AT), LongPress(at=AT, duration_s=1.2),
    ]  # fmt: skip


def test_drags() -> None:
    desk = Desk()
    desk.drag((10, 20), (300, 400))
    desk.drag((10, 20), (300, 400), "right")
    assert desk.actions == [Drag(start=AT, end=Point(x=300, y=400), duration_s=0.4)]
    assert desk.told == ["A drag with the right button is not recorded."]


def test_what_is_outside_is_left_out() -> None:
    desk = Desk()
    desk.click(EDGE, 20)
    desk.drag((EDGE + 5, 20), (10, 20))
    desk.feed(WheelTurned("down", DesktopPoint(x=EDGE, y=0), desk.now_s))
    assert desk.actions == []
    desk.drag((10, 20), (EDGE, 20))
    assert desk.actions == []
    assert desk.told == ["A drag that ends outside of what is recorded is not recorded."]


def test_notches_are_gathered_by_direction() -> None:
    desk = Desk()
    desk.wheel("down", 3)
    desk.wheel("up")
    desk.wheel("right", 2)
    at = Point(x=5, y=6)
    assert desk.actions == [
        Scroll(at=at, direction="down", amount=0.1 * 3),
        Scroll(at=at, direction="up", amount=0.1),
        Scroll(at=at, direction="right", amount=0.1),
    ]


def test_a_long_turn_becomes_several_scrolls() -> None:
    desk = Desk()
    desk.wheel("down", 23)
    amounts = [each.amount for each in desk.actions if isinstance(each, Scroll)]
    assert amounts == [1.0, 1.0, pytest.approx(0.3)]


def test_letters_are_gathered_until_a_pause_or_a_click() -> None:
    desk = Desk()
    desk.type("Hé 你")
    desk.wait(2)
    desk.type("b")
    desk.click(10, 20)
    assert desk.actions == [TypeText(text="Hé 你"), TypeText(text="b"), Tap(at=AT)]
    assert desk.heard[0].began_s == 100.0


def test_enter_ends_a_text_or_is_a_key() -> None:
    desk = Desk()
    desk.type("go")
    desk.key("enter")
    desk.key("enter")
    assert desk.actions == [TypeText(text="go", submit=True), PressKey(key="enter")]


def test_a_slip_is_mended_in_the_text() -> None:
    desk = Desk()
    desk.type("hallp")
    desk.key("delete")
    desk.type("o")
    assert desk.actions == [TypeText(text="hallo")]
    desk = Desk()
    desk.type("a")
    desk.key("delete")  # it may have replaced a selection: both are told
    assert desk.actions == [TypeText(text="a"), PressKey(key="delete")]


def test_hotkeys() -> None:
    desk = Desk()
    desk.held("ctrl")
    desk.key("s", "s", repeats=4)
    desk.held("shift")
    desk.key("s", "S")
    desk.let_go("ctrl")
    desk.key("tab")
    desk.type("S")
    desk.held("alt")
    desk.held("ctrl")
    desk.key("t", "T")  # four together are the most that there are names for
    for name in ("alt", "ctrl", "shift"):
        desk.let_go(name)
    assert desk.actions == [
        Hotkey(keys=("ctrl", "s")), Hotkey(keys=("ctrl", "shift", "s")),
        Hotkey(keys=("shift", "tab")), TypeText(text="S"),
        Hotkey(keys=("ctrl", "alt", "shift", "t")),
    ]  # fmt: skip
    assert desk.told == []


def test_function_keys_are_keys() -> None:
    desk = Desk()
    desk.key("f2")
    desk.key("f12")
    assert desk.actions == [PressKey(key="f2"), PressKey(key="f12")]


def test_what_has_no_action_is_told_once() -> None:
    desk = Desk()
    for _ in range(2):
        desk.key("insert")
        desk.held("meta")
        desk.let_go("meta")
    assert desk.actions == []
    assert desk.told == [
        "The key insert alone has no action and is not recorded.",
        "The key meta alone has no action and is not recorded.",
    ]


def test_a_key_that_is_held_counts_where_it_does_more() -> None:
    desk = Desk()
    desk.key("down", repeats=2)
    desk.key("escape", repeats=5)
    desk.key("x", "x", repeats=2)
    assert desk.actions == [
        *[PressKey(key="down")] * 3, PressKey(key="escape"), TypeText(text="xxx"),
    ]  # fmt: skip


def test_of_a_password_nothing_is_kept() -> None:
    desk = Desk(secret=True)
    desk.type("hunter2")
    assert "hunter2" not in repr(vars(desk.gatherer))
    desk.key("delete")
    desk.key("enter")
    assert desk.actions == [TypeText(text="", submit=True)]
    assert desk.heard[0].secret
    desk.secret = False
    desk.type("open")
    assert desk.actions[1:] == [TypeText(text="open")]
    assert not desk.heard[1].secret


def test_a_password_field_that_is_known_late() -> None:
    desk = Desk()
    desk.type("hunt")
    desk.secret = True
    desk.gatherer.watch_for_secret()
    desk.type("er2")
    assert desk.actions == [TypeText(text="")]
    assert desk.heard[0].secret


def test_keys_that_go_elsewhere_are_not_recorded() -> None:
    desk = Desk()
    desk.type("mine")
    desk.listens = False
    desk.type("sudo")
    desk.held("ctrl")
    desk.key("c", "c")
    desk.let_go("ctrl")
    assert desk.actions == [TypeText(text="mine")]
    assert desk.told == []


EVENTS = st.one_of(
    st.builds(
        ButtonMoved,
        st.sampled_from(["left", "middle", "right"]),
        st.booleans(),
        st.builds(DesktopPoint, x=st.integers(-5, EDGE + 5), y=st.integers(-5, 900)),
        st.just(0.0),
    ),
    st.builds(
        WheelTurned,
        st.sampled_from(["up", "down", "left", "right"]),
        st.builds(DesktopPoint, x=st.integers(-5, EDGE + 5), y=st.just(5)),
        st.just(0.0),
    ),
    st.builds(
        KeyMoved,
        st.sampled_from(["", "ctrl", "alt", "meta", "shift", "a", "enter", "delete", "f5", "up"]),
        st.sampled_from(["", "a", "é", "你"]),
        st.booleans(),
        st.just(0.0),
        st.booleans(),
    ),
)


@given(st.lists(st.tuples(EVENTS, st.floats(0, 3)), max_size=40))
def test_whatever_is_done_nothing_is_left_over(
    events: list[tuple[RawEvent, float]],
) -> None:
    desk = Desk()
    for event, pause_s in events:
        desk.wait(pause_s)
        desk.feed(type(event)(**{**vars(event), "at_s": desk.now_s}))
    assert all(100.0 <= each.began_s <= desk.now_s for each in desk.heard)
    assert len(desk.actions) <= len(events)
    pressed = desk.gatherer._press
    assert desk.gatherer.since_s is None or pressed is not None
