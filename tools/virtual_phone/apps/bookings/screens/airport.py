"""Choosing an airport: a search field over a live list."""

from dataclasses import replace

from tools.virtual_phone.apps.bookings import desk
from tools.virtual_phone.apps.bookings.places import POPULAR, Airport, airports, search
from tools.virtual_phone.apps.bookings.screens.parts import notice
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Column,
    ListItem,
    Page,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

_FIELD = "airport_search"
_SHOWN = 30


def opened(ctx: Context) -> None:
    """Start with the search field focused."""
    ctx.focus(_FIELD)


def build(ctx: Context) -> Page:
    """The page; `state["field"]` says which end of the trip is chosen."""
    typed = ctx.text(_FIELD).strip()
    found = search(typed)[:_SHOWN]

    def submit(_: str) -> None:
        # Enter takes the only hit; with several it only puts the keyboard away.
        if len(found) == 1:
            _choose(ctx, found[0])
        else:
            ctx.focus(None)

    label = ctx.t(_label(ctx))
    field = TextField(
        _FIELD,
        label,
        hint=label,
        kind="search",
        leading_icon="magnify",
        on_submit=submit,
        on_clear=lambda: ctx.set_text(_FIELD, ""),
    )
    top = TopBar(label, on_back=ctx.pop, search=field)
    if typed and not found:
        body = notice(
            "airplane-search",
            ctx.t("No airports found"),
            ctx.t("Try a city, an airport or a three-letter code."),
        )
    elif typed:
        body = Column([_item(ctx, airport) for airport in found], padding=(0, 0, 0, 16))
    else:
        body = Column(_suggestions(ctx), padding=(0, 0, 0, 16))
    return Page(Scroll(body, key="airports"), top=top)


def _label(ctx: Context) -> str:
    if ctx.state.get("field") == "destination":
        return "To: city, airport or code"
    return "From: city, airport or code"


def _suggestions(ctx: Context) -> list[Widget]:
    recent = desk.recent_airports(ctx)
    rows: list[Widget] = []
    if recent:
        rows.append(_heading(ctx.t("Recent")))
        rows += [_item(ctx, airports()[code], "history") for code in recent]
    rows.append(_heading(ctx.t("Popular airports")))
    rows += [_item(ctx, airports()[code]) for code in POPULAR if code not in recent]
    return rows


def _heading(text: str) -> Widget:
    return Column([Text(text, style="label", color="primary")], padding=(16, 12, 16, 4))


def _item(ctx: Context, airport: Airport, icon: str = "airplane") -> Widget:
    return ListItem(
        airport.title(ctx.locale),
        subtitle=airport.place(ctx.locale),
        leading=Avatar("", icon=icon, color="secondary_container"),
        on_tap=lambda: _choose(ctx, airport),
        key=f"airport_{airport.iata}",
    )


def _choose(ctx: Context, airport: Airport) -> None:
    name = "destination" if ctx.state.get("field") == "destination" else "origin"
    changes = {name: airport.iata}
    desk.set_query(ctx, replace(desk.query(ctx), **changes))  # type: ignore[arg-type]
    desk.remember_airport(ctx, airport.iata)
    ctx.pop()
