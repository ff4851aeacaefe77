"""The Settings app as the phone knows it."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from tools.virtual_phone.apps.settings import (
    about,
    apps_pages,
    devices,
    display,
    main,
    network,
    power,
    privacy,
    sound,
    system_pages,
    wifi,
)
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Page

_SCHEMA = """
CREATE TABLE wifi_networks (
    id INTEGER PRIMARY KEY,
    ssid TEXT NOT NULL,
    security TEXT NOT NULL CHECK (security IN ('open', 'WPA2', 'WPA3')),
    signal INTEGER NOT NULL CHECK (signal BETWEEN 0 AND 4),
    saved INTEGER NOT NULL DEFAULT 0,
    connected INTEGER NOT NULL DEFAULT 0,
    password TEXT NOT NULL DEFAULT ''
);
CREATE TABLE bluetooth_devices (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    icon TEXT NOT NULL,
    paired INTEGER NOT NULL DEFAULT 0,
    connected INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE app_notifications (package TEXT PRIMARY KEY, enabled INTEGER NOT NULL);
"""
_HOME = ("Maple House", "WPA3")
_NEAR = (
    ("Harbour Guest", "open"),
    ("Blue Door Cafe", "WPA2"),
    ("Library-Public", "open"),
    ("Northwind Office", "WPA3"),
    ("Garden Flat 2", "WPA2"),
    ("TP-LINK_5G_7F2A", "WPA2"),
    ("Studio Nine", "WPA3"),
    ("Old Mill", "WPA2"),
)
_DEVICES = (
    ("Aria Buds", "headphones", 1),
    ("Desk Speaker", "speaker", 1),
    ("Trail Watch", "watch", 0),
    ("Compact Keyboard", "keyboard-outline", 0),
    ("City Car Audio", "car", 0),
)


class SettingsApp(App):
    """Every setting of the phone. Switches write the phone's settings database.

    Wi-Fi networks, Bluetooth devices and the notifications of apps are tables of its own.
    """

    package = "com.android.settings"
    label = "Settings"
    icon = "cog"
    color = "#5f6368"
    home = "Settings"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "Settings": main.build,
        "Network": network.build,
        "Wifi": wifi.build,
        "Hotspot": network.hotspot,
        "ConnectedDevices": devices.build,
        "Bluetooth": devices.bluetooth,
        "PairDevice": devices.pair,
        "Apps": apps_pages.build,
        "AppInfo": apps_pages.app_info,
        "Notifications": apps_pages.notifications,
        "Battery": power.battery,
        "Storage": power.storage,
        "Sound": sound.build,
        "Display": display.build,
        "FontSize": display.font_size,
        "Accessibility": privacy.accessibility,
        "Security": privacy.security,
        "Location": privacy.location,
        "System": system_pages.build,
        "Languages": system_pages.languages,
        "DateTime": system_pages.date_time,
        "Reset": system_pages.reset,
        "Developer": system_pages.developer,
        "About": about.build,
    }
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {"PairDevice": devices.turn_on}
    translations = Path(__file__).with_name("zh.yaml")
    permission = ""
    traps = False

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        """The networks and devices around, some of them known."""
        db.executescript(_SCHEMA)
        db.execute(
            "INSERT INTO wifi_networks (ssid, security, signal, saved, connected, password) "
            "VALUES (?, ?, 4, 1, 1, 'maple-syrup-7')",
            _HOME,
        )
        near = seed.rng.sample(_NEAR, seed.rng.randint(4, 6))
        db.executemany(
            "INSERT INTO wifi_networks (ssid, security, signal) VALUES (?, ?, ?)",
            [(*network, seed.rng.randint(1, 4)) for network in near],
        )
        db.executemany(
            "INSERT INTO bluetooth_devices (name, icon, paired) VALUES (?, ?, ?)", _DEVICES
        )
