"""Lists: points, and lists in them."""

import re
from typing import Final

from agent.perception.document.inline import runs_of, text_of
from agent.perception.document.places import Places
from agent.perception.document.tree import Element, within
from agent.perception.document.values import Item, Listing

LISTS: Final = frozenset(("ul", "ol"))
_DEEPEST: Final = 8
_START = re.compile(r"[0-9]{1,6}")


def read_list(node: Element, places: Places, depth: int = 1) -> Listing | None:
    """The list in ``node``; ``None`` if nothing is in it. Deeper than eight it is not read."""
    if depth > _DEEPEST:
        return None
    items: list[Item] = []
    for child in node.children:
        if isinstance(child, str):
            continue
        if child.tag in LISTS:  # models write lists beside the point that they belong to
            inner = read_list(child, places, depth + 1)
            if inner is not None:
                items.append(_with(items.pop() if items else Item(), inner))
            continue
        item = _item(child, places, depth)
        if item.text:
            items.append(item)
    if not items:
        return None
    start = _START.fullmatch(node.attributes.get("start", "").strip())
    at = places.at(node.attributes)
    return Listing(
        ordered=node.tag == "ol",
        start=int(start[0]) if start is not None else 1,
        items=tuple(items),
        text="\n".join(item.text for item in items),
        box=at.box,
        polygon=at.polygon,
    )


def _item(node: Element, places: Places, depth: int) -> Item:
    runs = runs_of(node.children, around=node)
    at = places.at(node.attributes)
    item = Item(runs=runs, text=text_of(runs), box=at.box, polygon=at.polygon)
    for inner in within(node, LISTS):
        if (nested := read_list(inner, places, depth + 1)) is not None:
            item = _with(item, nested)
    return item


def _with(item: Item, inner: Listing) -> Item:
    """``item`` with one more list in it."""
    text = "\n".join(filter(None, (item.text, inner.text)))
    return item.model_copy(update={"lists": (*item.lists, inner), "text": text})
