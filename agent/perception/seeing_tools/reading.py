"""Tools that read what stands on the screen: its words, or a whole document with its tables."""

from typing import Final

from agent.perception.document.as_markdown import as_markdown
from agent.perception.document.reader import for_pages
from agent.perception.document.reader import read_document as read_as_document
from agent.perception.seeing_tools.eyes import OpenEyes, Share, part_of, screen_of, told
from agent.perception.seeing_tools.looking import PART, about
from agent.perception.zoom import enlarged
from agent.prompt import load_prompt
from tools.geometry import Point
from tools.outcome import ToolContext
from tools.registry import Tool, tool

_LONGEST_DOCUMENT: Final = 4000


def reading_tools(eyes: OpenEyes) -> tuple[Tool, ...]:
    """``read_text`` and ``read_document``."""

    @tool
    def read_text(context: ToolContext, at: Point | None = None, size: Share = 0.5) -> str:
        """Read what is written on the screen, word for word.

        Args:
            context: The screen; not for the model.
            at: The middle of the part to read; all of the screen if left out.
            size: With ``at``: width and height of that part, as a part of the screen's.
        """
        region = part_of(context.observation.size, at, size) if at is not None else None
        words = load_prompt("perception/read").fill(part=f", {PART}" if region is not None else "")
        return about(eyes().seer, context, region, words)

    @tool
    def read_document(context: ToolContext, at: Point | None = None, size: Share = 0.5) -> str:
        """Read a document on the screen as Markdown, with its headings, lists, tables and formulas.

        Args:
            context: The screen; not for the model.
            at: The middle of the part to read; all of the screen if left out.
            size: With ``at``: width and height of that part, as a part of the screen's.
        """
        seer, screen = eyes().seer, screen_of(context)
        if at is not None:
            region = part_of(context.observation.size, at, size)
            screen = enlarged(for_pages(seer), screen.image, region)
        document = read_as_document(seer, screen)
        [page] = document.pages
        if not page.blocks:
            return told(f"No document was read. {' '.join(page.notes)}")
        cut = page.outcome == "cut"
        return told(as_markdown(document), cut=cut, longest=_LONGEST_DOCUMENT)

    return read_text, read_document
