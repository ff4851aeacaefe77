"""Finds the HTML in a reply and makes it safe to parse; what is broken is told."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from agent.perception.document.tree import KNOWN
from agent.perception.document.written_markdown import as_written_html, is_markdown

_START = re.compile(
    r"<!doctype\b|<(?:html|head|body|main|section|article|header|footer|h[1-6]|p|div|table|ul|ol"
    r"|li|dl|img|figure|pre|blockquote)\b",
    re.IGNORECASE,
)
_END = re.compile(r"</html\s{0,9}>", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]{0,3}```[ \t]{0,9}$", re.MULTILINE)
_OPENING_FENCE = re.compile(r"```[a-z]{0,12}\s*\Z", re.IGNORECASE)
_INSIDE: Final = r"""(?:[^<>"']|"[^"\n]{0,9000}"|'[^'\n]{0,9000}')*"""
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9]{{0,20}})(?=[\s/>]){_INSIDE}>")
_VALUE: Final = r"""(?:"[^"\n]{0,9000}"|'[^'\n]{0,9000}'|[^\s"'<>]{1,2000})"""
_ATTRIBUTE: Final = rf"\s{{1,20}}[a-z_:@][\w:.-]{{0,60}}(?:\s{{0,9}}=\s{{0,9}}{_VALUE})?"
_NAMES: Final = "|".join(sorted(KNOWN))
_CLOSED = re.compile(rf"</(?:{_NAMES})\s{{0,9}}>", re.IGNORECASE)
_LESS_THAN = re.compile(
    rf"<(?!/?(?:{_NAMES})(?:{_ATTRIBUTE}){{0,40}}\s{{0,20}}/?>"
    r"|/?[a-z][a-z0-9:-]{0,30}/?>|!--|!doctype)",
    re.IGNORECASE,
)
_OPEN_QUOTE = re.compile(r"(\bdata-(?:bbox|polygon)=\")([\d\s.,-]{1,200})(?=/?>)")
_CUT_TAG = re.compile(r"<[^<>]{0,400}\Z")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_VOID: Final = frozenset(("area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))
_ENDS_ITSELF: Final = frozenset(
    ("p", "li", "td", "th", "tr", "dt", "dd", "tbody", "thead", "tfoot", "option", "body", "html")
)
_CARRIED_ON: Final = frozenset((
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
    "u",
))  # fmt: skip
_DEEPEST: Final = 60
_MOST_CARRIED_ON: Final = 8
"""A parser opens these again in every paragraph: without a limit a reply can fill the memory."""


@dataclass(frozen=True)
class Found:
    """The HTML of a reply.

    Attributes:
        html: To be parsed; empty if the reply holds none.
        notes: What was left out or is broken.
    """

    html: str
    notes: tuple[str, ...] = ()


def find_html(answer: str) -> Found:
    """The HTML in ``answer``: with or without a fence, prose around it, or an end."""
    if is_markdown(answer):
        told = "The reply is Markdown, which places pictures and tables only."
        return Found(_kept_shallow(as_written_html(answer)).html, (told,))
    start = _START.search(answer)
    if start is None:
        return Found("")
    notes = []
    before, html = answer[: start.start()], answer[start.start() :]
    html, after = _parted(html)
    if _OPENING_FENCE.sub("", before).strip() or after.strip(" \t\r\n`"):
        notes.append("Words around the HTML were left out.")
    if cut := _CUT_TAG.search(html):
        html = html[: cut.start()]
        notes.append("The reply ends inside a tag.")
    shallow = _kept_shallow(html)
    return Found(shallow.html, (*notes, *shallow.notes))


def _parted(html: str) -> tuple[str, str]:
    """Up to the last ``</html>``, else up to the last fence; and what stands behind."""
    if ends := list(_END.finditer(html)):
        return html[: ends[-1].end()], html[ends[-1].end() :]
    fences = list(_FENCE.finditer(html))
    # Three ticks before the end of an element are words of the page, not the end of the reply.
    if fences and not _CLOSED.search(html, fences[-1].end()):
        return html[: fences[-1].start()], html[fences[-1].end() :]
    return html, ""


def _kept_shallow(html: str) -> Found:
    """``html`` without tags that nest deeper than documents do; what is not closed is told."""
    opened: Counter[str] = Counter()
    left_out = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal left_out
        name = tag[2].lower()
        if name in _VOID:
            return tag[0]
        if tag[1]:
            if name in _ENDS_ITSELF or opened[name]:
                opened[name] = max(0, opened[name] - 1)
                return tag[0]
            return ""
        if name not in _ENDS_ITSELF and _too_deep(name, opened):
            left_out += 1
            return ""
        opened[name] += 1
        return tag[0]

    html = _OPEN_QUOTE.sub(r'\1\2"', _COMMENT.sub("", html))
    kept = _TAG.sub(keep, _LESS_THAN.sub("&lt;", html))
    notes = []
    if left_out:
        notes.append(f"Tags that were nested too deeply were left out: {left_out}.")
    if still := sorted(name for name, times in opened.items() if times):
        notes.append(f"Closed what the reply left open: {', '.join(still[:8])}.")
    return Found(kept, tuple(notes))


def _too_deep(name: str, opened: Counter[str]) -> bool:
    carried = sum(opened[each] for each in _CARRIED_ON)
    if name in _CARRIED_ON:
        return carried >= _MOST_CARRIED_ON
    itself = sum(opened[each] for each in _ENDS_ITSELF)
    return opened.total() - carried - itself >= _DEEPEST
