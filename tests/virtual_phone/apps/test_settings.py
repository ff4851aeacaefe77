"""Settings as its user meets it: every test goes by what the UI tree says."""

import pytest

from tests.virtual_phone.apps.reach import english_left, unreachable
from tests.virtual_phone.driver import NotOnScreenError, PhoneDriver
from tools.virtual_phone.apps.settings.app import SettingsApp
from tools.virtual_phone.apps.settings.index import entries
from tools.virtual_phone.ui.nodes import Node

PACKAGE = SettingsApp.package
SCREENS = sorted(SettingsApp.screens)


def start(scenario: str = "default", screen: str = "", seed: int = 0) -> PhoneDriver:
    driver = PhoneDriver(scenario=scenario, seed=seed)
    driver.open(PACKAGE, screen)
    return driver


def switch(driver: PhoneDriver, title: str) -> Node:
    found = driver.find(
        lambda node: node.class_name.endswith("Switch") and node.content_desc == title
    )
    assert found is not None, f"no switch {title!r}: {driver.texts()}"
    return found


def brightness(driver: PhoneDriver) -> int:
    """The mean of all pixels, 0 to 255."""
    return driver.phone.frame().convert("L").resize((1, 1)).tobytes()[0]


@pytest.mark.parametrize(
    ("scenario", "path"),
    [
        ("default", ("Network & internet", "Airplane mode")),
        ("dark,large_font", ("Network & internet", "Airplane mode")),
        ("zh", ("网络和互联网", "飞行模式")),
    ],
)
def test_airplane_mode_takes_the_radios_with_it_and_brings_them_back(
    scenario: str, path: tuple[str, str]
) -> None:
    driver = start(scenario)
    settings = driver.phone.settings
    driver.tap_text(path[0])
    driver.tap_text(path[1])
    assert switch(driver, path[1]).checked
    assert settings.get("global", "airplane_mode_on") == "1"
    assert not settings.on("global", "wifi_on")
    driver.tap_text(path[1])
    assert not switch(driver, path[1]).checked
    assert settings.on("global", "wifi_on")


@pytest.mark.parametrize(
    ("scenario", "path"), [("default", ("Display", "Dark theme")), ("zh", ("显示", "深色主题"))]
)
def test_dark_theme_darkens_the_picture(scenario: str, path: tuple[str, str]) -> None:
    driver = start(scenario)
    driver.tap_text(path[0])
    light = brightness(driver)
    driver.tap_text(path[1])
    assert driver.phone.settings.get("secure", "ui_night_mode") == "2"
    assert brightness(driver) < light / 2


def test_font_size_by_name_and_by_slider() -> None:
    driver = start()
    for text in ("Display", "Font size", "Largest"):
        driver.tap_text(text)
    assert driver.phone.settings.get("system", "font_scale") == "1.3"
    driver.back()
    assert driver.value("Font size") == "Largest"
    driver.tap_text("Font size")
    bar = driver.find(lambda node: node.content_desc == "Font size, Largest")
    assert bar is not None
    driver.phone.tap(bar.bounds[0] + 2, bar.center[1])
    assert driver.phone.settings.get("system", "font_scale") == "0.85"


def test_the_language_of_the_whole_phone_switches_and_back() -> None:
    driver = start()
    for text in ("System", "Languages", "简体中文"):
        driver.tap_text(text)
    assert driver.shows("语言")
    driver.phone.home()
    assert driver.shows("设置")
    driver.open(PACKAGE)
    driver.tap_text("English (United States)")
    assert driver.shows("Languages")


def test_a_secured_network_wants_a_password_of_eight_characters() -> None:
    driver = start(screen="Wifi")
    rows = driver.rows("wifi_networks", PACKAGE)
    target = next(row for row in rows if row["security"] != "open" and not row["saved"])
    driver.tap_text(str(target["ssid"]))
    driver.field("Password", "short")
    assert driver.shows("The password must have at least 8 characters")
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_text("Connect")
    driver.field("Password", "long enough")
    driver.tap_text("Connect")
    (row,) = [row for row in driver.rows("wifi_networks", PACKAGE) if row["connected"]]
    assert (row["ssid"], row["password"]) == (target["ssid"], "long enough")


def test_networks_show_only_with_wifi_on() -> None:
    driver = start()
    driver.tap_text("Network & internet")
    assert driver.value("Internet") == "Maple House"
    driver.tap_text("Internet")
    driver.tap_text("Wi-Fi")
    assert not driver.shows("Maple House")
    assert driver.shows("To see available networks, turn on Wi-Fi.")


def test_forgetting_and_adding_networks() -> None:
    driver = start(screen="Wifi")
    driver.tap_desc("Settings for Maple House")
    driver.tap_text("Forget")
    assert not [row for row in driver.rows("wifi_networks", PACKAGE) if row["saved"]]
    driver.tap_text("Add network")
    driver.field("Network name", "Attic")
    driver.tap_text("WPA2")
    driver.field("Password", "under the roof")
    driver.tap_text("Save")
    row = driver.rows("wifi_networks", PACKAGE)[-1]
    assert (row["ssid"], row["security"], row["connected"]) == ("Attic", "WPA2", 1)


def test_bluetooth_pairing() -> None:
    driver = start()
    driver.tap_text("Connected devices")
    driver.tap_text("Pair new device")
    driver.tap_text("Trail Watch")
    driver.tap_text("Pair")
    row = next(
        row for row in driver.rows("bluetooth_devices", PACKAGE) if row["name"] == "Trail Watch"
    )
    assert (row["paired"], row["connected"]) == (1, 1)
    driver.back()
    driver.tap_text("Bluetooth")
    assert driver.value("Trail Watch") == "Connected"
    driver.tap_text("Bluetooth", nth=1)
    assert not driver.phone.settings.on("global", "bluetooth_on")
    assert not driver.shows("Trail Watch")


def test_screen_timeout_is_chosen_in_a_dialog() -> None:
    driver = start(screen="Display")
    assert driver.value("Screen timeout") == "10 minutes"
    driver.tap_text("Screen timeout")
    driver.tap_text("30 seconds")
    assert driver.phone.settings.get("system", "screen_off_timeout") == "30000"
    assert driver.value("Screen timeout") == "30 seconds"


def test_twelve_hours_show_everywhere() -> None:
    driver = start(screen="DateTime")
    driver.tap_text("Use 24-hour format")
    assert driver.phone.settings.get("system", "time_12_24") == "12"
    assert driver.shows("9:30 AM")
    assert driver.find(lambda node: node.text == "09:30") is None


def test_seven_taps_make_a_developer() -> None:
    driver = start(screen="About")
    for _ in range(6):
        driver.tap_text("Build number")
    assert driver.phone.settings.get("secure", "developer_options_shown") == ""
    driver.tap_text("Build number")
    toasts = [event.detail for event in driver.phone.events if event.kind == "toast"]
    assert toasts[-1] == "You are now a developer!"
    driver.open(PACKAGE, "System")
    driver.tap_text("Developer options")
    assert driver.screen() == "Developer"


def test_the_device_name_cannot_be_empty() -> None:
    driver = start(screen="About")
    driver.tap_text("Device name")
    driver.field("Device name", "")
    assert driver.shows("Enter a name")
    driver.field("Device name", "Pocket")
    driver.tap_text("OK")
    assert driver.phone.settings.get("global", "device_name") == "Pocket"


def test_an_app_is_stopped_and_silenced() -> None:
    driver = start()
    driver.open("com.android.deskclock")
    driver.open(PACKAGE)
    driver.tap_text("Apps")
    driver.tap_text("Clock")
    driver.tap_text("Notifications")
    driver.tap_text("Force stop")
    driver.tap_text("OK")
    assert driver.rows("app_notifications", PACKAGE) == [
        {"package": "com.android.deskclock", "enabled": 0}
    ]
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_text("Force stop")


def test_reset_asks_first() -> None:
    driver = start(screen="Reset")
    driver.tap_text("Reset Bluetooth & Wi-Fi")
    driver.tap_text("Cancel")
    assert [row for row in driver.rows("wifi_networks", PACKAGE) if row["saved"]]
    driver.tap_text("Reset Bluetooth & Wi-Fi")
    driver.tap_text("Reset")
    assert not [row for row in driver.rows("wifi_networks", PACKAGE) if row["saved"]]


def test_volume_follows_the_finger() -> None:
    driver = start(screen="Sound")
    bar = driver.find(lambda node: node.content_desc.startswith("Alarm volume"))
    assert bar is not None
    driver.phone.tap(bar.bounds[2] - 2, bar.center[1])
    assert driver.phone.settings.get("system", "volume_alarm") == "7"


@pytest.mark.parametrize(
    ("scenario", "query", "title", "screen"),
    [
        ("default", "dark mode", "Dark theme", "Display"),
        ("default", "24", "Use 24-hour format", "DateTime"),
        ("default", "flight", "Airplane mode", "Network"),
        ("zh", "夜间", "深色主题", "Display"),
        ("zh", "飞行", "飞行模式", "Network"),
        ("zh", "language", "语言", "Languages"),
    ],
)
def test_search_leads_there(scenario: str, query: str, title: str, screen: str) -> None:
    driver = start(scenario)
    driver.field("搜索设置" if scenario == "zh" else "Search settings", query)
    driver.tap_text(title)
    assert driver.screen() == screen


def test_search_says_when_there_is_nothing() -> None:
    driver = start()
    driver.field("Search settings", "teleport")
    assert driver.shows("No results found")


def test_every_setting_is_in_the_index_and_every_entry_on_its_page() -> None:
    """The index is written by hand: what it says must stand on the page it names."""
    driver = start()
    for screen in sorted({entry.screen for entry in entries()}):
        driver.phone.force_stop(PACKAGE)
        driver.open(PACKAGE, screen)
        nodes = driver.everything()
        words = {text for node in nodes for text in (node.text, node.content_desc)}
        titles = {entry.title for entry in entries() if entry.screen == screen}
        assert titles <= words, screen
        switches = {
            node.content_desc
            for node in nodes
            if node.class_name.endswith("Switch") and screen != "Notifications"
        }
        known = {entry.title for entry in entries()}
        assert switches <= known, screen


@pytest.mark.parametrize("screen", SCREENS)
def test_everything_can_be_reached_with_large_text(screen: str) -> None:
    assert unreachable(start("large_font", screen)) == set()


def test_chinese_is_chinese_throughout() -> None:
    driver = start("zh")
    names = {"WLAN", "Android", "WPA2", "WPA3", "GMT", "MAC", "English (United States)"}
    names |= {"Virtual Phone", "Tapwright", "VIRTUALPHONE", "birch-lantern-42"}
    names |= set(driver.phone.apps)
    names |= {str(row["ssid"]) for row in driver.rows("wifi_networks", PACKAGE)}
    names |= {str(row["name"]) for row in driver.rows("bluetooth_devices", PACKAGE)}
    for screen in SCREENS:
        driver.phone.force_stop(PACKAGE)
        driver.open(PACKAGE, screen)
        assert english_left(driver, names) == set(), screen


def test_the_seed_decides_the_networks() -> None:
    names = [
        [row["ssid"] for row in start(seed=seed).rows("wifi_networks", PACKAGE)]
        for seed in (1, 1, 2)
    ]
    assert names[0] == names[1] != names[2]
