"""The Stopwatch tab."""

import sqlite3
from datetime import datetime

from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Column,
    Divider,
    Expand,
    NavBar,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)


def build(ctx: Context, nav: NavBar) -> Page:
    """The time, its buttons and the laps, the latest first."""
    row = ctx.db.execute("SELECT * FROM stopwatch").fetchone()
    elapsed = elapsed_s(row, ctx.now)
    running = row is not None and bool(row["running"])
    body = Column(
        [
            Text(face(elapsed), style="display", align="center", key="elapsed"),
            Row(_buttons(ctx, elapsed, running=running), gap=12, justify="center"),
            *_laps(ctx, elapsed),
        ],
        gap=32,
        padding=(24, 56),
    )
    return Page(Scroll(body, key="stopwatch"), top=TopBar(ctx.t("Stopwatch")), nav=nav)


def elapsed_s(row: sqlite3.Row | None, now: datetime) -> float:
    """Seconds that the stopwatch has run; 0 if it was never started."""
    if row is None:
        return 0.0
    elapsed = float(row["elapsed_s"])
    if row["running"]:
        elapsed += (now - datetime.fromisoformat(row["changed_at"])).total_seconds()
    return elapsed


def face(seconds: float) -> str:
    """`00:07.30`, from an hour on `1:02:07.30`."""
    hundredths = round(seconds * 100)
    whole, rest = divmod(hundredths, 100)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{whole // 60 % 60:02d}:{whole % 60:02d}.{rest:02d}"


def _buttons(ctx: Context, elapsed: float, *, running: bool) -> list[Widget]:
    # The clock has moved on since the page was built: what counts is the moment of the tap.
    def by_now() -> float:
        return elapsed_s(ctx.db.execute("SELECT * FROM stopwatch").fetchone(), ctx.now)

    def store(*, on: bool) -> None:
        ctx.db.execute(
            "INSERT OR REPLACE INTO stopwatch VALUES (1, ?, ?, ?)",
            (by_now(), int(on), ctx.now.isoformat()),
        )

    def reset() -> None:
        ctx.db.execute("DELETE FROM stopwatch")
        ctx.db.execute("DELETE FROM laps")

    def lap() -> None:
        ctx.db.execute("INSERT INTO laps (total_s) VALUES (?)", (round(by_now(), 2),))

    if running:
        return [
            Button(ctx.t("Lap"), lap, kind="tonal", icon="flag-outline"),
            Button(ctx.t("Pause"), lambda: store(on=False), icon="pause"),
        ]
    start = Button(ctx.t("Start"), lambda: store(on=True), icon="play")
    if not elapsed:
        return [start]
    return [Button(ctx.t("Reset"), reset, kind="outlined", icon="restore"), start]


def _laps(ctx: Context, elapsed: float) -> list[Widget]:
    totals = [float(row["total_s"]) for row in ctx.db.execute("SELECT * FROM laps ORDER BY id")]
    if not totals:
        return []
    lines: list[Widget] = []
    ends = [*totals, elapsed]
    for index in range(len(ends) - 1, -1, -1):
        before = ends[index - 1] if index else 0.0
        name = Text(ctx.t("Lap {number}", number=index + 1), color="on_surface_variant")
        parts: list[Widget] = [
            Expand(name),
            Text(face(ends[index] - before)),
            Text(face(ends[index])),
        ]
        lines += [Row(parts, gap=24, padding=(4, 12)), Divider()]
    return [Column(lines)]
