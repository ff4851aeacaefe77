"""adbd's transport, message by message."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.virtual_phone.conftest import Served
from tests.virtual_phone.smart_socket import connected, read_exactly, read_to_end
from tests.virtual_phone.stand_in import StandIn
from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.wire.daemon import AdbDaemon
from tools.virtual_phone.wire.errors import PortRefusedError, PortTakenError, WireError
from tools.virtual_phone.wire.packets import CLSE, CNXN, OKAY, OPEN, WRTE, Packet, encode_header

FEATURES = b"features=shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir"


class Host:
    """A host's end of the transport, made by hand."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def send(self, command: int, arg0: int, arg1: int, payload: bytes = b"") -> None:
        packet = Packet(command, arg0, arg1, payload)
        self.connection.sendall(encode_header(packet) + payload)

    def receive(self) -> tuple[int, int, int, bytes]:
        header = struct.unpack("<6I", read_exactly(self.connection, 24))
        assert header[5] == header[0] ^ 0xFFFFFFFF
        return (*header[:3], read_exactly(self.connection, header[3]))


@contextmanager
def host(port: int, *, max_payload: int = 1 << 20) -> Iterator[Host]:
    """A connected host."""
    with connected(port) as connection:
        made = Host(connection)
        made.send(CNXN, 0x01000001, max_payload, b"host::features=shell_v2,cmd")
        command, version, payload_max, banner = made.receive()
        assert (command, version, payload_max) == (CNXN, 0x01000001, 1 << 20)
        assert banner.startswith(b"device::ro.product.name=virtual_phone;")
        assert banner.endswith(FEATURES)
        yield made


def test_first_message_has_its_sum() -> None:
    header = encode_header(Packet(CNXN, 1, 2, b"abc"))

    assert struct.unpack("<6I", header)[3:5] == (3, ord("a") + ord("b") + ord("c"))


def test_stream_from_open_to_close(served: Served) -> None:
    with host(served.daemon.port) as one:
        one.send(OPEN, 7, 0, b"shell:echo hi\0")

        command, number, to, _ = one.receive()
        assert (command, to) == (OKAY, 7)
        assert one.receive() == (WRTE, number, 7, b"hi\n")
        one.send(OKAY, 7, number)
        assert one.receive() == (CLSE, number, 7, b"")


def test_unknown_service_is_closed(served: Served) -> None:
    with host(served.daemon.port) as one:
        one.send(OPEN, 7, 0, b"frobnicate:\0")

        assert one.receive() == (CLSE, 0, 7, b"")


def test_next_message_waits_for_the_acknowledgement(served: Served) -> None:
    served.phone.files.write("/sdcard/x", b"abcdefghij")
    with host(served.daemon.port, max_payload=4) as one:
        one.send(OPEN, 1, 0, b"exec:cat /sdcard/x\0")
        _, number, _, _ = one.receive()
        received = []
        for _ in range(3):
            _, _, _, data = one.receive()
            received.append(data)
            if data != b"ij":
                one.connection.settimeout(0.02)
                with pytest.raises(TimeoutError):
                    one.connection.recv(1, socket.MSG_PEEK)
                one.connection.settimeout(20)
            one.send(OKAY, 1, number)

        assert received == [b"abcd", b"efgh", b"ij"]
        assert one.receive()[0] == CLSE


def test_many_streams_share_the_connection(served: Served) -> None:
    with host(served.daemon.port) as one:
        one.send(OPEN, 1, 0, b"shell:cat\0")
        _, waiting, _, _ = one.receive()
        one.send(OPEN, 2, 0, b"shell:echo two\0")
        _, quick, _, _ = one.receive()

        assert one.receive() == (WRTE, quick, 2, b"two\n")
        one.send(OKAY, 2, quick)
        assert one.receive() == (CLSE, quick, 2, b"")
        one.send(WRTE, 1, waiting, b"late")
        assert one.receive() == (OKAY, waiting, 1, b"")
        one.send(CLSE, 1, waiting)
        # `cat` may have tried to write before it saw the end; a CLSE comes in any case.
        while one.receive()[0] != CLSE:
            pass


def test_write_to_a_stream_that_is_gone_is_closed(served: Served) -> None:
    with host(served.daemon.port) as one:
        one.send(WRTE, 5, 99, b"x")

        assert one.receive() == (CLSE, 0, 5, b"")


def test_message_before_the_connection_ends_it(served: Served) -> None:
    with connected(served.daemon.port) as connection:
        Host(connection).send(OPEN, 1, 0, b"shell:true\0")

        assert read_to_end(connection) == b""


def test_second_host_is_served_too(served: Served) -> None:
    with host(served.daemon.port) as one, host(served.daemon.port) as two:
        for each in (one, two):
            each.send(OPEN, 1, 0, b"shell:whoami\0")
            each.receive()
            assert each.receive()[3] == b"shell\n"


def test_closing_ends_hosts_and_threads() -> None:
    phone = cast("PhonePort", StandIn())
    threads = threading.active_count()
    daemon = AdbDaemon(phone)
    daemon.start()
    with host(daemon.port) as one:
        one.send(OPEN, 1, 0, b"shell:cat\0")
        one.receive()

        daemon.close()

        assert read_to_end(one.connection) == b""
    assert threading.active_count() == threads
    AdbDaemon(phone, port=daemon.port).close()


def test_closing_before_the_start_is_fine() -> None:
    AdbDaemon(cast("PhonePort", StandIn())).close()


@pytest.mark.parametrize("port", [5037, 5555, 5557, 5585])
def test_ports_of_the_real_adb_are_refused(port: int) -> None:
    with pytest.raises(PortRefusedError, match=f"Port {port} .* Choose another port, 6555"):
        AdbDaemon(cast("PhonePort", StandIn()), port=port)


def test_taken_port_is_named(served: Served) -> None:
    with pytest.raises(PortTakenError, match=f"Port {served.daemon.port} is taken"):
        AdbDaemon(cast("PhonePort", StandIn()), port=served.daemon.port)


@pytest.mark.parametrize(("address", "port"), [("203.0.113.1", 0), ("127.0.0.1", 70000)])
def test_impossible_address_is_one_clear_error(address: str, port: int) -> None:
    with pytest.raises(WireError, match=f"Cannot listen on {address}:{port}"):
        AdbDaemon(cast("PhonePort", StandIn()), address, port)


def _packet(parts: tuple[int, int, int, bytes]) -> bytes:
    command, arg0, arg1, payload = parts
    return encode_header(Packet(command, arg0, arg1, payload)) + payload


NUMBERS = st.integers(0, 2**32 - 1)
PACKETS = st.tuples(
    st.sampled_from([CNXN, OPEN, OKAY, WRTE, CLSE, 0x48545541, 0]),
    NUMBERS | st.just(1),
    NUMBERS | st.just(1),
    st.sampled_from([b"", b"shell:cat\0", b"sync:\0", b"\xff\xfe", b"x" * 5000]),
).map(_packet)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(garbage=st.lists(st.binary(max_size=60) | PACKETS, max_size=8).map(b"".join))
def test_garbage_hurts_nobody(served: Served, garbage: bytes) -> None:
    connect = _packet((CNXN, 0x01000001, 1 << 20, b"host::"))
    with connected(served.daemon.port) as connection:
        connection.sendall(connect + garbage)
        # What comes after garbage is not read: the connection may be reset.
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            read_to_end(connection)

    with host(served.daemon.port) as one:
        one.send(OPEN, 1, 0, b"shell:true\0")
        assert one.receive()[0] == OKAY
