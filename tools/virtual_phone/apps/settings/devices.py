"""Connected devices: Bluetooth and pairing."""

import sqlite3
from functools import partial

from tools.virtual_phone.apps.settings.rows import (
    close,
    confirm,
    fact,
    group,
    is_on,
    link,
    note,
    page,
    switch,
)
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Dialog,
    Icon,
    IconButton,
    ListItem,
    Page,
    Text,
    Widget,
)

_BLUETOOTH = ("global", "bluetooth_on")


def build(ctx: Context) -> Page:
    """Pair new device, the paired ones, and the way to Bluetooth."""
    on = ctx.t("On") if is_on(ctx, _BLUETOOTH) else ctx.t("Off")
    parts: list[Widget] = [
        group([link(ctx, "Pair new device", "PairDevice", icon="plus")]),
        *_paired(ctx),
        group([link(ctx, "Bluetooth", "Bluetooth", subtitle=on, icon="bluetooth")]),
    ]
    return page(ctx, "Connected devices", parts, overlay=_dialog(ctx))


def bluetooth(ctx: Context) -> Page:
    """The switch, the paired devices, and pairing."""
    parts: list[Widget] = [group([switch(ctx, "Bluetooth", _BLUETOOTH)])]
    if is_on(ctx, _BLUETOOTH):
        name = ctx.settings.get("global", "device_name")
        parts.append(
            group(
                [
                    link(ctx, "Pair new device", "PairDevice", icon="plus"),
                    fact(ctx, "Device name", name, partial(ctx.push, "About")),
                ]
            )
        )
        parts += _paired(ctx)
    else:
        parts.append(note(ctx.t("When Bluetooth is on, this phone can use nearby devices.")))
    return page(ctx, "Bluetooth", parts, overlay=_dialog(ctx))


def pair(ctx: Context) -> Page:
    """Devices that can be paired; opening the page turns Bluetooth on, as on Android."""
    rows = ctx.db.execute("SELECT * FROM bluetooth_devices WHERE paired = 0 ORDER BY id")
    found: list[Widget] = [
        ListItem(
            row["name"],
            leading=Icon(row["icon"]),
            on_tap=partial(ctx.state.update, open="pair", device=row["id"]),
            key=f"device_{row['id']}",
        )
        for row in rows
    ]
    if not found:
        found = [ListItem(ctx.t("No devices found"))]
    name = fact(ctx, "Device name", ctx.settings.get("global", "device_name"))
    parts = [group([name]), group(found, ctx.t("Available devices"))]
    return page(ctx, "Pair new device", parts, overlay=_dialog(ctx))


def turn_on(ctx: Context) -> None:
    """Turn Bluetooth on to look for devices."""
    if not is_on(ctx, _BLUETOOTH):
        ctx.settings.put(*_BLUETOOTH, "1")


def _paired(ctx: Context) -> list[Widget]:
    rows = ctx.db.execute(
        "SELECT * FROM bluetooth_devices WHERE paired = 1 ORDER BY connected DESC, id"
    ).fetchall()
    if not rows:
        return []
    return [group([_device(ctx, row) for row in rows], ctx.t("Saved devices"))]


def _device(ctx: Context, row: sqlite3.Row) -> Widget:
    connected = bool(row["connected"]) and is_on(ctx, _BLUETOOTH)

    def tap() -> None:
        turn_on(ctx)
        ctx.db.execute(
            "UPDATE bluetooth_devices SET connected = ? WHERE id = ?",
            (int(not connected), row["id"]),
        )

    gear = IconButton(
        "cog-outline",
        ctx.t("Settings for {name}", name=row["name"]),
        partial(ctx.state.update, open="device", device=row["id"]),
    )
    return ListItem(
        row["name"],
        subtitle=ctx.t("Connected") if connected else ctx.t("Not connected"),
        leading=Icon(row["icon"], color="primary" if connected else "on_surface_variant"),
        trailing=gear,
        on_tap=tap,
        key=f"device_{row['id']}",
    )


def _dialog(ctx: Context) -> Dialog | None:
    if ctx.state.get("open") not in ("pair", "device"):
        return None
    device_id = ctx.state["device"]
    query = "SELECT * FROM bluetooth_devices WHERE id = ?"
    row = ctx.db.execute(query, (device_id,)).fetchone()
    name = row["name"]

    def set_paired(*, paired: bool) -> None:
        close(ctx)
        ctx.db.execute(
            "UPDATE bluetooth_devices SET paired = ?, connected = ? WHERE id = ?",
            (int(paired), int(paired), device_id),
        )
        said = "Connected to {name}" if paired else "{name} forgotten"
        ctx.toast(ctx.t(said, name=name))

    if ctx.state["open"] == "pair":
        title = ctx.t("Pair with {name}?", name=name)
        body = Text(ctx.t("Bluetooth pairing code: {code}", code=100_000 + device_id * 86_243))
        return confirm(ctx, title, body, "Pair", partial(set_paired, paired=True))
    return Dialog(
        name,
        Text(ctx.t("Forget this device? You will have to pair it again to use it.")),
        [
            Button(ctx.t("Forget"), partial(set_paired, paired=False), kind="text"),
            Button(ctx.t("Done"), partial(close, ctx), kind="text"),
        ],
        on_dismiss=partial(close, ctx),
    )
