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
    yield page
    page.close()
    assert wrong == []


def go_to(page: "Page", tab: str) -> None:
    """Open a tab, be it in the row or, on a narrow page, behind the dots."""
    there = page.get_by_role("tab", name=tab, exact=True)
    if there.count() and there.first.is_visible():
        there.first.click()
    else:
        page.locator("#tabs .overflow-menu button").first.click()
        exactly = re.compile(f"^{re.escape(tab)}$")
        page.locator(".overflow-dropdown button", has_text=exactly).click()
    page.locator("[role=tab][aria-selected=true]", has_text=tab).first.wait_for()
