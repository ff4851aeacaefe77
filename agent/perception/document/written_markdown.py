"""Qwen3-VL's "qwenvl markdown", where a model answers it unasked: turned into the HTML we read."""

import re
from typing import Final

_FENCE = re.compile(r"```\s{0,3}(?:markdown|md)\b", re.IGNORECASE)
_NUMBERS: Final = r"\(?\s{0,3}([\d.]+(?:[\s,]{1,4}[\d.]+){3})\s{0,3}\)?"
_PLACE = re.compile(
    rf"<!--\s{{0,3}}(image|table|figure|chart)\s{{0,3}}{_NUMBERS}\s{{0,3}}-->", re.IGNORECASE
)
_LONGEST: Final = 60_000
"""Letters that are read: the time that a parser of Markdown takes grows with their square, and a
page of small print has a tenth of them."""
_EVEN_WITH_HTML = re.compile(r"<(?:html|body|p|h[1-6])\b", re.IGNORECASE)


def is_markdown(answer: str) -> bool:
    """Whether ``answer`` says of itself that it is Markdown, or has the places of this format."""
    if _EVEN_WITH_HTML.search(answer):
        return False
    return _FENCE.search(answer) is not None or _PLACE.search(answer) is not None


def as_written_html(answer: str) -> str:
    """``answer`` as HTML, with the places of pictures and tables as ``data-bbox``."""
    from markdown_it import MarkdownIt

    fence = _FENCE.search(answer)
    text = answer[fence.end() :].partition("\n```")[0] if fence is not None else answer
    text = text[:_LONGEST]
    boxes: list[str] = []

    def marked(place: re.Match[str]) -> str:
        if place[1].lower() == "table":
            boxes.append(place[2].replace(",", " "))
            return ""
        return f'\n\n<div class="{place[1].lower()}" data-bbox="{place[2]}"></div>\n\n'

    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(_PLACE.sub(marked, text))
    if html.count("<table>") == len(boxes):
        for box in boxes:
            html = html.replace("<table>", f'<table data-bbox="{box}">', 1)
    return str(html)
