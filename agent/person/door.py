"""Who may ask a page of this machine: the browser that was given its address, and nobody else.

The Host header must name this machine, so that no other site can reach the page under a name of its
own (DNS rebinding), and an Origin must be the page itself.
"""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

HERE: Final = "127.0.0.1"
HEADERS: Final[Mapping[str, str]] = {
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
"""Sent with every answer of a page."""


class RefusedError(Exception):
    """A request that is not answered.

    Args:
        status: The status to answer with.
        why: In one line.
    """

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Door:
    """Where a page listens.

    Attributes:
        host: Address it is bound to.
        port: The port that was taken.
    """

    host: str
    port: int

    @property
    def local(self) -> bool:
        """Whether nothing but this machine can reach it."""
        return is_local(self.host)

    @property
    def shown(self) -> str:
        """Host and port as a browser on this machine writes them."""
        host = HERE if self.host in {"", "0.0.0.0", "::"} else self.host  # noqa: S104 - compared
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def admit(self, host: str, origin: str | None) -> None:
        """Let a request in.

        Args:
            host: Its Host header.
            origin: Its Origin header, if there is one.

        Raises:
            RefusedError: It comes from elsewhere.
        """
        if not self._is_ours(host):
            raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "This is not the page's host.")
        if origin is None:
            return
        if self.local:
            own = {f"http://{name}" for name in self._names()}
        else:  # a proxy in front may speak TLS
            own = {f"{scheme}://{host}" for scheme in ("http", "https")}
        if origin not in own:
            raise RefusedError(HTTPStatus.FORBIDDEN, "Another site may not ask here.")

    def _names(self) -> set[str]:
        return {self.shown, f"{HERE}:{self.port}", f"localhost:{self.port}"}

    def _is_ours(self, host: str) -> bool:
        if host in self._names():
            return True
        if self.local:
            return False
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        # A name that somebody else owns could be made to point here; a number cannot.
        return name in {"localhost", socket.gethostname().lower()} or _is_address(name)


def is_local(host: str) -> bool:
    """Whether only this machine can reach what listens at ``host``."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
