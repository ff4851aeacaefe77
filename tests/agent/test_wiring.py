"""Which device is taken, and what becomes of a run when a device goes away under it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.cli.app import run_command
from agent.config import Config
from agent.phone_process import PhoneOptions, RunningPhone, running_phone
from agent.recording.reader import read_recording
from agent.step import Step, StopReason
from agent.wiring.audience import Nobody
from agent.wiring.devices import open_device
from agent.wiring.episode import build_registry, run_goal
from agent.wiring.findings import examine
from tools.errors import (
    ConfigError,
    DeviceGoneError,
    RecordingError,
    UnknownDeviceError,
    UsageError,
)

NO_SERVER = "127.0.0.1:1"


class Ear(Nobody):
    """An audience that remembers notices and may act after a step."""

    def __init__(self, after: Callable[[Step], None] = lambda _: None) -> None:
        self.notices: list[str] = []
        self._after = after

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def stepped(self, step: Step) -> None:
        self._after(step)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.yaml"
    path.write_text(
        "- {tool: open_app, arguments: {name: Settings}}\n- {tool: home}\n"
        "- {tool: open_app, arguments: {name: Clock}}\n- {tool: home}\n"
        "- {tool: finish, arguments: {success: true}}\n"
    )
    return path


@contextmanager
def adb_server(*lines: str) -> Iterator[str]:
    """An ADB server that knows nothing but the list of its devices."""
    listing = "".join(f"{line}\n" for line in lines).encode()

    def answer(server: socket.socket) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                size = connection.recv(4)
                if not size:
                    continue
                command = connection.recv(int(size, 16))
                known = command.startswith(b"host:devices")
                reply = b"OKAY%04x%s" % (len(listing), listing) if known else b"FAIL0000"
                connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def hang_up(server: socket.socket) -> None:
    """Take one connection and close it without a word."""
    server.accept()[0].close()


def test_without_a_device_the_virtual_phone_is_started_and_said_so(script: Path) -> None:
    ear = Ear()
    episode = run_goal("look", audience=ear, policy="scripted", script=script, adb_server=NO_SERVER)
    assert episode.stop is StopReason.FINISHED
    assert ear.notices == ["No ADB server answers at 127.0.0.1:1: starting the virtual phone."]
    assert episode.recording is not None
    assert (episode.recording / "phone-state.json").stat().st_size > 100
    assert read_recording(episode.recording).start.device.emulated


def test_a_scenario_means_the_virtual_phone(script: Path) -> None:
    ear = Ear()
    with adb_server("abc device model:Pixel_8") as server:
        config = Config(scenario="dark", adb_server=server)
        with open_device(config, notice=ear.notice) as device:
            assert device.info.emulated
    assert ear.notices == ["A scenario is given: starting the virtual phone."]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("abc device model:Pixel_8", "def device"), "several devices: abc (Pixel 8), def"),
        (("abc unauthorized",), "cannot be used yet: abc (unauthorized)"),
        (("abc offline", "def unauthorized"), "cannot be used yet: abc (offline), def"),
    ],
)
def test_a_choice_is_left_to_the_person(lines: tuple[str, ...], said: str) -> None:
    with adb_server(*lines) as server, pytest.raises(UnknownDeviceError) as caught:
        run_goal("look", adb_server=server)
    assert said in str(caught.value)
    assert "--device" in str(caught.value)
    assert not list(Path(os.environ["AGENT_RECORD_DIR"]).glob("*"))


def test_the_one_ready_device_is_taken() -> None:
    ear = Ear()
    with (
        adb_server("abc device model:Pixel_8", "def offline") as server,
        pytest.raises((DeviceGoneError, UsageError)),
    ):
        run_goal("look", audience=ear, adb_server=server)
    assert ear.notices == ["Using the attached device abc."]


def test_the_state_of_every_device_is_shown_with_its_mend(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with adb_server("abc device model:Pixel_8", "def unauthorized", "ghi recovery") as server:
        monkeypatch.setenv("AGENT_ADB_SERVER", server)
        assert run_command(["devices"]) == 0
        printed = capsys.readouterr().out
        assert run_command(["devices", "--json"]) == 0
        listed = json.loads(capsys.readouterr().out)
        findings = {(each.about, each.what): each.mend for each in examine()}
    assert [line.split() for line in printed.splitlines()] == [
        ["abc", "device", "Pixel", "8"], ["def", "unauthorized"], ["ghi", "recovery"],
    ]  # fmt: skip
    assert listed[1] == {"serial": "def", "state": "unauthorized", "model": ""}
    assert findings["device", "abc Pixel 8"] == ""
    assert "accept this computer" in findings["device", "def is unauthorized"]
    assert "adb reconnect" in findings["device", "ghi is recovery"]


def test_what_listens_but_is_no_adb_server_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], script: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        threading.Thread(target=hang_up, args=(deaf,)).start()
        monkeypatch.setenv("AGENT_ADB_SERVER", f"127.0.0.1:{deaf.getsockname()[1]}")
        ear = Ear()
        episode = run_goal("look", audience=ear, policy="scripted", script=script)
    assert "Starting the virtual phone instead." in ear.notices[0]
    assert episode.stop is StopReason.FINISHED


def test_a_served_phone_says_how_to_connect_and_ends_with_ctrl_c(script: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "agent", "phone", "serve", "--port", "0", "--server-port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        text = ""
        while "device_list" not in text:
            text += process.stdout.readline()
        (server,) = re.findall(r"AGENT_ADB_SERVER=(\S+)", text)
        (serial, *_) = re.findall(r"--device (\S+)", text)
        episode = run_goal(
            "look", device=serial, adb_server=server, policy="scripted", script=script
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert "has ended" in process.stdout.read()
    assert episode.stop is StopReason.FINISHED


def test_rules_about_text_need_the_tree(script: Path) -> None:
    with pytest.raises(ConfigError, match="ui_tree is 'never'"):
        run_goal(
            "look",
            device="virtual",
            ui_tree="never",
            guard=({"verdict": "deny", "text": "Pay"},),
        )


def test_a_rule_denies_and_the_policy_is_told(script: Path) -> None:
    episode = run_goal(
        "look",
        device="virtual",
        policy="scripted",
        script=script,
        guard=({"verdict": "deny", "actions": ["open_app"], "reason": "stay here"},),
    )
    assert "stay here" in episode.steps[0].mistake
    assert episode.stop is StopReason.FINISHED


def test_a_rule_that_asks_without_a_person_stops_the_run(script: Path) -> None:
    rule = {"verdict": "ask", "actions": ["home"]}
    episode = run_goal("look", device="virtual", policy="scripted", script=script, guard=(rule,))
    assert (episode.stop, len(episode.steps)) == (StopReason.NEEDS_HUMAN, 2)


def test_a_disk_that_is_full_from_the_start_is_a_usage_error(script: Path, tmp_path: Path) -> None:
    mount = tmp_path / "tiny"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        with pytest.raises(RecordingError, match="No space left on device"):
            run_goal("look", device="virtual", policy="scripted", script=script, record_dir=mount)
        assert list(mount.iterdir()) == []
    finally:
        subprocess.run(["umount", str(mount)], check=True)


@pytest.fixture
def phone() -> Iterator[RunningPhone]:
    with running_phone(PhoneOptions()) as running:
        yield running


def test_a_phone_killed_in_mid_run_ends_it_with_the_recording_whole(
    phone: RunningPhone, script: Path
) -> None:
    def kill(step: Step) -> None:
        phone.process.kill()

    episode = run_goal(
        "look",
        audience=Ear(kill),
        device=phone.serial,
        adb_server=f"127.0.0.1:{phone.server_port}",
        policy="scripted",
        script=script,
    )
    assert episode.stop is StopReason.DEVICE_LOST
    assert len(episode.steps) == 1
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    assert recording.end is not None
    assert recording.warnings == ()


def test_a_phone_that_ends_with_an_error_is_told(phone: RunningPhone) -> None:
    phone.process.kill()
    with pytest.raises(DeviceGoneError, match="ended with code -9"):
        phone.wait(lambda _: None)


@pytest.fixture
def real_adb_server(own_home: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [shutil.which("adb") or "adb", "-P", str(port)]
    subprocess.run(
        [*command, "start-server"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(own_home)},
    )
    yield f"127.0.0.1:{port}"
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


@pytest.mark.adb
def test_an_address_is_connected_through_the_real_adb_server(
    phone: RunningPhone, real_adb_server: str, script: Path
) -> None:
    episode = run_goal(
        "look",
        device=f"127.0.0.1:{phone.adb_port}",
        adb_server=real_adb_server,
        policy="scripted",
        script=script,
    )
    assert episode.stop is StopReason.FINISHED


@pytest.mark.adb
def test_an_adb_server_killed_in_mid_run_ends_it_with_the_recording_whole(
    phone: RunningPhone, real_adb_server: str, script: Path
) -> None:
    def kill(step: Step) -> None:
        port = real_adb_server.rpartition(":")[2]
        subprocess.run(["adb", "-P", port, "kill-server"], check=True, capture_output=True)

    episode = run_goal(
        "look",
        audience=Ear(kill),
        device=f"127.0.0.1:{phone.adb_port}",
        adb_server=real_adb_server,
        policy="scripted",
        script=script,
    )
    assert episode.stop is StopReason.DEVICE_LOST
    assert episode.recording is not None
    recording = read_recording(episode.recording)
    assert recording.end is not None
    assert recording.warnings == ()


@pytest.mark.parametrize("goal", [5, None, b"turn on wifi"])
def test_a_goal_that_is_no_text_is_a_usage_error(goal: Any) -> None:
    with pytest.raises(UsageError, match="The goal must be text"):
        run_goal(goal, device="virtual")


def test_the_tools_of_a_module_named_twice_are_offered_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "named_twice.py").write_text(
        "from tools.outcome import Note\nfrom tools.registry import tool\n\n@tool\n"
        'def jot() -> Note:\n    """Jot."""\n    return Note(text="x")\n'
    )
    assert "jot" in build_registry(Config(tools=("named_twice", "named_twice")))
