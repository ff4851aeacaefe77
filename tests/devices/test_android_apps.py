"""Apps by the name a person sees."""

from pathlib import Path

import pytest

from tests.devices.scripted_server import Ended, ScriptedServer, details
from tools.action import OpenApp
from tools.device import NamesApps
from tools.devices.adb_socket import AdbServer
from tools.devices.android_apps import App, find_app, is_called, parse_activities
from tools.devices.android_connect import connect
from tools.errors import ActionFailedError, DeviceError
from tools.virtual_phone.server import PhoneServer

DUMP = """3 activities found:
  Activity #0:
    priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false
    ActivityInfo:
      name=com.android.settings.Settings
      packageName=com.android.settings
      labelRes=0x7f12 nonLocalizedLabel=null icon=0x7f08 banner=0x0
      ApplicationInfo:
        packageName=com.android.settings
        labelRes=0x7f13 nonLocalizedLabel=null icon=0x7f08 banner=0x0
  Activity #1:
    ActivityInfo:
      name=com.x.shop.Start
      packageName=com.x.shop
      labelRes=0x0 nonLocalizedLabel=My Shop icon=0x7f08 banner=0x0
      ApplicationInfo:
        packageName=com.x.shop
        labelRes=0x0 nonLocalizedLabel=Shop Suite icon=0x7f08 banner=0x0
  Activity #2:
    ActivityInfo:
      name=com.x.shop.Other
      packageName=com.x.shop
      labelRes=0x0 nonLocalizedLabel=Second icon icon=0x7f08 banner=0x0
"""
SETTINGS = App("com.android.settings", "com.android.settings.Settings", "")
SHOP = App("com.x.shop", "com.x.shop.Start", "My Shop")
MAPS, MAIL = App("org.maps", "M", "Maps"), App("org.mail", "M", "Mail")
NOTES, NOTES_TOO = App("a.notes", "N", "Notes"), App("b.notes", "N", "Notes")
CHINESE = App("com.tapwright.bookings", ".Search", "订票")
ALL = (SETTINGS, SHOP, MAPS, MAIL, NOTES, NOTES_TOO, CHINESE)


def test_what_the_phone_lists() -> None:
    assert parse_activities(DUMP) == (SETTINGS, SHOP)
    assert parse_activities("No activities found\n") == ()
    assert SETTINGS.called == "settings"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("My Shop", SHOP), ("my shop", SHOP), ("myshop", SHOP), ("Shop", SHOP), ("My Shpo", SHOP),
        ("Settings", SETTINGS), ("setting", SETTINGS), ("com.android.settings", SETTINGS),
        ("Maps", MAPS), ("map", MAPS), ("Mail", MAIL), ("订票", CHINESE), ("b.notes", NOTES_TOO),
        ("Teleporter", None), ("Spotify", None), ("x", None), ("com.android", None), ("微信", None),
    ],
)  # fmt: skip
def test_which_app_is_meant(name: str, wanted: App | None) -> None:
    assert find_app(name, ALL) == wanted


@pytest.mark.parametrize(
    ("name", "app", "called"),
    [
        ("My Shop", SHOP, True), ("my shop", SHOP, True), ("myshop", SHOP, True),
        ("com.x.shop", SHOP, True), ("Shop", SHOP, False), ("My Shpo", SHOP, False),
        ("Settings", SETTINGS, True), ("android.settings", SETTINGS, True),
        ("Setings", SETTINGS, False), ("订票", CHINESE, True), ("订", CHINESE, False),
    ],
)  # fmt: skip
def test_what_an_app_is_called_and_what_only_nearly(name: str, app: App, called: bool) -> None:
    assert is_called(name, app) is called


def test_several_alike_are_listed() -> None:
    with pytest.raises(ActionFailedError, match=r"Notes \(a\.notes\), Notes \(b\.notes\)"):
        find_app("notes", ALL)


def test_of_two_that_are_nearly_called_so_none_is_guessed() -> None:
    near = App("a.rec", "R", "Voice Recorders")
    further = App("b.rec", "R", "Voice Recorder 24")
    with pytest.raises(ActionFailedError, match=r"Voice Recorders \(a\.rec\), Voice Recorder 24"):
        find_app("voice recorder", (near, further))
    assert find_app("voice recorder", (near, MAPS)) == near


def test_an_app_of_the_virtual_phone(phone: PhoneServer, phone_adb: AdbServer) -> None:
    device = connect(server=phone_adb)
    for name in ("Bookings", "bookings", "Booking", "com.tapwright.bookings"):
        device.perform(OpenApp(name="Settings"))
        device.perform(OpenApp(name=name))
        assert device.observe().app == "com.tapwright.bookings"
    assert isinstance(device, NamesApps)
    assert device.misnamed("bookings") == device.misnamed("Teleporter") == ""
    meant = "No app is called 'Booking'. Did you mean 'Bookings' (com.tapwright.bookings)?"
    assert device.misnamed("Booking") == meant
    with pytest.raises(ActionFailedError, match="There are: Bookings, Clock, Contacts"):
        device.perform(OpenApp(name="Teleporter"))


def test_labels_in_chinese(phone: PhoneServer, phone_adb: AdbServer) -> None:
    with phone.phone.lock:
        phone.phone.reset(scenario="zh")
    device = connect(server=phone_adb)
    device.perform(OpenApp(name="设置"))
    assert device.observe().app == "com.android.settings"
    assert device.info.locale.startswith("zh")


def test_the_list_is_read_once(scripted: ScriptedServer) -> None:
    scripted.script |= {"cmd package query": DUMP.encode(), "am start": b"Starting: Intent"}
    device = connect(server=AdbServer(port=scripted.port))
    scripted.asked.clear()
    device.perform(OpenApp(name="My Shop"))
    device.perform(OpenApp(name="Settings"))
    assert [command.split()[0] for command in scripted.asked] == ["cmd", "am", "am"]
    assert scripted.asked[1].endswith("-f 0x10200000 -n com.x.shop/com.x.shop.Start")


def test_a_label_only_the_launcher_knows(scripted: ScriptedServer) -> None:
    icons = (
        '<hierarchy><node class="a.TextView" text="微信" clickable="true" bounds="[10,20][30,60]"'
        " /></hierarchy>"
    )
    scripted.script |= {"cmd package query": DUMP.encode(), "date": details(tree=icons.encode())}
    device = connect(server=AdbServer(port=scripted.port))
    device.perform(OpenApp(name="微信"))
    assert scripted.asked[-1] == "input tap 20 40"
    with pytest.raises(ActionFailedError, match="no app called '淘宝'"):
        device.perform(OpenApp(name="淘宝"))


def test_an_app_that_does_not_start(scripted: ScriptedServer) -> None:
    scripted.script["cmd package query"] = DUMP.encode()
    scripted.script["am start"] = Ended(0, b"Error type 3\nError: Activity class does not exist.\n")
    device = connect(server=AdbServer(port=scripted.port))
    with pytest.raises(ActionFailedError, match="My Shop cannot be opened: Error type 3"):
        device.perform(OpenApp(name="My Shop"))


def test_files_can_be_brought(phone_adb: AdbServer, tmp_path: Path) -> None:
    device = connect(server=phone_adb)
    source = tmp_path / "note.bin"
    source.write_bytes(bytes(range(256)) * 1000)
    device.push(source, "/sdcard/note.bin")
    assert device.shell("wc -c < /sdcard/note.bin").text == "256000"
    with pytest.raises(DeviceError, match="could not be copied"):
        device.push(tmp_path / "nothing", "/sdcard/nothing")
