"""Talking to a real adb server that is not there or talks nonsense."""

import socket
import threading

import pytest

from tests.virtual_phone.conftest import free_port
from tools.virtual_phone.wire.real_server import RealServerError, register, unregister


def test_no_server() -> None:
    port = free_port()

    with pytest.raises(RealServerError, match=f"No adb server answers on port {port}"):
        register(port, "127.0.0.1:6555")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n", b"OKAYzzzz"])
def test_something_else_on_the_port(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(1000)
                client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(RealServerError, match="No adb server answers"):
                unregister(listening.getsockname()[1], "127.0.0.1:6555")
        finally:
            thread.join()
