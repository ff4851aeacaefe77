"""The page in a real browser: keys, addresses, themes, widths, and words that stay words."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agent.model import Reply
from agent.recording.reader import Recording
from agent.report.build import write_report, write_single_page
from agent.step import Step, StopReason
from tests.agent.episodes import call
from tests.agent.report.runs import (
    HOSTILE,
    Story,
    crashed_run,
    empty_run,
    long_run,
    passed_run,
    rich_run,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
LONG = 200


def silent(done: int, total: int) -> None:
    assert done <= total


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=list(FLAGS)
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of a rich run, a long one, and of several; written once."""
    parent = tmp_path_factory.mktemp("reports")
    recordings = parent / "recordings"
    rich, long = rich_run(recordings), long_run(recordings, LONG)
    several = [rich, passed_run(recordings), crashed_run(recordings), empty_run(recordings)]
    write_report([rich], parent / "rich", silent)
    write_report([long], parent / "long", silent)
    write_report(several, parent / "several", silent)
    write_single_page([passed_run(recordings)], parent / "single.html", silent)
    return parent


@dataclass
class Visit:
    """One page that is open, and what it did unasked."""

    page: "Page"
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: Path, place: str = "") -> None:
        """Go to a page, or to another place in it."""
        self.page.goto(f"{path.as_uri()}{place}")

    def heading(self) -> str:
        """Which step is shown."""
        return self.page.locator("article:not([hidden]) .step-head h2").inner_text()

    def ask(self, script: str) -> Any:
        """What the page answers to ``script``."""
        return self.page.evaluate(script)

    def hash(self) -> str:
        """The place in the page's address."""
        return str(self.ask("location.hash"))


@pytest.fixture
def visit(browser: "Browser") -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page.set_default_timeout(90_000)
    visit = Visit(page)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("console", lambda message: visit.errors.append(message.text))
    yield visit
    page.close()
    assert visit.errors == []
    assert [url for url in visit.requests if not url.startswith(("file:", "data:"))] == []


def test_a_failed_run_opens_at_the_step_it_failed_in(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html")
    assert visit.heading() == "Step 8 of 8"
    assert "Denied by the guard" in visit.page.locator(".step-head .badge").inner_text()
    visit.page.keyboard.press("Home")
    visit.page.locator(".jump").click()
    assert visit.heading() == "Step 8 of 8"


def test_keys_step_through_the_run(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html", "#step=2")
    assert visit.heading() == "Step 2 of 8"
    shown = []
    for key in ("ArrowRight", "j", "ArrowLeft", "k", "k", "k", "End", "ArrowRight", "Home", "f"):
        visit.page.keyboard.press(key)
        shown.append(visit.ask("document.querySelector('[aria-current=step]').dataset.step"))
    assert shown == ["3", "4", "3", "2", "1", "1", "9", "9", "1", "8"]
    assert visit.hash() == "#step=8"
    assert visit.ask("document.querySelectorAll('[aria-current=step]').length") == 1


def test_keys_with_a_modifier_are_the_browsers_own(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html", "#step=2")
    visit.page.keyboard.press("Control+j")
    visit.page.keyboard.press("Alt+ArrowRight")
    assert visit.heading() == "Step 2 of 8"


def test_buttons_pictures_and_the_time_bar_lead_to_their_step(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html", "#step=1")
    visit.page.locator(".frame-button[data-step='3']").click()
    assert visit.heading() == "Step 3 of 8"
    visit.page.keyboard.press("ArrowRight")
    focused = visit.ask("document.activeElement.dataset.step")
    assert focused == "4"
    visit.page.locator(".slot[data-step='6'] rect").nth(5).click()
    assert visit.heading() == "Step 6 of 8"


def test_an_address_leads_to_a_run_and_a_step(visit: Visit, runs: Path) -> None:
    page = runs / "several" / "index.html"
    visit.open(page)
    cards = visit.page.locator(".card")
    assert cards.count() == 4
    cards.nth(0).click()
    assert visit.heading() == "Step 8 of 8"
    visit.page.keyboard.press("k")
    place = visit.hash()
    assert place.startswith("#run=")
    assert place.endswith("&step=7")
    visit.page.keyboard.press("i")
    visit.page.locator("#index").wait_for()
    visit.open(page, place)
    visit.page.reload()
    assert visit.heading() == "Step 7 of 8"
    visit.page.locator("article:not([hidden]) .back").click()
    visit.page.locator("#index").wait_for()
    cards.nth(3).click()
    visit.page.get_by_text("there is no step to show").locator("visible=true").wait_for()
    visit.page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("place", ["#step=999", "#step=x", "#nonsense", "#run=none&step=1"])
def test_an_address_that_leads_nowhere_opens_the_usual_step(
    visit: Visit, runs: Path, place: str
) -> None:
    visit.open(runs / "rich" / "index.html", place)
    visit.heading()
    assert visit.page.locator("[aria-current=step]").count() == 1


def test_the_gesture_is_drawn_where_it_was(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html", "#step=1")
    frame = visit.page.locator(".frame").first
    image = frame.locator("img")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 360
    shown = image.evaluate(
        "image => { const box = image.getBoundingClientRect();"
        " const scale = Math.min(box.width / 360, box.height / 800);"
        " return [box.left + (box.width - 360 * scale) / 2 + 180.5 * scale,"
        " box.top + (box.height - 800 * scale) / 2 + 130.5 * scale]; }"
    )
    dot = frame.locator(".dot").bounding_box()
    assert dot is not None
    assert dot["x"] + dot["width"] / 2 == pytest.approx(shown[0], abs=1)
    assert dot["y"] + dot["height"] / 2 == pytest.approx(shown[1], abs=1)
    assert frame.locator(".target").count() == 1
    shapes = {2: 2, 3: 1, 4: 0, 5: 0, 6: 1, 7: 0}
    for number, rings in shapes.items():
        visit.page.keyboard.press("ArrowRight")
        assert frame.locator(".ring").count() == rings, number
        assert frame.locator("line.trail").count() == (number in {4, 5, 6}), number
    visit.page.keyboard.press("m")
    assert not frame.locator(".overlay").is_visible()


def test_hostile_words_stay_words(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html")
    for number in range(1, 10):
        visit.ask(f"location.hash = '#step={number}'")
        visit.page.locator(f"[aria-current=step][data-step='{number}']").wait_for()
        for fold in visit.page.locator(".pane summary").all():
            fold.click()
    assert visit.ask("document.title").endswith("Tapwright report")
    assert visit.ask("document.querySelectorAll('[src=x], [onerror]').length") == 0
    visit.page.keyboard.press("Home")
    said = visit.page.locator(".pane").inner_text()
    assert said.count(HOSTILE) >= 3
    assert visit.page.locator(".head .folds summary").first.is_visible()


def test_nothing_turns_the_writing_round(visit: Visit, tmp_path: Path) -> None:
    turned = "pay \u202e100\u202c to \u2066Ann\u2069"
    story = Story(tmp_path, goal=turned, model="qwen3")
    seen = story.look("one")
    story.ask(seen, Reply(text=turned))
    asked = call("ask_user", turned, question=turned)
    story.writer.decision(0, asked, 0.1)
    story.writer.result(Step(index=0, decision=asked, result=turned))
    found = story.end(StopReason.GAVE_UP, answer=turned, error=turned)
    visit.open(write_report([found], tmp_path / "report", silent).page)
    visit.page.locator(".pane .result").wait_for()
    for fold in visit.page.locator("summary").all():
        fold.click()
    said = visit.ask("document.body.innerText")
    assert not set("\u202e\u202c\u2066\u2069") & set(said)
    written = r"pay \u202e100\u202c to \u2066Ann\u2069"
    for place in (
        "h1",
        ".banner.bad",
        ".strip-thought",
        ".thought",
        ".call",
        ".result",
        ".verbatim",
    ):
        assert written in visit.page.locator(place).first.inner_text(), place
    assert visit.errors == []


def test_the_page_may_not_reach_the_network(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html")
    refused = visit.ask(
        "() => new Promise(done => {"
        " const seen = []; addEventListener('securitypolicyviolation', e => {"
        "  seen.push(e.effectiveDirective); if (seen.length === 3) done(seen.sort()); });"
        " fetch('http://127.0.0.1:9/x').catch(() => {});"
        " const image = new Image(); image.src = 'http://127.0.0.1:9/y.png';"
        " const script = document.createElement('script'); script.src = 'http://127.0.0.1:9/z.js';"
        " document.head.append(script); })"
    )
    assert refused == ["connect-src", "img-src", "script-src-elem"]
    assert visit.errors
    visit.errors.clear()
    visit.requests.clear()


def test_the_theme_is_that_of_the_system_until_it_is_switched(visit: Visit, runs: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    visit.open(runs / "rich" / "index.html")
    light = visit.ask(ground)
    visit.page.emulate_media(color_scheme="dark")
    dark = visit.ask(ground)
    assert light != dark
    visit.page.keyboard.press("t")
    assert visit.ask(ground) == light
    visit.page.locator("article:not([hidden]) [data-do=theme]").click()
    assert visit.ask(ground) == dark
    visit.page.emulate_media(color_scheme="light")
    assert visit.ask(ground) == dark
    visit.page.reload()
    assert visit.ask(ground) == dark


@pytest.mark.parametrize("width", [320, 390, 768, 1100, 1440])
@pytest.mark.parametrize("report", ["rich", "long", "several"])
def test_nothing_is_wider_than_the_screen(
    visit: Visit, runs: Path, width: int, report: str
) -> None:
    visit.page.set_viewport_size({"width": width, "height": 844})
    visit.open(runs / report / "index.html")
    assert visit.ask("document.documentElement.scrollWidth") <= width
    if report == "several":
        visit.page.locator(".card").first.click()
    visit.page.locator("article:not([hidden]) details").first.evaluate("fold => fold.open = true")
    assert visit.ask("document.documentElement.scrollWidth") <= width
    assert visit.page.locator("article:not([hidden]) .frame").first.is_visible()


def test_two_hundred_steps_load_only_what_is_seen(visit: Visit, runs: Path) -> None:
    visit.open(runs / "long" / "index.html", "#step=1")
    visit.page.wait_for_load_state("networkidle")
    loaded = {url for url in visit.requests if url.endswith(".webp")}
    assert 0 < len(loaded) < LONG / 2
    for _ in range(LONG):
        visit.page.keyboard.press("ArrowRight")
    assert visit.heading() == "The last look"
    current = visit.page.locator("[aria-current=step]")
    box, strip = current.bounding_box(), visit.page.locator(".strip").bounding_box()
    assert box is not None
    assert strip is not None
    assert strip["y"] <= box["y"] <= strip["y"] + strip["height"]


def test_the_dialogs_open_and_close(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html", "#step=1")
    visit.page.keyboard.press("?")
    assert visit.page.locator("#help").is_visible()
    visit.page.keyboard.press("ArrowRight")
    assert visit.heading() == "Step 1 of 8"
    visit.page.keyboard.press("Escape")
    visit.page.locator(".frame").first.click()
    assert visit.page.locator("#zoom .overlay .dot").is_visible()
    visit.page.keyboard.press("z")
    assert not visit.page.locator("#zoom").is_visible()


def test_the_focus_is_seen_and_reaches_the_step(visit: Visit, runs: Path) -> None:
    visit.open(runs / "rich" / "index.html", "#step=1")
    visit.page.keyboard.press("Tab")
    assert visit.ask("document.activeElement.textContent") == "Skip to the step"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert visit.ask(outline) == "solid"
    visit.page.keyboard.press("Enter")
    assert visit.ask("document.activeElement.className") == "pane"
    tabbable = visit.ask("document.querySelectorAll('.frame-button[tabindex=\"0\"]').length")
    assert tabbable == 1


def test_one_file_alone_shows_its_pictures(visit: Visit, runs: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.html"
    alone.write_bytes((runs / "single.html").read_bytes())
    visit.open(alone, "#step=1")
    for image in visit.page.locator("article:not([hidden]) img").all():
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    files = [url for url in visit.requests if url.startswith("file:")]
    assert files == [alone.as_uri()]


def test_a_missing_picture_is_told_in_its_place(visit: Visit, tmp_path: Path) -> None:
    found: Recording = long_run(tmp_path / "recordings", 3)
    seen = found.steps[1].observation
    assert seen is not None
    found.file(seen.frame).unlink()
    report = write_report([found], tmp_path / "report", silent)
    visit.open(report.page, "#step=2")
    said = visit.page.locator(".missing").inner_text()
    assert said == f"The picture {seen.frame.path} is missing."
