"""What a person who types in `adb shell` sees."""

import pytest

from tests.virtual_phone.conftest import Served
from tests.virtual_phone.smart_socket import service
from tools.virtual_phone.shell.streams import BytesSink, BytesSource
from tools.virtual_phone.wire.terminal import TerminalSink, TerminalSource

KEYS = {
    b"ls\r": (b"ls\n", b"ls\r\n"),
    b"lx\x7fs\r": (b"ls\n", b"lx\b \bs\r\n"),
    "é\x7fe\r".encode(): (b"e\n", "é\b \be\r\n".encode()),
    b"bad\x15ok\n": (b"ok\n", b"bad" + b"\b \b" * 3 + b"ok\r\n"),
    b"bad\x03ok\r": (b"\nok\n", b"bad^C\r\nok\r\n"),
    b"\x7f\x1b[A\r": (b"[A\n", b"[A\r\n"),
    b"last\x04": (b"last", b"last"),
    b"\x04never\r": (b"", b""),
}


@pytest.mark.parametrize("keys", KEYS)
def test_typed_keys_become_lines(keys: bytes) -> None:
    shown = BytesSink()
    lines, echo = KEYS[keys]

    assert TerminalSource(BytesSource(keys), shown).read() == lines
    assert shown.value() == echo


def test_output_lines_start_at_the_left() -> None:
    sink = BytesSink()

    TerminalSink(sink).write(b"a\nb\n")

    assert sink.value() == b"a\r\nb\r\n"


def test_session_with_prompt(served: Served) -> None:
    answer = service(served.server.port, "shell,pty:", b"cd /sdcard\recho 'a\rb'\rexit 3\r")

    assert answer.decode().split("\r\n") == [
        "virtual_phone:/ $ cd /sdcard",
        "virtual_phone:/sdcard $ echo 'a",
        "> b'",
        "a",
        "b",
        "virtual_phone:/sdcard $ exit 3",
        "",
    ]
