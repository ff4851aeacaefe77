"""The phone, or the ADB server, goes away in the middle of things."""

import time

import pytest

from tools.action import Back, OpenApp, TypeText
from tools.devices.adb_socket import AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_connect import connect
from tools.errors import DeviceError, DeviceGoneError
from tools.virtual_phone.apps.catalog import all_apps
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone


@pytest.fixture
def doomed() -> PhoneServer:
    server = PhoneServer(Phone(apps=all_apps()))
    server.start()
    return server


def _all_fail(device: AndroidDevice) -> None:
    started_s = time.monotonic()
    for work in (
        device.glance,
        device.observe,
        lambda: device.perform(Back()),
        lambda: device.perform(TypeText(text="x")),
        lambda: device.perform(OpenApp(name="Settings")),
    ):
        with pytest.raises(DeviceError) as caught:
            work()
        assert "\n" not in str(caught.value)
    device.close()
    assert time.monotonic() - started_s < 30  # of the 50 that waiting for answers would take


def test_phone_and_server_die(doomed: PhoneServer) -> None:
    assert doomed.server_port is not None
    device = connect(server=AdbServer(port=doomed.server_port))
    doomed.close()
    _all_fail(device)
    with pytest.raises(DeviceGoneError, match="No ADB server answers"):
        device.glance()


@pytest.mark.adb
def test_the_phone_dies_behind_the_real_server(doomed: PhoneServer, real_adb: AdbServer) -> None:
    device = connect(doomed.serial, server=real_adb)
    device.perform(Back())
    doomed.close()
    _all_fail(device)
