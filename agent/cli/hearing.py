"""Shows a reply while it comes: the thought dimmed, the words as they are, and what was said."""

from agent.cli.voice import Voice
from agent.perception.thoughts import ThoughtEar
from agent.perception.thoughts import Voice as Side


class Hearing:
    """Hears one reply.

    Args:
        ear: Tells thought from words.
        words: Where words go.
        thoughts: Where thoughts go; may be the same.
    """

    def __init__(self, ear: ThoughtEar, *, words: Voice, thoughts: Voice) -> None:
        self._ear, self._words, self._thoughts = ear, words, thoughts
        self.said = ""

    def hear(self, piece: str) -> None:
        """Show a piece of it."""
        self._show(self._ear.hear(piece))

    def end(self) -> None:
        """Show what was held back, and end the line."""
        self._show(self._ear.rest())
        self._thoughts.end()
        self._words.end()

    def _show(self, heard: list[tuple[Side, str]]) -> None:
        for side, text in heard:
            if side == "thought":
                self._thoughts.think(text)
            elif said := text if self.said else text.lstrip():
                if not self.said:
                    self._thoughts.end()
                self.said += said
                self._words.say(said)
