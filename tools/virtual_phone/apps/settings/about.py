"""About phone."""

from datetime import date

from tools.virtual_phone.apps.settings.rows import close, confirm, fact, group, is_on, page
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Avatar, Column, Dialog, Page, Row, Text, TextField

DEVELOPER = ("secure", "developer_options_shown")
"""Set by seven taps on the build number. Android's own development_settings_enabled is on from
the start here, because the phone is reached over ADB."""
_TAPS = 7
_TELLS_FROM = 3
_LONGEST_NAME = 32
_PATCHED = date(2027, 1, 1)
"""As `getprop ro.build.version.security_patch` says."""


def build(ctx: Context) -> Page:
    """Name, model, versions."""
    name = ctx.settings.get("global", "device_name")
    head = Column(
        [
            Avatar("", icon="cellphone", color="primary_container", size=72),
            Text(name, style="title", align="center"),
        ],
        gap=12,
        align="center",
        padding=(0, 8),
    )
    device = group(
        [
            fact(ctx, "Device name", name, lambda: _rename(ctx, name)),
            fact(ctx, "Model", "Tapwright Virtual Phone"),
            fact(ctx, "Serial number", "VIRTUALPHONE"),
        ],
        ctx.t("Device details"),
    )
    network = group(
        [
            fact(ctx, "IP address", "10.0.2.16" if _online(ctx) else ctx.t("Unavailable")),
            fact(ctx, "Wi-Fi MAC address", "02:00:5e:10:20:30"),
        ],
        ctx.t("Network"),
    )
    software = group(
        [
            fact(ctx, "Android version", "14"),
            fact(ctx, "Android security update", ctx.format_date(_PATCHED, "long")),
            fact(ctx, "Build number", "VP1A.270104.001", lambda: _count(ctx)),
        ],
        ctx.t("Software"),
    )
    parts = [Row([head], justify="center"), device, network, software]
    return page(ctx, "About phone", parts, overlay=_dialog(ctx))


def _online(ctx: Context) -> bool:
    return is_on(ctx, ("global", "wifi_on"))


def _rename(ctx: Context, name: str) -> None:
    ctx.set_text("device_name", name)
    ctx.state["open"] = "name"
    ctx.focus("device_name")


def _count(ctx: Context) -> None:
    if is_on(ctx, DEVELOPER):
        ctx.toast(ctx.t("No need, you are already a developer."))
        return
    taps = ctx.state.get("taps", 0) + 1
    ctx.state["taps"] = taps
    left = _TAPS - taps
    if left == 0:
        ctx.settings.put(*DEVELOPER, "1")
        ctx.toast(ctx.t("You are now a developer!"))
    elif left == 1:
        ctx.toast(ctx.t("You are now 1 step away from being a developer."))
    elif left <= _TELLS_FROM:
        ctx.toast(ctx.t("You are now {left} steps away from being a developer.", left=left))


def _dialog(ctx: Context) -> Dialog | None:
    if ctx.state.get("open") != "name":
        return None
    typed = ctx.text("device_name").strip()
    error = ""
    if not typed:
        error = ctx.t("Enter a name")
    elif len(typed) > _LONGEST_NAME:
        error = ctx.t("The name is too long")

    def save() -> None:
        ctx.settings.put("global", "device_name", typed)

    def submit(_: str) -> None:
        if not error:
            close(ctx)
            save()

    field = TextField("device_name", ctx.t("Device name"), error=error, on_submit=submit)
    return confirm(ctx, ctx.t("Device name"), field, "OK", save, enabled=not error)
