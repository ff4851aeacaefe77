"""The page in a real Chromium: what a person does with mouse and keyboard is what is recorded."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from agent.config import Config
from agent.person.server import served_page
from agent.person.stage import Stage
from agent.step import StopReason
from tests.agent.person.tabs import chromium, quiet_tab
from tests.agent.person.visitor import Session, node_named, recording_session
from tools.action import (
    Back,
    Tap,
    TypeText,
)
from tools.clock import SystemClock
from tools.screen import Screenshot
from tools.ui_tree import UiNode

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
OFFERS = ("tap", "double_tap", "long_press", "swipe", "drag", "scroll", "type_text", "back", "note")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    with quiet_tab(browser) as page:
        yield page


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with recording_session(Config(device="virtual", record_dir=tmp_path / "rec")) as session:
        yield session


@pytest.fixture
def stage() -> Stage:
    """A stage with a picture of 1080x2400 and nobody behind it."""
    stage = Stage("try", SystemClock())
    stage.began("a device", OFFERS)
    stage.show(Screenshot(Image.new("RGB", (1080, 2400), "white")))
    stage.rest(())
    return stage


class Person:
    """Mouse and keyboard before a page.

    Args:
        page: The tab.
        url: The page's address.
    """

    def __init__(self, page: "Page", url: str) -> None:
        self.page = page
        page.goto(url)
        # Not wait_for_function: the page's policy forbids what it is made of.
        page.wait_for_selector("body[data-phase=waiting][data-picture]")

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where in the window the middle of device pixel (x, y) is shown."""
        box, width, height = self._shown()
        return (
            box["x"] + (x + 0.5) * box["width"] / width,
            box["y"] + (y + 0.5) * box["height"] / height,
        )

    def click(self, node: UiNode) -> None:
        self.page.mouse.click(*self.place(node.box.center.x, node.box.center.y))

    def done(self, acts: int) -> None:
        """Wait until so many acts are over."""
        self.page.wait_for_selector(f"body[data-phase=waiting][data-done='{acts}']")

    def _shown(self) -> tuple[dict[str, float], int, int]:
        box = self.page.evaluate(
            "() => { const b = document.getElementById('picture').getBoundingClientRect();"
            " return {x: b.x, y: b.y, width: b.width, height: b.height} }"
        )
        width, height = self.page.evaluate(
            "[document.getElementById('picture').naturalWidth,"
            " document.getElementById('picture').naturalHeight]"
        )
        return box, width, height


def next_call(stage: Stage) -> Any:
    act = stage.take(20)
    assert act is not None
    stage.rest(())
    return act.decision.call


def test_a_person_turns_on_airplane_mode_by_clicking(
    session: Session, page: "Page", tmp_path: Path
) -> None:
    (folder,) = (tmp_path / "rec").iterdir()
    person = Person(page, session.visitor.url)
    page.click("button[data-ask=open_app]")
    page.fill("#first", "Settings")
    page.keyboard.press("Enter")
    person.done(1)
    network = node_named(folder, "Network & internet")
    person.click(network)
    person.done(2)
    airplane = node_named(folder, "Airplane mode")
    page.fill("#thought", "This is the switch.")
    person.click(airplane)
    person.done(3)
    page.keyboard.press("Alt+Enter")
    page.fill("#first", "It is on")
    page.click("#confirm")
    page.wait_for_selector("body[data-phase=ended]")
    assert page.inner_text("#ending") == "Done."

    recording = session.recording()
    episode = session.over()
    assert (episode.stop, episode.answer) == (StopReason.FINISHED, "It is on")
    taps = [step.action.at for step in episode.steps if isinstance(step.action, Tap)]
    for tap, node in zip(taps, (network, airplane), strict=True):
        assert abs(tap.x - node.box.center.x) <= 2
        assert abs(tap.y - node.box.center.y) <= 2
    targets = [
        step.intent.anchor.target
        for step in recording.steps
        if step.intent is not None and step.intent.anchor is not None
    ]
    named = [target.text for target in targets if target is not None]
    assert named == ["Network & internet", "Airplane mode"]
    thoughts = [step.decision.thought for step in episode.steps if step.decision is not None]
    assert thoughts == ["", "", "This is the switch.", ""]
    state = json.loads((folder / "phone-state.json").read_text())
    assert state["settings"]["global"]["airplane_mode_on"] == "1"


def test_text_typed_into_the_page_lands_in_the_field(
    session: Session, page: "Page", tmp_path: Path
) -> None:
    (folder,) = (tmp_path / "rec").iterdir()
    person = Person(page, session.visitor.url)
    session.visitor.act("open_app", name="Settings")
    person.done(1)
    person.click(node_named(folder, "Search settings"))
    person.done(2)
    page.keyboard.type("blue")
    page.keyboard.press("Enter")
    person.done(3)
    page.keyboard.press("Escape")
    person.done(4)
    page.keyboard.press("Alt+Backspace")
    page.click("#confirm")
    steps = session.over().steps
    assert [step.action for step in steps[2:4]] == [TypeText(text="blue", submit=True), Back()]
    assert session.over().stop is StopReason.GAVE_UP


@pytest.mark.parametrize("width", [390, 1440])
def test_a_click_at_any_scale_is_the_pixel_under_it(stage: Stage, page: "Page", width: int) -> None:
    with served_page(stage) as served:
        page.set_viewport_size({"width": width, "height": 900})
        person = Person(page, served.url)
        page.clock.install()
        left, top = person.place(-0.5, -0.5)
        right, bottom = person.place(1079.5, 2399.5)

        @settings(max_examples=25, deadline=None)
        @given(across=st.floats(0, 1), down=st.floats(0, 1))
        def holds(across: float, down: float) -> None:
            x = min(left + across * (right - left), right - 0.5)
            y = min(top + down * (bottom - top), bottom - 0.5)
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.up()
            page.clock.run_for(300)
            call = next_call(stage)
            assert call.name == "tap"
            # Chromium rounds pointers to whole window pixels, of which one covers several.
            coarse = 1080 / (right - left) + 1
            at = call.arguments["at"]
            assert abs(at[0] - (x - left) * 1080 / (right - left)) <= coarse
            assert abs(at[1] - (y - top) * 2400 / (bottom - top)) <= coarse
            assert 0 <= at[0] < 1080
            assert 0 <= at[1] < 2400

        holds()


def test_every_movement_of_the_hand_is_its_gesture(stage: Stage, page: "Page") -> None:
    with served_page(stage) as served:
        person = Person(page, served.url)
        page.clock.install()
        mouse = page.mouse
        start, end = person.place(500, 1500), person.place(500, 600)

        mouse.click(*start, click_count=2)
        assert next_call(stage).name == "double_tap"

        mouse.move(*start)
        mouse.down()
        page.clock.run_for(700)
        assert page.is_visible("#finger.held")
        mouse.up()
        held = next_call(stage)
        assert held.name == "long_press"
        assert 0.6 <= held.arguments["duration_s"] <= 1.5

        for pause_ms, name in ((100, "swipe"), (1000, "drag")):
            mouse.move(*start)
            mouse.down()
            mouse.move(*end, steps=4)
            page.clock.run_for(pause_ms)
            mouse.up()
            stroke = next_call(stage)
            assert stroke.name == name
            assert abs(stroke.arguments["start"][1] - 1500) < 5
            assert abs(stroke.arguments["end"][1] - 600) < 5

        mouse.move(*start)
        page.evaluate("turned = 0; addEventListener('wheel', (turn) => turned += turn.deltaY)")
        for _ in range(3):
            mouse.wheel(0, 100)
        while page.evaluate("turned") < 300:  # they come when the page has time for them
            page.wait_for_timeout(20)
        page.clock.run_for(400)
        turned = next_call(stage)
        assert (turned.name, turned.arguments["direction"]) == ("scroll", "down")


def test_a_stroke_that_leaves_the_picture_ends_at_its_edge(stage: Stage, page: "Page") -> None:
    with served_page(stage) as served:
        person = Person(page, served.url)
        page.mouse.move(*person.place(1000, 1000))
        page.mouse.down()
        page.mouse.move(1430, 890, steps=3)
        page.mouse.up()
        assert next_call(stage).arguments["end"] == [1079, 2399]


def test_chinese_is_typed_when_it_is_composed(stage: Stage, page: "Page") -> None:
    with served_page(stage) as served:
        Person(page, served.url)
        page.clock.install()
        page.focus("#typing")
        keyboard = page.context.new_cdp_session(page)
        for letters in ("c", "chong", "chongqing"):
            keyboard.send(
                "Input.imeSetComposition",
                {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)},
            )
            page.clock.run_for(3000)  # however long it takes: nothing is sent meanwhile
        assert stage.pending == ()
        keyboard.send("Input.insertText", {"text": "重庆"})
        page.clock.run_for(3000)
        call = next_call(stage)
        assert (call.name, call.arguments["text"]) == ("type_text", "重庆")


def test_keys_and_text_are_told_apart(stage: Stage, page: "Page") -> None:
    with served_page(stage) as served:
        Person(page, served.url)
        page.focus("#screen")
        page.keyboard.press("Backspace")
        assert next_call(stage).arguments == {"key": "delete"}
        page.keyboard.press("Enter")
        assert next_call(stage).arguments == {"key": "enter"}
        page.keyboard.type("hi!")
        page.check("#clear")
        page.click("#send")
        assert next_call(stage).arguments == {"text": "hi!", "clear": True, "submit": False}
        page.keyboard.press("Alt+n")
        page.fill("#first", "a note")
        page.keyboard.press("Enter")
        assert next_call(stage).name == "note"


def test_an_act_that_waits_can_be_undone(stage: Stage, page: "Page") -> None:
    with served_page(stage) as served:
        Person(page, served.url)
        page.click("[data-gesture=back]")
        page.wait_for_selector("#acts li.pending")
        page.click("#acts li.pending button")
        page.wait_for_selector("#acts li.pending", state="detached")
        assert stage.pending == ()


def test_text_of_an_act_is_text(stage: Stage, page: "Page") -> None:
    with served_page(stage) as served:
        Person(page, served.url)
        page.keyboard.press("Alt+n")
        page.fill("#first", "<img src=x onerror=alert(1)>")
        page.click("#confirm")
        page.wait_for_selector("#acts li.pending")
        assert "<img src=x" in page.inner_text("#acts li.pending")
        assert page.query_selector("#acts img") is None


def test_a_recording_that_is_gone_is_told(stage: Stage, page: "Page") -> None:
    with served_page(stage) as served:
        Person(page, served.url)
        stage.end("The device went away", (), 5.0)
        page.wait_for_selector("body[data-phase=ended]")
        assert page.inner_text("#ending") == "The device went away."
        assert not page.is_visible("#done")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off(stage: Stage, page: "Page", width: int, scheme: Any) -> None:
    with served_page(stage) as served:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        Person(page, served.url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for name in ("#done", "#typing", "[data-gesture=back]", "#screen"):
            box = page.locator(name).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
