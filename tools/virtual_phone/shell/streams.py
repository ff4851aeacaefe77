"""The ends of a command's standard streams: bytes in memory, files of the phone, nothing."""

from tools.virtual_phone.shell.command import Sink, Source
from tools.virtual_phone.shell.phone_port import PhonePort

_CHUNK = 65536


class StreamClosedError(Exception):
    """The client at the other end has gone; whatever runs for it ends."""


class BytesSource:
    """Standard input from bytes that are all there already."""

    def __init__(self, data: bytes = b"") -> None:
        """Begin at the first byte of `data`."""
        self._data = data
        self._at = 0

    def read(self, limit: int = -1) -> bytes:
        """Give the next bytes, none at the end."""
        end = len(self._data) if limit < 0 else self._at + limit
        chunk = self._data[self._at : end]
        self._at += len(chunk)
        return chunk


class LineSource:
    """A source that can also be read by lines: a script and what its commands read share it."""

    def __init__(self, source: Source) -> None:
        """Read on from where `source` is."""
        self._source = source
        self._kept = b""

    def read(self, limit: int = -1) -> bytes:
        """Give at most `limit` bytes (-1: all to the end)."""
        if limit < 0:
            kept, self._kept = self._kept, b""
            return kept + self._source.read(-1)
        if not self._kept:
            return self._source.read(limit)
        chunk, self._kept = self._kept[:limit], self._kept[limit:]
        return chunk

    def read_line(self) -> bytes:
        """Give the next line with its newline; the last may lack it; empty at the end."""
        chunks = []
        while True:
            chunk = self._kept or self._source.read(_CHUNK)
            line, newline, self._kept = chunk.partition(b"\n")
            chunks.append(line + newline)
            if newline or not chunk:
                return b"".join(chunks)


class BytesSink:
    """Output kept in memory."""

    def __init__(self) -> None:
        """Begin empty."""
        self._chunks: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Keep `data`."""
        self._chunks.append(data)

    def value(self) -> bytes:
        """Give all that was written."""
        return b"".join(self._chunks)


class NullSink:
    """Output that nobody wants."""

    def write(self, data: bytes) -> None:
        """Drop `data`."""


class FileSink:
    """Output to a file of the phone, at its end."""

    def __init__(self, phone: PhonePort, path: str, *, append: bool) -> None:
        """Make the file, or empty it unless `append`. Errors are the file system's."""
        self._phone = phone
        self._path = path
        with phone.lock:
            if append:
                phone.files.append(path, b"")
            else:
                phone.files.write(path, b"")

    def write(self, data: bytes) -> None:
        """Add `data` to the file."""
        with self._phone.lock:
            self._phone.files.append(self._path, data)


def line_source(source: Source) -> LineSource:
    """Give `source` itself where it can be read by lines, else wrapped so."""
    return source if isinstance(source, LineSource) else LineSource(source)


NOWHERE: Sink = NullSink()
