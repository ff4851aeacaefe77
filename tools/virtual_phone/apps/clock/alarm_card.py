"""One alarm as a card: time, days and switch; opened, everything that can be set."""

import sqlite3
from collections.abc import Callable
from datetime import time, timedelta
from functools import partial

from tools.virtual_phone.apps.clock import schedule
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Card,
    Chip,
    Column,
    Expand,
    Icon,
    IconButton,
    ListItem,
    Row,
    Switch,
    SwitchRow,
    Text,
    Widget,
    Wrap,
)

Announce = Callable[[int | None], None]
"""Called after an alarm changed, with its id if it should be said when it rings."""


def card(ctx: Context, row: sqlite3.Row, announce: Announce) -> Widget:
    """An alarm; a tap opens or closes it, a tap on the time changes the time."""
    alarm_id = row["id"]
    expanded = ctx.state.get("expanded") == alarm_id
    parts = [_head(ctx, row, expanded=expanded), _days_and_switch(ctx, row, announce)]
    if expanded:
        parts.append(_details(ctx, row, announce))
    return Card(
        Column(parts, gap=4),
        on_tap=partial(_open, ctx, None if expanded else alarm_id),
        color="surface_container_high" if row["enabled"] else "surface_container",
        padding=(20, 12, 12, 12),
        key=f"alarm_{alarm_id}",
    )


def _head(ctx: Context, row: sqlite3.Row, *, expanded: bool) -> Widget:
    written = ctx.format_time(time(row["hour"], row["minute"]))
    picker = {"id": row["id"], "hour": row["hour"], "minute": row["minute"]}
    clock = Card(
        Text(
            written,
            style="display",
            color="on_surface" if row["enabled"] else "on_surface_variant",
        ),
        on_tap=lambda: ctx.state.update(picker=picker),
        color="surface_container_high" if row["enabled"] else "surface_container",
        padding=0,
        key=f"time_{row['id']}",
    )
    words = ctx.t("Collapse alarm") if expanded else ctx.t("Expand alarm")
    arrow = IconButton(
        "chevron-up" if expanded else "chevron-down",
        words,
        partial(_open, ctx, None if expanded else row["id"]),
    )
    label: list[Widget] = []
    if row["label"] and not expanded:
        label.append(Text(row["label"], style="small", max_lines=1))
    return Row([Expand(Column([*label, clock], align="start")), arrow], align="start")


def _days_and_switch(ctx: Context, row: sqlite3.Row, announce: Announce) -> Widget:
    written = ctx.format_time(time(row["hour"], row["minute"]))

    def switch(on: bool) -> None:  # noqa: FBT001 - the new position
        ctx.db.execute("UPDATE alarms SET enabled = ? WHERE id = ?", (int(on), row["id"]))
        announce(row["id"] if on else None)

    color = "on_surface" if row["enabled"] else "on_surface_variant"
    return Row(
        [
            Expand(Text(days_text(ctx, row), style="small", color=color)),
            Switch(
                bool(row["enabled"]),
                switch,
                description=ctx.t("Alarm at {time}", time=written),
                key=f"switch_{row['id']}",
            ),
        ],
        gap=12,
        padding=(0, 0, 8, 0),
    )


def days_text(ctx: Context, row: sqlite3.Row) -> str:
    """When an alarm rings: its days, or today or tomorrow."""
    if row["days"]:
        chosen = row["days"].split(",")
        if len(chosen) == len(schedule.DAYS):
            return ctx.t("Every day")
        return ctx.t(", ").join(ctx.t(day.capitalize()) for day in chosen)
    if not row["enabled"]:
        return ctx.t("Not scheduled")
    ring = schedule.next_ring(row["hour"], row["minute"], "", ctx.now).date()
    return ctx.t("Tomorrow") if ring - ctx.now.date() == timedelta(days=1) else ctx.t("Today")


def _details(ctx: Context, row: sqlite3.Row, announce: Announce) -> Widget:
    alarm_id = row["id"]

    def toggle(day: str) -> None:
        days = schedule.toggled(row["days"], day)
        ctx.db.execute("UPDATE alarms SET days = ? WHERE id = ?", (days, alarm_id))
        announce(None)

    def vibrate(on: bool) -> None:  # noqa: FBT001 - the new position
        ctx.db.execute("UPDATE alarms SET vibrate = ? WHERE id = ?", (int(on), alarm_id))

    def delete() -> None:
        ctx.db.execute("DELETE FROM alarms WHERE id = ?", (alarm_id,))
        announce(None)
        ctx.toast(ctx.t("Alarm deleted"))

    def name() -> None:
        ctx.set_text("label_text", row["label"])
        ctx.state["label"] = alarm_id
        ctx.focus("label_text")

    chips = [
        Chip(
            ctx.t(day_name[0]) if ctx.locale == "en" else ctx.t(day.capitalize())[-1],
            selected=day in row["days"].split(","),
            on_tap=partial(toggle, day),
            key=f"day_{day}",
            description=ctx.t(day_name),
            round=True,
        )
        for day, day_name in zip(schedule.DAYS, schedule.DAY_NAMES, strict=True)
    ]
    label = ListItem(
        row["label"] or ctx.t("Add label"),
        leading=Icon("label-outline"),
        on_tap=name,
        key="label",
    )
    return Column(
        [
            Row([Expand(Wrap(chips, gap=4))], padding=(0, 8, 8, 4)),
            label,
            SwitchRow(
                ctx.t("Vibrate"), bool(row["vibrate"]), vibrate, icon="vibrate", key="vibrate"
            ),
            ListItem(
                ctx.t("Delete"), leading=Icon("trash-can-outline"), on_tap=delete, key="delete"
            ),
        ]
    )


def _open(ctx: Context, alarm_id: int | None) -> None:
    ctx.state["expanded"] = alarm_id
