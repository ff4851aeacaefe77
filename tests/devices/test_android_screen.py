"""The screen of a phone turns, changes its size, or may not be looked at."""

import re

import pytest

from tools.action import Home, Tap
from tools.device import KnowsApps, Observation
from tools.devices.adb_socket import AdbServer
from tools.devices.android import AndroidDevice
from tools.devices.android_connect import connect
from tools.errors import SecureScreenError
from tools.geometry import Size
from tools.virtual_phone.server import PhoneServer


def _tap(device: AndroidDevice, label: str) -> Observation:
    tree = device.observe().ui_tree
    assert tree is not None
    at = next(node for node in tree.nodes if node.label == label).box.center
    device.perform(Tap(at=at))
    return device.observe()


def test_turning(phone: PhoneServer, phone_adb: AdbServer) -> None:
    device = connect(server=phone_adb, ui_tree=True)
    upright = device.info.size
    device.shell("wm user-rotation lock 1")
    assert _tap(device, "Settings").app == "com.android.settings"
    assert device.info.size == Size(width=upright.height, height=upright.width)
    device.shell("wm user-rotation lock 0")
    device.perform(Home())
    assert _tap(device, "Contacts").app == "com.android.contacts"
    assert device.info.size == upright


def test_another_size_in_mid_run(phone: PhoneServer, phone_adb: AdbServer) -> None:
    device = connect(server=phone_adb, ui_tree=True)
    device.shell("wm size 720x1600")
    assert _tap(device, "Settings").app == "com.android.settings"
    assert device.info.size == Size(width=720, height=1600)
    device.shell("wm size reset")
    device.perform(Home())
    assert _tap(device, "Contacts").app == "com.android.contacts"


def test_a_screen_that_may_not_be_looked_at(phone: PhoneServer, phone_adb: AdbServer) -> None:
    device = connect(server=phone_adb)
    device.shell("settings put global virtual_phone_secure_screen 1")
    with pytest.raises(SecureScreenError):
        device.glance()
    device.shell("settings put global virtual_phone_secure_screen 0")
    assert not device.glance().is_black


def test_a_phone_is_asked_what_it_is(phone: PhoneServer, phone_adb: AdbServer) -> None:
    info = connect(server=phone_adb).info
    assert (info.kind, info.model, info.name) == ("android", "Virtual Phone", phone.serial)
    assert (info.emulated, info.animated) == (True, False)
    assert info.locale == "en-US"
    assert info.density_dpi == phone.phone.density


def test_theme_and_letters_are_told(phone: PhoneServer, phone_adb: AdbServer) -> None:
    info = connect(server=phone_adb).info
    assert (info.theme, info.font_scale) == ("light", 1.0)
    with phone.phone.lock:
        phone.phone.reset(scenario="dark,large_font", seed=0)
    info = connect(server=phone_adb).info
    assert info.theme == "dark"
    assert info.font_scale > 1.0


def test_versions_of_apps(phone: PhoneServer, phone_adb: AdbServer) -> None:
    device = connect(server=phone_adb)
    assert isinstance(device, KnowsApps)
    known = device.app_version("com.android.settings")
    assert re.fullmatch(r"\d+ \(\S+\)", known)
    assert device.app_version("com.example.nothing") == ""
    assert device.app_version("com.android.settings; reboot") == ""
