"""A two-way stream of bytes between a client and a service of the phone."""

import contextlib
import socket
import struct
from typing import Protocol

from tools.virtual_phone.shell.streams import StreamClosedError

_CHUNK = 1 << 18
_DRAIN_S = 1.0


class Channel(Protocol):
    """What a service talks through. Errors are StreamClosedError."""

    def read(self, limit: int = -1) -> bytes:
        """Give at most `limit` bytes (-1: all to the end), empty at the end. Waits."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of `data`. Waits."""
        ...

    def close(self) -> None:
        """Say that nothing more comes, once all that was written is sent."""
        ...


class SocketChannel:
    """A channel over a socket of its own. The socket stays open: its owner closes it."""

    def __init__(self, connection: socket.socket) -> None:
        """Take over `connection` as it stands."""
        self._connection = connection

    def read(self, limit: int = -1) -> bytes:
        """Give at most `limit` bytes (-1: all to the end), empty at the end. Waits."""
        if limit < 0:
            chunks = []
            while chunk := self.read(_CHUNK):
                chunks.append(chunk)
            return b"".join(chunks)
        try:
            return self._connection.recv(min(limit, _CHUNK))
        except OSError as error:
            raise StreamClosedError(str(error)) from error

    def write(self, data: bytes) -> None:
        """Send all of `data`. Waits."""
        try:
            self._connection.sendall(data)
        except OSError as error:
            raise StreamClosedError(str(error)) from error

    def close(self) -> None:
        """Say that nothing more comes, and wait a little for the client to close.

        A socket closed with unread input resets the connection, and what the client has not
        read yet is lost; so what it still sends is read away.
        """
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            self._connection.settimeout(_DRAIN_S)
            while self._connection.recv(_CHUNK):
                pass


class CountedChannel:
    """A channel that knows how many bytes went through it."""

    def __init__(self, channel: Channel) -> None:
        """Count from here on."""
        self._channel = channel
        self.sent = 0
        self.received = 0

    def read(self, limit: int = -1) -> bytes:
        """Give at most `limit` bytes (-1: all to the end), empty at the end. Waits."""
        data = self._channel.read(limit)
        self.received += len(data)
        return data

    def write(self, data: bytes) -> None:
        """Send all of `data`. Waits."""
        self._channel.write(data)
        self.sent += len(data)

    def close(self) -> None:
        """Say that nothing more comes, once all that was written is sent."""
        self._channel.close()


def read_all(channel: Channel, count: int) -> bytes:
    """Read exactly `count` bytes.

    Raises:
        StreamClosedError: The stream ends before that.
    """
    chunks = []
    while count > 0:
        chunk = channel.read(count)
        if not chunk:
            raise StreamClosedError("the stream ended in the middle of a message")
        chunks.append(chunk)
        count -= len(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


class BufferedChannel:
    """Reads a channel in large pieces, for protocols of many small messages."""

    def __init__(self, channel: Channel) -> None:
        """Read on from where `channel` is; nothing else may read it from now on."""
        self._channel = channel
        self._data = b""
        self._at = 0

    def exactly(self, count: int) -> bytes:
        """Read exactly `count` bytes.

        Raises:
            StreamClosedError: The stream ends before that.
        """
        if len(self._data) - self._at < count:
            chunks = [self._data[self._at :]]
            have = len(chunks[0])
            while have < count:
                chunk = self._channel.read(_CHUNK)
                if not chunk:
                    raise StreamClosedError("the stream ended in the middle of a message")
                chunks.append(chunk)
                have += len(chunk)
            self._data, self._at = b"".join(chunks), 0
        found = self._data[self._at : self._at + count]
        self._at += count
        return found

    def number(self) -> int:
        """Read a 32-bit little-endian number."""
        number: int = struct.unpack("<I", self.exactly(4))[0]
        return number
