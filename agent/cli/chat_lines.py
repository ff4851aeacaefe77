"""Lines that a person types, with the keys of readline where it is there; or lines of a pipe."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PROMPT: Final = "> "
_MORE: Final = "| "
NextLine = Callable[[], str | None]
"""The next line, or ``None`` when there is none any more.

Raises:
    KeyboardInterrupt: The person pressed Ctrl-C instead.
"""


@contextmanager
def lines_of(commands: Iterable[str]) -> Iterator[NextLine]:
    """Where the questions come from, for as long as the block lasts.

    A line that ends with a backslash goes on in the next one.

    Args:
        commands: What Tab completes at the beginning of a line; later it completes files.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    if sys.stdin is not None and sys.stdin.isatty():
        with _readline(sorted(commands)):
            yield lambda: _joined(_typed)
    else:
        yield lambda: _joined(_piped)


def _joined(read: Callable[[str], str | None]) -> str | None:
    line = read(PROMPT)
    while line is not None and line.endswith("\\") and not line.endswith("\\\\"):
        more = read(_MORE)
        line = f"{line[:-1]}\n{more or ''}"
        if more is None:
            break
    return line


def _typed(prompt: str) -> str | None:
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt) as end:
        print()  # noqa: T201 - what comes next begins on a line of its own
        if isinstance(end, KeyboardInterrupt):
            raise
        return None


def _piped(_: str) -> str | None:
    line = sys.stdin.readline() if sys.stdin is not None else ""
    return line.rstrip("\r\n") if line else None


@contextmanager
def _readline(commands: list[str]) -> Iterator[None]:
    """Arrow keys, history and Tab; nothing of it where Python was made without."""
    try:
        import readline
    except ImportError:
        yield
        return
    kept, breaks = readline.get_completer(), readline.get_completer_delims()

    def complete(text: str, number: int) -> str | None:
        start = readline.get_begidx() == 0 and text.startswith("/")
        found = [each for each in commands if each.startswith(text)] if start else []
        found = found or _files(text)
        return found[number] if number < len(found) else None

    readline.set_completer(complete)
    readline.set_completer_delims(" \t\n'\"")
    with suppress(OSError):
        readline.parse_and_bind("tab: complete")
    try:
        yield
    finally:
        readline.set_completer(kept)
        readline.set_completer_delims(breaks)


def _files(text: str) -> list[str]:
    folder, slash, begun = text.rpartition("/")
    with suppress(OSError, RuntimeError, ValueError):
        parent = Path(folder + slash or ".").expanduser()
        return [
            f"{folder}{slash}{path.name}" + "/" * path.is_dir()
            for path in sorted(parent.iterdir())
            if path.name.startswith(begun)
        ]
    return []
