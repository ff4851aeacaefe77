"""One host's connection to the phone's daemon: many streams over one socket."""

import itertools
import logging
import socket
import threading
from collections import deque

from tools.virtual_phone.shell.streams import StreamClosedError
from tools.virtual_phone.wire.packets import (
    CLSE,
    CNXN,
    MAX_PAYLOAD,
    OKAY,
    OPEN,
    VERSION,
    WRTE,
    Packet,
    encode_header,
    read_packet,
)
from tools.virtual_phone.wire.services import FEATURES, PRODUCT, Handler, Services, run_service

_KEPT_MAX = 4 * MAX_PAYLOAD
_SMALL = 4096
_JOIN_S = 5.0
_log = logging.getLogger(__name__)


def banner() -> bytes:
    """Give what the phone says of itself when a host connects."""
    facts = "".join(f"{name}={value};" for name, value in PRODUCT.items())
    return f"device::{facts}features={','.join(FEATURES)}".encode()


class Transport:
    """Serves one host until its connection ends."""

    def __init__(self, services: Services, connection: socket.socket) -> None:
        """Serve `services` on `connection`."""
        self._services = services
        self._connection = connection
        self._sending = threading.Lock()
        self._lock = threading.Lock()
        self._streams: dict[int, TransportStream] = {}
        self._threads: set[threading.Thread] = set()
        self._numbers = itertools.count(1)
        self._max_payload = 0

    def run(self) -> None:
        """Answer messages until the host goes or sends what is no message."""
        try:
            while True:
                self._answer(read_packet(self._connection))
        except StreamClosedError as error:
            _log.debug("a host went away: %s", error)
        finally:
            self._end()

    def send(self, packet: Packet) -> None:
        """Send a message, whole, from any thread."""
        header = encode_header(packet)
        try:
            with self._sending:
                if len(packet.payload) <= _SMALL:
                    self._connection.sendall(header + packet.payload)
                else:
                    self._connection.sendall(header)
                    self._connection.sendall(packet.payload)
        except OSError as error:
            raise StreamClosedError(str(error)) from error

    @property
    def max_payload(self) -> int:
        """The most bytes that both sides take in a message."""
        return self._max_payload

    def forget(self, stream: "TransportStream") -> None:
        """Drop a stream that has closed itself."""
        with self._lock:
            self._streams.pop(stream.number, None)

    def _answer(self, packet: Packet) -> None:
        if packet.command == CNXN:
            # No AUTH: the daemon listens on this machine only.
            self._max_payload = max(1, min(packet.arg1, MAX_PAYLOAD))
            self.send(Packet(CNXN, VERSION, MAX_PAYLOAD, banner()))
        elif not self._max_payload:
            raise StreamClosedError("a message came before the connection was made")
        elif packet.command == OPEN:
            self._open(packet)
        elif packet.command in (OKAY, WRTE, CLSE):
            with self._lock:
                stream = self._streams.get(packet.arg1)
            if stream is not None:
                stream.take(packet)
            elif packet.command == WRTE:
                self.send(Packet(CLSE, 0, packet.arg0))

    def _open(self, packet: Packet) -> None:
        name = packet.payload.rstrip(b"\0").decode("utf-8", "replace")
        handler = self._services.open(name)
        if handler is None:
            self.send(Packet(CLSE, 0, packet.arg0))
            return
        stream = TransportStream(self, next(self._numbers), packet.arg0)
        thread = threading.Thread(
            target=self._serve, args=(handler, stream), name=f"adb-stream-{name[:20]}", daemon=True
        )
        with self._lock:
            self._streams[stream.number] = stream
            self._threads.add(thread)
        self.send(Packet(OKAY, stream.number, packet.arg0))
        thread.start()

    def _serve(self, handler: Handler, stream: "TransportStream") -> None:
        try:
            run_service(handler, stream)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _end(self) -> None:
        with self._lock:
            streams, threads = list(self._streams.values()), list(self._threads)
        for stream in streams:
            stream.lose()
        for thread in threads:
            if thread.ident is not None:
                thread.join(_JOIN_S)


class TransportStream:
    """A channel that is one stream among others of a transport."""

    def __init__(self, transport: Transport, number: int, host_number: int) -> None:
        """Bind the stream to its transport, with its numbers here and at the host."""
        self.number = number
        self._transport = transport
        self._host_number = host_number
        self._changed = threading.Condition()
        self._kept: deque[bytes] = deque()
        self._kept_bytes = 0
        self._owed = 0
        self._may_write = True
        self._host_closed = False
        self._closed = False

    def take(self, packet: Packet) -> None:
        """Take a message for this stream; called by the transport's thread."""
        acknowledge = False
        with self._changed:
            if packet.command == OKAY:
                self._may_write = True
            elif packet.command == WRTE:
                self._kept.append(packet.payload)
                self._kept_bytes += len(packet.payload)
                # At once, as long as the service keeps up; else when it has read.
                acknowledge = self._kept_bytes <= _KEPT_MAX
                self._owed += not acknowledge
            else:
                self._host_closed = True
            self._changed.notify_all()
        if acknowledge:
            self._acknowledge()

    def lose(self) -> None:
        """The whole connection is gone."""
        with self._changed:
            self._host_closed = self._closed = True
            self._changed.notify_all()

    def read(self, limit: int = -1) -> bytes:
        """Give at most `limit` bytes (-1: all to the end), empty at the end. Waits."""
        if limit < 0:
            chunks = []
            while chunk := self.read(_KEPT_MAX):
                chunks.append(chunk)
            return b"".join(chunks)
        with self._changed:
            while not self._kept and not self._host_closed:
                self._changed.wait()
            if not self._kept:
                return b""
            chunk = self._kept.popleft()
            if len(chunk) > limit:
                self._kept.appendleft(chunk[limit:])
                chunk = chunk[:limit]
            self._kept_bytes -= len(chunk)
            owed = self._owed if self._kept_bytes <= _KEPT_MAX else 0
            self._owed -= owed
        for _ in range(owed):
            self._acknowledge()
        return chunk

    def write(self, data: bytes) -> None:
        """Send all of `data`. Waits for the host to take each message."""
        view = memoryview(data)
        size = self._transport.max_payload
        for at in range(0, len(data), size):
            with self._changed:
                while not self._may_write and not self._host_closed:
                    self._changed.wait()
                if self._host_closed:
                    raise StreamClosedError("the host closed the stream")
                self._may_write = False
            piece = data if len(data) <= size else bytes(view[at : at + size])
            self._transport.send(Packet(WRTE, self.number, self._host_number, piece))

    def close(self) -> None:
        """Tell the host that the stream is at its end."""
        self._transport.forget(self)
        with self._changed:
            if self._closed:
                return
            self._closed = True
        try:
            self._transport.send(Packet(CLSE, self.number, self._host_number))
        except StreamClosedError:
            self.lose()

    def _acknowledge(self) -> None:
        self._transport.send(Packet(OKAY, self.number, self._host_number))
