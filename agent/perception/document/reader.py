"""Asks a model for a page, and reads what it answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from agent.dialects.reading.answer import split_reply
from agent.model import OnText, Reply
from agent.perception.document.mend import find_html
from agent.perception.document.pages import Sheet
from agent.perception.document.places import Places
from agent.perception.document.reading import BlockReader
from agent.perception.document.tree import parse_html
from agent.perception.document.values import Block, Document, Outcome, Page
from agent.perception.pictures import Picture
from agent.perception.seer import Seer
from agent.prompt import load_prompt
from tools.errors import CaptureError, ContextTooLongError, UnreadableReplyError
from tools.geometry import Projection, Space

PROMPT: Final = "perception/document"
SYSTEM: Final = "perception/document_system"
MAX_TOKENS: Final = 4096
"""A page of small print is about 3000 tokens of HTML."""
PAGE_TOKENS: Final = 2048
"""Visual tokens for a page, where nobody has said otherwise: print is smaller than buttons."""
_CUT: Final = {
    "length": "The reply was cut at its most tokens; what came is here. See --max-tokens.",
    "time": "The reply was cut, for its time was over; what came is here.",
    "loop": "The model repeated itself and was stopped; what came is here.",
}
_SHOWN: Final = 120


@dataclass(frozen=True)
class Reading:
    """What a reply says about a page.

    Attributes:
        outcome: As in ``Page``.
        blocks: In reading order.
        notes: What was mended or left out.
    """

    outcome: Outcome
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()


def for_pages(seer: Seer) -> Seer:
    """``seer`` with room for print, unless a person has set a budget of their own."""
    if seer.sizing != seer.dialect.sizing:
        return seer
    room = max(PAGE_TOKENS * seer.sizing.factor**2, seer.sizing.max_pixels)
    return replace(seer, sizing=seer.sizing.budget(max_pixels=room))


def read_reply(reply: Reply, projection: Projection, space: Space) -> Reading:
    """What a reply says: on any text nothing is raised for it.

    Args:
        reply: As it came.
        projection: From the picture that the model was shown to the page.
        space: What the model's numbers mean.

    Raises:
        MissingExtraError: The extra ``docs`` is not installed.
    """
    cut = _CUT.get(reply.finish_reason, "")
    try:
        answer = split_reply(reply).text
    except UnreadableReplyError as error:
        return Reading("unread", notes=tuple(filter(None, (str(error), cut))))
    found = find_html(answer)
    if not found.html:
        words = " ".join(answer.split())
        shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
        told = f'The model answered words instead of a page: "{shown}".'
        return Reading("unread", notes=tuple(filter(None, (told, cut))))
    body, dropped = parse_html(found.html)
    places = Places(projection, space)
    reader = BlockReader(places)
    reader.read(body.children)
    notes = [*filter(None, (cut,)), *found.notes, *dropped, *places.notes]
    if not reader.blocks:
        notes.append("Nothing is on this page, the model says.")
    return Reading("cut" if cut else "read", tuple(reader.blocks), tuple(notes))


def read_page(
    seer: Seer, sheet: Sheet, *, max_tokens: int = MAX_TOKENS, on_text: OnText | None = None
) -> Page:
    """Ask for one page. A page that cannot be shown, or is too much, is a page that failed.

    Args:
        seer: Whom to ask; see ``for_pages``.
        sheet: The page.
        max_tokens: Room for the reply.
        on_text: Hears the reply as it comes.

    Raises:
        ModelError: The model could not be asked.
    """
    size = sheet.picture.size
    try:
        shown = seer.shown(sheet.picture)
        reply = seer.ask(
            load_prompt(PROMPT).text,
            (shown.image,),
            system=load_prompt(SYSTEM).text,
            max_tokens=max_tokens,
            on_text=on_text,
        )
    except (CaptureError, ContextTooLongError) as error:
        return Page(
            number=sheet.number, size=size, outcome="failed",
            notes=(*sheet.picture.notes, str(error)),
        )  # fmt: skip
    reading = read_reply(reply, shown.projection, seer.dialect.space)
    return Page(
        number=sheet.number,
        size=size,
        outcome=reading.outcome,
        blocks=reading.blocks,
        notes=(*sheet.picture.notes, *reading.notes),
        raw=reply.text,
        finish_reason=reply.finish_reason,
    )


def read_pages(
    seer: Seer, sheets: Iterable[Sheet], *, max_tokens: int = MAX_TOKENS
) -> Iterator[tuple[Sheet, Page]]:
    """Ask for one page after another; each is there as soon as it is read.

    Raises:
        ModelError: The model could not be asked; what was yielded before stays.
        DocumentError: A page cannot be drawn.
    """
    patient = for_pages(seer)
    for sheet in sheets:
        yield sheet, read_page(patient, sheet, max_tokens=max_tokens)


def read_document(seer: Seer, picture: Picture, *, max_tokens: int = MAX_TOKENS) -> Document:
    """Read one picture as a document: a scan, a photograph, what a screen shows.

    Raises:
        MissingExtraError: The extra ``docs`` is not installed.
        ModelError: The model could not be asked.
    """
    page = read_page(for_pages(seer), Sheet(1, picture), max_tokens=max_tokens)
    return Document(source=picture.name, model=seer.model.name, page_count=1, pages=(page,))
