"""How far a long command is: on a terminal only, and never in what it prints."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def working(doing: str) -> Iterator[Callable[[int, int], None]]:
    """While it lasts, a terminal shows what is done and how far it is.

    Args:
        doing: What is being done, such as ``comparing``.
    """
    console = Console(stderr=True, highlight=False, markup=False)
    if not console.is_terminal:
        yield lambda *_: None
        return
    with console.status(f"{doing} …", spinner="dots") as status:
        yield lambda done, of: status.update(f"{doing}, {done} of {of} …")
