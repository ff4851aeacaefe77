"""Long work whose words can be read while they come, and that can be stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Queue
from threading import Event, Thread
from typing import Generic, TypeVar

from agent.model import OnText
from tools.errors import AutomationError

T = TypeVar("T")
_PACE_S = 0.15
"""How often the page is told more: a word a time would keep it busy."""


class _StoppedError(Exception):
    """Nobody listens any more."""


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
    said: Queue[str] = Queue()
    over, stopped = Event(), Event()
    results: list[T] = []
    errors: list[Exception] = []

    def hear(piece: str) -> None:
        if stopped.is_set():
            raise _StoppedError
        said.put(piece)

    def do() -> None:
        try:
            results.append(work(hear))
        except (AutomationError, OSError, _StoppedError) as error:
            errors.append(error)
        finally:
            over.set()

    thread = Thread(target=do, name="asking", daemon=True)
    thread.start()
    text = ""
    try:
        while not over.wait(_PACE_S):
            more = _all_of(said)
            if more:
                text += more
                yield Heard(text)
        text += _all_of(said)
        if errors:
            raise errors[0]
        yield Heard(text, results[0])
    finally:
        stopped.set()


def _all_of(said: "Queue[str]") -> str:
    """What was said until now; whoever goes on speaking is heard the next time."""
    return "".join(said.get_nowait() for _ in range(said.qsize()))
