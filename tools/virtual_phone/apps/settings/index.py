"""The search over all settings."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tools.virtual_phone.system.context import Context


@dataclass(frozen=True)
class Entry:
    """A setting that can be found; titles and path are English.

    Attributes:
        title: What it is called on its page.
        screen: The page it is on, to be opened.
        path: Titles of the pages that lead there.
        words: More words that people look for, English and Chinese.
        icon: The icon shown beside it.
    """

    title: str
    screen: str
    path: tuple[str, ...]
    words: str
    icon: str


def search(ctx: Context, query: str) -> list[Entry]:
    """Entries that hold every word of `query`, those with it in the title first."""
    words = query.casefold().split()
    found = []
    for order, entry in enumerate(entries()):
        titles = f"{entry.title} {ctx.t(entry.title)}".casefold()
        path = " ".join([*entry.path, *(ctx.t(part) for part in entry.path)]).casefold()
        everything = f"{titles} {entry.words.casefold()} {path}"
        if all(word in everything for word in words):
            rank = 0 if query.casefold() in titles else 1
            rank += 0 if all(word in f"{titles} {entry.words.casefold()}" for word in words) else 1
            found.append((rank, order, entry))
    return [entry for _, _, entry in sorted(found, key=lambda one: one[:2])]


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """Every entry, in the order of the pages."""
    path = Path(__file__).with_name("index.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    return tuple(
        Entry(title, page["screen"], tuple(page["path"]), str(words or ""), page["icon"])
        for page in data
        for title, words in page["settings"].items()
    )
