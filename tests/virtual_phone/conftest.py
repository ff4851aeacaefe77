"""A served stand-in phone, and the real adb program with a server of its own."""

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from tests.virtual_phone.stand_in import StandIn
from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.wire.daemon import AdbDaemon
from tools.virtual_phone.wire.server import AdbServer
from tools.virtual_phone.wire.services import Services


@dataclass(frozen=True)
class Served:
    """A phone with both its front ends running."""

    phone: StandIn
    daemon: AdbDaemon
    server: AdbServer

    @property
    def address(self) -> str:
        """What `adb connect` takes."""
        return f"127.0.0.1:{self.daemon.port}"


@dataclass(frozen=True)
class RealAdb:
    """The adb program, talking to one server port, at home in one folder."""

    port: int
    home: Path

    def popen(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start adb with pipes on all three streams."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            ["adb", *words], stdin=pipe, stdout=pipe, stderr=pipe, env=self._environment()
        )

    def run(self, *words: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """Run adb to its end."""
        return subprocess.run(
            ["adb", *words],
            input=stdin,
            capture_output=True,
            env=self._environment(),
            timeout=60,
            check=False,
        )

    def ok(self, *words: str, stdin: bytes = b"") -> bytes:
        """Run adb, require exit code 0, give its stdout."""
        done = self.run(*words, stdin=stdin)
        assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-500:])
        return done.stdout

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANDROID_", "ADB_"))}
        return kept | {"ANDROID_ADB_SERVER_PORT": str(self.port), "HOME": str(self.home)}


@pytest.fixture
def served() -> Iterator[Served]:
    """A stand-in phone behind an adb daemon and an adb server, on ports of its own."""
    stand_in = StandIn()
    phone = cast("PhonePort", stand_in)
    services = Services(phone, {"tcp:9008": lambda channel: channel.write(channel.read(64)[::-1])})
    daemon = AdbDaemon(phone, services=services)
    server = AdbServer(phone, serial=f"127.0.0.1:{daemon.port}", services=services)
    daemon.start()
    server.start()
    yield Served(stand_in, daemon, server)
    server.close()
    daemon.close()


@pytest.fixture(scope="module")
def real_adb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAdb]:
    """The adb program with a real server on a free port. Only for tests marked `adb`."""
    adb = RealAdb(free_port(), tmp_path_factory.mktemp("adb_home"))
    adb.ok("start-server")
    yield adb
    adb.run("kill-server")


@pytest.fixture
def real_adb(real_adb_server: RealAdb, served: Served) -> Iterator[RealAdb]:
    """The real server, connected to the served phone."""
    assert b"connected to" in real_adb_server.ok("connect", served.address)
    yield real_adb_server
    real_adb_server.run("disconnect", served.address)


@pytest.fixture
def program_adb(served: Served, tmp_path: Path) -> RealAdb:
    """The adb program against the phone's own server. Only for tests marked `adb`."""
    return RealAdb(served.server.port, tmp_path)


def free_port() -> int:
    """Give a port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
