"""Wi-Fi: the switch, the networks around, connecting with a password."""

import sqlite3
from collections.abc import Callable
from functools import partial

from tools.virtual_phone.apps.settings.rows import close, confirm, group, is_on, note, page, switch
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Checkbox,
    Column,
    Dialog,
    Icon,
    IconButton,
    ListItem,
    Page,
    RadioRow,
    Row,
    Text,
    TextField,
    Widget,
)

_SIGNALS = ("Very weak", "Weak", "Fair", "Good", "Excellent")
_ICONS = ("outline", "1", "2", "3", "4")
_SECURED = ("WPA2", "WPA3")
_FEWEST_SIGNS = 8


def build(ctx: Context) -> Page:
    """The switch over the networks in reach."""
    top = group([switch(ctx, "Wi-Fi", ("global", "wifi_on"))])
    if not is_on(ctx, ("global", "wifi_on")):
        words = note(ctx.t("To see available networks, turn on Wi-Fi."))
        return page(ctx, "Internet", [top, words])
    query = "SELECT * FROM wifi_networks ORDER BY connected DESC, saved DESC, signal DESC, id"
    rows = ctx.db.execute(query).fetchall()
    add = ListItem(
        ctx.t("Add network"), leading=Icon("plus"), on_tap=partial(_open_add, ctx), key="add"
    )
    near: list[Widget] = [_network(ctx, row) for row in rows]
    parts = [top, group([*near, add], ctx.t("Available networks"))]
    return page(ctx, "Internet", parts, overlay=_dialog(ctx))


def _network(ctx: Context, row: sqlite3.Row) -> Widget:
    words = ctx.t("Connected") if row["connected"] else ctx.t("Saved") if row["saved"] else ""
    if not words:
        words = ctx.t("Open network") if row["security"] == "open" else ctx.t("Secured")
    trailing: Widget | None = None
    if row["saved"]:
        trailing = IconButton(
            "cog-outline",
            ctx.t("Settings for {name}", name=row["ssid"]),
            lambda: ctx.state.update(open="details", network=row["id"]),
        )
    elif row["security"] != "open":
        trailing = Row([Icon("lock-outline", size=20)], padding=(12, 0))

    def tap() -> None:
        if row["connected"]:
            ctx.state.update(open="details", network=row["id"])
        elif row["saved"] or row["security"] == "open":
            _connect(ctx, row["id"])
        else:
            ctx.set_text("password", "")
            ctx.state.update(open="password", network=row["id"], show=False)
            ctx.focus("password")

    return ListItem(
        row["ssid"],
        subtitle=words,
        leading=Icon(
            f"wifi-strength-{_ICONS[row['signal']]}",
            color="primary" if row["connected"] else "on_surface_variant",
        ),
        trailing=trailing,
        on_tap=tap,
        key=f"network_{row['id']}",
    )


def _connect(ctx: Context, network: int, password: str | None = None) -> None:
    ctx.db.execute("UPDATE wifi_networks SET connected = (id = ?)", (network,))
    ctx.db.execute(
        "UPDATE wifi_networks SET saved = 1, password = coalesce(?, password) WHERE id = ?",
        (password, network),
    )
    name = ctx.db.execute("SELECT ssid FROM wifi_networks WHERE id = ?", (network,)).fetchone()
    ctx.toast(ctx.t("Connected to {name}", name=name["ssid"]))


def _dialog(ctx: Context) -> Dialog | None:
    what = ctx.state.get("open")
    if what == "add":
        return _add_dialog(ctx)
    if what not in ("password", "details"):
        return None
    query = "SELECT * FROM wifi_networks WHERE id = ?"
    row = ctx.db.execute(query, (ctx.state["network"],)).fetchone()
    if row is None:
        return None
    return _password_dialog(ctx, row) if what == "password" else _details_dialog(ctx, row)


def _password_dialog(ctx: Context, row: sqlite3.Row) -> Dialog:
    typed = ctx.text("password")

    def submit(_: str) -> None:
        if len(typed) >= _FEWEST_SIGNS:
            close(ctx)
            _connect(ctx, row["id"], typed)

    body = Column(_password_parts(ctx, submit), gap=8)
    return confirm(
        ctx,
        row["ssid"],
        body,
        "Connect",
        partial(_connect, ctx, row["id"], typed),
        enabled=len(typed) >= _FEWEST_SIGNS,
    )


def _password_parts(ctx: Context, submit: Callable[[str], object] | None = None) -> list[Widget]:
    typed, show = ctx.text("password"), bool(ctx.state.get("show"))
    short = ctx.t("The password must have at least 8 characters")
    return [
        TextField(
            "password",
            ctx.t("Password"),
            kind="text" if show else "password",
            on_submit=submit,
            error=short if 0 < len(typed) < _FEWEST_SIGNS else "",
        ),
        Checkbox(ctx.t("Show password"), show, lambda on: ctx.state.update(show=on)),
    ]


def _details_dialog(ctx: Context, row: sqlite3.Row) -> Dialog:
    def forget() -> None:
        close(ctx)
        ctx.db.execute(
            "UPDATE wifi_networks SET connected = 0, saved = 0, password = '' WHERE id = ?",
            (row["id"],),
        )

    def disconnect() -> None:
        close(ctx)
        ctx.db.execute("UPDATE wifi_networks SET connected = 0 WHERE id = ?", (row["id"],))

    def connect() -> None:
        close(ctx)
        _connect(ctx, row["id"])

    security = ctx.t("Open network") if row["security"] == "open" else row["security"]
    lines = [
        (ctx.t("Status"), ctx.t("Connected") if row["connected"] else ctx.t("Saved")),
        (ctx.t("Signal strength"), ctx.t(_SIGNALS[row["signal"]])),
        (ctx.t("Security"), security),
    ]
    body = Column(
        [
            Column([Text(name, style="caption", color="on_surface_variant"), Text(value)])
            for name, value in lines
        ],
        gap=12,
    )
    change = Button(ctx.t("Disconnect"), disconnect, kind="text")
    if not row["connected"]:
        change = Button(ctx.t("Connect"), connect, kind="text")
    done = Button(ctx.t("Done"), partial(close, ctx), kind="text")
    actions = [Button(ctx.t("Forget"), forget, kind="text"), change, done]
    return Dialog(row["ssid"], body, actions, on_dismiss=partial(close, ctx))


def _open_add(ctx: Context) -> None:
    ctx.set_text("ssid", "")
    ctx.set_text("password", "")
    ctx.state.update(open="add", security="open", show=False)
    ctx.focus("ssid")


def _add_dialog(ctx: Context) -> Dialog:
    ssid, security = ctx.text("ssid").strip(), ctx.state["security"]
    secured = security in _SECURED

    def save() -> None:
        made = ctx.db.execute(
            "INSERT INTO wifi_networks (ssid, security, signal) VALUES (?, ?, 3)", (ssid, security)
        ).lastrowid
        _connect(ctx, made or 0, ctx.text("password") if secured else "")

    kinds = [
        RadioRow(
            ctx.t("None") if kind == "open" else kind,
            kind == security,
            partial(ctx.state.update, security=kind),
        )
        for kind in ("open", *_SECURED)
    ]
    title = Text(ctx.t("Security"), style="caption", color="on_surface_variant")
    parts: list[Widget] = [TextField("ssid", ctx.t("Network name")), title, *kinds]
    if secured:
        parts += _password_parts(ctx)
    ready = bool(ssid) and (not secured or len(ctx.text("password")) >= _FEWEST_SIGNS)
    return confirm(ctx, ctx.t("Add network"), Column(parts, gap=8), "Save", save, enabled=ready)
