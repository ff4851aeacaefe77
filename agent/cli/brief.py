"""A text in a column of the terminal, cut after a few lines: the whole stands elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.text import Text

LINES = 3
"""Lines of a tool's answer beside its step; ``agent show --step`` prints it whole."""


@dataclass(frozen=True)
class Brief:
    """Its first lines, however wide the column is, and how long the whole is.

    Attributes:
        text: Safe to print.
        lines: How many lines it may take, at least 1.
    """

    text: Text
    lines: int = LINES

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Print it, as rich asks for it: with what the column is wide."""
        wrapped = self.text.wrap(console, options.max_width, overflow="fold")
        if len(wrapped) <= self.lines:
            yield self.text
            return
        told = f"… ({len(self.text)} characters)"
        told = told if len(told) <= options.max_width else "…"
        last = wrapped[self.lines - 1]
        last.truncate(max(0, options.max_width - len(told)))
        last.append(told)
        yield from wrapped[: self.lines]
