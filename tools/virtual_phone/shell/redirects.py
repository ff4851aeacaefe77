"""`<`, `>`, `>>`, `2>&1` and the like: the streams a command gets."""

from collections.abc import Sequence
from dataclasses import replace
from posixpath import join, normpath
from typing import TYPE_CHECKING

from tools.virtual_phone.shell.command import Sink, Streams
from tools.virtual_phone.shell.expansion import expand_text
from tools.virtual_phone.shell.streams import NOWHERE, BytesSource, FileSink
from tools.virtual_phone.shell.syntax import Redirect

if TYPE_CHECKING:  # the interpreter imports this file
    from tools.virtual_phone.shell.interpreter import Shell


class RedirectError(Exception):
    """A redirect cannot be done; the message is the shell's."""


def redirected(shell: "Shell", redirects: Sequence[Redirect], streams: Streams) -> Streams:
    """Give `streams` with `redirects` done, left to right.

    Raises:
        RedirectError: A file cannot be opened, or a stream has no such number.
    """
    for redirect in redirects:
        text = expand_text(redirect.target, shell)
        if redirect.operator in ("<", "<<"):
            streams = _input(shell, redirect, text, streams)
        elif redirect.operator == "&>":
            sink = _made(shell, text, streams, append=False)
            streams = replace(streams, stdout=sink, stderr=sink)
        else:
            streams = _output(shell, redirect, text, streams)
    return streams


def _input(shell: "Shell", redirect: Redirect, text: str, streams: Streams) -> Streams:
    if redirect.fd != 0:
        raise RedirectError(f"{redirect.fd}: bad file descriptor")
    if redirect.operator == "<<":
        return replace(streams, stdin=BytesSource(text.encode("utf-8", "replace")))
    try:
        with shell.phone.lock:
            data = shell.files.read(normpath(join(shell.cwd, text)))
    except OSError as error:
        raise RedirectError(f"can't open {text}: {error.strerror}") from error
    return replace(streams, stdin=BytesSource(data))


def _output(shell: "Shell", redirect: Redirect, text: str, streams: Streams) -> Streams:
    if redirect.operator == ">&":
        if redirect.fd == 0:
            return streams
        named = {"1": streams.stdout, "2": streams.stderr, "-": NOWHERE}
        if text not in named:
            raise RedirectError(f"{text}: bad file descriptor")
        sink = named[text]
    else:
        sink = _made(shell, text, streams, append=redirect.operator == ">>")
    if redirect.fd == 1:
        return replace(streams, stdout=sink)
    if redirect.fd == 2:
        return replace(streams, stderr=sink)
    raise RedirectError(f"{redirect.fd}: bad file descriptor")


def _made(shell: "Shell", text: str, streams: Streams, *, append: bool) -> Sink:
    devices = {
        "/dev/null": NOWHERE,
        "/dev/stderr": streams.stderr,
        "/dev/stdout": streams.stdout,
        "/dev/tty": streams.stdout,
    }
    if text in devices:
        return devices[text]
    try:
        return FileSink(shell.phone, normpath(join(shell.cwd, text)), append=append)
    except OSError as error:
        raise RedirectError(f"can't create {text}: {error.strerror}") from error
