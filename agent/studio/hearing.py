"""Long work whose words can be read while they come, and that can be stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Condition
from typing import Generic, TypeVar

from agent.model import OnText
from agent.person.errand import Errand

T = TypeVar("T")
_PACE_S = 0.15
"""How often the page is told more: a word a time would keep it busy."""


@dataclass(frozen=True)
class Heard(Generic[T]):
    """How far the work has come.

    Attributes:
        text: What was said so far.
        result: What came of it; ``None`` until then.
    """

    text: str
    result: T | None = None


def hearing(work: Callable[[OnText], T]) -> Iterator[Heard[T]]:
    """Do ``work`` in a thread; what it says is passed on, and last what came of it.

    Whoever closes the iterator stops the work at the next word.

    Raises:
        AutomationError: As the work.
    """
    news = Condition()
    errand = Errand(work, news)
    text = ""
    try:
        while True:
            with news:
                over = news.wait_for(lambda: errand.over, _PACE_S)
            more = errand.hear()
            text += more
            if over:
                yield Heard(text, errand.result())
                return
            if more:
                yield Heard(text)
    finally:
        errand.leave()
