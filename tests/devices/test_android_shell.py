"""Commands in the phone's own shell: their two outputs, their exit code, and their end."""

import pytest

from tests.devices.scripted_server import Ended, Hang, ScriptedServer
from tools.device import RunsShell, ShellAnswer
from tools.devices.adb_socket import AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_connect import connect
from tools.devices.fake import FakeDevice
from tools.errors import DeviceTimeoutError
from tools.virtual_phone.server import PhoneServer


@pytest.fixture
def on_the_phone(phone: PhoneServer) -> AndroidDevice:
    assert phone.server_port is not None
    return connect(server=AdbServer(port=phone.server_port))


def test_a_command_answers_with_its_outputs_and_its_code(on_the_phone: AndroidDevice) -> None:
    assert isinstance(on_the_phone, RunsShell)
    answer = on_the_phone.shell("echo ' a  b'; echo 'oh no' >&2; exit 3")
    assert answer == ShellAnswer(3, " a  b\n", "oh no\n")
    assert (answer.text, answer.complaint) == ("a  b", "oh no")
    assert on_the_phone.shell("printf '\\377x'").out == "\N{REPLACEMENT CHARACTER}x"
    assert on_the_phone.shell("echo 重庆").text == "重庆"


def test_without_a_complaint_the_output_tells(scripted: ScriptedServer) -> None:
    device = connect(server=AdbServer(port=scripted.port))
    scripted.script["content"] = Ended(0, stdout=b"[ERROR]\n  no such\n")
    assert device.shell("content query").complaint == "[ERROR] no such"


def test_a_command_that_hangs_is_cut_off(scripted: ScriptedServer) -> None:
    device = connect(server=AdbServer(port=scripted.port))
    scripted.script["logcat"] = Hang(b"\x01\x03\0\0\0abc")
    with pytest.raises(DeviceTimeoutError, match=r"did not answer within 0\.2 s"):
        device.shell("logcat", timeout_s=0.2)


def test_not_every_device_has_a_shell() -> None:
    assert not isinstance(FakeDevice(), RunsShell)
