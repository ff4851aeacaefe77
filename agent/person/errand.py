"""Work in a thread of its own: others hear what it says meanwhile, and may leave it behind."""

from collections.abc import Callable
from threading import Condition, Thread
from typing import Generic, TypeVar

from agent.keeper import Keeper
from agent.model import OnText

T = TypeVar("T")


class LeftBehindError(Exception):
    """Nobody waits for the work any more; it hears so at its next word."""


class Errand(Generic[T]):
    """Work that has begun.

    Args:
        work: What is to be done; given a function that takes its words as they come.
        news: Told of every word and of the end.
    """

    def __init__(self, work: Callable[[OnText], T], news: Condition) -> None:
        self._news = news
        self._said: list[str] = []
        self._left = self._over = False
        self._results: list[T] = []
        self._keeper = Keeper()
        Thread(target=self._do, args=(work,), name="errand", daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether it has ended; what it said before can still be heard."""
        return self._over

    @property
    def speaks(self) -> bool:
        """Whether something was said that nobody has heard yet."""
        return bool(self._said)

    def hear(self) -> tuple[str, ...]:
        """What was said since the last time, piece by piece."""
        with self._news:
            said, self._said = tuple(self._said), []
        return said

    def leave(self) -> None:
        """Wait for it no more: it ends at its next word, and what comes of it is dropped."""
        self._left = True

    def result(self) -> T:
        """What came of it, once it is over. Raises what the work raised."""
        if self._keeper.raised is not None:
            raise self._keeper.raised
        return self._results[0]

    def _do(self, work: Callable[[OnText], T]) -> None:
        with self._keeper:
            self._results.append(work(self._say))
        with self._news:
            self._over = True
            self._news.notify_all()

    def _say(self, piece: str) -> None:
        if self._left:
            raise LeftBehindError
        with self._news:
            self._said.append(piece)
            self._news.notify_all()
