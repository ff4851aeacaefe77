"""A server that begins an answer, or not even that, and says no more until it is hung up on."""

import json
import socket
from threading import Event, Thread
from types import TracebackType
from typing import Self

from tests.agent.models.fault_server import chunk

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


class StallingServer:
    """See the module.

    Args:
        said: What it says before it falls silent; empty: it does not even answer.

    Attributes:
        asked: A request has come.
        left: Whoever made it has hung up.
    """

    def __init__(self, said: str = "") -> None:
        self._said = said
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.asked, self.left = Event(), Event()
        self._thread = Thread(target=self._serve, name="stalling server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        self._listener.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # nobody came
            return
        with connection:
            self._read_request(connection)
            if self._said:
                piece = f"data: {json.dumps(chunk(content=self._said))}\n\n"
                connection.sendall(_HEAD + piece.encode())
            self.asked.set()
            connection.settimeout(60)
            try:
                if connection.recv(1) == b"":
                    self.left.set()
            except ConnectionResetError:
                self.left.set()

    def _read_request(self, connection: socket.socket) -> None:
        read = b""
        while b"\r\n\r\n" not in read:
            read += connection.recv(65536)
        head, _, body = read.partition(b"\r\n\r\n")
        told = {name.lower(): value for name, _, value in map(_parted, head.split(b"\r\n")[1:])}
        while len(body) < int(told[b"content-length"]):
            body += connection.recv(65536)


def _parted(line: bytes) -> tuple[bytes, bytes, bytes]:
    return line.partition(b":")
