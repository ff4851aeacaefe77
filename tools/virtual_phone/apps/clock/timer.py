"""The Timer tab: entering a length, and timers that count down with the phone's clock."""

import sqlite3
from datetime import datetime
from functools import partial

from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Card,
    Column,
    Expand,
    Fab,
    Gap,
    Grid,
    Handler,
    Icon,
    IconButton,
    NavBar,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)

_KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "0")
_MOST_DIGITS = 6


def build(ctx: Context, nav: NavBar) -> Page:
    """The running timers, or the keypad while there are none or one is added."""
    rows = ctx.db.execute("SELECT * FROM timers ORDER BY id DESC").fetchall()
    if not rows or ctx.state.get("adding"):
        return _keypad_page(ctx, nav, back=bool(rows))
    fab = Fab("plus", "", lambda: ctx.state.update(adding=True), description=ctx.t("Add timer"))
    cards = [_card(ctx, row) for row in rows]
    return Page(
        Scroll(Column([*cards, Gap(88)], gap=12, padding=(16, 8)), key="timers"),
        top=TopBar(ctx.t("Timer")),
        fab=fab,
        nav=nav,
    )


def seconds_of(digits: str) -> int:
    """The length that digits stand for: `500` is five minutes, `10000` an hour."""
    padded = digits.rjust(_MOST_DIGITS, "0")
    return int(padded[:2]) * 3600 + int(padded[2:4]) * 60 + int(padded[4:])


def left_s(row: sqlite3.Row, now: datetime) -> float:
    """Seconds until a timer ends; negative after it."""
    left = float(row["left_s"])
    if row["running"]:
        left -= (now - datetime.fromisoformat(row["changed_at"])).total_seconds()
    return left


def clock_text(seconds: float) -> str:
    """`1:02:03`, `02:03`, `-00:05`."""
    # A countdown shows the second it is in as a whole one until that is over.
    whole = -int(-seconds // 1)
    sign, whole = ("-" if whole < 0 else ""), abs(whole)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{sign}{hours}:{minutes:02d}:{rest:02d}" if hours else f"{sign}{minutes:02d}:{rest:02d}"


def _keypad_page(ctx: Context, nav: NavBar, *, back: bool) -> Page:
    digits = ctx.state.get("digits", "")

    def press(key: str) -> None:
        ctx.state["digits"] = (digits + key).lstrip("0")[:_MOST_DIGITS]

    def erase() -> None:
        ctx.state["digits"] = digits[:-1]

    def leave() -> None:
        ctx.state.update(adding=False, digits="")

    def start() -> None:
        length = seconds_of(digits)
        ctx.db.execute(
            "INSERT INTO timers (duration_s, left_s, running, changed_at) VALUES (?, ?, 1, ?)",
            (length, length, ctx.now.isoformat()),
        )
        leave()

    keys: list[Widget] = [_key(Text(key, style="headline"), partial(press, key)) for key in _KEYS]
    keys.append(_key(Icon("backspace-outline"), erase, description=ctx.t("Backspace")))
    go = Button(
        ctx.t("Start"),
        start,
        icon="play",
        enabled=seconds_of(digits) > 0,
        key="start",
    )
    body = Column(
        [
            Row([_entered(ctx, digits)], justify="center", padding=(0, 20)),
            Grid(keys, columns=3, gap=10),
            Row([go], justify="center", padding=(0, 16)),
        ],
        padding=(28, 0),
    )
    top = TopBar(ctx.t("Timer"), on_back=leave if back else None)
    return Page(Scroll(body, key="keypad"), top=top, nav=nav)


def _key(label: Widget, on_tap: Handler, *, description: str = "") -> Widget:
    middle = Row([label], justify="center", padding=(0, 6 if description else 0))
    return Card(
        middle,
        on_tap=on_tap,
        color="surface_container_high",
        padding=(0, 16),
        description=description,
    )


def _entered(ctx: Context, digits: str) -> Widget:
    padded = digits.rjust(_MOST_DIGITS, "0")
    units = (ctx.t("h"), ctx.t("m"), ctx.t("s"))
    parts = [f"{padded[i * 2 : i * 2 + 2]}{unit}" for i, unit in enumerate(units)]
    color = "primary" if digits else "on_surface_variant"
    return Text(" ".join(parts), style="display", color=color, align="center", key="entered")


def _card(ctx: Context, row: sqlite3.Row) -> Widget:
    left = left_s(row, ctx.now)
    over, running = left <= 0, bool(row["running"])

    def store(seconds: float, *, running: bool) -> None:
        ctx.db.execute(
            "UPDATE timers SET left_s = ?, running = ?, changed_at = ? WHERE id = ?",
            (seconds, int(running), ctx.now.isoformat(), row["id"]),
        )

    def delete() -> None:
        ctx.db.execute("DELETE FROM timers WHERE id = ?", (row["id"],))

    # The clock has moved on since the page was built: what counts is the moment of the tap.
    def turn(*, on: bool) -> None:
        store(left_s(row, ctx.now), running=on)

    def more() -> None:
        store(max(left_s(row, ctx.now), 0.0) + 60, running=running)

    reset = partial(store, row["duration_s"], running=False)
    if over:
        main = Button(ctx.t("Stop"), reset, icon="stop")
    elif running:
        main = Button(ctx.t("Pause"), partial(turn, on=False), icon="pause")
    else:
        main = Button(ctx.t("Start"), partial(turn, on=True), icon="play")
    buttons: list[Widget] = [Button(ctx.t("+1:00"), more, kind="tonal")]
    if not (over or left == row["duration_s"]):
        buttons.append(Button(ctx.t("Reset"), reset, kind="outlined"))
    title = ctx.t("Time's up") if over else ctx.t("{length} timer", length=_length(ctx, row))
    head = Row(
        [
            Expand(Text(title, style="subtitle", color="error" if over else "on_surface_variant")),
            IconButton("close", ctx.t("Delete timer"), delete),
        ]
    )
    face = Text(
        clock_text(left), style="display", align="center", color="error" if over else "on_surface"
    )
    actions = Row([*buttons, main], gap=8, justify="center", padding=(0, 0, 8, 0))
    return Card(Column([head, face, actions], gap=12), padding=(20, 8, 12, 20))


def _length(ctx: Context, row: sqlite3.Row) -> str:
    hours, minutes, seconds = (
        row["duration_s"] // 3600,
        row["duration_s"] // 60 % 60,
        row["duration_s"] % 60,
    )
    parts = zip((hours, minutes, seconds), ("h", "m", "s"), strict=True)
    return " ".join(f"{count}{ctx.t(unit)}" for count, unit in parts if count)
