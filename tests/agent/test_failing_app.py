"""An app of the virtual phone that fails is named, with what it raised and where the rest is."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import tools
from agent import phone_process
from agent.phone_process import PhoneOptions, running_phone
from agent.step import StopReason
from agent.wiring.episode import run_goal
from tools.action import Home, OpenApp
from tools.clock import SystemClock
from tools.devices.adb_socket import AdbServer
from tools.devices.android_connect import connect
from tools.errors import DeviceError, DeviceGoneError

Break = Callable[[str, str, str], None]
FAILED = (
    r"The virtual phone hung up: the app 'notes' \(tools\.virtual_phone\.apps\.notes\.note_list:\d+"
    r"\): KeyError: 'no such note'\. The traceback is in (.+)\."
)
SCREEN = ("def build(ctx: Context) -> Page:", "    raise KeyError('no such note')")


@pytest.fixture
def breaking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Break:
    """Puts a line into a file of the Notes app, as the phones that are started have it."""
    root = tmp_path / "broken" / "tools"
    own = Path(tools.__path__[0])
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(own / "virtual_phone", root / "virtual_phone", ignore=ignored)
    shutil.copy(own / "__init__.py", root)
    monkeypatch.setattr(phone_process, "tools", SimpleNamespace(__path__=[str(root)]))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def put(file: str, after: str, line: str) -> None:
        path = root / "virtual_phone" / "apps" / "notes" / file
        text = path.read_text(encoding="utf-8")
        assert after in text
        path.write_text(text.replace(after, f"{after}\n{line}", 1), encoding="utf-8")

    return put


def test_a_run_tells_which_app_failed_and_keeps_the_traceback(
    tmp_path: Path, breaking: Break
) -> None:
    breaking("note_list.py", *SCREEN)
    script = tmp_path / "script.yaml"
    script.write_text("- {tool: open_app, arguments: {name: Notes}}\n- {tool: home}\n")
    done = run_goal(
        "look", device="virtual", policy="scripted", script=script, record_dir=tmp_path / "r"
    )
    assert done.stop is StopReason.DEVICE_LOST
    told = re.fullmatch(FAILED, done.error)
    assert told is not None, done.error
    assert told[1] == "phone.log of the recording"
    assert done.recording is not None
    log = (done.recording / "phone.log").read_text(encoding="utf-8")
    assert "Traceback (most recent call last):" in log
    assert "in build" in log


def test_without_a_recording_the_traceback_stays_in_a_file_of_its_own(
    tmp_path: Path, breaking: Break
) -> None:
    breaking("note_list.py", *SCREEN)
    heard: list[str] = []
    with running_phone(PhoneOptions()) as phone:
        server = AdbServer(port=phone.server_port or 0, why_gone=phone.log.failure)
        device = connect(phone.serial, server=server, clock=SystemClock())
        device.perform(OpenApp(name="Notes"))
        with pytest.raises(DeviceGoneError, match=FAILED) as caught:
            device.observe()
        device.perform(Home())  # the phone itself goes on
        phone.process.kill()
        with pytest.raises(DeviceGoneError, match="ended with code -9"):
            phone.wait(heard.append)
        with pytest.raises(DeviceGoneError, match="No ADB server answers"):  # not the old reason
            device.observe()
    told = re.fullmatch(FAILED, str(caught.value))
    assert told is not None
    log = Path(told[1]).read_text(encoding="utf-8")
    assert log == "".join(heard)
    assert log.count("Traceback (most recent call last):") == log.count(
        "failure in the app 'notes'"
    )
    assert list(tmp_path.glob("tapwright-phone-*")) == [Path(told[1])]


@pytest.mark.parametrize("recorded", [False, True])
def test_a_phone_that_does_not_start_tells_where_the_traceback_is(
    tmp_path: Path, breaking: Break, recorded: bool
) -> None:
    breaking("app.py", "import sqlite3", "import no_such_module")
    phone = running_phone(PhoneOptions(folder=tmp_path if recorded else None))
    with pytest.raises(DeviceError, match="did not start: ModuleNotFoundError") as caught:
        phone.__enter__()
    (log,) = tmp_path.glob("tapwright-phone-*")
    assert str(caught.value).endswith(f". The traceback is in {log}.")
    assert "import no_such_module" in log.read_text(encoding="utf-8")


def test_a_phone_that_does_well_leaves_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with running_phone(PhoneOptions()) as phone:
        assert phone.log.failure() == ""
        assert (
            list(tmp_path.glob("tapwright-phone-*")) == []
        )  # whoever is killed leaves none either
    assert phone.log.failure() == ""
    assert list(tmp_path.glob("tapwright-phone-*")) == []
