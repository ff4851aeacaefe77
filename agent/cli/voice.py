"""Writes what a model says while it says it: thoughts dimmed, and nothing steers the terminal."""

from typing import TextIO

from rich.console import Console
from rich.text import Text

from agent.cli.plain import plain


class _Spoken(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Voice:
    """Writes thoughts, answers and lines of its own to one stream; plain if it is no terminal.

    Args:
        stream: Where to.
    """

    def __init__(self, stream: TextIO) -> None:
        self._console = _Spoken(file=stream, highlight=False, markup=False, soft_wrap=True)
        self._in_line = False

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads along."""
        return self._console.is_terminal

    def think(self, text: str) -> None:
        """Write a piece of a thought."""
        self._write(text, "dim")

    def say(self, text: str) -> None:
        """Write a piece of an answer."""
        self._write(text, "")

    def line(self, text: str, style: str = "") -> None:
        """Write a line of its own, such as a note; empty texts are none."""
        if text:
            self.end()
            self._write(f"{text}\n", style)

    def end(self) -> None:
        """End the line that is being written, if there is one."""
        if self._in_line:
            self._write("\n", "")

    def _write(self, text: str, style: str) -> None:
        if text:
            self._console.print(Text(plain(text), style=style), end="", soft_wrap=True)
            self._in_line = not text.endswith("\n")
