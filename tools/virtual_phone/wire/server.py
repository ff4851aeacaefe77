"""A small ADB server: clients that speak the smart-socket protocol need no adb program."""

import logging
import socket
import struct
from collections.abc import Callable
from typing import TypeAlias

from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.shell.streams import StreamClosedError
from tools.virtual_phone.wire.channel import SocketChannel, read_all
from tools.virtual_phone.wire.daemon import REAL_SERVER_PORT
from tools.virtual_phone.wire.errors import PortRefusedError
from tools.virtual_phone.wire.forward import ForwardError, ForwardTable
from tools.virtual_phone.wire.listener import Listener
from tools.virtual_phone.wire.reverse import block, fail
from tools.virtual_phone.wire.services import FEATURES, PRODUCT, Services, run_service

_VERSION = 41
_TRANSPORT_ID = 1
_ANY = ("any", "local", "usb")
_log = logging.getLogger(__name__)

Answer: TypeAlias = Callable[[], bytes]


class AdbServer:
    """Speaks the ADB server's protocol on a TCP port of this machine, for one phone."""

    def __init__(
        self,
        phone: PhonePort,
        host: str = "127.0.0.1",
        port: int = 0,
        serial: str = "127.0.0.1:6555",
        *,
        services: Services | None = None,
    ) -> None:
        """Bind the port; clients are served from `start` on.

        Args:
            phone: The phone to serve.
            host: Address to bind.
            port: Port to bind; 0 lets the system pick one; never the real server's 5037.
            serial: What the phone is called in `adb devices`.
            services: Services to share with an `AdbDaemon`; own ones where None.

        Raises:
            PortRefusedError: The port is the real adb server's.
            PortTakenError: Another program has the port.
            WireError: The address or the port cannot be bound.
        """
        if port == REAL_SERVER_PORT:
            raise PortRefusedError(
                f"Port {port} belongs to the real adb server, which real phones need. "
                "Choose another port, 5038 for example."
            )
        self._services = services or Services(phone)
        self._serial = serial
        self._forwards = ForwardTable(self._services, host)
        self._listener = Listener(host, port, self._serve, "adb-server")

    @property
    def port(self) -> int:
        """The port clients connect to."""
        return self._listener.port

    @property
    def serial(self) -> str:
        """What the phone is called."""
        return self._serial

    def start(self) -> None:
        """Serve clients from now on."""
        self._listener.start()

    def close(self) -> None:
        """Free the ports at once, forwards too, and end all clients. Not under `phone.lock`."""
        self._listener.close()
        self._forwards.clear()

    def _serve(self, connection: socket.socket) -> None:
        channel = SocketChannel(connection)
        try:
            _Client(self._services, self._forwards, self._serial, channel).run()
        except StreamClosedError as error:
            _log.debug("a client went away: %s", error)
        else:
            channel.close()


class _Client:
    """One connection: host requests, of which one may choose the phone, then a service."""

    def __init__(
        self, services: Services, forwards: ForwardTable, serial: str, channel: SocketChannel
    ) -> None:
        self._services = services
        self._forwards = forwards
        self._serial = serial
        self._channel = channel
        self._answers: dict[str, Answer] = {
            "version": lambda: b"OKAY" + block(f"{_VERSION:04x}"),
            "devices": lambda: b"OKAY" + block(self._devices()),
            "devices-l": lambda: b"OKAY" + block(self._devices(long=True)),
            "features": lambda: b"OKAY" + block(",".join(FEATURES)),
            "host-features": lambda: b"OKAY" + block(",".join(FEATURES)),
            "get-state": lambda: b"OKAY" + block("device"),
            "get-serialno": lambda: b"OKAY" + block(self._serial),
            "get-devpath": lambda: b"OKAY" + block("unknown"),
            "list-forward": lambda: b"OKAY" + block(forwards.lines(serial)),
            "killforward-all": self._kill_forwards,
            "kill": self._kill,
            "reconnect": lambda: b"OKAY" + block("done"),
        }

    def run(self) -> None:
        """Answer requests; give way to a service once one is asked for."""
        while (request := self._request()) is not None:
            if not request.startswith("host"):
                self._channel.write(fail("device offline (no transport)"))
                return
            if not self._host_request(request):
                return
            # The phone is chosen: what comes next is one of its services.
            name = self._request()
            if name is None:
                return
            if name.startswith("host:"):
                self._host_request(name)
                return
            handler = self._services.open(name)
            if handler is None:
                self._channel.write(fail("closed"))
                return
            self._channel.write(b"OKAY")
            run_service(handler, self._channel)
            return

    def _request(self) -> str | None:
        """Read a request; None where there is none or it is none."""
        first = self._channel.read(4)
        if not first:
            return None
        head = first + read_all(self._channel, 4 - len(first))
        try:
            size = int(head, 16)
        except ValueError:
            _log.debug("what came is no request: %r", head)
            return None
        return read_all(self._channel, size).decode("utf-8", "replace")

    def _host_request(self, request: str) -> bool:
        """Answer a request; tell whether it chose the phone."""
        request = self._without_serial(request)
        verb, _, rest = request.partition(":")
        if verb in ("transport", "tport", "transport-any", "transport-id") or verb in (
            f"transport-{kind}" for kind in _ANY
        ):
            return self._choose(verb, rest)
        answer = self._answers.get(request)
        if answer is not None:
            self._channel.write(answer())
        elif request.startswith("track-devices"):
            self._channel.write(b"OKAY" + block(self._devices(long=verb.endswith("-l"))))
            # The list never changes; the client ends this.
            self._channel.read(1)
        elif verb.startswith("wait-for-"):
            self._wait_for(verb)
        else:
            self._channel.write(self._other(verb, rest, request))
        return False

    def _without_serial(self, request: str) -> str:
        """Take `host:` or `host-serial:X:` off; X holds colons, so it is matched whole."""
        scope, _, rest = request.partition(":")
        if scope == "host-serial" and rest.startswith(f"{self._serial}:"):
            return rest[len(self._serial) + 1 :]
        if scope == "host-serial":
            return f"no-device:{rest}"
        if scope == "host-transport-id":
            number, _, rest = rest.partition(":")
            return rest if number == str(_TRANSPORT_ID) else f"no-device:id {number}"
        return rest

    def _choose(self, verb: str, rest: str) -> bool:
        kind, _, serial = rest.partition(":")
        known = {
            "transport": rest in (self._serial, *_ANY),
            "tport": kind in _ANY or (kind == "serial" and serial == self._serial),
            "transport-id": rest == str(_TRANSPORT_ID),
        }
        if not known.get(verb, True):
            wanted = serial if verb == "tport" else rest
            self._channel.write(fail(f"device '{wanted}' not found"))
            return False
        number = struct.pack("<Q", _TRANSPORT_ID) if verb == "tport" else b""
        self._channel.write(b"OKAY" + number)
        return True

    def _devices(self, *, long: bool = False) -> str:
        if not long:
            return f"{self._serial}\tdevice\n"
        facts = {name.rpartition(".")[2]: value for name, value in PRODUCT.items()}
        shown = " ".join(
            f"{key}:{facts[fact].replace(' ', '_')}"
            for key, fact in (("product", "name"), ("model", "model"), ("device", "device"))
        )
        return f"{self._serial:<22} device {shown} transport_id:{_TRANSPORT_ID}\n"

    def _wait_for(self, verb: str) -> None:
        self._channel.write(b"OKAY")
        if verb.endswith("-disconnect"):
            # The phone never goes while this server runs; the client ends the waiting.
            self._channel.read(1)
        else:
            self._channel.write(b"OKAY")

    def _other(self, verb: str, rest: str, request: str) -> bytes:
        try:
            if verb == "forward":
                return self._forward(rest)
            if verb == "killforward":
                self._forwards.remove(rest)
                return b"OKAYOKAY"
        except ForwardError as error:
            return fail(str(error))
        if verb == "connect":
            known = rest == self._serial
            text = f"already connected to {rest}" if known else f"failed to connect to {rest}"
            return b"OKAY" + block(text)
        if verb == "disconnect":
            return self._disconnect(rest)
        if verb == "no-device":
            return fail(f"device '{rest.rpartition(':')[0] or rest}' not found")
        _log.warning("the virtual phone's adb server has no request %r", request)
        return fail("unknown host service")

    def _forward(self, rest: str) -> bytes:
        rebind = not rest.startswith("norebind:")
        local, semicolon, remote = rest.removeprefix("norebind:").partition(";")
        if not semicolon or not remote:
            return fail(f"bad forward: {rest}")
        port = self._forwards.add(local, remote, rebind=rebind)
        return b"OKAYOKAY" + (block(str(port)) if local == "tcp:0" else b"")

    def _kill_forwards(self) -> bytes:
        self._forwards.clear()
        return b"OKAYOKAY"

    def _disconnect(self, address: str) -> bytes:
        if address in ("", self._serial):
            # This server is the phone's own: it stays.
            return b"OKAY" + block(f"disconnected {address or 'everything'}")
        return fail(f"no such device '{address}'")

    def _kill(self) -> bytes:
        _log.warning("a client asked the virtual phone's adb server to end; it goes on")
        return b"OKAY"
