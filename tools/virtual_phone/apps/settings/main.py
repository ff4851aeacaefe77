"""The first page of Settings: a search field over the groups."""

from functools import partial

from tools.virtual_phone.apps.settings import index
from tools.virtual_phone.apps.settings.rows import group, is_on
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Column,
    Gap,
    Icon,
    ListItem,
    Page,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

# Title, what stands below, icon, its colour, screen; one tuple a group.
_GROUPS = (
    (
        ("Network & internet", "Wi-Fi, mobile data, airplane mode", "wifi", "#3367d6", "Network"),
        ("Connected devices", "Bluetooth, pairing", "devices", "#5d6bc4", "ConnectedDevices"),
    ),
    (
        ("Apps", "Recent apps, storage, force stop", "apps", "#d1661d", "Apps"),
        ("Notifications", "App notifications, Do Not Disturb", "bell", "#c2410c", "Notifications"),
    ),
    (
        ("Battery", "", "battery", "#1e8e3e", "Battery"),
        ("Storage", "", "harddisk", "#6b7fa3", "Storage"),
        ("Sound & vibration", "Volume, vibration, ringtone", "volume-high", "#00838f", "Sound"),
        ("Display", "Dark theme, font size, brightness", "brightness-6", "#b06000", "Display"),
    ),
    (
        ("Accessibility", "Text, color, captions", "human", "#4a5bb5", "Accessibility"),
        ("Security & privacy", "Screen lock, passwords", "shield-outline", "#188038", "Security"),
        ("Location", "", "map-marker-outline", "#3367d6", "Location"),
    ),
    (
        ("System", "Languages, date & time, reset", "information", "#7a6f8f", "System"),
        ("About phone", "", "cellphone", "#5f6368", "About"),
    ),
)


def build(ctx: Context) -> Page:
    """Every group, or what the search finds."""
    query = ctx.text("search").strip()
    search = TextField("search", ctx.t("Search settings"), kind="search", leading_icon="magnify")
    found = _found(ctx, query) if query else _groups(ctx)
    return Page(
        Scroll(Column([*found, Gap(16)], gap=12, padding=(16, 4)), key="settings"),
        top=TopBar(ctx.t("Settings"), search=search),
    )


def _groups(ctx: Context) -> list[Widget]:
    headline = Text(ctx.t("Settings"), style="headline")
    shown: list[Widget] = [Column([headline], padding=(8, 8, 0, 4))]
    for rows in _GROUPS:
        items = [
            ListItem(
                ctx.t(title),
                subtitle=ctx.t(words) if words else _now(ctx, screen),
                leading=Avatar("", icon=icon, color=color),
                on_tap=partial(ctx.push, screen),
                key=screen.lower(),
            )
            for title, words, icon, color, screen in rows
        ]
        shown.append(group(items))
    return shown


def _now(ctx: Context, screen: str) -> str:
    """What a row tells of the phone's present state."""
    if screen == "Battery":
        saver = is_on(ctx, ("global", "low_power"))
        return ctx.t("85% · Battery Saver on") if saver else ctx.t("85%")
    if screen == "Storage":
        return ctx.t("37% used · 80.6 GB free")
    if screen == "Location":
        on = is_on(ctx, ("secure", "location_mode"))
        return ctx.t("On") if on else ctx.t("Off")
    return ctx.settings.get("global", "device_name")


def _found(ctx: Context, query: str) -> list[Widget]:
    entries = index.search(ctx, query)
    if not entries:
        return [
            Column(
                [
                    Icon("magnify", size=56, color="outline"),
                    Text(ctx.t("No results found"), align="center", color="on_surface_variant"),
                ],
                gap=16,
                padding=(24, 80),
                align="center",
            )
        ]
    rows = [
        ListItem(
            ctx.t(entry.title),
            subtitle=" > ".join(ctx.t(part) for part in entry.path),
            leading=Icon(entry.icon),
            on_tap=partial(ctx.push, entry.screen),
            key="result",
        )
        for entry in entries
    ]
    return [group(rows)]
