"""An ADB server with one phone that says what a test wants, sound or garbage.

It speaks the protocol as far as a client sees it; ``script`` maps the beginning of a shell command
to what comes back. What is asked is kept in ``asked``.
"""

import io
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from PIL import Image

SERIAL = "phone-1"
WIDTH, HEIGHT = 108, 240


@dataclass(frozen=True)
class Refuse:
    """Answer FAIL with a reason."""

    reason: str


@dataclass(frozen=True)
class Verbatim:
    """Send these bytes instead of an answer, then hang up."""

    data: bytes


@dataclass(frozen=True)
class Hang:
    """Accept, send what there is, and then say nothing until the client gives up."""

    data: bytes = b""


@dataclass(frozen=True)
class Ended:
    """End a command with an exit code and something on standard error."""

    code: int
    stderr: bytes = b""
    stdout: bytes = b""


Answer = bytes | Refuse | Verbatim | Hang | Ended


def picture(color: str = "white") -> Image.Image:
    return Image.new("RGB", (WIDTH, HEIGHT), color)


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def raw(image: Image.Image, *, header: int = 16, pixel_format: int = 1) -> bytes:
    words = (image.width, image.height, pixel_format, 1)[: header // 4]
    return struct.pack(f"<{len(words)}I", *words) + image.convert("RGBA").tobytes()


def properties(**changes: str) -> bytes:
    answers = {
        "model": "Brick 1", "release": "13", "qemu": "", "characteristics": "default",
        "locale": "en-US", "size": f"Physical size: {WIDTH}x{HEIGHT}",
        "density": "Physical density: 320", "animations": "1.0\n1.0\n1.0", "keyboards": "",
        "theme": "Night mode: no", "font_scale": "null",
        "enabled_keyboards": "", "clipboard": "",
    } | changes  # fmt: skip
    return "".join(f"@tapwright:{name}\n{text}\n" for name, text in answers.items()).encode()


def details(app: str = "com.x", activity: str = "com.x.Main", tree: bytes = b"") -> bytes:
    focus = f"  mCurrentFocus=Window{{1a u0 {app}/{activity}}}\n"
    mark = b"--tapwright--\n"
    return b"2027-01-04T09:30:00\n" + mark + focus.encode() + mark + mark + tree


class ScriptedServer:
    """Serves until closed; use as a context manager."""

    def __init__(self) -> None:
        self.script: dict[str, Answer | Callable[[str], Answer]] = {
            "echo @tapwright": properties(),
            "cat /data/local/tmp": b"",
            "screencap 2>/dev/null | gzip": b"",
            "screencap 2>/dev/null": raw(picture()),
            "screencap -p": b"",
            "date": details(),
            "input": b"",
        }
        self.devices = f"{SERIAL} device model:Brick_1\n"
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        number: int = self._listener.getsockname()[1]
        return number

    def __enter__(self) -> Self:
        self._spawn(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # A thread in accept() is only woken by a shutdown.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()
        for thread in self._threads:
            thread.join(5)

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as reader:
                while length := reader.read(4):
                    if not self._answer(connection, reader.read(int(length, 16)).decode()):
                        # Closed with something unread, the answer would be lost on its way.
                        connection.shutdown(socket.SHUT_WR)
                        reader.read()
                        return
        except (OSError, ValueError):
            return

    def _answer(self, connection: socket.socket, service: str) -> bool:
        """Answer one request; whether to go on reading."""
        if service.startswith("host:tport:serial:"):
            if service.rpartition(":")[2] != SERIAL:
                _refuse(connection, f"device '{service.rpartition(':')[2]}' not found")
                return False
            connection.sendall(b"OKAY" + bytes(8))
            return True
        if service.startswith("host:"):
            listed = self.devices.encode()
            known = service.startswith("host:devices")
            said = listed if known else b"failed to connect to " + service.encode()
            connection.sendall(b"OKAY%04x" % len(said) + said)
            return False
        kind, _, command = service.partition(":")
        self.asked.append(command)
        found = next((key for key in self.script if command.startswith(key)), None)
        answer = Ended(127, b"not found") if found is None else self.script[found]
        self._reply(connection, kind, answer(command) if callable(answer) else answer)
        return False

    def _reply(self, connection: socket.socket, kind: str, answer: Answer) -> None:
        packets = kind.startswith("shell,v2")
        match answer:
            case Refuse():
                _refuse(connection, answer.reason)
            case Verbatim():
                connection.sendall(answer.data)
            case Hang():
                connection.sendall(b"OKAY" + answer.data)
                while connection.recv(1024):
                    pass
            case Ended():
                data = answer.stdout + answer.stderr
                if packets:
                    data = _packet(1, answer.stdout) + _packet(2, answer.stderr)
                    data += _packet(3, bytes([answer.code]))
                connection.sendall(b"OKAY" + data)
            case bytes():
                data = _packet(1, answer) + _packet(3, b"\0") if packets else answer
                connection.sendall(b"OKAY" + data)


def _packet(kind: int, data: bytes) -> bytes:
    return struct.pack("<BI", kind, len(data)) + data


def _refuse(connection: socket.socket, reason: str) -> None:
    connection.sendall(b"FAIL%04x" % len(reason) + reason.encode())
