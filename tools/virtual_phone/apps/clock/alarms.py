"""The Alarm tab: all alarms, and the dialogs that make and change them."""

from functools import partial

from tools.virtual_phone.apps.clock import schedule
from tools.virtual_phone.apps.clock.alarm_card import card
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Column,
    Dialog,
    Fab,
    Gap,
    Icon,
    NavBar,
    Overlay,
    Page,
    Scroll,
    Text,
    TextField,
    TimePicker,
    TopBar,
    Widget,
)


def build(ctx: Context, nav: NavBar) -> Page:
    """The alarms by time of day, and a button to add one."""
    rows = ctx.db.execute("SELECT * FROM alarms ORDER BY hour, minute, id").fetchall()
    shown: list[Widget] = [card(ctx, row, partial(announce, ctx)) for row in rows]
    if not rows:
        shown = [
            Column(
                [
                    Icon("alarm-off", size=64, color="outline"),
                    Text(ctx.t("No alarms"), style="title", color="on_surface_variant"),
                ],
                gap=16,
                padding=(24, 96),
                align="center",
            )
        ]
    return Page(
        Scroll(Column([*shown, Gap(88)], gap=12, padding=(16, 8)), key="alarms"),
        top=TopBar(ctx.t("Alarm")),
        fab=Fab("plus", "", lambda: _add(ctx), description=ctx.t("Add alarm")),
        nav=nav,
        overlay=_overlay(ctx),
    )


def announce(ctx: Context, alarm_id: int | None = None) -> None:
    """Tell the phone which alarm is next; say how far `alarm_id` is, if that one is on."""
    rings = []
    for row in ctx.db.execute("SELECT * FROM alarms WHERE enabled = 1"):
        ring = schedule.next_ring(row["hour"], row["minute"], row["days"], ctx.now)
        rings.append(ring)
        if row["id"] == alarm_id:
            ctx.toast(_in(ctx, *schedule.until(ring, ctx.now)))
    text = f"{min(rings):%a %H:%M}" if rings else ""
    ctx.settings.put("system", "next_alarm_formatted", text)


def _in(ctx: Context, days: int, hours: int, minutes: int) -> str:
    parts = [
        _counted(ctx, days, "1 day", "{count} days"),
        _counted(ctx, hours, "1 hour", "{count} hours"),
        _counted(ctx, minutes, "1 minute", "{count} minutes"),
    ]
    named = [part for part in parts if part]
    if len(named) == 1 or ctx.locale == "zh":
        length = "".join(named)
    else:
        first = ", ".join(named[:-1])
        length = f"{first} and {named[-1]}"
    return ctx.t("Alarm set for {length} from now.", length=length)


def _counted(ctx: Context, count: int, one: str, many: str) -> str:
    if count == 0:
        return ""
    return ctx.t(one) if count == 1 else ctx.t(many, count=count)


def _add(ctx: Context) -> None:
    ctx.state["picker"] = {"id": None, "hour": ctx.now.hour, "minute": ctx.now.minute}


def _overlay(ctx: Context) -> Overlay | None:
    if "picker" in ctx.state:
        return _time_dialog(ctx)
    if "label" in ctx.state:
        return _label_dialog(ctx)
    return None


def _time_dialog(ctx: Context) -> Dialog:
    picker = ctx.state["picker"]

    def shut() -> None:
        ctx.focus(None)
        ctx.state.pop("picker", None)

    def confirm() -> None:
        shut()
        alarm_id = picker["id"]
        if alarm_id is None:
            alarm_id = ctx.db.execute(
                "INSERT INTO alarms (hour, minute) VALUES (?, ?)",
                (picker["hour"], picker["minute"]),
            ).lastrowid
        else:
            ctx.db.execute(
                "UPDATE alarms SET hour = ?, minute = ?, enabled = 1 WHERE id = ?",
                (picker["hour"], picker["minute"], alarm_id),
            )
        ctx.state["expanded"] = alarm_id
        announce(ctx, alarm_id)

    return Dialog(
        ctx.t("Select time"),
        TimePicker(
            picker["hour"],
            picker["minute"],
            lambda hour, minute: picker.update(hour=hour, minute=minute),
            key="time",
        ),
        [Button(ctx.t("Cancel"), shut, kind="text"), Button(ctx.t("OK"), confirm, kind="text")],
        on_dismiss=shut,
    )


def _label_dialog(ctx: Context) -> Dialog:
    def shut() -> None:
        ctx.focus(None)
        ctx.state.pop("label", None)

    def confirm() -> None:
        label = ctx.text("label_text").strip()
        ctx.db.execute("UPDATE alarms SET label = ? WHERE id = ?", (label, ctx.state["label"]))
        shut()

    return Dialog(
        ctx.t("Alarm label"),
        TextField("label_text", ctx.t("Label"), on_submit=lambda _: confirm()),
        [Button(ctx.t("Cancel"), shut, kind="text"), Button(ctx.t("OK"), confirm, kind="text")],
        on_dismiss=shut,
    )
