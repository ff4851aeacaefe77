"""Keeps the turns of an episode, and which of their pictures are still shown.

The turns only ever grow at their end, so that each request begins with the bytes of the one before
it, and what a server or a cache has already read need not be read again. Old pictures are dropped
several at a time, because with them goes the common beginning.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from agent.dialects.dialect import Turn
from agent.model import ImagePart
from agent.step import Step

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LARGEST_CHUNK: Final = 7


def chunk_for(window: int) -> int:
    """How many pictures are dropped at once, where ``window`` are kept.

    A drop costs reading the kept pictures again; until the next one only the new picture is read.
    With 3 kept and 7 dropped, four fifths of an episode's prompt tokens are known from the request
    before, in every dialect of several turns, and the longest prompt, nine pictures of 1280 tokens,
    stays below 16 Ki tokens, where many servers end. Who wants fewer pictures gets smaller chunks.
    Measured by ``benchmarks/model_path.py``.
    """
    return min(2 * window + 1, _LARGEST_CHUNK)


class Turns:
    """The turns of one episode after the other.

    Args:
        window: Screenshots that are shown at least, as far as there are any.
        chunk: Screenshots dropped at once; 0 for ``chunk_for`` the window. Between two drops up to
            ``window + chunk - 1`` are shown.
    """

    def __init__(self, window: int, chunk: int = 0) -> None:
        self._window = window
        self._limit = window + (chunk or chunk_for(window)) - 1
        self._turns: list[Turn] = []
        self._today = ""

    @property
    def kept(self) -> tuple[Turn, ...]:
        """What was asked and answered so far."""
        return tuple(self._turns)

    @property
    def awaits_answer(self) -> bool:
        """Whether nothing could be read from the last answer, so that the question still stands."""
        return bool(self._turns) and self._turns[-1].decision is None

    def begin(self, device_time: datetime | None) -> None:
        """Forget all turns: an episode begins, on the device's day ``device_time``."""
        self._turns.clear()
        self._today = _date(device_time)

    def catch_up(self, history: Sequence[Step]) -> None:
        """Learn what came of the last decision, and of steps that others decided."""
        known = self._turns[-1].step if self._turns else -1
        missed: list[Turn] = []
        for step in reversed(history):
            if step.index <= known:
                break
            if step.decision is not None:
                missed.append(_told(Turn(step.index, None, decision=step.decision), step))
        if self._turns and history and len(missed) < len(history):
            last = history[-1 - len(missed)]
            if last.index == known:
                self._turns[-1] = _told(self._turns[-1], last)
        self._turns.extend(reversed(missed))

    def ask(self, history: Sequence[Step], image: ImagePart, app: str) -> Turn:
        """The next question: about a new picture."""
        self._make_room(keep=self._limit - 1, least=min(self._window, self._limit) - 1)
        step = history[-1].index + 1 if history else 0
        return Turn(step=step, image=image, app=app, today=self._today)

    def ask_again(self, app: str) -> Turn:
        """The last question once more, without another picture."""
        self._make_room(keep=self._limit, least=min(self._window, self._limit) - 1)
        return Turn(step=self._turns[-1].step, image=None, app=app, today=self._today)

    def add(self, turn: Turn) -> None:
        """Keep a turn that was answered."""
        self._turns.append(turn)

    def shrink(self, turn: Turn) -> bool:
        """Show as few pictures as can be, from now on fewer than it came to.

        Args:
            turn: The question that was too long.

        Returns:
            Whether anything could be left out.
        """
        held = sum(each.image is not None for each in self._turns)
        needed = 1 if turn.image is None else 0
        if held <= needed:
            return False
        # From now on they are dropped before it comes to that.
        self._limit = min(self._limit, held - needed)
        self._make_room(keep=needed, least=needed)
        return True

    def _make_room(self, *, keep: int, least: int) -> None:
        """If more than ``keep`` pictures are held, drop all but the newest ``least``."""
        held = [place for place, turn in enumerate(self._turns) if turn.image is not None]
        if len(held) <= keep:
            return
        for place in held[: len(held) - least]:
            self._turns[place] = replace(self._turns[place], image=None)


def _told(turn: Turn, step: Step) -> Turn:
    return replace(
        turn,
        result=step.result,
        mistake=step.mistake or turn.mistake,
        feedback=step.feedback,
    )


def _date(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d} {_DAYS[time.weekday()]}" if time is not None else ""
