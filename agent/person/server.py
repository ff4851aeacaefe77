"""A small page on this machine for one person: pictures out, gestures in, everybody else refused.

It listens on 127.0.0.1 only. Its address holds a secret that every request must begin with, so
that other users of this machine cannot guess it; the Host header must name this machine, so that
no other site can reach it under a name of its own; and a post must be JSON from the page itself.
"""

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import PurePosixPath
from threading import BoundedSemaphore, Thread
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, ValidationError

from agent.person.gestures import Posted, TurnedError
from agent.person.surface import Surface
from tools.errors import AgentMistakeError, ConfigError
from tools.geometry import Frozen

HOST: Final = "127.0.0.1"
LARGEST_POST = 128 * 1024
_FRONT = "index.html"
_FILES = frozenset({"page.css", "page.js", "hands.js", "icon.svg"})
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLL_S = 8.0
_MOST_POLLS = 16
_SILENT_S = 30.0
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class TakenBack(Frozen):
    """Which act is to be forgotten."""

    number: int = Field(ge=1)


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
def served_page(surface: Surface, *, port: int = 0) -> Iterator[OpenPage]:
    """Serve the page of ``surface`` for as long as the block lasts.

    Args:
        surface: What is shown, and where gestures go.
        port: Of 127.0.0.1; 0 for any that is free.

    Raises:
        ConfigError: The port cannot be had.
    """
    token = secrets.token_urlsafe(24)
    try:
        server = _Server((HOST, port), surface, token)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"The page cannot be served at port {port}: {reason}.",
            hint="Name another one with --port, or leave it out.",
        ) from None
    thread = Thread(target=server.serve_forever, args=(0.1,), name="page", daemon=True)
    thread.start()
    try:
        taken = server.server_address[1]
        yield OpenPage(f"http://{HOST}:{taken}/{token}/", taken)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a page that waits for news must not hold up the end
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], surface: Surface, token: str) -> None:
        super().__init__(address, _Handler)
        self.surface = surface
        self.token = token
        self.polls = BoundedSemaphore(_MOST_POLLS)
        taken = self.server_address[1]
        self.names = {f"{HOST}:{taken}", f"localhost:{taken}"}

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as there
        """A page that hangs up in the middle is no news; anything else is printed."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _SILENT_S
    server_version, sys_version = "page", ""

    def do_GET(self) -> None:
        """Files of the page, ``view`` (waits for news) and ``picture``."""
        self._answering(self._get)

    def do_POST(self) -> None:
        """``act`` and ``take-back``."""
        self._answering(self._post)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing: the terminal belongs to the recording."""

    def _answering(self, work: Callable[[str], None]) -> None:
        try:
            work(self._path())
        except _RefusedError as error:
            # Unread bytes of a post would be taken for the next request.
            self.close_connection = True
            self._send_json({"error": str(error)}, error.status)
        except OSError:  # the page hung up
            self.close_connection = True

    def _path(self) -> str:
        """What comes after the secret.

        Raises:
            _RefusedError: The request is not from the page.
        """
        if self.headers.get("Host", "") not in self.server.names:
            raise _RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "This is not the page's host.")
        origin = self.headers.get("Origin")
        own = {f"http://{name}" for name in self.server.names}
        if origin is not None and origin not in own:
            raise _RefusedError(HTTPStatus.FORBIDDEN, "Another site may not ask here.")
        token, slash, path = urlsplit(self.path).path.removeprefix("/").partition("/")
        if not slash or not secrets.compare_digest(token.encode(), self.server.token.encode()):
            raise _RefusedError(
                HTTPStatus.FORBIDDEN, "Open the address as it was printed, with its secret."
            )
        return path

    def _get(self, path: str) -> None:
        if path == "" or path in _FILES:
            self._send_file(path or _FRONT)
        elif path == "view":
            self._send_view()
        elif path == "picture":
            picture = self.server.surface.picture()
            if picture is None:
                raise _RefusedError(HTTPStatus.NOT_FOUND, "There is no picture yet.")
            self._send(picture.jpeg, "image/jpeg", {"X-Picture": str(picture.number)})
        else:
            raise _RefusedError(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _send_view(self) -> None:
        told = parse_qs(urlsplit(self.path).query).get("after", ["0"])[0]
        if not (told.isascii() and told.isdigit() and len(told) <= 12):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "after must be a number.")
        if not self.server.polls.acquire(blocking=False):
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "Too many pages are open.")
        try:
            view = self.server.surface.view(int(told), _POLL_S)
        finally:
            self.server.polls.release()
        self._send(view.model_dump_json().encode(), "application/json")

    def _post(self, path: str) -> None:
        if path not in {"act", "take-back"}:
            raise _RefusedError(HTTPStatus.NOT_FOUND, "There is no such page.")
        body = self._body()
        try:
            if path == "take-back":
                number = TakenBack.model_validate_json(body).number
                self._send_json({"taken_back": self.server.surface.take_back(number)})
                return
            self.server.surface.accept(Posted.model_validate_json(body))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise _RefusedError(HTTPStatus.BAD_REQUEST, f"{where}: {first['msg']}") from None
        except TurnedError as error:
            raise _RefusedError(HTTPStatus.CONFLICT, str(error)) from None
        except AgentMistakeError as error:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from None
        self._send_json({})

    def _body(self) -> bytes:
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Only JSON is taken.")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise _RefusedError(HTTPStatus.LENGTH_REQUIRED, "Say how long it is.")
        if len(length) > 9 or int(length) > LARGEST_POST:
            raise _RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {LARGEST_POST} bytes are taken."
            )
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "The post ended early.")
        return body

    def _send_file(self, name: str) -> None:
        data = files("agent.person").joinpath("page", name).read_bytes()
        self._send(data, _TYPES[PurePosixPath(name).suffix])

    def _send_json(self, value: object, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(json.dumps(value).encode(), "application/json", status=status)

    def _send(
        self,
        data: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
