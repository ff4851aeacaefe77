"""What a terminal driver does for `adb shell` typed by a person: echo, line editing, CR LF."""

from tools.virtual_phone.shell.command import Sink, Source

_CTRL_C, _CTRL_D, _CTRL_U = 0x03, 0x04, 0x15
_ERASE = (0x08, 0x7F)
_ENTER = (0x0D, 0x0A)
_CHUNK = 4096


class TerminalSource:
    """Gives whole lines; shows what is typed and lets it be corrected."""

    def __init__(self, source: Source, echo: Sink) -> None:
        """Read raw keys from `source` and show them on `echo`."""
        self._source = source
        self._echo = echo
        self._keys = b""
        self._ready = b""
        self._ended = False

    def read(self, limit: int = -1) -> bytes:
        """Give what is left of the line, at most `limit` bytes; empty at Ctrl-D."""
        if limit < 0:
            chunks = []
            while chunk := self.read(_CHUNK):
                chunks.append(chunk)
            return b"".join(chunks)
        if not self._ready and not self._ended:
            self._ready = self._line()
        chunk, self._ready = self._ready[:limit], self._ready[limit:]
        return chunk

    def _line(self) -> bytes:
        line = bytearray()
        while True:
            key = self._key()
            if key is None or (key == _CTRL_D and not line):
                self._ended = key is None
                return bytes(line)
            if key in _ENTER:
                self._echo.write(b"\r\n")
                return bytes(line) + b"\n"
            if key == _CTRL_C:
                self._echo.write(b"^C\r\n")
                return b"\n"
            if key in _ERASE:
                self._erase(line)
            elif key == _CTRL_U:
                while line:
                    self._erase(line)
            elif key >= 0x20:
                line.append(key)
                self._echo.write(bytes([key]))

    def _erase(self, line: bytearray) -> None:
        # A character of UTF-8 is its first byte and all 10xxxxxx bytes after it.
        while line and line[-1] & 0xC0 == 0x80:
            line.pop()
        if line:
            line.pop()
            self._echo.write(b"\b \b")

    def _key(self) -> int | None:
        if not self._keys:
            self._keys = self._source.read(_CHUNK)
        if not self._keys:
            return None
        key, self._keys = self._keys[0], self._keys[1:]
        return key


class TerminalSink:
    """Writes newlines as terminals want them, CR LF."""

    def __init__(self, sink: Sink) -> None:
        """Write on to `sink`."""
        self._sink = sink

    def write(self, data: bytes) -> None:
        """Write `data` with each LF as CR LF."""
        self._sink.write(data.replace(b"\n", b"\r\n"))
