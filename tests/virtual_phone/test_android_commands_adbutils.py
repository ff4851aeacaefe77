"""Every call of adbutils that agents use, through the phone's own ADB server."""

import datetime
import gc
from collections.abc import Iterator

import adbutils
import pytest

from tests.virtual_phone.system.demo import DEMO, LAUNCHER, Hand, make_phone
from tools.virtual_phone.server import PhoneServer
from tools.virtual_phone.system.phone import Phone

OTHER = "com.example.other"


@pytest.fixture
def phone() -> Phone:
    return make_phone()


@pytest.fixture
def device(phone: Phone) -> Iterator[adbutils.AdbDevice]:
    server = PhoneServer(phone)
    server.start()
    try:
        yield adbutils.AdbClient("127.0.0.1", server.server_port).device(server.serial)
    finally:
        server.close()


def form(phone: Phone) -> Hand:
    phone.start(DEMO, "Form", given="a test")
    hand = Hand(phone)
    hand.focus("name")
    return hand


def test_size_rotation_and_state(device: adbutils.AdbDevice) -> None:
    assert tuple(device.window_size()) == (1080, 2400)
    assert device.rotation() == 0
    assert device.is_screen_on() is True
    assert device.get_state() == "device"
    device.shell("wm size 720x1600")
    assert tuple(device.window_size()) == (720, 1600)
    device.shell("wm size reset; settings put system user_rotation 1")
    assert device.rotation() == 1
    assert tuple(device.window_size()) == (2400, 1080)
    device.keyevent("SLEEP")
    assert device.is_screen_on() is False


def test_click_and_swipe(device: adbutils.AdbDevice, phone: Phone) -> None:
    hand = Hand(phone)
    device.click(*hand.find("Demo").center)
    assert phone.foreground() == (DEMO, ".Main")
    device.click(*hand.find("Add one").center)
    assert hand.shows("Count 1")
    device.swipe(500, 1800, 500, 600, 0.3)
    assert not hand.shows("Count 1")
    device.drag(500, 600, 500, 2000, 0.5)
    kinds = [event.kind for event in phone.events]
    assert kinds.count("swipe") == 1
    assert kinds.count("drag") == 1


def test_text_and_keys(device: adbutils.AdbDevice, phone: Phone) -> None:
    hand = form(phone)
    device.send_keys("it's 100% $HOME; ok")
    assert hand.field("name").text == "it's 100% $HOME; ok"
    device.keyevent("DEL")
    device.keyevent(67)
    assert hand.field("name").text == "it's 100% $HOME; "
    assert "NullPointerException" in device.shell(["input", "text", "é"])


def test_shell(device: adbutils.AdbDevice) -> None:
    assert device.shell(["echo", "a b", "$x"]) == "a b $x"
    done = device.shell2("echo out; echo err >&2; false")
    assert (done.returncode, done.output) == (1, "out\nerr\n")
    assert device.shell2("pm path com.none").returncode == 1
    assert device.shell2("input roll 1 2", v2=True).returncode == 255


def test_apps(device: adbutils.AdbDevice, phone: Phone) -> None:
    device.app_start(DEMO)
    current = device.app_current()
    assert (current.package, current.activity) == (DEMO, f"{DEMO}.Main")
    device.app_start(OTHER, ".Broken")
    assert device.app_current().activity == f"{OTHER}.Broken"
    device.app_stop(OTHER)
    assert phone.foreground()[0] == LAUNCHER
    phone.database(DEMO).execute("DELETE FROM items")
    device.app_clear(DEMO)
    assert phone.database(DEMO).execute("SELECT count(*) FROM items").fetchone()[0] == 40


def test_packages(device: adbutils.AdbDevice) -> None:
    assert {DEMO, OTHER, LAUNCHER, "com.android.adbkeyboard"} <= set(device.list_packages())
    assert device.list_packages(["-3"]) == ["com.android.adbkeyboard", DEMO, OTHER]
    info = device.app_info(DEMO)
    assert info is not None
    assert (info.version_name, info.version_code) == ("1.0", 100)
    assert info.first_install_time == datetime.datetime(2026, 12, 1, 8, 0)
    assert info.path.endswith("/base.apk")
    assert device.app_info("com.none") is None


def test_pictures_and_trees(device: adbutils.AdbDevice, phone: Phone) -> None:
    phone.start(DEMO)
    picture = device.screenshot(error_ok=False)
    assert picture.convert("RGB").tobytes() == phone.frame().tobytes()
    assert device.dump_hierarchy() == phone.ui_xml()


# adbutils leaves this one's socket to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_framebuffer(device: adbutils.AdbDevice, phone: Phone) -> None:
    assert device.framebuffer().convert("RGB").tobytes() == phone.frame().tobytes()
    gc.collect()


def test_a_forbidden_screenshot_is_an_error(device: adbutils.AdbDevice) -> None:
    device.shell("settings put global virtual_phone_secure_screen 1")
    with pytest.raises(adbutils.AdbError):
        device.screenshot(error_ok=False)


def test_properties_battery_and_address(device: adbutils.AdbDevice) -> None:
    assert device.prop.model == "Virtual Phone"
    assert device.prop.name == "virtual_phone"
    assert device.getprop("ro.build.version.sdk") == "34"
    assert device.battery().level == 85
    assert device.wlan_ip() == "10.0.2.16"


def test_switches(device: adbutils.AdbDevice, phone: Phone) -> None:
    device.switch_wifi(False)
    assert phone.settings.get("global", "wifi_on") == "0"
    device.switch_wifi(True)
    assert phone.settings.get("global", "wifi_on") == "1"
    device.brightness_value = 200
    assert device.brightness_value == 200
    assert device.brightness_mode == adbutils.BrightnessMode.MANUAL
    device.switch_airplane(True)
    assert phone.settings.get("global", "airplane_mode_on") == "1"


def test_a_log_can_be_read(device: adbutils.AdbDevice) -> None:
    device.keyevent("HOME")
    assert "InputDispatcher: key 3" in device.shell("logcat -d")
