"""`shell:`, `shell,v2:` and `exec:`: a script's streams over one channel."""

import struct
from collections.abc import Sequence

from tools.virtual_phone.shell.command import Streams
from tools.virtual_phone.shell.interpreter import Shell
from tools.virtual_phone.shell.session import ShellMaker
from tools.virtual_phone.shell.streams import LineSource
from tools.virtual_phone.wire.channel import BufferedChannel, Channel
from tools.virtual_phone.wire.terminal import TerminalSink, TerminalSource

_STDIN, _STDOUT, _STDERR, _EXIT, _CLOSE_STDIN = range(5)
_PACKET_MAX = 128 * 1024
_STDIN_PACKET_MAX = 16 * 1024 * 1024


def serve_shell(shells: ShellMaker, options: Sequence[str], script: str, channel: Channel) -> None:
    """Run `script`, or what comes on stdin where it is empty.

    Args:
        shells: Makes the shell.
        options: What stood between `shell,` and `:`, such as `v2`, `raw`, `pty`, `TERM=xterm`.
        script: The command, empty for an interactive shell.
        channel: Stdin comes from it. In v2, stdout, stderr and the exit code go to it in
            packets; else both outputs go to it as they are, and the exit code is lost.
    """
    pairs = (option.partition("=") for option in options if "=" in option)
    shell = shells.shell({name: value for name, _, value in pairs})
    if "v2" not in options:
        _run(shell, script, Streams(channel, channel, channel), terminal="pty" in options)
        return
    stdin = _PacketSource(channel)
    stdout, stderr = _PacketSink(channel, _STDOUT), _PacketSink(channel, _STDERR)
    rc = _run(shell, script, Streams(stdin, stdout, stderr), terminal="pty" in options)
    channel.write(struct.pack("<BIB", _EXIT, 1, rc & 0xFF))


def _run(shell: Shell, script: str, streams: Streams, *, terminal: bool) -> int:
    if terminal:
        # A terminal has one way out; what is typed is shown by the phone, not by the client.
        out = TerminalSink(streams.stdout)
        source = TerminalSource(streams.stdin, streams.stdout)
        streams = Streams(LineSource(source), out, out)
    if script:
        return shell.run_text(script, streams)
    if not terminal:
        return shell.run_lines(streams)

    def prompt(unfinished: str) -> None:
        text = "> " if unfinished else f"virtual_phone:{shell.cwd} $ "
        streams.stdout.write(text.encode("utf-8", "replace"))

    return shell.run_lines(streams, prompt)


class _PacketSource:
    """Standard input out of shell v2 packets."""

    def __init__(self, channel: Channel) -> None:
        self._input = BufferedChannel(channel)
        self._kept = b""
        self._ended = False

    def read(self, limit: int = -1) -> bytes:
        if limit < 0:
            chunks = []
            while chunk := self.read(_STDIN_PACKET_MAX):
                chunks.append(chunk)
            return b"".join(chunks)
        while not self._kept and not self._ended:
            self._next()
        chunk, self._kept = self._kept[:limit], self._kept[limit:]
        return chunk

    def _next(self) -> None:
        kind, length = struct.unpack("<BI", self._input.exactly(5))
        if length > _STDIN_PACKET_MAX:
            self._ended = True
            return
        data = self._input.exactly(length)
        if kind == _STDIN:
            self._kept = data
        elif kind == _CLOSE_STDIN:
            self._ended = True


class _PacketSink:
    """An output of the shell into shell v2 packets."""

    def __init__(self, channel: Channel, kind: int) -> None:
        self._channel = channel
        self._kind = kind

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        out: list[bytes | memoryview] = []
        for at in range(0, len(data), _PACKET_MAX):
            piece = view[at : at + _PACKET_MAX]
            out += (struct.pack("<BI", self._kind, len(piece)), piece)
        if out:
            self._channel.write(b"".join(out))
