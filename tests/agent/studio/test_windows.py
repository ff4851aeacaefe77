"""Two windows of one studio, one that is closed, and those that are open when it ends."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.agent.models.stalling_server import StallingServer
from tests.agent.person.tabs import chromium
from tests.agent.studio.conftest import served
from tests.agent.studio.pages import go_to, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.studio]
ASKING = '[[guard]]\nverdict = "ask"\nactions = ["tap"]\n'


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


def test_a_run_is_seen_in_every_window_and_its_end_when_the_studio_ends(
    browser: "Browser", tmp_path: Path
) -> None:
    (tmp_path / "agent.toml").write_text(ASKING)
    # The windows are closed last: a studio that ends must not complain of those that are open.
    with ExitStack() as windows, served(tmp_path) as studio:
        one, two = (windows.enter_context(opened(browser, studio)) for _ in range(2))
        one.click("#begin")
        first, second = one.frame_locator("iframe.live"), two.frame_locator("iframe.live")
        first.locator("#inquiry:visible").wait_for()
        two.click("#begin")
        two.locator("#run-status .trouble", has_text="under way").wait_for()
        second.locator("#inquiry:visible").wait_for()
        second.locator("#allow").click()
        first.locator("body[data-done='1']").wait_for()
        studio.interrupt()
        for live in (first, second):
            live.locator("#ending", has_text="Interrupted").wait_for()
    recordings = list((tmp_path / "recordings").iterdir())
    assert len(recordings) == 1


def test_a_window_that_is_closed_stops_what_it_asked(browser: "Browser", tmp_path: Path) -> None:
    with served(tmp_path) as studio, StallingServer() as server:
        with opened(browser, studio) as page:
            page.locator("#model-bar > button").first.click()
            bar = page.locator("#model-bar")
            bar.get_by_label("Model").fill("Qwen2.5-VL-7B-Instruct")
            bar.get_by_label("Server").fill(server.base_url)
            go_to(page, "Chat")
            page.locator("#chat-said textarea").fill("Hello")
            page.keyboard.press("Enter")
            assert server.asked.wait(60)
        assert server.left.wait(60)
