"""``agent parse``: a document page by page, as HTML, Markdown, text or JSON."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.parse_output import Format, Output
from agent.cli.seeing import Looking, with_options
from tools.errors import UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from agent.perception.document.pages import Sheets

Source = Annotated[
    str | None,
    typer.Argument(metavar="DOC", help="A PDF or a picture: a file, an address or 'clipboard'."),
]
Pages = Annotated[str, typer.Option(help="Pages of a PDF, such as 1-3,7 or 5-. Default: all.")]
Secret = Annotated[
    str | None,
    typer.Option(
        "--secret", help="Name of an encrypted PDF's password, as agent run has it.", metavar="NAME"
    ),
]
Dpi = Annotated[int, typer.Option(help="Pixels for an inch of a PDF's page, 36 to 600.")]
As = Annotated[Format | None, typer.Option("--format", help="How it is written down. Default: md.")]
Raw = Annotated[bool, typer.Option("--raw", help="Give the model's replies just as they came.")]
Out = Annotated[Path | None, typer.Option(help="File to write to, after each page.")]
Images = Annotated[
    Path | None, typer.Option(help="Folder to cut pictures out to; they are linked.", metavar="DIR")
]
Draw = Annotated[
    Path | None, typer.Option(help="Picture to draw the blocks to; several pages are numbered.")
]
MaxTokens = Annotated[
    int, typer.Option(min=16, max=131_072, help="Longest reply for one page, in tokens.")
]


@with_options
def parse(  # noqa: PLR0913 - one parameter a flag is how typer reads a command
    document: Source = None,
    *,
    pages: Pages = "",
    dpi: Dpi = 150,
    secret: Secret = None,
    form: As = None,
    raw: Raw = False,
    out: Out = None,
    images: Images = None,
    draw: Draw = None,
    max_tokens: MaxTokens = 4096,
    look: Looking,
) -> int:
    """Read a document with a model, as Markdown, HTML, text or JSON.

    Exit code 0 if every page was read to its end; 1 if the model answered something else or was
    cut off, what came being written all the same; 2 if the document cannot be used; 3 if the model
    failed, the pages before being written all the same.
    """
    from agent.perception.document.tree import require_parser

    if raw and form is not None:
        raise UsageError("--raw is the reply as it came.", hint="Leave --format out, or take json.")
    output = Output(None if raw else form or "md", out, images, draw)
    output.check(document)
    require_parser()
    with (
        _opened(document, pages, dpi, secret, look) as sheets,
        look.seer() as seer,
    ):
        return output.write(seer, sheets, max_tokens)


def _opened(
    document: str | None, pages: str, dpi: int, secret: str | None, look: Looking
) -> "AbstractContextManager[Sheets]":
    """The pages that are to be read.

    Raises:
        UsageError: None are named, or they cannot be used.
        DeviceError: The screen cannot be had.
    """
    from contextlib import nullcontext

    from agent.perception.document.pages import sheets_of
    from agent.wiring.screens import screen_picture

    if (document is not None) == look.at_screen:
        both, none = "Both a document and a screen are named.", "No document is named."
        what = both if look.at_screen else none
        raise UsageError(what, hint="Name a PDF or a picture, or add --screen.")
    if document is not None:
        return _unlocked(document, pages, dpi, secret)
    return nullcontext(sheets_of(screen_picture(look.device), pages))


@contextmanager
def _unlocked(document: str, pages: str, dpi: int, secret: str | None) -> Iterator["Sheets"]:
    """The pages of a document; a person at the terminal is asked for a password that it wants."""
    from agent.perception.document.pages import LockedError, open_sheets
    from agent.wiring.secrets import secret_value

    password = secret_value(secret) if secret is not None else ""
    with ExitStack() as opened:
        try:
            sheets = opened.enter_context(open_sheets(document, pages, dpi, password=password))
        except LockedError:
            attended = all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr))
            if password or not attended:
                raise
            password = typer.prompt("Password of the PDF", hide_input=True, err=True)
            sheets = opened.enter_context(open_sheets(document, pages, dpi, password=password))
        yield sheets
