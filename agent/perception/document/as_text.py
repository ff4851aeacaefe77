"""A document as plain text."""

from collections.abc import Iterator

from agent.perception.document.values import Document, Figure, Listing, Page


def as_text(document: Document) -> str:
    """``document`` as plain text: tabs between cells, an empty line between blocks."""
    return "\n\n".join(filter(None, map(page_text, document.pages))) + "\n"


def page_text(page: Page) -> str:
    """One page of it."""
    blocks: list[str] = []
    for block in page.blocks:
        if isinstance(block, Listing):
            blocks.append("\n".join(_points(block, "")))
        elif isinstance(block, Figure):
            name = block.type.replace("_", " ")
            said = f"[{name}: {block.text}]" if block.text else f"[{name}]"
            blocks.append("\n".join([said, *([block.table.text] if block.table else [])]))
        elif block.type == "table" and block.caption:
            blocks.append(f"{block.caption}\n{block.text}")
        else:
            blocks.append(block.text)
    return "\n\n".join(filter(None, blocks))


def _points(listing: Listing, indent: str) -> Iterator[str]:
    for number, item in enumerate(listing.items, listing.start):
        mark = f"{number}." if listing.ordered else "-"
        own = "".join(run.text for run in item.runs).replace("\n", " ")
        yield f"{indent}{mark} {own}".rstrip()
        for inner in item.lists:
            yield from _points(inner, f"{indent}{' ' * (len(mark) + 1)}")
