"""Editing a line of text: pure functions of text and caret."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class EditedText:
    """A text, a caret between its characters, and what is selected.

    Attributes:
        text: The whole text.
        caret: Characters before the caret, 0 up to the length.
        anchor: Where the selection starts or ends opposite the caret; equal to it for none.
    """

    text: str
    caret: int
    anchor: int = -1

    def __post_init__(self) -> None:
        caret = min(max(self.caret, 0), len(self.text))
        anchor = caret if self.anchor < 0 else min(self.anchor, len(self.text))
        object.__setattr__(self, "caret", caret)
        object.__setattr__(self, "anchor", anchor)

    @property
    def selection(self) -> tuple[int, int]:
        """Start and end of what is selected; equal where nothing is."""
        return min(self.caret, self.anchor), max(self.caret, self.anchor)

    @property
    def selected(self) -> str:
        """The selected text."""
        start, end = self.selection
        return self.text[start:end]

    def insert(self, text: str) -> Self:
        """Put text at the caret, in place of the selection."""
        start, end = self.selection
        return type(self)(self.text[:start] + text + self.text[end:], start + len(text))

    def backspace(self) -> Self:
        """Delete the selection, or the character before the caret."""
        start, end = self.selection
        if start == end:
            start = max(start - 1, 0)
        return type(self)(self.text[:start] + self.text[end:], start)

    def delete(self) -> Self:
        """Delete the selection, or the character after the caret."""
        start, end = self.selection
        if start == end:
            end += 1
        return type(self)(self.text[:start] + self.text[end:], start)

    def move(self, to: int) -> Self:
        """Put the caret somewhere (clamped) and drop the selection."""
        return type(self)(self.text, to)

    def select_all(self) -> Self:
        """Select everything, the caret at the end."""
        return type(self)(self.text, len(self.text), 0)
