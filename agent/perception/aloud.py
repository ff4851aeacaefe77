"""What to show of a thought while it is thought, without the answer that comes at its end."""

from typing import Final

from agent.perception.final_answer import find_doubt, find_mark
from agent.perception.thoughts import ThoughtEar

_LONGEST_MARK: Final = 40


class Aloud:
    """Hears a reply piece by piece and gives out what is thought.

    From the mark of an answer on nothing is given out, for the answer is shown when it is whole;
    where the model begins to doubt it, it was a thought as well. What may become a mark is held
    back, which is some tokens.

    Args:
        thinking: Whether the reply begins within a thought.
    """

    def __init__(self, *, thinking: bool = False) -> None:
        self._ear = ThoughtEar(thinking=thinking)
        self._text = ""
        self._given = 0
        self._answer_at = -1
        self._apart = False

    def hear(self, piece: str) -> str:
        """What can be shown now; may be empty."""
        shown = ""
        for voice, text in self._ear.hear(piece):
            if voice == "thought":
                self._apart = True
                self._text += text
                shown += self._give(len(self._text))
            elif not self._apart:
                self._text += text
                shown += self._give_until_mark()
        return shown

    def rest(self, reasoning: str) -> str:
        """What was not given out of ``reasoning``, as it was read in the end.

        Empty where that is another text, as when a repeated tail was taken off.
        """
        given = "".join(self._text[: self._given].split())
        heard = 0
        for at, letter in enumerate(reasoning):
            if letter.isspace():
                continue
            if heard == len(given):
                return reasoning[at:].rstrip()
            if letter != given[heard]:
                return ""
            heard += 1
        return ""

    def _give_until_mark(self) -> str:
        if self._answer_at >= 0:
            doubt = find_doubt(self._text, self._answer_at)
            if doubt < 0:
                return ""
            self._answer_at = -1
            return self._give(doubt)
        mark = find_mark(self._text, self._given)
        if mark is not None and mark.end() < len(self._text):
            self._answer_at = mark.end()
            return self._give(mark.start())
        return self._give(len(self._text) - _LONGEST_MARK)

    def _give(self, until: int) -> str:
        if until <= self._given:
            return ""
        piece = self._text[self._given : until]
        self._given = until
        return piece
