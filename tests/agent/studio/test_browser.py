"""The studio in a real Chromium: what a person does with it, by mouse and by keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agent.recording.reader import Recording, read_recording
from agent.step import StopReason
from tests.agent.models.stalling_server import StallingServer
from tests.agent.person.tabs import chromium
from tests.agent.studio.conftest import Served
from tests.agent.studio.pages import TABS, go_to, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FrameLocator, Page

pytestmark = [pytest.mark.browser, pytest.mark.studio]
ASKING = '[[guard]]\nverdict = "ask"\nactions = ["tap"]\n'


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: "Browser", studio: Served) -> "Iterator[Page]":
    with opened(browser, studio) as page:
        yield page
        live = page.frame_locator("iframe.live")
        if live.locator("body:not([data-phase=ended]) #stop").count():
            live.locator("#stop").click()
            live.locator("body[data-phase=ended]").wait_for()
        (studio.home / "agent.toml").unlink(missing_ok=True)


class AtHelm:
    """A run that was begun on the page."""

    def __init__(self, page: "Page", studio: Served) -> None:
        self.page, self.home = page, studio.home
        self.live: FrameLocator = page.frame_locator("iframe.live")

    def begin(self, goal: str = "turn on airplane mode") -> None:
        before = self.page.locator("iframe.live")
        old = before.get_attribute("src") if before.count() else ""
        self.page.locator("#goal textarea").fill(goal)
        self.page.click("#begin")
        self.page.wait_for_selector(f"iframe.live:not([src='{old}'])")

    def see(self, state: str) -> None:
        self.live.locator(f"body{state}").wait_for()

    def asked(self) -> str:
        self.live.locator("#inquiry:visible").wait_for()
        return self.live.locator("#inquiry-text").inner_text()

    def over(self) -> Recording:
        self.see("[data-phase=ended]")
        name = re.search(r"Recorded as (\S+);", self.live.locator("#kept").inner_text())
        assert name
        return read_recording(self.home / "recordings" / name[1])


@pytest.fixture
def run(page: "Page", studio: Served) -> AtHelm:
    return AtHelm(page, studio)


def stop_of(recording: Recording) -> StopReason:
    assert recording.end is not None
    return recording.end.stop


def test_a_run_goes_to_its_end_on_the_virtual_phone_with_no_model(run: AtHelm) -> None:
    run.begin()
    recording = run.over()
    assert stop_of(recording) is StopReason.FINISHED
    assert recording.start.policy == "rules"
    steps = run.live.locator("#acts li").all_inner_texts()
    assert len(steps) == len(recording.steps)
    assert "Airplane mode" in steps[-1]
    assert run.live.locator("#ending").inner_text().startswith("Finished: ")


def test_a_run_is_allowed_paused_and_goes_on(run: AtHelm, studio: Served) -> None:
    (studio.home / "agent.toml").write_text(ASKING)
    run.begin()
    assert "tap" in run.asked()
    run.live.locator("#pause").click()
    run.see("[data-held=yes]")
    run.live.locator("#allow").click()
    run.see("[data-done='1']")
    run.live.locator("#phase:text('Paused')").wait_for()
    assert run.live.locator("#trace-at:visible").count() == 1
    run.live.locator("#pause").click()
    run.asked()
    assert run.live.locator("#acts li").first.inner_text().startswith("1")
    run.live.locator("#stop").click()
    recording = run.over()
    assert stop_of(recording) is StopReason.INTERRUPTED
    first = recording.steps[0].result
    assert first is not None
    assert first.error == ""


def test_what_is_denied_is_not_done(run: AtHelm, studio: Served) -> None:
    (studio.home / "agent.toml").write_text("max_mistakes = 1\n" + ASKING)
    run.begin()
    run.asked()
    run.live.locator("#deny").click()
    recording = run.over()
    assert stop_of(recording) is StopReason.STUCK
    assert run.live.locator("#acts .wrong").first.inner_text().startswith("The person did not")


def test_touching_the_screen_takes_over_and_hand_back_lets_the_agent_go_on(
    run: AtHelm, studio: Served
) -> None:
    (studio.home / "agent.toml").write_text(ASKING)
    run.begin()
    run.asked()
    assert not run.live.locator("#typing").is_visible()
    picture = run.live.locator("#picture")
    picture.wait_for()
    box = picture.bounding_box()
    assert box is not None
    run.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.7)
    run.see("[data-hand=person][data-phase=waiting][data-done='2']")
    assert run.live.locator("#typing").is_visible()
    assert run.live.locator("#acts .by").count() == 1
    (studio.home / "agent.toml").unlink()
    run.live.locator("#take-over:text('Hand back')").click()
    while run.live.locator("body[data-phase=ended]").count() == 0:
        if run.live.locator("#allow:visible").count():
            run.page.keyboard.press("Alt+y")
        run.page.wait_for_timeout(100)
    recording = run.over()
    taps = [step.intent.action for step in recording.steps if step.intent is not None]
    assert taps


def test_everything_of_a_run_is_done_by_keyboard(run: AtHelm, studio: Served) -> None:
    (studio.home / "agent.toml").write_text(ASKING)
    page, press = run.page, run.page.keyboard.press
    page.locator("#goal textarea").focus()
    press("Control+a")
    page.keyboard.type("turn on bluetooth")
    for _ in range(12):
        press("Tab")
        if page.evaluate("document.activeElement.id") == "begin":
            break
    press("Enter")
    page.wait_for_selector("iframe.live")
    run.asked()
    run.live.locator("#deny:focus").wait_for()
    press("Alt+y")
    run.see("[data-done='1']")
    press("Alt+t")
    run.see("[data-hand=person][data-phase=waiting]")
    press("Escape")
    run.live.locator("#acts .by").first.wait_for()
    page.locator("#goal textarea").focus()  # the keys that steer are heard from here, too
    press("Alt+s")
    recording = run.over()
    assert recording.start.goal == "turn on bluetooth"
    assert stop_of(recording) is StopReason.INTERRUPTED


def test_a_stop_waits_for_no_word_of_the_model(run: AtHelm) -> None:
    page = run.page
    with StallingServer() as server:
        page.locator("#model-bar > button").first.click()
        bar = page.locator("#model-bar")
        bar.get_by_label("Model").fill("Qwen2.5-VL-7B-Instruct")
        bar.get_by_label("Server").fill(server.base_url)
        page.locator("#who").get_by_label("Model", exact=True).check()
        run.begin()
        run.live.locator("#phase:text('Thinking')").wait_for()
        assert server.asked.wait(60)
        run.live.locator("#stop").click()
        recording = run.over()
        assert server.left.wait(60)
    assert stop_of(recording) is StopReason.INTERRUPTED


def test_a_page_that_is_opened_again_shows_the_run(
    run: AtHelm, studio: Served, page: "Page"
) -> None:
    (studio.home / "agent.toml").write_text(ASKING)
    run.begin()
    run.asked()
    page.reload()
    run.asked()
    run.live.locator("#stop").click()
    run.over()


def test_what_cannot_begin_is_one_line_and_nothing_runs(run: AtHelm) -> None:
    page = run.page
    page.locator("#goal textarea").fill(" ")
    page.click("#begin")
    assert "The goal is empty" in page.locator("#run-status .trouble").inner_text()
    page.locator("#goal textarea").fill("x y")
    page.get_by_label("Model", exact=True).first.check()
    page.click("#begin")
    run.live.locator("#ending:text('needs a model')").wait_for()
    run.see("[data-phase=ended]")


def test_recordings_are_read_exported_and_gone_on_from(
    run: AtHelm, page: "Page", tmp_path: Path
) -> None:
    run.begin()
    name = run.over().folder.name
    go_to(page, "Recordings")
    page.wait_for_function(
        "document.querySelector('#recording input').value.includes('turn on airplane mode')"
    )
    page.click("#report-button")
    report = page.frame_locator("iframe.report")
    report.locator("h1", has_text="turn on airplane mode").wait_for()
    assert page.locator("iframe.report").get_attribute("sandbox") == "allow-scripts"

    page.locator("#export > button").first.click()
    page.get_by_label("All its files (ZIP)").check()
    page.click("#export-button")
    with page.expect_download() as told:
        page.locator(f"a[download='{name}.zip']").first.click()
    told.value.save_as(tmp_path / "x.zip")
    assert (tmp_path / "x.zip").read_bytes().startswith(b"PK")

    page.locator("#training > button").first.click()
    page.click("#training-button")
    page.locator("#recordings-status .trouble", has_text="For which family").wait_for()
    page.locator("#training").get_by_label("Dialect").click()
    page.get_by_role("option", name="qwen2_5_vl", exact=True).click()
    page.click("#training-button")
    page.locator("#recordings-status", has_text="Samples: 6").wait_for()
    page.locator("#training a[download$='.zip']").first.wait_for()

    page.locator("#fork > button").first.click()
    page.get_by_label("First step to decide anew").fill("x")
    page.click("#fork-button")
    page.locator("#recordings-status .trouble", has_text="no step").wait_for()
    page.get_by_label("First step to decide anew").fill("3")
    old = page.locator("iframe.live").get_attribute("src")
    page.click("#fork-button")
    page.wait_for_selector(f"iframe.live:not([src='{old}'])", state="visible")
    origin = run.over().start.origin
    assert origin is not None
    assert (origin.kind, origin.step) == ("fork", 2)


def test_the_machine_is_examined_and_models_are_fitted(page: "Page") -> None:
    go_to(page, "Devices and models")
    page.locator("#devices td", has_text="virtual").first.wait_for()
    page.click("#doctor-button")
    page.locator("#findings .note", has_text=re.compile(r"Ready|to mend")).wait_for()
    assert page.locator("#findings td", has_text="virtual phone").count() >= 1
    page.get_by_label("Memory of the card").fill("24GB")
    page.click("#fit-button")
    row = page.locator("#needs tr", has_text="Qwen2.5-VL-7B")
    row.wait_for()
    assert "bf16" in row.inner_text()
    page.get_by_label("Memory of the card").fill("much")
    page.click("#fit-button")
    page.locator("#needs .trouble").wait_for()
    page.click("#calibrate-button")
    assert "No server is named" in page.locator("#facts .trouble").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_is_cut_off(page: "Page", width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for tab in TABS:
        go_to(page, tab)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", shade)[:3])) < 200) is (scheme == "dark")
