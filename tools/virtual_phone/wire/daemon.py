"""The phone's end of real ADB: what `adb connect 127.0.0.1:6555` talks to."""

import socket

from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.wire.errors import PortRefusedError
from tools.virtual_phone.wire.listener import Listener
from tools.virtual_phone.wire.services import Services
from tools.virtual_phone.wire.transport import Transport

REAL_SERVER_PORT = 5037
_SCANNED = range(5555, 5586, 2)


class AdbDaemon:
    """Speaks adbd's transport protocol on a TCP port of this machine."""

    def __init__(
        self,
        phone: PhonePort,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        services: Services | None = None,
    ) -> None:
        """Bind the port; hosts are served from `start` on.

        Args:
            phone: The phone to serve.
            host: Address to bind. There is no authentication: keep it on this machine.
            port: Port to bind; 0 lets the system pick one.
            services: Services to share with an `AdbServer`; own ones where None.

        Raises:
            PortRefusedError: An adb server would find the phone by itself on this port.
            PortTakenError: Another program has the port.
            WireError: The address or the port cannot be bound.
        """
        refuse_port(port)
        self._services = services or Services(phone)
        self._listener = Listener(host, port, self._serve, "adb-daemon")

    @property
    def port(self) -> int:
        """The port hosts connect to."""
        return self._listener.port

    def start(self) -> None:
        """Serve hosts from now on."""
        self._listener.start()

    def close(self) -> None:
        """Free the port at once and end all connections. Not while holding `phone.lock`."""
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        Transport(self._services, connection).run()


def refuse_port(port: int) -> None:
    """Check a port for the daemon.

    Raises:
        PortRefusedError: It is one of those the real adb uses in its own way.
    """
    if port == REAL_SERVER_PORT:
        raise PortRefusedError(
            f"Port {port} belongs to the real adb server. Choose another port, 6555 for example."
        )
    if port in _SCANNED:
        raise PortRefusedError(
            f"Port {port} is scanned by every adb server, which would list the phone a second "
            f"time as emulator-{port - 1}. Choose another port, 6555 for example."
        )
