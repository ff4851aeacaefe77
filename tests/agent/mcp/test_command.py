"""``agent mcp`` as clients start it: a process, two pipes, and a signal."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from agent.cli.app import run_command
from agent.recording.reader import read_recording
from agent.step import StopReason
from tests.agent.mcp.clients import ERAS, ROOT, command, connected


def test_without_the_extra_it_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert run_command(["mcp"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "pip install 'tapwright[mcp]'" in printed.err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--tools", "no.such.module"], "no module 'no'"),
        (["--secret", "NOT_SET"], "The secret NOT_SET has no value"),
        (["--mask", "nonsense"], "nonsense"),
    ],
)
def test_what_is_wrong_is_told_before_a_client_waits(
    flags: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["mcp", *flags]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err


@pytest.mark.mcp
@pytest.mark.parametrize("era", ERAS)
def test_a_client_starts_it_and_hangs_up(tmp_path: Path, era: str) -> None:
    kept = tmp_path / "kept"

    async def work() -> None:
        server = command("--device", "virtual", "--record-dir", str(kept))
        async with connected(server, era) as guest:
            assert "list_elements" in (guest.client.instructions or "")
            settings = (await guest.call("list_elements")).point_of("Settings")
            assert "com.android.settings" in (await guest.call("tap", at=settings)).text
            await guest.call("finish", success=True)

    anyio.run(work)
    [folder] = kept.iterdir()
    end = read_recording(folder).end
    assert end is not None
    assert end.stop is StopReason.FINISHED


CALLS: dict[str, dict[str, object]] = {
    "between two calls": {"name": "look", "arguments": {}},
    "in the middle of one": {
        "name": "run_goal",
        "arguments": {"goal": "book a one-way ticket Chongqing to Beijing"},
        "_meta": {"progressToken": "t"},
    },
}


@pytest.mark.mcp
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_signal_ends_it_at_once_and_the_recording_is_whole(
    tmp_path: Path, call: dict[str, object], number: signal.Signals
) -> None:
    kept = tmp_path / "kept"
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "mcp", "--device", "virtual", "--record-dir", str(kept)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    me = {"protocolVersion": "2025-06-18", "capabilities": {}}
    named = {"clientInfo": {"name": "raw", "version": "1"}}
    sent = (
        {"id": 1, "method": "initialize", "params": {**me, **named}},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
    )
    for message in sent:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    process.stdin.flush()
    first, second = (json.loads(process.stdout.readline()) for _ in range(2))
    assert first["id"] == 1
    assert second.get("id") == 2 or second["method"] == "notifications/progress"
    process.send_signal(number)
    assert process.wait(timeout=60) == 128 + number  # its standard input is open still
    _, err = process.communicate()
    assert b"Traceback" not in err
    [folder] = kept.iterdir()
    end = read_recording(folder).end
    assert end is not None
    assert end.stop is StopReason.INTERRUPTED
