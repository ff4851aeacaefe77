"""Long work whose words can be read while they come, and that can be stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Condition
from typing import Generic, TypeVar

from agent.model import ClipReading, Model, OnText, Reply, Request
from agent.perception.seer import Seer
from agent.person.errand import Errand

T = TypeVar("T")
_PACE_S = 0.15
"""How often the page is told more: a word a time would keep it busy."""
_BEATS = 4
"""After so many paces without a word it is told so: only then can a wish to stop be heard."""


@dataclass(frozen=True)
class Heard(Generic[T]):
    """How far the work has come.

    Attributes:
        text: What was said so far.
        pieces: What of it is new, as it was said: a ``Thought`` is told apart.
        result: What came of it; ``None`` until then.
    """

    text: str
    pieces: tuple[str, ...] = ()
    result: T | None = None


def hearing(work: Callable[[OnText], T]) -> Iterator[Heard[T]]:
    """Do ``work`` in a thread; what it says is passed on, and last what came of it.

    In silence the same text comes again now and then. Whoever closes the iterator stops the work at
    the next word.

    Raises:
        AutomationError: As the work.
    """
    news = Condition()
    errand = Errand(work, news)
    text, silent = "", 0
    try:
        while True:
            with news:
                over = news.wait_for(lambda: errand.over, _PACE_S)
            more = errand.hear()
            text += "".join(more)
            if over:
                yield Heard(text, more, errand.result())
                return
            silent = 0 if more else (silent + 1) % _BEATS
            if not silent:
                yield Heard(text, more)
    finally:
        errand.leave()


def heard_seer(seer: Seer, hear: OnText) -> Seer:
    """``seer``, for work that tells nobody what the model says: it ends at its next word as well.

    Args:
        seer: Whom to ask.
        hear: What the work was given; it raises once nobody waits any more.
    """
    return replace(seer, model=_HeardModel(seer.model, hear))


class _HeardModel:
    def __init__(self, model: Model, hear: OnText) -> None:
        self._model, self._hear = model, hear

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def reads_clips(self) -> bool:
        return isinstance(self._model, ClipReading) and self._model.reads_clips

    def ask(self, request: Request, *, on_text: OnText | None = None) -> Reply:
        def say(piece: str) -> None:
            self._hear("")
            if on_text is not None:
                on_text(piece)

        self._hear("")
        return self._model.ask(request, on_text=say)

    def close(self) -> None:
        self._model.close()
