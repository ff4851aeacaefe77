"""A virtual phone behind its own ADB server, the real adb server, and a server that misbehaves."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.devices.scripted_server import ScriptedServer
from tools.devices.adb_socket import AdbServer
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone


@pytest.fixture(scope="module")
def running_phone() -> Iterator[PhoneServer]:
    server = PhoneServer(Phone(apps=all_apps()))
    server.start()
    yield server
    server.close()


@pytest.fixture
def phone(running_phone: PhoneServer) -> PhoneServer:
    """The virtual phone as it was when it was switched on."""
    with running_phone.phone.lock:
        running_phone.phone.reset(scenario="default", seed=0)
    return running_phone


@pytest.fixture
def phone_adb(phone: PhoneServer) -> AdbServer:
    """The phone's own ADB server."""
    assert phone.server_port is not None
    return AdbServer(port=phone.server_port)


@pytest.fixture(scope="module")
def real_adb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdbServer]:
    """The real adb program's server on a port of its own. Only for tests marked ``adb``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _adb(port, tmp_path_factory.mktemp("adb_home"), "start-server")
    yield AdbServer(port=port)
    _adb(port, tmp_path_factory.mktemp("adb_home"), "kill-server")


def _adb(port: int, home: Path, *words: str) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANDROID_", "ADB_"))}
    environment = kept | {"ANDROID_ADB_SERVER_PORT": str(port), "HOME": str(home)}
    subprocess.run(["adb", *words], env=environment, check=True, capture_output=True, timeout=60)


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """An ADB server with one phone on it that answers as the test says."""
    with ScriptedServer() as server:
        yield server
