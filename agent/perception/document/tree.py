"""The HTML of a reply as a tree of our own, through a list of what may be in it.

Nothing of the model's markup is ever written out again; this tree only says which words are what,
and where they stand.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tools.errors import MissingExtraError

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS: Final = frozenset((
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "pre", "ul", "ol", "li", "table", "caption",
    "thead", "tbody", "tfoot", "tr", "td", "th", "img", "figure", "figcaption", "blockquote",
    "dl", "dt", "dd", "hr", "section", "article", "header", "footer", "main", "aside", "nav",
    "address", "center",
))  # fmt: skip
INLINE: Final = frozenset((
    "span", "font", "b", "strong", "i", "em", "u", "s", "small", "code", "tt", "kbd", "sub",
    "sup", "br", "mark", "a", "label",
))  # fmt: skip
ATTRIBUTES: Final = frozenset((
    "data-bbox", "data-polygon", "bbox", "class", "style", "color", "colspan", "rowspan",
    "start", "format", "alt",
))  # fmt: skip
# What stands in these is no text of a page: they go with everything in them.
_DROPPED: Final = frozenset((
    "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "svg",
    "head", "template", "noscript", "noembed", "noframes", "title", "base", "link", "meta",
    "audio", "video", "source", "track", "canvas", "portal", "dialog", "select", "input",
    "button",
))  # fmt: skip
_TRANSPARENT: Final = frozenset((
    "html", "body", "form", "math", "abbr", "cite", "q", "time", "del", "ins", "var", "samp",
))  # fmt: skip
KNOWN: Final = BLOCKS | INLINE | _DROPPED | _TRANSPARENT
"""What follows a ``<`` where that begins a tag; else it is "less than", as in a formula."""
_QUIET: Final = frozenset(("head", "meta", "title", "link"))
_DEEPEST: Final = 100


@dataclass(frozen=True)
class Element:
    """An element that may be in a document.

    Attributes:
        tag: One of ``BLOCKS`` or ``INLINE``.
        attributes: Those of ``ATTRIBUTES`` that it has; their values are not checked yet.
        children: What is in it, text as it is written.
    """

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "tuple[Element | str, ...]" = ()


Nodes = tuple[Element | str, ...]


def parse_html(html: str) -> tuple[Element, tuple[str, ...]]:
    """Parse as a browser does, and keep what is allowed.

    Returns:
        The body, and notes on what was left out.

    Raises:
        MissingExtraError: The extra ``docs`` is not installed.
    """
    require_parser()
    from selectolax.lexbor import LexborHTMLParser

    dropped: Counter[str] = Counter()
    # A NUL ends the text for the parser below.
    body = LexborHTMLParser(html.replace("\x00", "")).body
    children = _kept(body, dropped, 0) if body is not None else ()
    said = ", ".join(f"{times} x {name}" for name, times in sorted(dropped.items()))
    notes = (f"Left out what is no part of a page: {said}.",) if said else ()
    return Element("div", {}, children), notes


def require_parser() -> None:
    """Make sure that HTML can be parsed, before a model is asked for any.

    Raises:
        MissingExtraError: The extra ``docs`` is not installed.
    """
    if not can_parse():
        raise MissingExtraError("Reading a document", "docs")


def can_parse() -> bool:
    """Whether HTML can be parsed: the extra ``docs`` is installed."""
    try:
        import selectolax.lexbor  # noqa: F401
    except ImportError:
        return False
    return True


def _kept(node: "LexborNode", dropped: Counter[str], depth: int) -> Nodes:
    found: list[Element | str] = []
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            found.append(child.text(deep=False) or "")
        elif tag.startswith(("-", "!")):
            continue
        elif tag in _DROPPED:
            dropped.update([tag] if tag not in _QUIET else [])
        elif depth >= _DEEPEST:
            continue
        elif tag in BLOCKS or tag in INLINE:
            found.append(
                Element(tag, _attributes(child, dropped), _kept(child, dropped, depth + 1))
            )
        else:
            found.extend(_kept(child, dropped, depth + 1))
    return tuple(found)


def _attributes(node: "LexborNode", dropped: Counter[str]) -> dict[str, str]:
    kept = {}
    for name, value in node.attributes.items():
        if name in ATTRIBUTES:
            kept[name] = value or ""
        elif name.startswith("on"):
            dropped["event handler"] += 1
    return kept


def within(node: Element, tags: frozenset[str]) -> Iterator[Element]:
    """The outermost elements of these tags inside ``node``, in order."""
    for child in node.children:
        if isinstance(child, str):
            continue
        if child.tag in tags:
            yield child
        else:
            yield from within(child, tags)
