"""Lets in who was given the address, and nobody else: in front of every request to the studio.

The address holds a secret, which a cookie then keeps. The cookie is sent to no other site, and the
Host and Origin headers must name the studio (``agent/person/door.py``), so that neither another
user of this machine nor a site that is open in the same browser can drive it.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from agent.person.door import Door, RefusedError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
_TOKEN: Final = "token"  # noqa: S105 - its name, not its value
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)
"""Gradio's page is made of inline scripts; but it may fetch nothing from elsewhere."""
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """See the module.

    Args:
        inner: The application behind it.
        door: Where it listens.
        token: The secret.
    """

    def __init__(self, inner: Application, door: Door, token: str) -> None:
        self._inner, self._door, self._token = inner, door, token
        self._cookie = f"tapwright-{door.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it in a line."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        try:
            self._door.admit(headers.get("host", ""), headers.get("origin"))
            asked = dict(parse_qsl(scope["query_string"].decode("latin-1")))
            if scope["type"] == "http" and self._is_token(asked.get(_TOKEN, "")):
                await self._welcome(scope, asked, send)
                return
            self._require(_cookie(headers.get("cookie", ""), self._cookie))
        except RefusedError as error:
            await _refuse(scope, error, send)
            return
        await self._inner(scope, receive, _with_headers(send))

    def _require(self, told: str) -> None:
        if not self._is_token(told):
            raise RefusedError(
                HTTPStatus.FORBIDDEN, "Open the address as it was printed, with its token."
            )

    def _is_token(self, told: str) -> bool:
        return secrets.compare_digest(told.encode(), self._token.encode())

    async def _welcome(self, scope: Scope, asked: dict[str, str], send: Send) -> None:
        """Keep the token in a cookie and go on without it, so that it stands in no address bar."""
        rest = urlencode({name: value for name, value in asked.items() if name != _TOKEN})
        target = "/" + quote(scope["path"].lstrip("/")) + (f"?{rest}" if rest else "")
        cookie = f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict"
        headers = [(b"location", target.encode()), (b"set-cookie", cookie.encode())]
        start = {"type": "http.response.start", "status": 303, "headers": headers}
        await send({**start})
        await send({"type": "http.response.body", "body": b""})


def _cookie(header: str, name: str) -> str:
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found is not None else ""


async def _refuse(scope: Scope, error: RefusedError, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": int(error.status), "headers": headers})
    await send({"type": "http.response.body", "body": f"{error}\n".encode()})


def _with_headers(send: Send) -> Send:
    """``send``, with the headers that every answer has; what the answer says itself stands."""

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            there = {name.lower() for name, _ in headers}
            for name, value in _HEADERS.items():
                if name.lower().encode() not in there:
                    headers.append((name.lower().encode(), value.encode()))
            message = {**message, "headers": headers}
        await send(message)

    return sending
