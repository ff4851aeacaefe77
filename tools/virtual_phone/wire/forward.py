"""`adb forward`: ports of this machine whose clients reach services inside the phone."""

import logging
import re
import socket
import threading

from tools.virtual_phone.wire.channel import SocketChannel
from tools.virtual_phone.wire.errors import WireError
from tools.virtual_phone.wire.listener import Listener
from tools.virtual_phone.wire.services import Services, run_service

_TCP = re.compile(r"tcp:(\d{1,5})")
_log = logging.getLogger(__name__)


class ForwardError(Exception):
    """A forward cannot be made or taken away; the message goes to the client."""


class ForwardTable:
    """The forwards of one server, each with its listening socket."""

    def __init__(self, services: Services, host: str) -> None:
        """Forward from ports of `host` to `services`."""
        self._services = services
        self._host = host
        self._lock = threading.Lock()
        self._table: dict[str, tuple[str, Listener]] = {}

    def add(self, local: str, remote: str, *, rebind: bool) -> int:
        """Listen at `local` (`tcp:8080`, `tcp:0`) for `remote`; give the port.

        Raises:
            ForwardError: The place cannot be had.
        """
        match = _TCP.fullmatch(local)
        if not match:
            raise ForwardError(f"cannot bind '{local}': only tcp: is known here")
        with self._lock:
            old = self._table.get(local)
            if old is not None:
                if not rebind:
                    raise ForwardError("cannot rebind existing socket")
                # The listening socket stays; only what is behind it changes.
                self._table[local] = (remote, old[1])
                return old[1].port
            try:
                listener = Listener(self._host, int(match[1]), self._serve, f"forward-{local}")
            except WireError as error:
                raise ForwardError(f"cannot bind listener: {error}") from error
            local = f"tcp:{listener.port}"
            self._table[local] = (remote, listener)
            listener.start()
            return listener.port

    def remove(self, local: str) -> None:
        """Stop listening at `local`.

        Raises:
            ForwardError: Nothing listens there.
        """
        with self._lock:
            found = self._table.pop(local, None)
        if found is None:
            raise ForwardError(f"listener '{local}' not found")
        found[1].close()

    def clear(self) -> None:
        """Stop listening anywhere."""
        with self._lock:
            listeners = [listener for _, listener in self._table.values()]
            self._table.clear()
        for listener in listeners:
            listener.close()

    def lines(self, serial: str) -> str:
        """Give the list as `adb forward --list` shows it."""
        with self._lock:
            table = [(local, remote) for local, (remote, _) in self._table.items()]
        return "".join(f"{serial} {local} {remote}\n" for local, remote in table)

    def _serve(self, connection: socket.socket) -> None:
        local = f"tcp:{connection.getsockname()[1]}"
        with self._lock:
            found = self._table.get(local)
        handler = self._services.open(found[0]) if found is not None else None
        if handler is None:
            _log.warning("nothing in the phone listens behind the forward %s", local)
            return
        run_service(handler, SocketChannel(connection))
