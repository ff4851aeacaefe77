"""Mouse and keyboard of a real X server, heard while a person uses them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import pytest

from tests.desktop.person import Person, sitting_at
from tests.desktop.rig import CLOCK, Rig, running_rig, until
from tools.action import (
    Action,
    DoubleTap,
    Drag,
    Hotkey,
    MiddleClick,
    PressKey,
    RightClick,
    Scroll,
    Tap,
    TripleClick,
    TypeText,
)
from tools.device import Observation
from tools.devices.desktop_connect import listen_to_desktop
from tools.devices.heard import Heard
from tools.errors import DeviceGoneError
from tools.geometry import Point

pytestmark = pytest.mark.desktop


@dataclass
class Ears:
    """What was heard, and said about it."""

    heard: list[Heard] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    trouble: list[DeviceGoneError] = field(default_factory=list)
    thread: Thread | None = None

    @property
    def actions(self) -> list[Action]:
        return [each.action for each in self.heard]

    @property
    def ended(self) -> bool:
        return self.thread is not None and not self.thread.is_alive()

    def wait_for(self, *actions: Action) -> None:
        """Return when as much was heard, and compare."""
        with suppress(AssertionError):  # the comparison tells more
            until(lambda: len(self.heard) >= len(actions), "the acts")
        assert self.actions == list(actions)


@contextmanager
def listening(rig: Rig, name: str = "desktop") -> Iterator[Ears]:
    """Listen to ``rig`` in a thread."""
    device = rig.connect(name)
    ears, over = Ears(), Event()
    listener = listen_to_desktop(device, rig.session, CLOCK, ears.notices.append)

    def listen() -> None:
        try:
            for each in listener.listen(over.is_set):
                ears.heard.append(each)
        except DeviceGoneError as error:
            ears.trouble.append(error)

    ears.thread = Thread(target=listen, name="test-ears")
    ears.thread.start()
    try:
        yield ears
    finally:
        over.set()
        ears.thread.join(60)
        assert not ears.thread.is_alive()
        device.close()


@pytest.fixture
def person(rig: Rig) -> Iterator[Person]:
    """A person, whose pointer rests in the middle."""
    with sitting_at(rig) as person:
        person.move(640, 400)
        yield person


def at(x: int, y: int) -> Point:
    return Point(x=x, y=y)


def test_clicks_drags_and_the_wheel(rig: Rig, person: Person) -> None:
    with listening(rig) as ears:
        person.click(100, 110)
        person.click(200, 110, times=2)
        person.click(300, 110, times=3)
        person.click(400, 110, "right")
        person.click(500, 110, "middle")
        person.drag((50, 60), (350, 260))
        person.wheel("down", 3)
        person.wheel("up", 1)
        person.wheel("left", 2)
        until(lambda: len(ears.heard) == 9, "the acts")
    clicks = [Tap(at=at(100, 110)), DoubleTap(at=at(200, 110)), TripleClick(at=at(300, 110)),
              RightClick(at=at(400, 110)), MiddleClick(at=at(500, 110))]  # fmt: skip
    assert ears.actions[:5] == clicks
    drag = ears.actions[5]
    assert isinstance(drag, Drag)
    assert (drag.start, drag.end) == (at(50, 60), at(350, 260))
    turns = [each for each in ears.actions[6:] if isinstance(each, Scroll)]
    assert [(each.direction, each.at) for each in turns] == [
        (direction, at(350, 260)) for direction in ("down", "up", "left")
    ]
    # As many points as the wheel moves when these are carried out again.
    assert [round(each.amount * 800 / 60) for each in turns[:2]] == [3, 1]
    assert round(turns[2].amount * 1280 / 60) == 2


def test_keys(rig: Rig, person: Person) -> None:
    with listening(rig) as ears:
        person.type("Hello, World!".replace(",", ""))
        person.keys("Return")
        person.keys("Return")
        person.keys("Control_L", "s")
        person.keys("Control_L", "Shift_L", "z")
        person.keys("Shift_L", "Tab")
        person.keys("BackSpace")
        person.keys("Page_Down")
        person.type("end")
        ears.wait_for(
            TypeText(text="Hello World!", submit=True),
            PressKey(key="enter"),
            Hotkey(keys=("ctrl", "s")),
            Hotkey(keys=("ctrl", "shift", "z")),
            Hotkey(keys=("shift", "tab")),
            PressKey(key="delete"),
            PressKey(key="page_down"),
            TypeText(text="end"),
        )


def test_letters_are_those_of_the_layout_as_it_is_now(rig: Rig) -> None:
    try:
        with listening(rig) as ears:
            rig.run("setxkbmap", "de")
            with sitting_at(rig) as person:
                person.keys("udiaeresis")
                person.keys("dead_acute")
                person.type("ez")
                person.keys("ISO_Level3_Shift", "q")
            ears.wait_for(TypeText(text="üéz@"))
    finally:
        rig.run("setxkbmap", "us")


def test_outside_of_the_region_nothing_is_recorded(rig: Rig, person: Person) -> None:
    with listening(rig, "desktop:region=100,200,400,300") as ears:
        for x, y in ((50, 250), (100, 200), (499, 499), (500, 499)):
            person.click(x, y)
        ears.wait_for(Tap(at=at(0, 0)), Tap(at=at(399, 299)))
        assert ears.notices == ["What is done outside of the part that is recorded is left out."]


def test_the_person_is_done_when_the_pointer_is_in_a_corner(rig: Rig, person: Person) -> None:
    person.move(0, 0)
    with listening(rig) as ears:
        person.click(0, 0)  # it rests there, and clicks there, as on a full window's cross
        ears.wait_for(Tap(at=at(0, 0)))
        person.move(300, 300)
        person.type("end")
        ears.wait_for(Tap(at=at(0, 0)), TypeText(text="end"))
        assert not ears.ended
        person.move(1279, 799)
        until(lambda: ears.ended, "the end")
    assert len(ears.heard) == 2


def test_the_own_terminal_is_left_out(rig: Rig, person: Person) -> None:
    with own_window(rig, person) as middle, listening(rig) as ears:
        person.click(*middle)
        person.type("ls")
        person.keys("Control_L", "c")
        person.click(middle[0], middle[1] - 115)  # its title bar
        person.click(1200, 700)
        ears.wait_for(Tap(at=at(1200, 700)))


def test_only_the_window_that_is_recorded(rig: Rig, person: Person) -> None:
    rig.start("galculator")
    look = rig.connect()
    until(lambda: in_front(look.observe, "galculator"), "the calculator")
    look.close()
    with listening(rig, "desktop:window=galculator") as ears:
        person.type("7")
        ears.wait_for(TypeText(text="7"))
        with own_window(rig, person) as middle:
            person.click(*middle)
            person.type("8")
        person.click(5, 700)
        until(lambda: bool(ears.notices), "a word about it")
        assert len(ears.heard) == 1


def in_front(observe: Callable[[], Observation], app: str) -> bool:
    return observe().app == app


@contextmanager
def own_window(rig: Rig, person: Person) -> Iterator[tuple[int, int]]:
    """A window that says to be of this very process; its middle."""
    from Xlib import Xatom

    display = rig.display()
    window = display.screen().root.create_window(700, 300, 300, 200, 0, 0)
    pid = display.intern_atom("_NET_WM_PID")
    window.change_property(pid, Xatom.CARDINAL, 32, [os.getpid()])
    window.set_wm_name("terminal")
    window.map()
    display.sync()
    look = rig.connect()
    until(lambda: look.observe().activity == "terminal", "the window")
    found = [each for each in look._desk._windows.windows() if each.title == "terminal"]  # type: ignore[attr-defined]
    look.close()
    try:
        yield found[0].area.center.x, found[0].area.center.y
    finally:
        window.destroy()
        display.close()


def test_a_display_that_goes_away_ends_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("gone") / "home"
    with running_rig(home, manager=False) as rig, suppress(DeviceGoneError), listening(rig) as ears:
        rig.server.terminate()
        until(lambda: ears.ended, "the end")
        assert len(ears.trouble) == 1
