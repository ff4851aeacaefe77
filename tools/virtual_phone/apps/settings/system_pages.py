"""System: languages, date and time, reset, developer options."""

from functools import partial

from tools.virtual_phone.apps.settings.about import DEVELOPER
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
from tools.virtual_phone.ui.widgets import Dialog, Icon, ListItem, Page, RadioRow, SwitchRow, Text

LANGUAGES = (("en-US", "English (United States)"), ("zh-CN", "简体中文"))
_WIPE = "Erase all data (factory reset)"
_RESETS = {
    "Reset Bluetooth & Wi-Fi": "This forgets all saved networks and paired devices.",
    "Reset app preferences": "This allows the notifications of all apps again.",
    _WIPE: "This erases all data from the phone's storage. You cannot undo this.",
}


def build(ctx: Context) -> Page:
    """The ways to the pages of the system."""
    language = dict(LANGUAGES)["zh-CN" if ctx.locale == "zh" else "en-US"]
    rows = [
        link(ctx, "Languages", "Languages", subtitle=language, icon="translate"),
        link(
            ctx,
            "Date & time",
            "DateTime",
            subtitle=f"{ctx.format_date(ctx.now.date())} {ctx.format_time(ctx.now)}",
            icon="calendar-clock",
        ),
        switch(ctx, "Backup", ("secure", "backup_enabled"), icon="cloud-upload-outline"),
        ListItem(
            ctx.t("System update"),
            subtitle=ctx.t("Your system is up to date"),
            leading=Icon("update"),
            on_tap=lambda: ctx.toast(ctx.t("Your system is up to date")),
        ),
        link(ctx, "Reset options", "Reset", icon="restore"),
    ]
    if is_on(ctx, DEVELOPER):
        rows.append(link(ctx, "Developer options", "Developer", icon="developer-board"))
    return page(ctx, "System", [group(rows)])


def languages(ctx: Context) -> Page:
    """The language of the whole phone."""
    now = "zh-CN" if ctx.locale == "zh" else "en-US"
    rows = [
        RadioRow(
            name,
            tag == now,
            partial(ctx.settings.put, "system", "system_locales", tag),
            key=f"language_{tag[:2]}",
        )
        for tag, name in LANGUAGES
    ]
    words = note(ctx.t("Apps and the system use this language."))
    return page(ctx, "Languages", [group(rows, ctx.t("System language")), words])


def date_time(ctx: Context) -> Page:
    """The clock's format; the time itself comes from the network."""
    automatic = switch(ctx, "Set time automatically", ("global", "auto_time"), default="1")
    facts = [
        fact(ctx, "Date", ctx.format_date(ctx.now.date(), "long")),
        fact(ctx, "Time", ctx.format_time(ctx.now)),
        fact(ctx, "Time zone", ctx.t("GMT+00:00 Coordinated Universal Time")),
    ]
    day = SwitchRow(
        ctx.t("Use 24-hour format"),
        ctx.settings.get("system", "time_12_24") != "12",
        lambda on: ctx.settings.put("system", "time_12_24", "24" if on else "12"),
        subtitle=ctx.t("13:00 instead of 1:00 PM"),
        key="time_12_24",
    )
    return page(ctx, "Date & time", [group([automatic, *facts]), group([day], ctx.t("Format"))])


def reset(ctx: Context) -> Page:
    """What can be reset; each asks first."""
    rows = [
        ListItem(
            ctx.t(title),
            leading=Icon("delete-forever-outline" if title == _WIPE else "restore"),
            on_tap=partial(ctx.state.update, open=title),
        )
        for title in _RESETS
    ]
    return page(ctx, "Reset options", [group(rows)], overlay=_reset_dialog(ctx))


def developer(ctx: Context) -> Page:
    """Some of the options for developers."""
    rows = [
        switch(ctx, "Stay awake", ("global", "stay_on_while_plugged_in")),
        switch(ctx, "Show taps", ("system", "show_touches")),
        switch(ctx, "Pointer location", ("system", "pointer_location")),
    ]
    return page(ctx, "Developer options", [group(rows)])


def _reset_dialog(ctx: Context) -> Dialog | None:
    title = ctx.state.get("open")
    if title not in _RESETS:
        return None

    def carry_out() -> None:
        if title == _WIPE:
            ctx.toast(ctx.t("Not allowed by your organization"))
            return
        if title == "Reset app preferences":
            ctx.db.execute("DELETE FROM app_notifications")
        else:
            ctx.db.execute("UPDATE wifi_networks SET saved = 0, connected = 0, password = ''")
            ctx.db.execute("UPDATE bluetooth_devices SET paired = 0, connected = 0")
        ctx.toast(ctx.t("Reset done"))

    action = "Erase" if title == _WIPE else "Reset"
    return confirm(ctx, ctx.t(title), Text(ctx.t(_RESETS[title])), action, carry_out)
