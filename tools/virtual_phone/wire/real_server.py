"""Tells a real adb server of the phone, so that nobody waits for it to find out."""

import socket
import threading

from tools.virtual_phone.shell.streams import StreamClosedError
from tools.virtual_phone.wire.channel import SocketChannel, read_all
from tools.virtual_phone.wire.errors import WireError

_TIMEOUT_S = 10.0
_TRIES = 100
_PAUSE_S = 0.02


class RealServerError(WireError):
    """The real adb server is not there or did not take the phone."""


def register(server_port: int, address: str) -> str:
    """Have the adb server on this machine connect to the phone; give its words.

    A phone that was connected before and restarted shows as offline for some ten seconds and
    `connect` alone calls it connected; so it is disconnected first.

    Args:
        server_port: The server's port, 5037 as a rule.
        address: The phone's address, `"127.0.0.1:6555"`.

    Raises:
        RealServerError: No server answers, or it cannot reach the phone.
    """
    pause = threading.Event()
    words = ""
    for _ in range(_TRIES):
        unregister(server_port, address)
        words = _ask(server_port, f"host:connect:{address}")
        if words.startswith("connected to"):
            return words
        if not words.startswith("already connected to"):
            break
        # The server was still letting go of the old connection, and will: this one does not last.
        pause.wait(_PAUSE_S)
    raise RealServerError(f"The adb server on port {server_port} says: {words}.")


def unregister(server_port: int, address: str) -> None:
    """Have the adb server forget the phone. One that does not know it is fine.

    Raises:
        RealServerError: No server answers.
    """
    _ask(server_port, f"host:disconnect:{address}")


def _ask(server_port: int, request: str) -> str:
    data = request.encode()
    try:
        with socket.create_connection(("127.0.0.1", server_port), timeout=_TIMEOUT_S) as connection:
            channel = SocketChannel(connection)
            channel.write(b"%04x" % len(data) + data)
            status = read_all(channel, 4)
            size = int(read_all(channel, 4), 16)
            words = read_all(channel, size).decode("utf-8", "replace").strip()
    except (OSError, StreamClosedError, ValueError) as error:
        raise RealServerError(
            f"No adb server answers on port {server_port} ({error}). Start one: adb start-server."
        ) from error
    return words if status in (b"OKAY", b"FAIL") else f"{status!r} {words}"
