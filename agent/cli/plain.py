"""Text on its way to a terminal: nothing in it may steer the terminal or fail to be written."""

import contextlib
import json
import os
import re
import sys
from textwrap import TextWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

NARROW = 60
"""Columns of a terminal below which columns cannot be read: things stand below each other."""
_SHOWN = 600
# Control characters but line feed and tab, and the marks that turn the direction of writing.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    r"""``text`` with what would steer the terminal written out, such as ``\x1b``."""
    return _UNSAFE.sub(lambda found: repr(found[0])[1:-1], text)


def shortened(text: str) -> str:
    """``text``, or its beginning and how long it is: ten thousand letters drown the rest."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def hanging(text: str, indent: int, columns: int) -> str:
    """``text`` indented, and broken between words for a terminal.

    Args:
        text: One line or several.
        indent: Blanks before each line.
        columns: Of the terminal; 0 where it goes elsewhere, and a line stays one line.
    """
    margin = " " * indent
    if not columns:
        return f"{margin}{text}"
    broken = TextWrapper(
        columns, initial_indent=margin, subsequent_indent=margin,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(broken.fill(line) for line in text.split("\n"))


def json_text(value: object, *, indent: int | None = None) -> str:
    """``value`` as JSON; escaped where standard output cannot hold every character."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return json.dumps(value, ensure_ascii=not encoding.lower().startswith("utf"), indent=indent)


def report_console() -> "Console":
    """Where a command prints; a reader that hangs up is told as ``BrokenPipeError``."""
    from rich.console import Console

    class Report(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Report(highlight=False, markup=False)


def silence_output() -> None:
    """Nobody can read any more: what is still in Python's buffer must not complain at exit."""
    with contextlib.suppress(OSError, ValueError):  # a standard output that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
