"""The search form: where, when, who, and in which cabin."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from tools.virtual_phone.apps.bookings import desk, wording
from tools.virtual_phone.apps.bookings.fares import CABINS
from tools.virtual_phone.apps.bookings.screens.parts import nav_bar
from tools.virtual_phone.apps.bookings.trip import MAX_SEATED, Query
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    BottomSheet,
    Button,
    Card,
    Column,
    DatePicker,
    Dialog,
    Expand,
    Gap,
    IconButton,
    Overlay,
    Pad,
    Page,
    PickerField,
    RadioRow,
    Row,
    Scroll,
    Segmented,
    Stepper,
    Text,
    Widget,
)

_DATE_TITLES = {"depart": "Departure date", "back": "Return date"}


def build(ctx: Context) -> Page:
    """The page."""
    return Page(
        Scroll(
            Column(
                [
                    _greeting(ctx),
                    _trip_type(ctx),
                    Card(_places(ctx), padding=(16, 16, 8, 16)),
                    _dates(ctx),
                    _travellers(ctx),
                    Gap(4),
                    Button(
                        ctx.t("Search flights"),
                        lambda: _search(ctx),
                        icon="magnify",
                        key="search_flights",
                        expand=True,
                    ),
                ],
                gap=12,
                padding=(16, 12, 16, 24),
            ),
            key="search",
        ),
        nav=nav_bar(ctx),
        overlay=_overlay(ctx),
    )


def _greeting(ctx: Context) -> Widget:
    ink = "on_primary_container"
    words = Column(
        [
            Text(ctx.t("Where to next?"), style="headline", color=ink),
            Text(ctx.t("Find and book flights worldwide"), color=ink),
        ],
        gap=4,
    )
    plane = Avatar("", icon="airplane", size=52)
    return Card(Row([Expand(words), plane], gap=16), color="primary_container")


def _change(ctx: Context, **changes: object) -> None:
    desk.set_query(ctx, replace(desk.query(ctx), **changes))  # type: ignore[arg-type]


def _error(ctx: Context, name: str) -> str:
    """What is wrong with a field; nothing before the first attempt to search."""
    problem = desk.query(ctx).problems().get(name) if ctx.state.get("checked") else None
    return ctx.t(problem) if problem else ""


def _opener(ctx: Context, name: str) -> Callable[[], None]:
    def open_overlay() -> None:
        ctx.state["overlay"] = name

    return open_overlay


def _close(ctx: Context) -> None:
    ctx.state.pop("overlay", None)


def _trip_type(ctx: Context) -> Widget:
    types = ("one_way", "round_trip")

    def select(index: int) -> None:
        _change(ctx, trip_type=types[index])

    return Segmented(
        (ctx.t("One way"), ctx.t("Round trip")),
        types.index(desk.query(ctx).trip_type),
        select,
        key="trip_type",
    )


def _places(ctx: Context) -> Widget:
    query = desk.query(ctx)

    def swap() -> None:
        _change(ctx, origin=query.destination, destination=query.origin)

    def field(name: str, label: str, placeholder: str, icon: str) -> Widget:
        return PickerField(
            ctx.t(label),
            wording.airport(ctx, getattr(query, name)),
            lambda: ctx.push("Airport", field=name),
            icon=icon,
            placeholder=ctx.t(placeholder),
            key=name,
            error=_error(ctx, name),
        )

    return Row(
        [
            Expand(
                Column(
                    [
                        field("origin", "From", "Where from?", "airplane-takeoff"),
                        field("destination", "To", "Where to?", "airplane-landing"),
                    ],
                    gap=12,
                )
            ),
            IconButton("swap-vertical", ctx.t("Swap From and To"), swap, key="swap"),
        ],
        gap=4,
    )


def _dates(ctx: Context) -> Widget:
    query = desk.query(ctx)

    def field(name: str, day: date | None) -> Widget:
        def open_calendar() -> None:
            shown = day or query.depart
            ctx.state["picked"] = day.isoformat() if day else ""
            ctx.state["month"] = shown.replace(day=1).isoformat()
            ctx.state["overlay"] = name

        return Expand(
            PickerField(
                ctx.t(_DATE_TITLES[name]),
                ctx.format_date(day) if day else "",
                open_calendar,
                icon="calendar-month-outline",
                placeholder=ctx.t("Choose"),
                key="depart_date" if name == "depart" else "return_date",
                error=_error(ctx, name),
            )
        )

    fields = [field("depart", query.depart)]
    if query.trip_type == "round_trip":
        fields.append(field("back", query.back))
    return Row(fields, gap=12, align="start")


def _travellers(ctx: Context) -> Widget:
    query = desk.query(ctx)
    return Column(
        [
            PickerField(
                ctx.t("Passengers"),
                wording.passengers(ctx, query),
                _opener(ctx, "passengers"),
                icon="account-multiple-outline",
                key="passengers",
            ),
            PickerField(
                ctx.t("Cabin class"),
                wording.cabin(ctx, query.cabin),
                _opener(ctx, "cabin"),
                icon="seat-outline",
                key="cabin",
            ),
        ],
        gap=12,
    )


def _search(ctx: Context) -> None:
    ctx.state["checked"] = True
    problems = desk.query(ctx).problems()
    if problems:
        if problems.keys() - {"back"}:
            ctx.scroll_to_start("search")
        return
    desk.start_trip(ctx)
    ctx.push("Results", leg=0)


def _overlay(ctx: Context) -> Overlay | None:
    match ctx.state.get("overlay"):
        case "depart" | "back" as name:
            return _calendar(ctx, name)
        case "passengers":
            return _passengers_sheet(ctx)
        case "cabin":
            return _cabin_sheet(ctx)
    return None


def _calendar(ctx: Context, name: str) -> Dialog:
    picked = ctx.state["picked"]
    today = ctx.now.date()

    def accept() -> None:
        chosen = ctx.state["picked"]
        if chosen:
            _change(ctx, **{name: date.fromisoformat(chosen)})
        _close(ctx)

    def pick(day: date) -> None:
        ctx.state["picked"] = day.isoformat()

    def turn(month: date) -> None:
        ctx.state["month"] = month.isoformat()

    return Dialog(
        ctx.t(_DATE_TITLES[name]),
        DatePicker(
            date.fromisoformat(picked) if picked else None,
            date.fromisoformat(ctx.state["month"]),
            pick,
            turn,
            minimum=today if name == "depart" else desk.query(ctx).depart,
            key="calendar",
            today=today,
        ),
        [
            Button(ctx.t("Cancel"), lambda: _close(ctx), kind="text", key="cancel"),
            Button(ctx.t("OK"), accept, kind="text", key="ok", enabled=bool(picked)),
        ],
        on_dismiss=lambda: _close(ctx),
    )


def _passengers_sheet(ctx: Context) -> BottomSheet:
    query = desk.query(ctx)

    def set_adults(count: int) -> None:
        _change(ctx, adults=count, infants=min(query.infants, count))

    rows: list[Widget] = [
        Stepper(
            ctx.t("Adults"),
            query.adults,
            set_adults,
            minimum=1,
            maximum=MAX_SEATED - query.children,
            subtitle=ctx.t("12 years and older"),
            key="adults",
        ),
        Stepper(
            ctx.t("Children"),
            query.children,
            lambda count: _change(ctx, children=count),
            maximum=MAX_SEATED - query.adults,
            subtitle=ctx.t("2 to 11 years"),
            key="children",
        ),
        Stepper(
            ctx.t("Infants"),
            query.infants,
            lambda count: _change(ctx, infants=count),
            maximum=query.adults,
            subtitle=ctx.t("Under 2, on an adult's lap"),
            key="infants",
        ),
        Pad(
            Button(ctx.t("Done"), lambda: _close(ctx), key="done", expand=True),
            (16, 12, 16, 4),
        ),
    ]
    return BottomSheet(ctx.t("Passengers"), Column(rows, gap=4), on_dismiss=lambda: _close(ctx))


def _cabin_sheet(ctx: Context) -> BottomSheet:
    query: Query = desk.query(ctx)

    def choose(code: str) -> Callable[[], None]:
        def apply() -> None:
            _change(ctx, cabin=code)
            _close(ctx)

        return apply

    rows = [
        RadioRow(ctx.t(name), query.cabin == code, choose(code), key=f"cabin_{code}")
        for code, name in CABINS.items()
    ]
    return BottomSheet(ctx.t("Cabin class"), Column(rows), on_dismiss=lambda: _close(ctx))
