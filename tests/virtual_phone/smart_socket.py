"""A bare client of the ADB server's protocol."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection to a local port."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connection


def request(text: str) -> bytes:
    """A request behind its length."""
    data = text.encode()
    return b"%04x" % len(data) + data


def read_exactly(connection: socket.socket, count: int) -> bytes:
    """Read `count` bytes, or fail."""
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        assert chunk, f"ended after {data!r}"
        data += chunk
    return data


def read_to_end(connection: socket.socket) -> bytes:
    """Read until the other side closes."""
    chunks = []
    while chunk := connection.recv(1 << 20):
        chunks.append(chunk)
    return b"".join(chunks)


def ask(port: int, *requests: str) -> bytes:
    """Send requests on one connection and give all that comes back."""
    with connected(port) as connection:
        connection.sendall(b"".join(request(one) for one in requests))
        return read_to_end(connection)


def service(port: int, name: str, send: bytes = b"", *, half_close: bool = False) -> bytes:
    """Choose any phone, open a service, send, and give what it answers."""
    with connected(port) as connection:
        connection.sendall(request("host:transport-any"))
        assert read_exactly(connection, 4) == b"OKAY"
        connection.sendall(request(name))
        assert read_exactly(connection, 4) == b"OKAY"
        connection.sendall(send)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return read_to_end(connection)


def shell_packets(data: bytes) -> list[tuple[int, bytes]]:
    """Take shell v2 packets apart: kind and data."""
    packets = []
    while data:
        kind, size = struct.unpack("<BI", data[:5])
        packets.append((kind, data[5 : 5 + size]))
        data = data[5 + size :]
    return packets
