"""adbutils against the phone's own server, with no adb program anywhere."""

import io
from pathlib import Path

import adbutils
import pytest

from tests.virtual_phone.conftest import Served


@pytest.fixture
def device(served: Served, monkeypatch: pytest.MonkeyPatch) -> adbutils.AdbDevice:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("ADBUTILS_ADB_PATH", "/nonexistent/adb")
    return adbutils.AdbClient("127.0.0.1", served.server.port).device(serial=served.address)


def test_client_calls(served: Served, device: adbutils.AdbDevice) -> None:
    client = adbutils.AdbClient("127.0.0.1", served.server.port)

    assert client.server_version() == 41
    assert [one.serial for one in client.device_list()] == [served.address]
    assert [one.serial for one in client.list()] == [served.address]
    assert client.connect(served.address) == f"already connected to {served.address}"
    assert client.disconnect(served.address) == f"disconnected {served.address}"
    client.wait_for(served.address)
    client.server_kill()
    event = next(client.track_devices())
    assert (event.serial, event.present) == (served.address, True)


def test_device_facts(served: Served, device: adbutils.AdbDevice) -> None:
    assert device.get_state() == "device"
    assert device.get_serialno() == served.address
    assert device.get_devpath() == "unknown"
    assert "shell_v2" in device.get_features()


def test_shell(served: Served, device: adbutils.AdbDevice) -> None:
    by_number = adbutils.AdbDevice(
        adbutils.AdbClient("127.0.0.1", served.server.port), transport_id=1
    )

    assert device.shell("echo hi") == "hi"
    assert device.shell(["echo", "a b", "$HOME 'x'"]) == "a b $HOME 'x'"
    assert by_number.shell("echo hi") == "hi"
    assert device.shell("printf '\\001\\377'", encoding=None) == b"\x01\xff"
    stream = device.shell("echo a; echo b", stream=True)
    with stream:
        assert stream.read_until_close() == "a\nb\n"


@pytest.mark.parametrize("v2", [False, True])
def test_shell2(device: adbutils.AdbDevice, *, v2: bool) -> None:
    result = device.shell2("echo out; nothere; false", v2=v2)
    good = device.shell2("echo out", v2=v2)

    assert result.returncode == 1
    assert result.output == "out\n/system/bin/sh: nothere: inaccessible or not found\n"
    assert (good.returncode, good.output) == (0, "out\n")


def test_push_pull_and_stat(served: Served, device: adbutils.AdbDevice, tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    local = tmp_path / "local.bin"
    local.write_bytes(data)

    assert device.sync.push(local, "/sdcard/Download/") == len(data)
    assert device.sync.push(b"bytes", "/sdcard/new/folder/b", mode=0o600) == 5
    assert device.sync.push(io.BytesIO(data), "/sdcard/c", check=True) == len(data)

    assert served.phone.files.read("/sdcard/Download/local.bin") == data
    found = device.sync.stat("/sdcard/new/folder/b")
    assert (found.mode, found.size) == (0o100600, 5)
    assert found.mtime is not None
    assert not device.sync.exists("/sdcard/none")
    assert device.sync.pull("/sdcard/c", tmp_path / "c") == len(data)
    assert (tmp_path / "c").read_bytes() == data
    assert device.sync.pull("/sdcard/new", tmp_path / "tree") == 5
    assert (tmp_path / "tree" / "folder" / "b").read_bytes() == b"bytes"


def test_sync_reads(served: Served, device: adbutils.AdbDevice) -> None:
    served.phone.files.write("/sdcard/Music/a b.txt", "重庆".encode())
    served.phone.files.write("/sdcard/Music/big", bytes(200_000))

    assert [one.path for one in device.sync.list("/sdcard/Music")] == ["a b.txt", "big"]
    assert device.sync.list("/sdcard/none") == []
    assert device.sync.read_text("/sdcard/Music/a b.txt") == "重庆"
    assert [len(one) for one in device.sync.iter_content("/sdcard/Music/big")] == [
        65536,
        65536,
        65536,
        3392,
    ]
    with pytest.raises(adbutils.AdbError, match="open failed: No such file or directory"):
        device.sync.read_bytes("/sdcard/none")
    with pytest.raises(adbutils.AdbError):
        device.sync.push(b"x", "/system/x")


def test_forward(device: adbutils.AdbDevice) -> None:
    port = device.forward_port(9008)

    assert device.forward_port(9008) == port
    assert [(one.local, one.remote) for one in device.forward_list()] == [
        (f"tcp:{port}", "tcp:9008")
    ]
    device.forward_remove(f"tcp:{port}")
    assert device.forward_list() == []
    device.forward_port(9008)
    device.forward_remove_all()
    assert device.forward_list() == []


def test_create_connection(device: adbutils.AdbDevice) -> None:
    with device.create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.send(b"abc")
        assert connection.recv(3) == b"cba"


def test_reverse(device: adbutils.AdbDevice) -> None:
    device.reverse("tcp:1", "tcp:2")

    assert [(one.remote, one.local) for one in device.reverse_list()] == [("tcp:1", "tcp:2")]
    with pytest.raises(adbutils.AdbError, match="cannot rebind"):
        device.reverse("tcp:1", "tcp:3", norebind=True)
    device.reverse_remove("tcp:1")
    device.reverse("tcp:1", "tcp:2")
    device.reverse_remove_all()
    assert device.reverse_list() == []


# adbutils 2.12 itself forgets to close the socket of this call.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_framebuffer(served: Served, device: adbutils.AdbDevice) -> None:
    image = device.framebuffer()

    assert image.size == served.phone.size
    assert image.convert("RGB").getpixel((5, 200)) == (200, 0, 7)
