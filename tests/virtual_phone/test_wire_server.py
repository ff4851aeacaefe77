"""The phone's own ADB server, byte by byte."""

import socket
import struct
import threading
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.virtual_phone.conftest import Served, free_port
from tests.virtual_phone.smart_socket import (
    ask,
    connected,
    read_exactly,
    read_to_end,
    request,
    service,
    shell_packets,
)
from tests.virtual_phone.stand_in import StandIn
from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.wire.errors import PortRefusedError, PortTakenError
from tools.virtual_phone.wire.server import AdbServer


def test_host_requests(served: Served) -> None:
    serial = served.address
    long = (
        f"{serial:<22} device product:virtual_phone model:Virtual_Phone "
        "device:virtual_phone transport_id:1\n"
    )
    features = "shell_v2,cmd,stat_v2,ls_v2,fixed_push_mkdir"
    answers = {
        "host:version": "0029",
        "host:devices": f"{serial}\tdevice\n",
        "host:devices-l": long,
        "host:features": features,
        "host:host-features": features,
        "host:get-state": "device",
        f"host-serial:{serial}:get-state": "device",
        f"host-serial:{serial}:get-serialno": serial,
        f"host-serial:{serial}:get-devpath": "unknown",
        f"host-serial:{serial}:features": features,
        "host-transport-id:1:features": features,
        "host-local:get-state": "device",
        "host:list-forward": "",
        f"host:connect:{serial}": f"already connected to {serial}",
        "host:connect:10.0.0.1:5555": "failed to connect to 10.0.0.1:5555",
        f"host:disconnect:{serial}": f"disconnected {serial}",
    }

    found = {one: ask(served.server.port, one) for one in answers}

    assert found == {one: b"OKAY" + request(text) for one, text in answers.items()}


def test_host_requests_that_fail(served: Served) -> None:
    answers = {
        "host:frobnicate": "unknown host service",
        "host-serial:other:1:get-state": "device 'other:1' not found",
        "host-transport-id:7:get-state": "device 'id 7' not found",
        "host:transport:other": "device 'other' not found",
        "host:tport:serial:other:5": "device 'other:5' not found",
        "host:transport-id:9": "device '9' not found",
        "host:disconnect:other": "no such device 'other'",
        "host:forward:dev:1;tcp:2": "cannot bind 'dev:1': only tcp: is known here",
        "host:forward:tcp:1": "bad forward: tcp:1",
        "host:killforward:tcp:9": "listener 'tcp:9' not found",
        "shell:true": "device offline (no transport)",
    }

    found = {one: ask(served.server.port, one) for one in answers}

    assert found == {one: b"FAIL" + request(text) for one, text in answers.items()}


@pytest.mark.parametrize(
    "choice",
    [
        "host:transport:{serial}",
        "host:transport-any",
        "host:transport-local",
        "host:transport-id:1",
        "host:tport:serial:{serial}",
        "host:tport:any",
    ],
)
def test_ways_to_choose_the_phone(served: Served, choice: str) -> None:
    choice = choice.format(serial=served.address)

    answer = ask(served.server.port, choice, "shell:echo hi")

    number = struct.pack("<Q", 1) if "tport" in choice else b""
    assert answer == b"OKAY" + number + b"OKAY" + b"hi\n"


def test_waiting_for_the_phone_is_over_at_once(served: Served) -> None:
    assert ask(served.server.port, "host:wait-for-any-device") == b"OKAYOKAY"


def test_tracking_devices_lasts_until_the_client_goes(served: Served) -> None:
    with connected(served.server.port) as connection:
        connection.sendall(request("host:track-devices"))
        line = f"{served.address}\tdevice\n"
        expected = b"OKAY" + request(line)
        assert read_exactly(connection, len(expected)) == expected
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_unknown_service_is_closed_and_told(served: Served) -> None:
    answer = ask(served.server.port, "host:transport-any", "jdwp")

    assert answer == b"OKAY" + b"FAIL" + request("closed")
    assert served.phone.events == [("unknown_service", "jdwp")]


def test_shell_mixes_both_outputs_in_order(served: Served) -> None:
    script = "shell:echo a; nothere; echo b; echo X4EXIT:$?"

    assert service(served.server.port, script) == (
        b"a\n/system/bin/sh: nothere: inaccessible or not found\nb\nX4EXIT:0\n"
    )


def test_shell_v2_keeps_outputs_apart_and_gives_the_exit_code(served: Served) -> None:
    answer = service(served.server.port, "shell,v2,TERM=dumb,raw:echo $TERM; nothere; exit 5")

    assert shell_packets(answer) == [
        (1, b"dumb\n"),
        (2, b"/system/bin/sh: nothere: inaccessible or not found\n"),
        (3, b"\x05"),
    ]


def test_shell_v2_reads_stdin_packets(served: Served) -> None:
    packets = [(0, b"one "), (5, b"80x25"), (0, b"two"), (4, b"")]
    data = b"".join(struct.pack("<BI", kind, len(text)) + text for kind, text in packets)

    answer = service(served.server.port, "shell,v2,raw:cat", data)

    assert shell_packets(answer) == [(1, b"one two"), (3, b"\0")]


def test_shell_answers_while_the_script_is_still_being_typed(served: Served) -> None:
    with connected(served.server.port) as connection:
        connection.sendall(request("host:transport-any") + request("shell:"))
        assert read_exactly(connection, 8) == b"OKAYOKAY"
        for number in range(3):
            connection.sendall(b"echo line %d\n" % number)
            assert read_exactly(connection, 7) == b"line %d\n" % number
        connection.shutdown(socket.SHUT_WR)
        assert read_to_end(connection) == b""


def test_half_closed_client_still_gets_its_answer(served: Served) -> None:
    assert service(served.server.port, "exec:cat | wc -c", b"x" * 5000, half_close=True) == (
        b"5000\n"
    )


def test_client_that_sends_more_than_is_read_loses_nothing(served: Served) -> None:
    # Closing a socket with unread input resets it: then the answer would be cut off.
    unread = b"x" * 200_000

    answer = service(served.server.port, "exec:seq 20000", unread, half_close=True)

    assert answer.endswith(b"\n20000\n")


def test_binary_output_comes_whole(served: Served) -> None:
    data = bytes(range(256)) * 40_000
    served.phone.files.write("/sdcard/raw", data)

    assert service(served.server.port, "exec:cat '/sdcard/raw'") == data


def test_many_clients_at_once(served: Served) -> None:
    answers: dict[int, bytes] = {}

    def work(number: int) -> None:
        answers[number] = service(served.server.port, f"shell:seq {number} | tail -1")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {number: b"%d\n" % number for number in range(1, 31)}


def test_waiting_client_stops_nobody(served: Served) -> None:
    with connected(served.server.port) as waiting:
        waiting.sendall(request("host:transport-any") + request("shell:cat"))
        assert read_exactly(waiting, 8) == b"OKAYOKAY"

        assert service(served.server.port, "shell:echo free") == b"free\n"


def test_forward_carries_bytes_both_ways(served: Served) -> None:
    answer = ask(served.server.port, "host:forward:tcp:0;tcp:9008")
    assert answer.startswith(b"OKAYOKAY")
    port = int(answer[12:])

    with connected(port) as connection:
        connection.sendall(b"abc")
        connection.shutdown(socket.SHUT_WR)
        assert read_to_end(connection) == b"cba"
    line = f"{served.address} tcp:{port} tcp:9008\n"
    assert ask(served.server.port, "host:list-forward") == b"OKAY" + request(line)
    again = ask(served.server.port, f"host:forward:norebind:tcp:{port};tcp:1")
    assert again == b"FAIL" + request("cannot rebind existing socket")

    assert ask(served.server.port, f"host:killforward:tcp:{port}") == b"OKAYOKAY"
    with pytest.raises(ConnectionRefusedError), connected(port):
        pass


def test_forward_to_nothing_is_closed(served: Served) -> None:
    port = int(ask(served.server.port, "host:forward:tcp:0;tcp:1")[12:])

    with connected(port) as connection:
        assert read_to_end(connection) == b""


def test_closing_frees_ports_and_ends_clients() -> None:
    phone = cast("PhonePort", StandIn())
    threads = threading.active_count()
    server = AdbServer(phone)
    server.start()
    forwarded = int(ask(server.port, "host:forward:tcp:0;tcp:1")[12:])
    with connected(server.port) as connection:
        connection.sendall(request("host:transport-any") + request("shell:cat"))
        assert read_exactly(connection, 8) == b"OKAYOKAY"

        server.close()
        server.close()

        assert connection.recv(1) == b""
    assert threading.active_count() == threads
    AdbServer(phone, port=server.port).close()
    AdbServer(phone, port=forwarded).close()


def test_taken_port_is_named() -> None:
    phone = cast("PhonePort", StandIn())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortTakenError, match=rf"Port {port} is taken .* choose another port"):
            AdbServer(phone, port=port)


def test_port_of_the_real_server_is_refused() -> None:
    with pytest.raises(PortRefusedError, match="5037 belongs to the real adb server"):
        AdbServer(cast("PhonePort", StandIn()), port=5037)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(garbage=st.one_of(st.binary(max_size=200), st.text(max_size=50).map(request)))
def test_garbage_hurts_nobody(served: Served, garbage: bytes) -> None:
    with connected(served.server.port) as connection:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
        read_to_end(connection)

    assert ask(served.server.port, "host:version") == b"OKAY0004" + b"0029"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(["sync:", "shell,v2:cat", "shell:", "framebuffer:", "reverse:x"]),
    garbage=st.binary(max_size=200),
)
def test_garbage_to_a_service_hurts_nobody(served: Served, name: str, garbage: bytes) -> None:
    service(served.server.port, name, garbage, half_close=True)

    assert ask(served.server.port, "host:version") == b"OKAY0004" + b"0029"
