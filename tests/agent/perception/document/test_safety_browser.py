"""The clean page of a hostile document in a real browser: nothing runs and nothing is fetched."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from agent.perception.document.as_html import as_html
from agent.perception.document.as_markdown import as_markdown
from agent.perception.document.values import Figure
from tests.agent.perception.document.attacks import ATTACKS
from tests.agent.perception.document.rig import document
from tests.agent.perception.document.test_safety import rendered

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog

pytestmark = pytest.mark.browser
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
TOGETHER = 16
CSP = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
PROVOKE = """() => {
  for (const each of document.querySelectorAll("*"))
    for (const kind of ["click", "mouseover", "focus", "error", "load", "toggle", "begin"])
      each.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true }));
  return window.pwned instanceof Node ? "clobbered" : window.pwned ?? null;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=list(FLAGS)
        )
        yield started
        started.close()


def visited(browser: "Browser", page: Path) -> tuple[object, list[str], list[str]]:
    """What ran, what was fetched and what was shown, when everything on the page is touched."""
    fetched: list[str] = []
    with browser.new_context(offline=False) as context:
        opened = context.new_page()
        dialogs: list[str] = []

        def dismiss(dialog: "Dialog") -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        opened.on("dialog", dismiss)
        context.route("http://**/*", lambda route: route.abort())
        context.on("request", lambda request: fetched.append(request.url))
        opened.goto(page.as_uri(), wait_until="load")
        ran = opened.evaluate(PROVOKE)
        where = opened.url
    others = [url for url in fetched if url != page.as_uri()]
    return ran, others, dialogs + ([] if where == page.as_uri() else [where])


def test_the_same_words_unread_would_run(browser: "Browser", tmp_path: Path) -> None:
    page = tmp_path / "raw.html"
    page.write_text("<body>" + "".join(ATTACKS[:14]), encoding="utf-8")
    ran, fetched, _ = visited(browser, page)
    assert ran == 1
    assert any("evil.example" in url for url in fetched)


def test_nothing_runs_and_nothing_is_fetched(browser: "Browser", tmp_path: Path) -> None:
    """Without the page's own policy too, which would stop a browser that was let down by us."""
    for first in range(0, len(ATTACKS), TOGETHER):
        attacks = ATTACKS[first : first + TOGETHER]
        both = tmp_path / f"{first}.html"
        cleaned = []
        for found in (document(f"<p>before</p>{attack}") for attack in attacks):
            html, times = CSP.subn("", as_html(found))
            assert times == 1
            cleaned += [html, rendered(as_markdown(found))]
        both.write_text("\n".join(cleaned), encoding="utf-8")
        assert visited(browser, both) == (None, [], []), attacks


def test_pictures_of_its_own_are_shown(browser: "Browser", tmp_path: Path) -> None:
    found = document('<img data-bbox="1 2 30 40" alt="a cat">')
    (page,) = found.pages
    (figure,) = page.blocks
    assert isinstance(figure, Figure)
    (tmp_path / "my pictures").mkdir()
    Image.new("RGB", (29, 38), "red").save(tmp_path / "my pictures" / "a#1.png")
    linked = figure.model_copy(update={"file": "my pictures/a#1.png"})
    whole = found.with_pages([page.model_copy(update={"blocks": (linked,)})])
    (tmp_path / "page.html").write_text(as_html(whole), encoding="utf-8")
    with browser.new_context() as context:
        opened = context.new_page()
        opened.goto((tmp_path / "page.html").as_uri(), wait_until="load")
        size = opened.evaluate("[document.images[0].naturalWidth, document.images[0].alt]")
    assert size == [29, "a cat"]
