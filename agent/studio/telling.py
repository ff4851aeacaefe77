"""Small pieces of HTML; whatever comes from elsewhere is text in them."""

from collections.abc import Sequence
from html import escape
from types import TracebackType
from typing import Self

from tools.errors import AutomationError, UsageError


def trouble(error: Exception) -> str:
    """What went wrong, in one line with its hint."""
    message = error.message if isinstance(error, UsageError) else str(error)
    hint = error.hint if isinstance(error, UsageError) else ""
    more = f" <span class='hint'>{escape(hint)}</span>" if hint else ""
    return f"<p class='trouble' role='alert'>{escape(' '.join(message.split()))}{more}</p>"


def note(text: str) -> str:
    """A plain line."""
    return f"<p class='note'>{escape(text)}</p>" if text else ""


def blank(*texts: str) -> str:
    """What stands where something will be."""
    return f"<div class='blank'>{''.join(f'<p>{escape(each)}</p>' for each in texts)}</div>"


def frame(address: str, title: str, kind: str) -> str:
    """A page of the studio within the page.

    Args:
        address: From the root of the studio.
        title: What a screen reader calls it.
        kind: ``live`` for the page of a run, ``report`` for one that is kept apart.
    """
    apart = ' sandbox="allow-scripts"' if kind == "report" else ""
    return (
        f'<iframe class="{escape(kind)}" src="{escape(address)}" title="{escape(title)}"{apart}>'
        "</iframe>"
    )


def apart(document: str, title: str) -> str:
    """A document from elsewhere: it is shown, and nothing in it runs or reaches anything."""
    inner = (
        '<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">"
        f"{document}"
    )
    return (
        f'<iframe class="document" sandbox="" title="{escape(title)}" srcdoc="{escape(inner)}">'
        "</iframe>"
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, kinds: Sequence[str] = ()) -> str:
    """A table of texts.

    Args:
        heads: Of the columns.
        rows: A text for each column.
        kinds: A class for each row, if they differ.
    """
    head = "".join(f"<th scope='col'>{escape(each)}</th>" for each in heads)
    body = "".join(
        f"<tr class='{escape(kind)}'>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        + "</tr>"
        for row, kind in zip(rows, kinds or [""] * len(rows), strict=True)
    )
    inner = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f"<div class='wide' tabindex='0'><table class='facts'>{inner}</table></div>"


class Told:
    """Catches what goes wrong on purpose in its block, and keeps it as a line for the page.

    Attributes:
        html: What went wrong; empty if nothing.
    """

    def __init__(self) -> None:
        self.html = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, AutomationError | OSError):
            return False
        self.html = trouble(error)
        return True
