"""The studio in a tab of a real Chromium, and the ways about it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.agent.studio.conftest import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE_MS = 90_000
TABS = (
    "Run", "Recordings", "Detect and reason in space", "Document", "Video", "Reason", "Chat",
    "Devices and models",
)  # fmt: skip


@contextmanager
def opened(browser: "Browser", studio: Served) -> "Iterator[Page]":
    """The studio in a tab; fails if it reaches for another site, or a script of it fails."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    own = studio.url.partition("?")[0]
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            wrong.append(asked.url) if not asked.url.startswith((own, "data:", "blob:")) else None
        ),
    )
    page.goto(studio.url)
    page.wait_for_selector("#begin")
    page.wait_for_selector("#live .blank, #live iframe")  # what went on before is there
    yield page
    page.close()
    assert wrong == []


def go_to(page: "Page", tab: str) -> None:
    """Open a tab, be it in the row or, on a narrow page, behind the dots.

    After a change of width Gradio moves tabs between the two for a while.
    """
    from playwright.sync_api import TimeoutError as TooLate

    there = page.get_by_role("tab", name=tab, exact=True).first
    listed = page.locator(".overflow-dropdown button", has_text=re.compile(f"^{re.escape(tab)}$"))
    chosen = page.locator("[role=tab][aria-selected=true]", has_text=tab).first
    for patience_ms in (*[3000] * 20, PATIENCE_MS):
        try:
            if there.is_visible():
                there.click(timeout=patience_ms)
            else:
                if not listed.is_visible():
                    page.locator("#tabs .overflow-menu button").first.click(timeout=patience_ms)
                listed.click(timeout=patience_ms)
            chosen.wait_for(timeout=patience_ms)
        except TooLate:
            if patience_ms == PATIENCE_MS:
                raise
        else:
            return
