"""Leases: two processes never share a phone, and a dead one blocks nobody."""

import os
import subprocess
import sys
import warnings
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.suite.runner.lease import DeviceLeasedError, lease_folder, lease_name, leased
from tools.errors import UsageError

ROOT = Path(__file__).parents[4]
_HOLD = """
import sys
from pathlib import Path
from agent.suite.runner.lease import leased
with leased(sys.argv[1], Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(device: str, folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, device, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_another_process_is_named_and_its_end_frees_the_device(tmp_path: Path) -> None:
    with holder("emulator-5554", tmp_path) as other:
        wanted = rf"The device 'emulator-5554' is in use by process {other.pid} since 20\d\d-"
        with pytest.raises(DeviceLeasedError, match=wanted), leased("emulator-5554", tmp_path):
            pass
        with leased("emulator-5556", tmp_path):
            pass
        other.kill()  # not even a finally is run
        other.wait()
        with leased("emulator-5554", tmp_path):
            text = (tmp_path / lease_name("emulator-5554")).read_text()
            assert f'"pid":{os.getpid()}' in text
    assert (tmp_path / lease_name("emulator-5554")).read_text() == ""


def test_one_process_cannot_lease_a_device_twice_either(tmp_path: Path) -> None:
    with leased("a", tmp_path), pytest.raises(DeviceLeasedError, match="by this very process"):
        leased("a", tmp_path).__enter__()
    with leased("a", tmp_path):
        pass


def test_of_many_threads_one_gets_it(tmp_path: Path) -> None:
    got: list[int] = []
    with ExitStack() as stack:

        def take(number: int) -> None:
            try:
                stack.enter_context(leased("a", tmp_path))
            except DeviceLeasedError:
                return
            got.append(number)

        threads = [Thread(target=take, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 1


@pytest.mark.parametrize(
    "text", ["", "no JSON", '{"pid": "x"}', '{"pid": 1, "since": "s", "x": 0}']
)
def test_a_holder_that_has_not_said_who_it_is_is_another_process(tmp_path: Path, text: str) -> None:
    with leased("a", tmp_path):
        (tmp_path / lease_name("a")).write_text(text)
        with pytest.raises(DeviceLeasedError, match="in use by another process"):
            leased("a", tmp_path).__enter__()


def test_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="The lease of 'a' cannot be written") as caught:
        leased("a", tmp_path / "file" / "leases").__enter__()
    assert "XDG_RUNTIME_DIR" in caught.value.hint


def test_folders_of_leases_are_this_users_alone(tmp_path: Path) -> None:
    with leased("a", tmp_path / "runtime" / "leases"):
        for folder in ("runtime", "runtime/leases"):
            assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700


def test_a_lease_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / lease_name("a")).symlink_to(tmp_path / "precious")
    with pytest.raises(UsageError, match="cannot be written"):
        leased("a", tmp_path).__enter__()
    assert (tmp_path / "precious").read_text() == "precious"


@given(st.text(max_size=80), st.text(max_size=80))
def test_names_of_leases_are_file_names_and_differ_as_devices_do(one: str, other: str) -> None:
    name = lease_name(one)
    assert Path(name).name == name
    assert len(lease_name(one * 9)) < 100
    assert (name == lease_name(other)) is (one == other)


def test_leases_lie_in_the_runtime_folder_of_this_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    tmp_path.chmod(0o700)
    assert lease_folder() == tmp_path / "tapwright" / "leases"


def test_a_machine_without_a_runtime_folder_is_not_complained_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert lease_folder().name == "leases"
    assert not caught
