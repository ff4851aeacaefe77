"""Pictures named in what a person types: addresses, and files as terminals drop them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

_SUFFIX: Final = r"\.(?:png|jpe?g|webp|gif|bmp|tiff?)"
_ADDRESS: Final = re.compile(
    rf"https?://[^\s'\"<>]+?{_SUFFIX}(?:\?[^\s'\"<>]*)?(?=$|[\s'\"<>,;)])", re.IGNORECASE
)
_END: Final = re.compile(rf"{_SUFFIX}(?=$|[\s'\"”’,;:!?)\]]|\.(?:\s|$))", re.IGNORECASE)
_START: Final = re.compile(r"(?:^|(?<=[\s('\"“‘]))(?=\S)")
_PATHLIKE: Final = re.compile(r"(?:file://|~?/|\.{1,2}/|[A-Za-z]:\\)")
_QUOTES: Final = {"'": "'", '"': '"', "“": "”", "‘": "’"}
_MOST_STARTS: Final = 40


@dataclass(frozen=True)
class Mentioned:
    """A line that a person typed.

    Attributes:
        words: What is left without the pictures.
        sources: The pictures that are named in it, in order.
        missing: What looks like the path of a picture, but is none; it stays in the words.
    """

    words: str
    sources: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def is_file(name: str) -> bool:
    """Whether there is a file called ``name``; anything may be asked."""
    try:
        return Path(name).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def find_pictures(line: str, *, exists: Callable[[str], bool] = is_file) -> Mentioned:
    """Find the pictures that are named in ``line``.

    An address counts if it ends as a picture does. A file counts if it is there: bare, in quotes,
    with its blanks escaped, as ``file://`` address, or with bare blanks in it.

    Args:
        line: As it was typed, or dropped into the terminal.
        exists: Whether there is a file of a name.
    """
    found: list[tuple[int, int, str]] = [
        (address.start(), address.end(), address[0]) for address in _ADDRESS.finditer(line)
    ]
    missing: list[str] = []
    free = 0
    for end in _END.finditer(line):
        if any(start < end.end() <= stop for start, stop, _ in found):
            free = end.end()
            continue
        starts = [start.start() for start in _START.finditer(line, free, end.start())]
        for start in starts[-_MOST_STARTS:]:
            name = next((each for each in _names(line[start : end.end()]) if exists(each)), None)
            if name is not None:
                quoted = _QUOTES.get(line[start]) == line[end.end() : end.end() + 1]
                free = end.end() + quoted
                found.append((start, free, name))
                break
        else:
            typed = line[starts[-1] : end.end()] if starts else ""
            if _PATHLIKE.match(typed.lstrip("'\"")):
                missing.append(typed)
    found.sort()
    return Mentioned(_without(line, found), tuple(name for _, _, name in found), tuple(missing))


def _names(typed: str) -> list[str]:
    """What a file may be called that was typed so."""
    typed = typed.lstrip("'\"“‘")
    if typed.lower().startswith("file://"):
        return [unquote(typed[len("file://") :]), typed[len("file://") :]]
    return [typed, re.sub(r"\\(.)", r"\1", typed)]


def _without(line: str, found: list[tuple[int, int, str]]) -> str:
    """``line`` without what was found; what stands within a sentence leaves its name there."""
    pieces: list[str] = []
    at = 0
    for start, end, name in found:
        pieces.append(line[at:start])
        if any(map(str.isalnum, line[:start])) and any(map(str.isprintable, line[end:].strip())):
            pieces.append(re.split(r"[/\\]", name)[-1])
        at = end
    words = re.sub(r"[ \t]{2,}", " ", "".join([*pieces, line[at:]])).strip()
    return words if not found or any(map(str.isalnum, words)) else ""
