"""A small page on this machine for one person: pictures out, gestures in, everybody else refused.

It listens on 127.0.0.1 unless the person says otherwise. Its address holds a secret that every
request must begin with, so that others who can reach it cannot guess it; ``agent/person/door.py``
says which requests are let in, and a post must be JSON from the page itself.
"""

import secrets
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from agent.person.desk import LARGEST_POST as LARGEST_POST
from agent.person.desk import Desk, Reply, as_json, expected_length
from agent.person.door import HEADERS, HERE, Door, RefusedError
from agent.person.surface import Surface
from tools.errors import ConfigError

_SILENT_S = 30.0


@dataclass(frozen=True)
class OpenPage:
    """A page that is served.

    Attributes:
        url: Where, with the secret in it.
        port: The port alone.
    """

    url: str
    port: int


@contextmanager
def served_page(
    surface: Surface, *, host: str = HERE, port: int = 0, flag: str = "--port"
) -> Iterator[OpenPage]:
    """Serve the page of ``surface`` for as long as the block lasts.

    Args:
        surface: What is shown, and where gestures go.
        host: Address to listen at; anything but this machine's own lets others in who know the
            secret.
        port: 0 for any that is free.
        flag: How the person names the port.

    Raises:
        ConfigError: The address or the port cannot be had.
    """
    token = secrets.token_urlsafe(24)
    try:
        server = _Server((host, port), surface, token)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        where = "" if host == HERE else f" of {host!r}"
        raise ConfigError(
            f"The page cannot be served at port {port}{where}: {reason}.",
            hint=f"Name another one with {flag}, or leave it out.",
        ) from None
    thread = Thread(target=server.serve_forever, args=(0.1,), name="page", daemon=True)
    thread.start()
    try:
        yield OpenPage(f"http://{server.door.shown}/{token}/", server.door.port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a page that waits for news must not hold up the end
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], surface: Surface, token: str) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)
        self.desk = Desk(surface)
        self.token = token
        self.door = Door(address[0], self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as there
        """A page that hangs up in the middle is no news; anything else is printed."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _SILENT_S
    server_version, sys_version = "page", ""

    def do_GET(self) -> None:
        """See ``Desk.get``."""
        self._answering(lambda path: self.server.desk.get(path, urlsplit(self.path).query))

    def do_POST(self) -> None:
        """See ``Desk.post``."""
        self._answering(self._post)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing: the terminal belongs to the recording."""

    def _answering(self, work: Callable[[str], Reply]) -> None:
        try:
            try:
                reply = work(self._path())
            except RefusedError as error:
                # Unread bytes of a post would be taken for the next request.
                self.close_connection = True
                reply = as_json({"error": str(error)}, error.status)
            self._send(reply)
        except OSError:  # the page hung up
            self.close_connection = True

    def _path(self) -> str:
        """What comes after the secret.

        Raises:
            RefusedError: The request is not from the page.
        """
        self.server.door.admit(self.headers.get("Host", ""), self.headers.get("Origin"))
        token, slash, path = urlsplit(self.path).path.removeprefix("/").partition("/")
        if not slash or not secrets.compare_digest(token.encode(), self.server.token.encode()):
            raise RefusedError(
                HTTPStatus.FORBIDDEN, "Open the address as it was printed, with its secret."
            )
        return path

    def _post(self, path: str) -> Reply:
        self.server.desk.takes(path)
        content_type = self.headers.get("Content-Type", "")
        length = expected_length(content_type, self.headers.get("Content-Length", ""))
        body = self.rfile.read(length)
        if len(body) < length:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "The post ended early.")
        return self.server.desk.post(path, body)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {**HEADERS, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)
