"""The filter sheet of the results."""

from collections.abc import Callable
from typing import Any

from tools.virtual_phone.apps.bookings.flights import Flight, airlines
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    BottomSheet,
    Button,
    Chip,
    Column,
    Expand,
    Gap,
    Row,
    SwitchRow,
    Text,
    Widget,
    Wrap,
)

_TIMES: dict[str, tuple[str, range]] = {
    "night": ("Night, 00–06", range(6)),
    "morning": ("Morning, 06–12", range(6, 12)),
    "afternoon": ("Afternoon, 12–18", range(12, 18)),
    "evening": ("Evening, 18–24", range(18, 24)),
}


def passes(ctx: Context, flight: Flight) -> bool:
    """Whether a flight gets through the filters that are set."""
    chosen = _filters(ctx)
    if chosen.get("nonstop") and flight.stop:
        return False
    lines, times = chosen.get("airlines"), chosen.get("times")
    if lines and flight.airline not in lines:
        return False
    return not times or any(flight.depart.hour in _TIMES[code][1] for code in times)


def filter_count(ctx: Context) -> int:
    """How many of the filters are set."""
    chosen = _filters(ctx)
    return sum(bool(chosen.get(name)) for name in ("nonstop", "airlines", "times"))


def filter_sheet(ctx: Context, offers: tuple[Flight, ...]) -> BottomSheet:
    """Nonstop only, airlines, departure time; works at once on the list behind it."""
    count = sum(passes(ctx, flight) for flight in offers)

    def close() -> None:
        ctx.state.pop("overlay", None)

    lines = sorted({flight.airline for flight in offers})
    show = ctx.t("Show 1 flight") if count == 1 else ctx.t("Show {n} flights", n=count)
    chips: list[Widget] = [
        Text(ctx.t("Airlines"), style="label", color="on_surface_variant"),
        Wrap([_chip(ctx, "airlines", code, airlines()[code].title(ctx.locale)) for code in lines]),
        Gap(4),
        Text(ctx.t("Departure time"), style="label", color="on_surface_variant"),
        Wrap([_chip(ctx, "times", code, ctx.t(name)) for code, (name, _) in _TIMES.items()]),
        Gap(8),
        Row(
            [
                Button(ctx.t("Reset"), lambda: ctx.state.update(filters={}), kind="text"),
                Expand(Button(show, close, expand=True, key="show_flights")),
            ],
            gap=8,
        ),
    ]
    body: list[Widget] = [
        SwitchRow(
            ctx.t("Nonstop only"),
            bool(_filters(ctx).get("nonstop")),
            lambda on: _set(ctx, "nonstop", on),
            key="nonstop",
        ),
        Column(chips, gap=8, padding=(16, 0, 16, 4)),
    ]
    return BottomSheet(ctx.t("Filters"), Column(body, gap=8), on_dismiss=close)


def _filters(ctx: Context) -> dict[str, Any]:
    chosen: dict[str, Any] = ctx.state.get("filters", {})
    return chosen


def _set(ctx: Context, name: str, value: object) -> None:
    ctx.state["filters"] = {**_filters(ctx), name: value}


def _chip(ctx: Context, name: str, code: str, text: str) -> Chip:
    chosen: list[str] = _filters(ctx).get(name, [])

    def toggle() -> None:
        rest = [other for other in chosen if other != code]
        _set(ctx, name, rest if code in chosen else [*rest, code])

    on_tap: Callable[[], None] = toggle
    icon = "check" if code in chosen else ""
    return Chip(text, selected=code in chosen, on_tap=on_tap, key=f"{name}_{code}", icon=icon)
