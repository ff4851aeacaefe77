"""A bar for work that takes a while, where somebody is looking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far ``what`` is, on a terminal only; it is gone when the work is done.

    Yields:
        To be told how many pieces are done, of how many.
    """
    from rich.console import Console
    from rich.progress import Progress

    from agent.cli.plain import plain

    console = Console(stderr=True, highlight=False)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(plain(what), total=None, markup=False)

        def told(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield told
