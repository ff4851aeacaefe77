"""The tabs that ask a model, in a real Chromium, with a server that answers as models do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.agent.models.fault_server import Answer, Answerer, serving, words
from tests.agent.models.stalling_server import StallingServer
from tests.agent.perception.films import make_film
from tests.agent.person.tabs import chromium
from tests.agent.studio.conftest import Served
from tests.agent.studio.pages import go_to, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.studio]
QWEN = "Qwen2.5-VL-7B-Instruct"
HOSTILE = (
    '<h2 data-bbox="10 10 200 40">Invoice</h2><p data-bbox="10 50 300 90">Total 42'
    "<script>window.top.hacked=1</script><img src=x onerror='window.top.hacked=1'></p>"
)
NO_MODEL = "No model is set up yet."


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: "Browser", studio: Served) -> "Iterator[Page]":
    """The studio in a tab, which nothing that a model writes may touch."""
    with opened(browser, studio) as page:
        yield page
        assert page.evaluate("window.hacked") is None


@pytest.fixture
def picture(studio: Served) -> str:
    path = studio.home / "p.png"
    Image.new("RGB", (560, 280), (128, 128, 128)).save(path)
    return str(path)


@contextmanager
def model(page: "Page", *answers: Answer | Answerer) -> Iterator[None]:
    """A server that answers so, named on the page."""
    with serving(*answers) as server:
        name_model(page, server.base_url)
        yield


def name_model(page: "Page", server: str) -> None:
    page.locator("#model-bar > button").first.click()
    bar = page.locator("#model-bar")
    bar.get_by_label("Model").fill(QWEN)
    bar.get_by_label("Server").fill(server)


def test_without_a_model_every_tab_says_what_to_set_up(page: "Page", picture: str) -> None:
    go_to(page, "Detect and reason in space")
    page.locator("[role=tabpanel]:visible").get_by_label("Or from elsewhere").fill(picture)
    page.locator("#detect-words textarea").fill("the dog")
    page.click("#detect-button")
    assert NO_MODEL in page.locator("#detect-status .trouble").inner_text()
    go_to(page, "Document")
    page.locator("#document-place textarea, #document-place input").first.fill(picture)
    page.click("#document-button")
    assert NO_MODEL in page.locator("#document-status .trouble").inner_text()
    go_to(page, "Reason")
    page.locator("#reason-problem textarea").fill("How many?")
    page.click("#reason-button")
    assert NO_MODEL in page.locator("#reason-status .trouble").inner_text()
    go_to(page, "Chat")
    page.locator("#chat-said textarea").fill("Hello")
    page.keyboard.press("Enter")
    assert NO_MODEL in page.locator("#chat-status .trouble").inner_text()


def test_a_list_closes_when_the_keyboard_leads_away_from_it(page: "Page") -> None:
    names = page.get_by_role("listbox")
    page.get_by_label("Device", exact=True).click()
    names.wait_for()
    page.keyboard.press("Tab")
    names.wait_for(state="detached")
    page.get_by_label("Device", exact=True).click()
    page.get_by_role("option", name="virtual").click()
    names.wait_for(state="detached")
    assert page.get_by_label("Device", exact=True).input_value() == "virtual"


def test_an_empty_picture_fills_its_frame(page: "Page") -> None:
    go_to(page, "Detect and reason in space")
    frame = page.locator("#detect-drawn .empty")
    outside = page.locator("#detect-drawn").bounding_box()
    inside = frame.bounding_box()
    assert outside is not None
    assert inside is not None
    assert inside["width"] == pytest.approx(outside["width"], abs=4)  # no style of ours on it


def test_what_cannot_be_asked_is_one_line(page: "Page") -> None:
    go_to(page, "Detect and reason in space")
    page.locator("#detect-words textarea").fill("the dog")
    page.click("#detect-button")
    assert "No picture is chosen" in page.locator("#detect-status .trouble").inner_text()
    go_to(page, "Video")
    page.click("#video-button")
    assert "No clip is chosen" in page.locator("#video-status .trouble").inner_text()
    page.locator("#video-place textarea, #video-place input").first.fill("nothing.mp4")
    page.click("#video-button")
    page.locator("#video-status .trouble", has_text="nothing.mp4").wait_for()


def test_things_are_found_and_drawn(page: "Page", picture: str) -> None:
    boxes = '```json\n[{"bbox_2d": [28, 56, 140, 140], "label": "cat", "sub_label": "asleep"}]\n```'
    with model(page, words(boxes)):
        go_to(page, "Detect and reason in space")
        page.locator("[role=tabpanel]:visible").get_by_label("Or from elsewhere").fill(picture)
        page.locator("#detect-words textarea").fill("all cats")
        page.click("#detect-button")
        row = page.locator("#detect-status tr", has_text="cat").last
        row.wait_for()
        assert "asleep" in row.inner_text()
        page.locator("#detect-drawn img").wait_for()


def test_a_hostile_document_is_shown_and_never_runs(page: "Page", picture: str) -> None:
    with model(page, words(f"<html><body>{HOSTILE}</body></html>")):
        go_to(page, "Document")
        page.locator("#document-place textarea, #document-place input").first.fill(picture)
        page.click("#document-button")
        shown = page.locator("#document-shown iframe.document")
        shown.wait_for()
        assert shown.get_attribute("sandbox") == ""
        inner = page.frame_locator("#document-shown iframe.document")
        inner.get_by_text("Total 42").wait_for()
        assert inner.locator("script, img[onerror]").count() == 0
        page.locator("#document-status", has_text="1 of 1 pages").wait_for()
        page.get_by_role("tab", name="Markdown").click()
        assert "## Invoice" in page.locator("#document-markdown textarea").input_value()


def test_a_clip_is_watched(page: "Page", studio: Served) -> None:
    film = make_film(studio.home / "f.mp4", seconds=4, size=(320, 240))
    events = (
        '```json\n[{"start_time": "00:01.00", "end_time": "00:02.00", '
        '"description": "It gets brighter"}]\n```'
    )
    with model(page, words(events)):
        go_to(page, "Video")
        page.locator("#video-place textarea, #video-place input").first.fill(str(film))
        page.click("#video-button")
        row = page.locator("#video-status tr", has_text="It gets brighter")
        row.wait_for()
        assert "00:01.00" in row.inner_text()
        assert page.locator("#video-plan .note").inner_text()
        page.locator("#video-sheet img").wait_for()
        offers = page.locator("#video-sheet button").evaluate_all(
            "buttons => buttons.map(each => each.title || each.ariaLabel || '')"
        )
        assert not any("share" in offer.lower() for offer in offers), offers
        page.locator("a[download='events.srt']").first.wait_for()


def test_a_problem_is_thought_through(page: "Page", picture: str) -> None:
    thought = "There is one on the left and one on the right.\n\n**Final Answer**\n\n\\boxed{2}"
    with model(page, words(thought)):
        go_to(page, "Reason")
        page.locator("#reason-problem textarea").fill("How many cubes are there?")
        page.click("#reason-button")
        page.locator("#reason-status .note", has_text=re.compile(r"\d s$")).wait_for()
        assert page.locator("#reason-answer textarea, #reason-answer input").input_value() == "2"
        said = page.locator("#reason-thought textarea").input_value()
        assert "one on the left" in said


def test_a_conversation_goes_on_and_is_saved(page: "Page", tmp_path: Path) -> None:
    heard: list[int] = []

    def second(body: dict[str, object]) -> Answer:
        messages = body["messages"]
        assert isinstance(messages, list)
        heard.append(len(messages))
        return words("And <img src=x onerror='window.hacked=1'> again")

    with model(page, words("Good ", "morning"), second):
        go_to(page, "Chat")
        page.locator("#chat-said textarea").fill("Hello")
        page.keyboard.press("Enter")
        page.locator("#chat-shown", has_text="Good morning").wait_for()
        page.locator("#chat-said textarea").fill("Once more")
        page.keyboard.press("Enter")
        page.locator("#chat-shown", has_text="again").wait_for()
        assert heard == [3]
        page.click("#chat-save")
        with page.expect_download() as told:
            page.locator("a[download='conversation.json']").first.click()
        told.value.save_as(tmp_path / "x.json")
        assert (tmp_path / "x.json").read_text(encoding="utf-8").count('"role"') == 4
        page.click("#chat-new")
        page.locator("#chat-shown", has_text="Good morning").wait_for(state="detached")
        page.locator("#chat-resume > button").first.click()
        page.locator("#chat-resume input[type=file]").set_input_files(tmp_path / "x.json")
        page.locator("#chat-resume", has_text="x.json").wait_for()
        page.click("#chat-go-on")
        page.locator("#chat-shown", has_text="Good morning").wait_for()
        page.locator("#chat-status", has_text="Goes on after 2 questions").wait_for()
        page.locator("#chat-said textarea").fill("And now?")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "document.querySelector('#chat-shown').innerText.split('again').length === 3"
        )
        assert heard == [3, 5]
        assert page.locator("#chat-shown img[src=x]").count() == 0


def test_a_picture_in_a_conversation_goes_with_it(
    page: "Page", picture: str, tmp_path: Path
) -> None:
    with model(page, words("Grey"), words("Still grey")):
        go_to(page, "Chat")
        page.locator("#chat-said input[type=file]").set_input_files(picture)
        page.locator("#chat-said img").first.wait_for()
        page.locator("#chat-said textarea").fill("Which colour?")
        page.keyboard.press("Enter")
        page.locator("#chat-shown", has_text="Grey").wait_for()
        page.locator("#chat-shown img").first.wait_for()
        assert not page.locator("#chat-shown button[aria-label=Share]:visible").count()
        page.click("#chat-save")
        with page.expect_download() as told:
            page.locator("a[download='conversation.zip']").first.click()
        told.value.save_as(tmp_path / "x.zip")
        page.locator("#chat-shown button[aria-label=Clear]").click()
        page.locator("#chat-shown", has_text="Grey").wait_for(state="detached")
        page.locator("#chat-resume > button").first.click()
        page.locator("#chat-place textarea, #chat-place input").first.fill(str(tmp_path / "x.zip"))
        page.click("#chat-go-on")
        page.locator("#chat-shown", has_text="Grey").wait_for()
        page.locator("#chat-shown img").first.wait_for()


def test_a_stop_is_heard_while_the_model_says_nothing(page: "Page") -> None:
    with StallingServer() as server:
        name_model(page, server.base_url)
        go_to(page, "Chat")
        page.locator("#chat-said textarea").fill("Hello")
        page.keyboard.press("Enter")
        page.locator("#chat-status", has_text="Asking").wait_for()
        assert server.asked.wait(60)
        page.click("#chat-stop")
        page.locator("#chat-status", has_text="Stopped").wait_for()
        page.locator("#chat-shown", has_text="Hello").wait_for(state="detached")
        assert server.left.wait(60)  # nor does the server go on for nobody


def test_a_message_that_cannot_be_sent_stays_in_its_field(page: "Page") -> None:
    go_to(page, "Chat")
    page.locator("#chat-said textarea").fill("Hello there")
    page.keyboard.press("Enter")
    page.locator("#chat-status .trouble", has_text=NO_MODEL).wait_for()
    assert page.locator("#chat-said textarea").input_value() == "Hello there"
