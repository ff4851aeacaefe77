r"""What a shell command is: the `@command` mark, the `Call` it gets, the errors it may raise.

A command is a function that takes a `Call` and returns its exit code:

    @command("whoami")
    def whoami(call: Call) -> int:
        call.out("shell\n")
        return 0

`commands.catalog` lists the modules whose commands exist; a new module is added there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from types import ModuleType
from typing import Protocol

from tools.virtual_phone.shell.phone_port import PhonePort


class Source(Protocol):
    """Where standard input comes from."""

    def read(self, limit: int = -1) -> bytes:
        """Give at most `limit` bytes (-1: all to the end); empty only at the end. May wait."""
        ...


class Sink(Protocol):
    """Where output goes."""

    def write(self, data: bytes) -> None:
        """Take all of `data`. May wait for a slow reader."""
        ...


@dataclass(frozen=True, slots=True)
class Streams:
    """The three standard streams of a command; stdout and stderr may be the same object."""

    stdin: Source
    stdout: Sink
    stderr: Sink


class CommandError(Exception):
    """Ends a command: the message goes to stderr as `name: message`, `rc` is the exit code."""

    def __init__(self, message: str, *, rc: int = 1) -> None:
        """Keep the message (one line, no name in front) and the exit code."""
        super().__init__(message)
        self.rc = rc


class UsageError(CommandError):
    """The arguments make no sense to the command."""


class Call:
    """One run of one command: arguments, streams, environment and the phone.

    A command marked `exclusive` (the default) runs with `phone.lock` held and its output is
    kept until the lock is free again, so that a slow client stops nobody else.
    """

    def __init__(
        self,
        argv: tuple[str, ...],
        phone: PhonePort,
        streams: Streams,
        *,
        env: Mapping[str, str],
        cwd: str,
        run: Callable[["Call", str], int],
    ) -> None:
        """Bind everything; `run` is what `run_script` uses."""
        self.argv = argv
        self.phone = phone
        self.env = env
        self.cwd = cwd
        self.exclusive = False
        self._streams = streams
        self._run = run
        self._stdin: bytes | None = None
        self._kept: list[tuple[Sink, bytes]] = []
        self._kept_bytes = 0

    @property
    def name(self) -> str:
        """The command's own name, argv[0]."""
        return self.argv[0]

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments without the name."""
        return self.argv[1:]

    @property
    def streams(self) -> Streams:
        """The raw streams, for commands that run others."""
        return self._streams

    @property
    def stdin(self) -> bytes:
        """All of standard input, read on first use; the phone's lock is let go meanwhile."""
        if self._stdin is None:
            self._stdin = self.read_stdin(-1)
        return self._stdin

    def read_stdin(self, limit: int) -> bytes:
        """Read exactly `limit` bytes of standard input, fewer at its end (-1: all)."""
        if self.exclusive:
            self.phone.lock.release()
        try:
            return read_exactly(self._streams.stdin, limit)
        finally:
            if self.exclusive:
                self.phone.lock.acquire()

    def out(self, data: str | bytes) -> None:
        """Write to standard output; text goes as UTF-8, no newline is added."""
        self._put(self._streams.stdout, data)

    def err(self, data: str | bytes) -> None:
        """Write to standard error; text goes as UTF-8, no newline is added."""
        self._put(self._streams.stderr, data)

    def flush(self) -> None:
        """Hand kept output on. For commands that go on for long; others need it never."""
        kept, self._kept, self._kept_bytes = self._kept, [], 0
        start = 0
        while start < len(kept):
            sink = kept[start][0]
            end = start
            while end < len(kept) and kept[end][0] is sink:
                end += 1
            chunks = [data for _, data in kept[start:end]]
            sink.write(chunks[0] if len(chunks) == 1 else b"".join(chunks))
            start = end

    def path(self, text: str) -> str:
        """Give `text` as an absolute, normalised path, seen from the working directory."""
        return normpath(join(self.cwd, text)) if text else self.cwd

    def run_script(self, script: str) -> int:
        """Run `script` in a subshell on this call's streams; give its exit code.

        Only for commands marked `exclusive=False` (the script's commands take the lock).
        """
        self.flush()
        return self._run(self, script)

    def _put(self, sink: Sink, data: str | bytes) -> None:
        raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
        if not raw:
            return
        self._kept.append((sink, raw))
        self._kept_bytes += len(raw)
        if not self.exclusive and self._kept_bytes > _KEEP_BYTES:
            self.flush()


_KEEP_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its names, its function, and whether it runs with the phone's lock held."""

    names: tuple[str, ...]
    run: Callable[[Call], int]
    exclusive: bool = True


def command(*names: str, exclusive: bool = True) -> Callable[[Callable[[Call], int]], Command]:
    """Mark a function as the command called `names`.

    Args:
        names: What it is called in a script, `"md5sum"`; more than one for aliases.
        exclusive: Whether it runs with `phone.lock` held. False for those that wait for other
            commands or stream without end; such a command takes the lock itself where needed.
    """

    def mark(run: Callable[[Call], int]) -> Command:
        return Command(names, run, exclusive)

    return mark


def commands_of(modules: Iterable[ModuleType]) -> dict[str, Command]:
    """Give all marked commands of `modules` by name.

    Raises:
        ValueError: Two of them have the same name.
    """
    found: dict[str, Command] = {}
    for module in modules:
        for value in vars(module).values():
            if not isinstance(value, Command):
                continue
            for name in value.names:
                if found.setdefault(name, value) is not value:
                    raise ValueError(f"two commands are called {name!r}, one in {module.__name__}")
    return found


def read_exactly(source: Source, limit: int) -> bytes:
    """Read `limit` bytes, fewer only at the end of `source` (-1: all to the end)."""
    if limit < 0:
        return source.read(-1)
    chunks: list[bytes] = []
    while limit > 0:
        chunk = source.read(limit)
        if not chunk:
            break
        chunks.append(chunk)
        limit -= len(chunk)
    return b"".join(chunks)
