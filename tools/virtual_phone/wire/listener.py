"""A listening socket with one thread per client, closed without a trace."""

import contextlib
import errno
import selectors
import socket
import sys
import threading
from collections.abc import Callable

from tools.virtual_phone.wire.errors import PortTakenError, WireError

_JOIN_S = 5.0
_BACKLOG = 128


class Listener:
    """Accepts clients of a TCP port and hands each to a thread of its own."""

    def __init__(
        self, host: str, port: int, serve: Callable[[socket.socket], None], name: str
    ) -> None:
        """Bind the port; clients are taken from `start` on.

        Args:
            host: Address to bind, `"127.0.0.1"`.
            port: Port to bind; 0 lets the system pick one.
            serve: Called in a thread with each client's socket, which is closed afterwards.
            name: For the threads' names.

        Raises:
            PortTakenError: Another program has the port.
            WireError: The address or the port cannot be bound.
        """
        self._serve = serve
        self._name = name
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._socket = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        # A byte, or the end, on this pair wakes the accepting thread: no waiting in turns.
        self._wake, self._waker = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name=f"{name}-accept", daemon=True)

    def start(self) -> None:
        """Take clients from now on."""
        self._thread.start()

    def close(self) -> None:
        """Free the port at once, end all clients and wait for their threads."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._waker.close()
        if self._thread.ident is not None:
            self._thread.join(_JOIN_S)
        self._socket.close()
        self._wake.close()
        with self._lock:
            clients = dict(self._clients)
            for client in clients:
                # The client's own thread closes it; this wakes the thread.
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
        for thread in clients.values():
            if thread is not threading.current_thread():
                thread.join(_JOIN_S)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._wake in ready:
                    return
                # A client may be gone again before it is accepted.
                with contextlib.suppress(OSError):
                    self._take(self._socket.accept()[0])

    def _take(self, client: socket.socket) -> None:
        thread = threading.Thread(target=self._run, args=(client,), name=self._name, daemon=True)
        with self._lock:
            self._clients[client] = thread
        thread.start()

    def _run(self, client: socket.socket) -> None:
        try:
            with contextlib.suppress(OSError):
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._serve(client)
        finally:
            with self._lock:
                self._clients.pop(client, None)
                client.close()


def _bind(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # On Windows this option would let two programs share the port; there a port is free at once.
    if sys.platform != "win32":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise PortTakenError(port) from error
        raise WireError(f"Cannot listen on {host}:{port}: {error}.") from error
    return listening
