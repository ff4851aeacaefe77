"""Apps, one app's page, and the notifications of apps."""

from functools import partial

from tools.virtual_phone.apps.settings.rows import confirm, fact, group, page, switch
from tools.virtual_phone.system.context import AppInfo, Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Column,
    Dialog,
    Expand,
    ListItem,
    Page,
    Row,
    SwitchRow,
    Text,
    Widget,
)


def build(ctx: Context) -> Page:
    """Every installed app."""
    rows = [
        ListItem(
            app.label,
            subtitle=_size(app),
            leading=Avatar("", icon=app.icon, color=app.color),
            on_tap=partial(ctx.push, "AppInfo", app=app.package),
            key=app.package,
        )
        for app in _shown(ctx)
    ]
    return page(ctx, "Apps", [group(rows, ctx.t("All apps"))])


def app_info(ctx: Context) -> Page:
    """One app: open it, end it, its storage and notifications."""
    wanted = ctx.state.get("app", ctx.package)
    app = next((one for one in ctx.apps() if one.package == wanted), None)
    if app is None:
        return page(ctx, "App info", [Text(ctx.t("This app is not installed"), align="center")])
    running = any(task.app.package == app.package for task in ctx.tasks())
    head = Column(
        [
            Avatar("", icon=app.icon, color=app.color, size=72),
            Text(app.label, style="title", align="center"),
        ],
        gap=12,
        align="center",
        padding=(0, 8),
    )
    buttons = Row(
        [
            Expand(
                Button(
                    ctx.t("Open"),
                    partial(ctx.open_app, app.package),
                    kind="tonal",
                    icon="open-in-new",
                    expand=True,
                )
            ),
            Expand(
                Button(
                    ctx.t("Force stop"),
                    partial(ctx.state.update, open="stop"),
                    kind="outlined",
                    icon="alert-circle-outline",
                    enabled=running,
                    expand=True,
                )
            ),
        ],
        gap=8,
    )
    facts = group(
        [
            notification_switch(ctx, app, ctx.t("Notifications")),
            fact(ctx, "Storage & cache", ctx.t("{size} used", size=_size(app))),
            fact(ctx, "Battery", ctx.t("No use since last full charge")),
            fact(ctx, "Version", app.version),
            fact(ctx, "Package", app.package),
        ]
    )
    return page(ctx, "App info", [head, buttons, facts], overlay=_dialog(ctx, app))


def notifications(ctx: Context) -> Page:
    """Do Not Disturb, and a switch for each app."""
    general = group(
        [
            switch(
                ctx,
                "Do Not Disturb",
                ("global", "zen_mode"),
                subtitle="Only get notified by important people and apps",
                icon="minus-circle-outline",
            ),
            switch(
                ctx,
                "Notification history",
                ("secure", "notification_history_enabled"),
                icon="history",
            ),
            switch(
                ctx,
                "Notifications on lock screen",
                ("secure", "lock_screen_show_notifications"),
                icon="lock-outline",
                default="1",
            ),
        ]
    )
    each: list[Widget] = [notification_switch(ctx, app, app.label) for app in _shown(ctx)]
    parts = [general, group(each, ctx.t("App notifications"))]
    return page(ctx, "Notifications", parts)


def notification_switch(ctx: Context, app: AppInfo, title: str) -> SwitchRow:
    """Whether an app may notify; kept in the table `app_notifications`."""
    row = ctx.db.execute(
        "SELECT enabled FROM app_notifications WHERE package = ?", (app.package,)
    ).fetchone()

    def change(on: bool) -> None:  # noqa: FBT001 - the new position
        ctx.db.execute(
            "INSERT OR REPLACE INTO app_notifications VALUES (?, ?)", (app.package, int(on))
        )

    return SwitchRow(title, row is None or bool(row["enabled"]), change, key=app.package)


def _shown(ctx: Context) -> list[AppInfo]:
    return [app for app in ctx.apps() if app.in_launcher]


def _size(app: AppInfo) -> str:
    return f"{18 + sum(map(ord, app.package)) % 160} MB"


def _dialog(ctx: Context, app: AppInfo) -> Dialog | None:
    if ctx.state.get("open") != "stop":
        return None

    def stop() -> None:
        ctx.close_task(app.package)
        ctx.toast(ctx.t("{app} stopped", app=app.label))

    words = Text(ctx.t("If you force stop an app, it may misbehave."))
    return confirm(ctx, ctx.t("Force stop?"), words, "OK", stop)
