"""Words in a line: what they say, and how they look."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from PIL import ImageColor

from agent.perception.document.tree import BLOCKS, Element
from agent.perception.document.values import Run

_COLOUR = re.compile(r"(?:^|;)\s{0,9}color\s{0,9}:\s{0,9}([^;]{1,60})", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_PLAIN: Final = Run(text="")
_BLACK: Final = "#000000"


def runs_of(
    nodes: Sequence[Element | str], *, around: Element | None = None, kept: bool = False
) -> tuple[Run, ...]:
    """The words in ``nodes``, pictures and lists left out.

    Args:
        nodes: Of the tree.
        around: The element that they are in, for how they look.
        kept: Whether white space counts, as in ``pre``.
    """
    look = _PLAIN if around is None else _look(around, _PLAIN)
    pieces = list(_pieces(nodes, look, kept=kept))
    return _joined(pieces) if kept else _joined(_tightened(pieces))


def text_of(runs: Sequence[Run]) -> str:
    """What ``runs`` say."""
    return "".join(run.text for run in runs)


def colour_of(element: Element) -> str:
    """The colour of an element's words as ``#rrggbb``; empty if it names none."""
    style = _COLOUR.search(element.attributes.get("style", ""))
    named = style[1] if style is not None else element.attributes.get("color", "")
    named = named.replace("!important", "").strip().lower()
    if not named:
        return ""
    try:
        red, green, blue = ImageColor.getrgb(named)[:3]
    except ValueError:
        return ""
    parts = [min(max(part, 0), 255) for part in (red, green, blue)]
    colour = "#{:02x}{:02x}{:02x}".format(*parts)
    return "" if colour == _BLACK else colour


def _pieces(nodes: Sequence[Element | str], look: Run, *, kept: bool) -> Iterator[Run]:
    for node in nodes:
        if isinstance(node, str):
            text = _CONTROL.sub("", node)
            yield look.model_copy(update={"text": text if kept else _SPACES.sub(" ", text)})
        elif node.tag == "br":
            yield look.model_copy(update={"text": "\n"})
        elif node.tag not in {"img", "ul", "ol", "hr"}:
            apart = node.tag in BLOCKS
            if apart:
                yield look.model_copy(update={"text": "\n"})
            yield from _pieces(node.children, _look(node, look), kept=kept)
            if apart:
                yield look.model_copy(update={"text": "\n"})


def _look(element: Element, around: Run) -> Run:
    changes: dict[str, object] = {}
    if element.tag in {"b", "strong"}:
        changes["strong"] = True
    elif element.tag in {"i", "em"}:
        changes["emphasis"] = True
    elif element.tag in {"code", "tt", "kbd"}:
        changes["code"] = True
    elif element.tag in {"sub", "sup"}:
        changes["script"] = element.tag
    if colour := colour_of(element):
        changes["colour"] = colour
    return around.model_copy(update=changes) if changes else around


def _tightened(pieces: list[Run]) -> list[Run]:
    """White space as a page shows it: single, none at the ends of lines, no empty lines."""
    found: list[Run] = []
    before = "\n"
    for piece in pieces:
        text = ""
        for letter in piece.text:
            if letter == "\n":
                if before == "\n":
                    continue
                text = text.rstrip(" ")
            elif letter == " " and before in {" ", "\n"}:
                continue
            text += letter
            before = letter
        if text.startswith("\n") and found:
            found[-1] = found[-1].model_copy(update={"text": found[-1].text.rstrip(" ")})
        found.append(piece.model_copy(update={"text": text}))
    while found and not found[-1].text.strip(" \n"):
        found.pop()
    if found:
        found[-1] = found[-1].model_copy(update={"text": found[-1].text.rstrip(" \n")})
    return found


def _joined(pieces: list[Run]) -> tuple[Run, ...]:
    found: list[Run] = []
    for piece in pieces:
        if not piece.text:
            continue
        if found and found[-1].model_copy(update={"text": ""}) == piece.model_copy(
            update={"text": ""}
        ):
            found[-1] = piece.model_copy(update={"text": found[-1].text + piece.text})
        else:
            found.append(piece)
    return tuple(found)
