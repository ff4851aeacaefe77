"""The real adb program: against the phone's daemon through a real server, and its own server."""

import os
import pty
import select
import subprocess
from pathlib import Path
from typing import cast

import pytest

from tests.virtual_phone.conftest import RealAdb, Served
from tools.virtual_phone.shell.phone_port import PhonePort
from tools.virtual_phone.wire.daemon import AdbDaemon
from tools.virtual_phone.wire.real_server import RealServerError, register, unregister

pytestmark = pytest.mark.adb

MB = 1_000_000


@pytest.fixture(params=["real server", "own server"])
def adb(request: pytest.FixtureRequest) -> RealAdb:
    """The adb program on both ways to the phone."""
    name = "real_adb" if request.param == "real server" else "program_adb"
    return cast("RealAdb", request.getfixturevalue(name))


def test_devices(adb: RealAdb, served: Served) -> None:
    listed = adb.ok("devices", "-l").decode()

    assert listed.count(served.address) == 1
    assert "product:virtual_phone model:Virtual_Phone device:virtual_phone" in listed
    assert adb.ok("-s", served.address, "get-state") == b"device\n"
    assert adb.ok("get-serialno").decode().strip() == served.address
    adb.ok("wait-for-device")


def test_shell(adb: RealAdb) -> None:
    done = adb.run("shell", "echo out; echo err >&2; exit 7")

    assert (done.returncode, done.stdout, done.stderr) == (7, b"out\n", b"err\n")
    assert adb.ok("shell", "echo", "a   b", "'c   d'") == b"a b c   d\n"
    missing = adb.run("shell", "nothere")
    assert missing.returncode == 127
    assert missing.stderr == b"/system/bin/sh: nothere: inaccessible or not found\n"


def test_script_on_stdin(adb: RealAdb) -> None:
    done = adb.run("shell", stdin=b"cd /sdcard\npwd\nread x\nthe line\necho $x\nexit 4\n")

    assert (done.returncode, done.stdout) == (4, b"/sdcard\nthe line\n")


def test_stdin_reaches_a_command(adb: RealAdb) -> None:
    data = bytes(range(256)) * 2000

    adb.ok("shell", "cat >/sdcard/in", stdin=data)

    assert adb.ok("exec-out", "cat", "/sdcard/in") == data


def test_exec_out_quotes_its_arguments(adb: RealAdb) -> None:
    assert (
        adb.ok("exec-out", "printf", "%s|", "a b", "it's", '$HOME "x"') == b'a b|it\'s|$HOME "x"|'
    )


def test_push_and_pull(adb: RealAdb, served: Served, tmp_path: Path) -> None:
    data = os.urandom(30 * MB)
    local = tmp_path / "big"
    local.write_bytes(data)

    adb.ok("push", str(local), "/sdcard/Download/")
    assert served.phone.files.read("/sdcard/Download/big") == data
    adb.ok("pull", "/sdcard/Download/big", str(tmp_path / "back"))

    assert (tmp_path / "back").read_bytes() == data


def test_push_and_pull_a_folder(adb: RealAdb, tmp_path: Path) -> None:
    (tmp_path / "tree" / "inner").mkdir(parents=True)
    (tmp_path / "tree" / "inner" / "a b.txt").write_text("重庆")
    (tmp_path / "tree" / "empty").write_bytes(b"")

    adb.ok("push", str(tmp_path / "tree"), "/sdcard/")
    assert adb.ok("shell", "ls -R /sdcard/tree").decode().split() == [
        *("/sdcard/tree:", "empty", "inner", "/sdcard/tree/inner:", "a", "b.txt")
    ]
    adb.ok("pull", "/sdcard/tree", str(tmp_path / "back"))

    assert (tmp_path / "back" / "inner" / "a b.txt").read_text() == "重庆"


def test_failed_transfers_say_why(adb: RealAdb, tmp_path: Path) -> None:
    local = tmp_path / "x"
    local.write_bytes(b"x")

    pushed = adb.run("push", str(local), "/system/x")
    pulled = adb.run("pull", "/sdcard/none", str(tmp_path))

    assert pushed.returncode == 1
    assert b"Read-only file system" in pushed.stdout + pushed.stderr
    assert pulled.returncode == 1
    assert (
        b"failed to stat remote object '/sdcard/none': No such file or directory"
        in pulled.stdout + pulled.stderr
    )


def test_logcat_and_install_quoting(adb: RealAdb) -> None:
    # What adb itself wraps around commands must be understood: export, exec, </dev/null.
    done = adb.run("shell", "export ANDROID_LOG_TAGS=\"''\"; exec echo '-d' </dev/null")

    assert (done.returncode, done.stdout) == (0, b"-d\n")
    adb.ok("shell", "rm -f '/data/local/tmp/x y.apk' </dev/null")


def test_forward_and_reverse(adb: RealAdb) -> None:
    port = adb.ok("forward", "tcp:0", "tcp:9008").decode().strip()

    assert f"tcp:{port} tcp:9008" in adb.ok("forward", "--list").decode()
    adb.ok("forward", "--remove", f"tcp:{port}")
    assert adb.ok("forward", "--list").strip() == b""
    adb.ok("reverse", "tcp:1", "tcp:2")
    assert b"tcp:1 tcp:2" in adb.ok("reverse", "--list")
    adb.ok("reverse", "--remove-all")


def test_unknown_service(adb: RealAdb, served: Served) -> None:
    assert adb.run("jdwp").returncode != 0
    assert ("unknown_service", "jdwp") in served.phone.events
    assert b"cannot run as root in production builds" in adb.ok("root")


def test_typing_in_a_terminal(program_adb: RealAdb) -> None:
    outside, inside = pty.openpty()
    process = subprocess.Popen(
        ["adb", "shell"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env=program_adb._environment(),
    )
    os.close(inside)
    try:
        _read_until(outside, b"virtual_phone:/ $ ")
        os.write(outside, b"echo thx\x7fere\r")
        _read_until(outside, b"\r\nthere\r\nvirtual_phone:/ $ ")
        os.write(outside, b"exit 4\r")

        assert process.wait(timeout=60) == 4
    finally:
        process.kill()
        process.wait()
        os.close(outside)


def _read_until(fd: int, expected: bytes) -> None:
    seen = b""
    while expected not in seen:
        ready, _, _ = select.select([fd], [], [], 20)
        assert ready, f"waited for {expected!r}, saw {seen!r}"
        seen += os.read(fd, 4096)


def test_phone_that_restarts_is_back_at_once(real_adb: RealAdb, served: Served) -> None:
    assert real_adb.ok("shell", "echo before") == b"before\n"
    port = served.daemon.port
    served.daemon.close()
    gone = real_adb.run("shell", "true")
    assert gone.returncode != 0
    again = AdbDaemon(cast("PhonePort", served.phone), port=port)
    again.start()
    try:
        assert register(real_adb.port, served.address) == f"connected to {served.address}"

        assert real_adb.ok("shell", "echo after") == b"after\n"
        assert real_adb.ok("devices").decode().count(served.address) == 1
    finally:
        unregister(real_adb.port, served.address)
        again.close()
    assert served.address not in real_adb.ok("devices").decode()


def test_registering_a_phone_that_is_not_there(real_adb_server: RealAdb) -> None:
    with pytest.raises(RealServerError, match=r"says: failed to connect"):
        register(real_adb_server.port, "127.0.0.1:1")


def test_killed_client_leaves_the_phone_well(adb: RealAdb) -> None:
    process = adb.popen("shell", "cat")
    assert process.stdin is not None
    process.stdin.write(b"x")
    process.stdin.flush()
    process.kill()
    process.communicate()

    assert adb.ok("shell", "echo well") == b"well\n"
