"""Network & internet, and the hotspot."""

from tools.virtual_phone.apps.settings.rows import (
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
from tools.virtual_phone.ui.widgets import Dialog, Page, TextField

_FEWEST_SIGNS = 8
_HOTSPOT_PASSWORD = "birch-lantern-42"  # noqa: S105 - shown on the page, opens nothing


def build(ctx: Context) -> Page:
    """Internet, mobile data, hotspot, airplane mode."""
    hotspot = ctx.t("On") if is_on(ctx, ("global", "hotspot_on")) else ctx.t("Off")
    rows = [
        link(ctx, "Internet", "Wifi", subtitle=wifi_words(ctx), icon="wifi"),
        switch(
            ctx,
            "Mobile data",
            ("global", "mobile_data"),
            subtitle="Access data using the mobile network",
            icon="swap-vertical",
            default="1",
        ),
        link(ctx, "Hotspot & tethering", "Hotspot", subtitle=hotspot, icon="access-point"),
    ]
    airplane = switch(ctx, "Airplane mode", ("global", "airplane_mode_on"), icon="airplane")
    return page(ctx, "Network & internet", [group(rows), group([airplane])])


def wifi_words(ctx: Context) -> str:
    """The network the phone is on, or that Wi-Fi is off."""
    if not is_on(ctx, ("global", "wifi_on")):
        return ctx.t("Off")
    row = ctx.db.execute("SELECT ssid FROM wifi_networks WHERE connected = 1").fetchone()
    return str(row["ssid"]) if row is not None else ctx.t("Not connected")


def hotspot(ctx: Context) -> Page:
    """Sharing the connection."""
    rows = [
        switch(
            ctx,
            "Wi-Fi hotspot",
            ("global", "hotspot_on"),
            subtitle="Share this phone's internet with other devices",
        ),
        fact(ctx, "Hotspot name", _value(ctx, "hotspot_name"), lambda: _open(ctx, "hotspot_name")),
        fact(ctx, "Security", "WPA3"),
        fact(
            ctx,
            "Hotspot password",
            _value(ctx, "hotspot_password"),
            lambda: _open(ctx, "hotspot_password"),
        ),
    ]
    words = note(ctx.t("Using the hotspot drains the battery faster."))
    return page(ctx, "Hotspot & tethering", [group(rows), words], overlay=_dialog(ctx))


def _value(ctx: Context, key: str) -> str:
    default = _HOTSPOT_PASSWORD
    if key == "hotspot_name":
        default = ctx.settings.get("global", "device_name")
    return ctx.settings.get("global", key, default)


def _open(ctx: Context, key: str) -> None:
    ctx.set_text(key, _value(ctx, key))
    ctx.state["open"] = key
    ctx.focus(key)


def _dialog(ctx: Context) -> Dialog | None:
    key = ctx.state.get("open")
    if key is None:
        return None
    title = "Hotspot name" if key == "hotspot_name" else "Hotspot password"
    typed = ctx.text(key).strip()
    short = key == "hotspot_password" and len(typed) < _FEWEST_SIGNS
    error = ctx.t("The password must have at least 8 characters") if short else ""
    return confirm(
        ctx,
        ctx.t(title),
        TextField(key, ctx.t(title), error=error),
        "Save",
        lambda: ctx.settings.put("global", key, typed),
        enabled=bool(typed) and not short,
    )
