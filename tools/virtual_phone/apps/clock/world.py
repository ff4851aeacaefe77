"""The Clock tab: the time here and in other cities."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml

from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Card,
    Column,
    Expand,
    Fab,
    Gap,
    IconButton,
    ListItem,
    NavBar,
    Page,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)


@dataclass(frozen=True)
class City:
    """A city of the world clock; `utc_hours` is its winter offset, which holds in January."""

    name: str
    name_zh: str
    utc_hours: float

    def title(self, locale: str) -> str:
        """The name in a language."""
        return self.name_zh if locale == "zh" else self.name


@lru_cache(maxsize=1)
def cities() -> dict[str, City]:
    """Every city by its English name, in that order."""
    path = Path(__file__).with_name("cities.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - safe ones
    return {name: City(name, name_zh, float(hours)) for name, name_zh, hours in data}


def build(ctx: Context, nav: NavBar) -> Page:
    """The local time over the chosen cities."""
    here: list[Widget] = [
        Text(ctx.format_time(ctx.now), style="display", align="center", key="local_time"),
        Text(
            ctx.format_date(ctx.now.date()),
            style="subtitle",
            color="on_surface_variant",
            align="center",
        ),
    ]
    rows = ctx.db.execute("SELECT name FROM cities ORDER BY id").fetchall()
    shown = [_city(ctx, cities()[row["name"]]) for row in rows]
    body = Column([Column(here, gap=8, padding=(0, 40)), *shown, Gap(88)], gap=12, padding=(16, 0))
    return Page(
        Scroll(body, key="clocks"),
        top=TopBar(ctx.t("Clock")),
        fab=Fab("plus", "", lambda: ctx.push("Cities"), description=ctx.t("Add city")),
        nav=nav,
    )


def choose_city(ctx: Context) -> Page:
    """A search over the cities; a tap adds one."""
    typed = ctx.text("search").strip().casefold()
    found = [
        city for city in cities().values() if typed in city.name.casefold() or typed in city.name_zh
    ]

    def add(city: City) -> None:
        ctx.db.execute("INSERT OR IGNORE INTO cities (name) VALUES (?)", (city.name,))
        ctx.pop()

    rows: list[Widget] = [
        ListItem(
            city.title(ctx.locale),
            trailing=Text(_time_in(ctx, city), color="on_surface_variant"),
            on_tap=partial(add, city),
        )
        for city in found
    ]
    if not rows:
        words = ctx.t("No cities found")
        rows = [Column([Text(words, align="center", color="on_surface_variant")], padding=(24, 64))]
    search = TextField("search", ctx.t("Search for a city"), kind="search")
    return Page(
        Scroll(Column(rows), key="cities"),
        top=TopBar(ctx.t("Add city"), on_back=ctx.pop, search=search),
    )


def _city(ctx: Context, city: City) -> Widget:
    def remove() -> None:
        ctx.db.execute("DELETE FROM cities WHERE name = ?", (city.name,))
        ctx.toast(ctx.t("{city} removed", city=city.title(ctx.locale)))

    title = city.title(ctx.locale)
    words: list[Widget] = [
        Text(title, style="subtitle"),
        Text(_ahead(ctx, city), style="small", color="on_surface_variant"),
    ]
    return Card(
        Row(
            [
                Expand(Column(words, gap=2)),
                Text(_time_in(ctx, city), style="headline"),
                IconButton("close", ctx.t("Remove {city}", city=title), remove),
            ],
            gap=8,
        ),
        padding=(20, 12, 8, 12),
    )


def _time_in(ctx: Context, city: City) -> str:
    # The phone's own zone is UTC.
    return ctx.format_time(ctx.now + timedelta(hours=city.utc_hours))


def _ahead(ctx: Context, city: City) -> str:
    there = ctx.now + timedelta(hours=city.utc_hours)
    day = ctx.t("Today")
    if there.date() != ctx.now.date():
        day = ctx.t("Tomorrow") if there > ctx.now else ctx.t("Yesterday")
    hours = abs(city.utc_hours)
    if not hours:
        return ctx.t("{day}, same time", day=day)
    if city.utc_hours > 0:
        return ctx.t("{day}, {hours:g} h ahead", day=day, hours=hours)
    return ctx.t("{day}, {hours:g} h behind", day=day, hours=hours)
