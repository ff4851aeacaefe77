"""Whether a user can get at everything on a page, and whether a page speaks one language."""

import re

from tests.virtual_phone.driver import PhoneDriver
from tools.virtual_phone.ui.scene import compose
from tools.virtual_phone.ui.theme import make_theme
from tools.virtual_phone.ui.view import Chrome, Metrics, ViewState

_TALL = (1080, 30_000)
_LATIN_WORD = re.compile(r"[A-Za-z]{3,}")


def unreachable(driver: PhoneDriver) -> set[str]:
    """Texts and descriptions of the page that no scrolling brings onto the screen.

    The whole page is known by laying it out on a screen high enough for all of it.
    """
    phone = driver.phone
    metrics = Metrics(size=_TALL, font_scale=phone.settings.font_scale)
    page = phone._display.page()
    whole = compose(page, ViewState(), Chrome(), make_theme(), metrics).node("all")
    expected = {node.text or node.content_desc or node.hint for node in whole.walk()}
    seen = {node.text or node.content_desc or node.hint for node in driver.everything()}
    return expected - seen


def english_left(driver: PhoneDriver, names: set[str]) -> set[str]:
    """Texts with Latin words on the page that are none of `names` (parts of texts count)."""
    left = set()
    for node in driver.everything():
        for text in (node.text, node.content_desc, node.hint):
            stripped = text
            for name in sorted(names, key=len, reverse=True):
                stripped = stripped.replace(name, "")
            if _LATIN_WORD.search(stripped):
                left.add(text)
    return left
