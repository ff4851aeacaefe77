"""A finger on the phone itself: what `sendevent` does there is what is recorded here."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.config import Config
from agent.step import StopReason
from tests.agent.person.visitor import Session, recording_session
from tests.virtual_phone.test_android_commands_events import touch
from tools.action import LongPress, Swipe, Tap, TypeText
from tools.clock import SystemClock
from tools.devices.adb_socket import AdbLink, AdbServer
from tools.geometry import Point
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone
from tools.virtual_phone.ui.nodes import Node

SETTINGS = "com.android.settings"


@dataclass(frozen=True)
class Holding:
    """A phone in the hand, and the recording of what is done with it."""

    phone: Phone
    link: AdbLink
    session: Session
    server: PhoneServer

    def finger(
        self, x: int, y: int, *, hold_s: float = 0, to: tuple[int, int] | None = None
    ) -> None:
        """Put a finger on the glass and lift it."""
        result = self.link.shell(touch(x, y, hold_s=hold_s, to=to))
        assert (result.code, result.complaint) == (0, "")

    def tap(self, node: Node) -> None:
        self.finger(*_middle(node))


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Holding]:
    phone = Phone(apps=all_apps())
    server = PhoneServer(phone)
    server.start()
    phone.start(SETTINGS)
    adb = AdbServer(port=server.server_port or 0)
    config = Config(
        device=server.serial, adb_server=str(adb), record_dir=tmp_path / "rec", approve="never"
    )
    try:
        with recording_session(config, touch=True) as session:
            link = AdbLink(adb, server.serial, SystemClock())
            yield Holding(phone, link, session, server)
    finally:
        server.close()


def _middle(node: Node) -> tuple[int, int]:
    x, y = node.center
    return round(x), round(y)


def named(phone: Phone, label: str) -> Node:
    """What is called so: on the screen, or a key of the keyboard, which is a window of its own."""
    with phone.lock:
        roots = [phone.window(), *phone._display.scene().system_nodes()]
    found = [
        node
        for root in roots
        for node in root.walk()
        if label in (node.text, node.content_desc, node.hint)
    ]
    assert found, label
    return found[0]


def test_taps_on_the_phone_are_recorded_and_not_done_twice(held: Holding) -> None:
    network = named(held.phone, "Network & internet")
    held.tap(network)
    held.session.visitor.wait(done=1)
    airplane = named(held.phone, "Airplane mode")
    held.tap(airplane)
    held.session.visitor.wait(done=2)
    held.session.visitor.act("finish", success=True, answer="on")
    recording = held.session.recording()
    episode = held.session.over()

    assert episode.stop is StopReason.FINISHED
    points = [Tap(at=Point(x=x, y=y)) for x, y in map(_middle, (network, airplane))]
    assert [step.action for step in episode.steps[:2]] == points
    anchors = [step.intent.anchor for step in recording.steps if step.intent is not None]
    targets = [anchor.target.text for anchor in anchors if anchor is not None and anchor.target]
    assert targets == ["Network & internet", "Airplane mode"]
    assert held.phone.settings.get("global", "airplane_mode_on") == "1"
    assert [event.kind for event in held.phone.events].count("tap") == 2


def test_a_swipe_and_a_long_press_are_told_apart(held: Holding) -> None:
    held.finger(500, 1800, to=(500, 900))
    held.session.visitor.wait(done=1)
    held.finger(540, 2000, hold_s=0.8)
    held.session.visitor.wait(done=2)
    held.session.visitor.act("finish", success=True)
    swipe, press = (step.action for step in held.session.over().steps[:2])
    start, end = Point(x=500, y=1800), Point(x=500, y=900)
    assert swipe == Swipe(start=start, end=end, duration_s=0.02)
    assert press == LongPress(at=Point(x=540, y=2000), duration_s=0.8)


def test_keys_of_the_soft_keyboard_become_the_text_they_wrote(held: Holding) -> None:
    held.tap(named(held.phone, "Search settings"))
    held.session.visitor.wait(done=1)
    for letter in "blue":
        held.tap(named(held.phone, letter))
    held.session.visitor.wait(done=2)
    held.session.visitor.act("finish", success=True)
    steps = held.session.over().steps
    assert steps[1].action == TypeText(text="blue")
    assert len(steps) == 3


def test_the_page_may_be_used_beside_the_finger(held: Holding) -> None:
    held.session.visitor.act("home")
    held.session.visitor.wait(done=1)
    held.finger(540, 1200)
    held.session.visitor.wait(done=2)
    held.session.visitor.act("finish", success=True)
    kinds = [step.action.kind for step in held.session.over().steps if step.action is not None]
    assert kinds == ["home", "tap"]


def test_a_quick_finger_is_recorded_in_order(held: Holding) -> None:
    for _ in range(3):
        held.finger(500, 1800, to=(500, 1500))
        held.finger(500, 1500, to=(500, 1800))
    held.session.visitor.wait(done=6)
    held.session.visitor.act("finish", success=True)
    episode = held.session.over()
    starts = [step.action.start.y for step in episode.steps if isinstance(step.action, Swipe)]
    assert starts == [1800, 1500] * 3
    assert [event.kind for event in held.phone.events].count("swipe") == 6


def test_a_phone_that_goes_away_ends_the_recording_whole(held: Holding) -> None:
    held.finger(500, 1800, to=(500, 900))
    held.session.visitor.wait(done=1)
    held.server.close()
    episode = held.session.over()
    assert episode.stop is StopReason.DEVICE_LOST
    recording = held.session.recording()
    assert recording.end is not None
    assert recording.end.stop is StopReason.DEVICE_LOST
    assert len(recording.steps) >= 1
