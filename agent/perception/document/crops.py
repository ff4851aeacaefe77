"""Cuts the pictures out of a page and says in its blocks where they are."""

from pathlib import Path
from typing import Final

from agent.perception.document.pages import DocumentError, Sheet
from agent.perception.document.values import FIGURES, Figure, Page

_SMALLEST: Final = 4
"""Pixels of a side below which there is nothing to see."""


def save_crops(sheet: Sheet, page: Page, folder: Path, linked_from: Path) -> Page:
    """Save every picture of a page as ``page-N-TYPE-M.png``.

    Args:
        sheet: The page as it looks.
        page: What was read of it.
        folder: Where they go; made if it is not there.
        linked_from: Folder of what will link them.

    Returns:
        ``page`` with the files' names in its figures.

    Raises:
        DocumentError: They cannot be written.
    """
    counts = dict.fromkeys(FIGURES, 0)
    blocks = []
    for block in page.blocks:
        if not isinstance(block, Figure) or block.box is None:
            blocks.append(block)
            continue
        if min(block.box.width, block.box.height) < _SMALLEST:
            blocks.append(block)
            continue
        counts[block.type] += 1
        kind = block.type.replace("_", "-")
        path = folder / f"page-{page.number}-{kind}-{counts[block.type]}.png"
        box = block.box
        crop = sheet.picture.image.crop((box.left, box.top, box.right, box.bottom))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            crop.save(path)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DocumentError(f"{str(path)!r} cannot be written: {reason}.") from None
        blocks.append(block.model_copy(update={"file": _link(path, linked_from)}))
    return page.model_copy(update={"blocks": tuple(blocks)})


def _link(path: Path, linked_from: Path) -> str:
    """``path`` as seen from another folder, so that both can be moved together."""
    target, start = path.resolve(), linked_from.resolve()
    up: list[str] = []
    while not target.is_relative_to(start) and start != start.parent:
        start, up = start.parent, [*up, ".."]
    if not target.is_relative_to(start):
        return target.as_posix()
    return "/".join([*up, *target.relative_to(start).parts])
