"""The virtual phone in a browser page: what is touched there happens on the phone."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli.app import run_command
from agent.person.gestures import Posted, Spot, Touch
from agent.person.stage import Stage
from agent.person.surface import Phase, View
from agent.phone_process import PhoneOptions, RunningPhone, running_phone
from agent.wiring.phone_page import phone_page, touched
from tests.agent.person.tabs import chromium
from tests.agent.person.visitor import Visitor, ask
from tools.clock import SystemClock
from tools.devices.fake import FakeDevice
from tools.errors import CaptureError
from tools.screen import Screenshot


@pytest.fixture
def phone() -> Iterator[RunningPhone]:
    with running_phone(PhoneOptions()) as phone:
        yield phone


def frame(visitor: Visitor) -> bytes:
    return ask(f"{visitor.url}picture").body


def test_what_is_done_on_the_page_happens_on_the_phone(phone: RunningPhone) -> None:
    with phone_page(phone, "Virtual phone") as page:
        visitor = Visitor(page.url)
        visitor.wait(done=0)
        visitor.act("open_app", name="Settings")
        opened = visitor.wait(done=1)
        first = opened["done"][0]
        assert (first["number"], first["text"], first["trouble"]) == (0, "open Settings", "")
        assert (opened["purpose"], opened["title"]) == ("touch", "Virtual phone")
        visitor.act("home")
        view = visitor.wait(done=2)
    assert view["size"] == {"width": 1080, "height": 2400}


def test_only_what_a_hand_can_do_is_offered(phone: RunningPhone) -> None:
    with phone_page(phone, "x") as page:
        visitor = Visitor(page.url)
        view = visitor.wait(done=0)
        assert {"tap", "swipe", "type_text", "back", "open_app"} <= set(view["offers"])
        assert not {"finish", "note", "ask_user", "wait"} & set(view["offers"])
        visitor.act("finish", success=True)
        view = visitor.wait(done=1)
    assert "There is no tool 'finish'" in view["done"][0]["trouble"]


def test_what_cannot_be_done_is_told_and_the_page_goes_on(phone: RunningPhone) -> None:
    with phone_page(phone, "x") as page:
        visitor = Visitor(page.url)
        visitor.wait(done=0)
        visitor.act("open_app", name="Zebra")
        assert "Zebra" in visitor.wait(done=1)["done"][0]["trouble"]
        visitor.act("back")
        assert visitor.wait(done=2)["done"][1]["trouble"] == ""


def test_a_phone_that_goes_away_is_told_on_the_page() -> None:
    device = FakeDevice(gone_after=1)
    stage = Stage("x", SystemClock(), purpose="touch")
    with touched(device, stage):
        size = shown(stage, "waiting").size
        gesture = Touch(kind="tap", at=Spot(x=0.5, y=0.5))
        stage.accept(Posted(gesture=gesture, picture=size))
        assert "went away" in shown(stage, "ended").ending


class Secret(FakeDevice):
    """Shows its screen once, and then no more."""

    looks = 0

    def glance(self) -> Screenshot:
        self.looks += 1
        if self.looks > 1:
            raise CaptureError("The screen is secret.")
        return super().glance()


def test_a_screen_that_cannot_be_seen_is_told_and_the_page_goes_on() -> None:
    stage = Stage("x", SystemClock(), purpose="touch")
    with touched(Secret(), stage):
        size = shown(stage, "waiting").size
        gesture = Touch(kind="tap", at=Spot(x=0.5, y=0.5))
        for done in (1, 2):
            stage.accept(Posted(gesture=gesture, picture=size))
            view = stage.view(0, 20)
            while len(view.done) < done:
                assert view.phase != "ended", view.ending
                view = stage.view(view.version, 20)
            assert "secret" in view.done[-1].trouble


def shown(stage: Stage, phase: Phase) -> View:
    """What a page shows, as soon as it is ``phase``."""
    view = stage.view(0, 20)
    while view.phase != phase:
        view = stage.view(view.version, 20)
    return view


def test_a_port_that_cannot_be_had_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["phone", "serve", "--port", "0", "--server-port", "0", "--web-host", "192.0.2.1"]
    assert run_command(words) == 2
    printed = capsys.readouterr().err
    assert "192.0.2.1" in printed
    assert "--web-port" in printed
    assert len(printed.splitlines()) == 1


def test_the_command_says_where_the_page_is_and_ends_with_ctrl_c() -> None:
    words = ["phone", "serve", "--port", "0", "--server-port", "0", "--web", "--no-open"]
    with subprocess.Popen(
        [sys.executable, "-m", "agent", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            found = re.fullmatch(r"Open  (http://127\.0\.0\.1:\d+/\S+/)\n", said)
            assert found, said
            view = Visitor(found[1]).wait(done=0)
            assert view["title"] == "Virtual phone · default, seed 0"
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@pytest.mark.browser
def test_mouse_wheel_and_keyboard_move_the_phone(phone: RunningPhone, tmp_path: Path) -> None:
    with phone_page(phone, "Virtual phone") as served, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(served.url)
        page.wait_for_selector("body[data-phase=waiting][data-picture]")
        assert page.inner_text("#phase") == "Live"
        for gone in ("#thought", "#done", "#give-up", "[data-ask=note]", "[data-ask=ask_user]"):
            assert not page.is_visible(gone), gone
        page.keyboard.press("Alt+Enter")  # which would end a recording
        assert not page.is_visible("#dialog")

        page.keyboard.press("Alt+o")
        page.fill("#first", "Settings")
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-phase=waiting][data-done='1']")
        before = frame(Visitor(served.url))
        box = page.locator("#picture").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.wheel(0, 300)
        page.wait_for_selector("body[data-phase=waiting][data-done='2']")
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_selector("body[data-phase=waiting][data-done='3']")
        page.keyboard.press("Escape")
        page.wait_for_selector("body[data-phase=waiting][data-done='4']")
        acts = page.locator("#acts li").all_inner_texts()
        after = frame(Visitor(served.url))
    assert [act.split("\n")[-1].split()[0] for act in acts] == ["open", "scroll", "tap", "back"]
    assert before != after
