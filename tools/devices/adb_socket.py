"""A small client of the ADB server: one connection, one command, no sleep, typed errors.

Used where every millisecond counts (frames, input); discovery and file transfer go through
adbutils. A command costs one connection to the server on this machine and one round trip to the
device. ``host:version`` is not asked: it would be one connection more for nothing.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tools.clock import Clock
from tools.errors import ActionFailedError, DeviceGoneError, DeviceTimeoutError

DEFAULT_PORT = 5037
MAX_OUTPUT = 256 * 1024 * 1024
_CHUNK = 1 << 20
_STATUS = 4
_LONGEST_SERVICE = 0xFFFF
_TRANSPORT_ID = 8
_STDOUT, _STDERR, _EXIT = 1, 2, 3
_CLOSE_STDIN = b"\x04\x00\x00\x00\x00"


def _unknown() -> str:
    return ""


@dataclass(frozen=True)
class AdbServer:
    """Where an ADB server listens.

    Attributes:
        why_gone: Asked, when its device has hung up, whether it is known why: a sentence, or
            nothing.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    why_gone: Callable[[], str] = field(default=_unknown, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class ShellResult:
    """What a command on the device gave back."""

    stdout: bytes
    stderr: bytes
    code: int

    @property
    def text(self) -> str:
        """Standard output as text, without white space at its ends."""
        return self.stdout.decode("utf-8", "replace").strip()

    @property
    def complaint(self) -> str:
        """Standard error, or else standard output, as one short line."""
        said = self.stderr.strip() or self.stdout.strip()
        return " ".join(said.decode("utf-8", "replace").split())[:300]


class AdbStream:
    """The open connection to one service on the device.

    Args:
        connection: A connected socket; closed with this object.
        clock: Measures the time left.
        timeout_s: For the whole conversation.
        peer: Who is at the other end, for messages.
    """

    def __init__(
        self, connection: socket.socket, clock: Clock, timeout_s: float, peer: str
    ) -> None:
        self._socket = connection
        self._clock = clock
        self._deadline_s = clock.now() + timeout_s
        self._timeout_s = timeout_s
        self._peer = peer
        self._ahead = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; a command that still runs on the device loses its output."""
        self._socket.close()

    def limit(self, timeout_s: float) -> None:
        """Give what follows ``timeout_s`` seconds from now."""
        self._deadline_s = self._clock.now() + timeout_s
        self._timeout_s = timeout_s

    def limit_again(self) -> None:
        """Give what follows as much time as the conversation was given at first."""
        self.limit(self._timeout_s)

    def send(self, data: bytes) -> None:
        """Send all of ``data``.

        Raises:
            DeviceError: The connection broke, or the time is up.
        """
        try:
            self._socket.settimeout(self._left_s())
            self._socket.sendall(data)
        except TimeoutError as error:
            raise self._late() from error
        except OSError as error:
            raise DeviceGoneError(f"{self._peer} hung up: {error}") from error

    def receive(self) -> bytes:
        """Some bytes, at least one; empty at the end.

        Raises:
            DeviceError: The connection broke, or the time is up.
        """
        if self._ahead:
            data, self._ahead = self._ahead, b""
            return data
        try:
            self._socket.settimeout(self._left_s())
            return self._socket.recv(_CHUNK)
        except TimeoutError as error:
            raise self._late() from error
        except OSError as error:
            raise DeviceGoneError(f"{self._peer} hung up: {error}") from error

    def read(self, length: int) -> bytes:
        """Exactly ``length`` bytes.

        Raises:
            DeviceGoneError: The connection ended before.
        """
        held, self._ahead = bytearray(self._ahead), b""
        while len(held) < length:
            data = self.receive()
            if not data:
                raise DeviceGoneError(f"{self._peer} hung up after {len(held)} of {length} bytes.")
            held += data
        self._ahead = bytes(held[length:])
        return bytes(held[:length])

    def read_all(self) -> bytes:
        """Everything up to the end.

        Raises:
            DeviceError: It does not end in time, or is larger than 256 MiB.
        """
        chunks: list[bytes] = []
        total = 0
        while data := self.receive():
            chunks.append(data)
            total += len(data)
            if total > MAX_OUTPUT:
                raise DeviceGoneError(f"{self._peer} sends without end.")
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def read_until(self, marker: bytes) -> bytes:
        """Everything before ``marker``, which is dropped.

        Raises:
            DeviceGoneError: The connection ended before.
        """
        held, self._ahead = bytearray(self._ahead), b""
        sought = 0  # what was searched is not searched again: a frame comes in many pieces
        while (at := held.find(marker, sought)) < 0:
            sought = max(0, len(held) - len(marker) + 1)
            data = self.receive()
            if not data or len(held) > MAX_OUTPUT:
                raise DeviceGoneError(f"{self._peer} hung up in the middle of an answer.")
            held += data
        whole = memoryview(held)
        self._ahead = bytes(whole[at + len(marker) :])
        return bytes(whole[:at])

    def request(self, service: str) -> None:
        """Ask the server for ``service`` and read its yes.

        Raises:
            DeviceGoneError: It says no, or something that is not ADB.
            ActionFailedError: The command is longer than ADB can carry.
        """
        name = service.encode("utf-8", "replace")
        if len(name) > _LONGEST_SERVICE:
            raise ActionFailedError(f"A command of {len(name)} bytes is too long for the device.")
        self.send(b"%04x%s" % (len(name), name))
        status = self.read(_STATUS)
        if status == b"OKAY":
            return
        if status != b"FAIL":
            raise DeviceGoneError(f"{self._peer} answered {status!r}, which is not ADB.")
        try:
            reason = self.read(int(self.read(_STATUS), 16)).decode("utf-8", "replace")
        except ValueError as error:
            raise DeviceGoneError(f"{self._peer} refused without a reason.") from error
        raise DeviceGoneError(f"{self._peer} refused: {reason}")

    def _left_s(self) -> float:
        left = self._deadline_s - self._clock.now()
        if left <= 0:
            raise self._late()
        return left

    def _late(self) -> DeviceTimeoutError:
        return DeviceTimeoutError(f"{self._peer} did not answer within {self._timeout_s:g} s.")


class AdbLink:
    """Runs commands on one device through an ADB server.

    Args:
        server: The ADB server.
        serial: The device, as the server names it.
        clock: Measures time-outs.
        timeout_s: For a command that is given none of its own.
    """

    def __init__(
        self, server: AdbServer, serial: str, clock: Clock, *, timeout_s: float = 10.0
    ) -> None:
        self.server = server
        self.serial = serial
        self._clock = clock
        self._timeout_s = timeout_s

    @contextmanager
    def open(self, service: str, *, timeout_s: float | None = None) -> Iterator[AdbStream]:
        """Open ``service`` (``exec:…``, ``shell,v2,raw:…``) on the device.

        Raises:
            DeviceGoneError: Server or device are not there, or refuse.
            DeviceTimeoutError: They do not answer in time.
        """
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        with self._explained(), closing(self._connect(limit_s)) as connection:
            stream = AdbStream(connection, self._clock, limit_s, f"The device {self.serial!r}")
            stream.request(f"host:tport:serial:{self.serial}")
            stream.read(_TRANSPORT_ID)
            stream.request(service)
            yield stream

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DeviceGoneError as error:
            if why := self.server.why_gone():
                raise DeviceGoneError(why) from error
            raise

    def run(self, command: str, *, timeout_s: float | None = None) -> bytes:
        """Run ``command`` and return what it writes, standard error mixed in.

        Raises:
            DeviceError: As ``open``.
        """
        with self.open(f"exec:{command}", timeout_s=timeout_s) as stream:
            return stream.read_all()

    def shell(self, command: str, *, timeout_s: float | None = None) -> ShellResult:
        """Run ``command`` and return its outputs and exit code (Android 7 and later).

        Raises:
            DeviceError: As ``open``, or the connection ended before the exit code came.
        """
        parts = {_STDOUT: bytearray(), _STDERR: bytearray()}
        with self.open(f"shell,v2,raw:{command}", timeout_s=timeout_s) as stream:
            stream.send(_CLOSE_STDIN)
            while True:
                header = stream.read(5)
                kind, length = header[0], int.from_bytes(header[1:], "little")
                if length > MAX_OUTPUT:
                    raise DeviceGoneError(f"The device {self.serial!r} sends without end.")
                data = stream.read(length)
                if kind == _EXIT:
                    code = data[0] if data else 0
                    return ShellResult(bytes(parts[_STDOUT]), bytes(parts[_STDERR]), code)
                if kind in parts:
                    parts[kind] += data

    def _connect(self, timeout_s: float) -> socket.socket:
        try:
            connection = socket.create_connection(
                (self.server.host, self.server.port), timeout=timeout_s
            )
        except TimeoutError as error:
            raise DeviceTimeoutError(
                f"The ADB server at {self.server} did not answer within {timeout_s:g} s."
            ) from error
        except OSError as error:
            raise DeviceGoneError(f"No ADB server answers at {self.server}: {error}") from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
