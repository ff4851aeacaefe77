"""The program: start, announcement, ends, exit codes."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROGRAM = [sys.executable, "-m", "tools.virtual_phone"]
ANY = ["--port", "0", "--server-port", "0"]


def launch(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ready(program: "subprocess.Popen[str]") -> dict[str, Any]:
    assert program.stdout is not None
    announced: dict[str, Any] = json.loads(program.stdout.readline())
    return announced


def refused(*arguments: str) -> str:
    command = [*PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_announces_its_ports_and_ends_with_stdin(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    state = folder / "state.json"
    with launch(
        *ANY, "--announce", "--exit-with-stdin", "--seed", "7", "--state-file", str(state)
    ) as program:
        announced = ready(program)
        assert announced["serial"] == f"127.0.0.1:{announced['adb_port']}"
        assert announced["pid"] == program.pid
        for port in (announced["adb_port"], announced["server_port"]):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        assert program.stdin is not None
        program.stdin.close()
        assert program.wait(60) == 0
    told = json.loads(state.read_text(encoding="utf-8"))
    assert told["seed"] == 7
    assert "com.tapwright.bookings" in told["databases"]
    assert [path.name for path in folder.iterdir()] == ["state.json"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_on_a_signal_and_still_writes_its_state(number: int, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with launch(
        *ANY, "--announce", "--no-server", "--scenario", "dark", "--state-file", str(state)
    ) as program:
        assert ready(program)["server_port"] is None
        program.send_signal(number)
        assert program.wait(60) == 0
    assert json.loads(state.read_text(encoding="utf-8"))["scenario"] == "dark"


def test_greets_a_person_with_what_to_type() -> None:
    with launch(*ANY, "--exit-with-stdin") as program:
        out, _ = program.communicate(timeout=60)
    assert "adb connect 127.0.0.1:" in out
    assert "ANDROID_ADB_SERVER_PORT=" in out


def test_mistakes_are_one_line_and_exit_code_2(tmp_path: Path) -> None:
    assert "Did you mean 'dark'" in refused(*ANY, "--scenario", "drak")
    assert "'65536' is no port" in refused("--port", "65536")
    assert "does not exist" in refused(*ANY, "--state-file", str(tmp_path / "no" / "state"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} is taken" in refused("--port", str(port), "--server-port", "0")
        assert f"Port {port} is taken" in refused("--port", "0", "--server-port", str(port))
