"""What can go wrong when the phone opens its ports."""


class WireError(Exception):
    """The phone cannot be reached as asked; the message says why and what to do."""


class PortTakenError(WireError):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        """Name the port."""
        super().__init__(
            f"Port {port} is taken by another program. Stop it, or choose another port (0: any)."
        )
        self.port = port


class PortRefusedError(WireError):
    """The port must not be used: it belongs to the real ADB."""
