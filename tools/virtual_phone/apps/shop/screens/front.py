"""The shop's first page: search, categories, deals and what is popular."""

from functools import partial

from tools.virtual_phone.apps.shop import shelf, store
from tools.virtual_phone.apps.shop.pricing import PROMO_CODE
from tools.virtual_phone.apps.shop.screens import parts
from tools.virtual_phone.apps.shop.store import Stocked
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Card,
    Column,
    Expand,
    Grid,
    Icon,
    IconButton,
    Page,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

_DEALS, _POPULAR = 4, 12
_WELL_RATED = 4.5
_SHOWN = 12


def build(ctx: Context) -> Page:
    """While something is typed into the search field, what it finds; else the whole page."""
    query = ctx.text("search").strip()
    search = TextField(
        "search",
        ctx.t("Search products"),
        kind="search",
        leading_icon="magnify",
        on_submit=lambda text: parts.go(ctx, "Search", query=text.strip()),
        on_clear=lambda: ctx.set_text("search", ""),
    )
    favorites = IconButton(
        "heart-outline", ctx.t("Favorites"), lambda: ctx.push("Favorites"), key="favorites"
    )
    body = _found(ctx, query) if query else _front(ctx)
    return Page(
        Scroll(Column(body, gap=14, padding=(16, 8, 16, 24))),
        top=TopBar(ctx.t("Shop"), search=search, actions=[favorites]),
        nav=parts.nav_bar(ctx),
    )


def _found(ctx: Context, query: str) -> list[Widget]:
    found = [one for one in store.stocked(ctx.db) if shelf.matches(one.product, query)]
    if not found:
        text = ctx.t("Try another word or look through the categories.")
        return [parts.notice("magnify", ctx.t("No products found"), text)]
    every = Button(
        ctx.t("Sort and filter results"),
        partial(parts.go, ctx, "Search", query=query),
        kind="tonal",
        icon="tune",
        expand=True,
    )
    return [parts.product_grid(ctx, found[:_SHOWN]), every]


def _front(ctx: Context) -> list[Widget]:
    every = store.stocked(ctx.db)
    deals = [one for one in every if one.was and one.stock][:_DEALS]
    others = [one for one in every if one not in deals and one.rating >= _WELL_RATED]
    # One of each category in turn, so that the page does not begin with a row of mugs.
    popular = sorted(others, key=lambda one: _rank(others, one))[:_POPULAR]
    return [
        _promo(ctx),
        parts.heading(ctx.t("Categories")),
        _categories(ctx),
        parts.heading(ctx.t("Deals")),
        parts.product_grid(ctx, deals),
        parts.heading(ctx.t("Popular")),
        parts.product_grid(ctx, popular),
        Button(
            ctx.t("See all products"),
            partial(parts.go, ctx, "Search"),
            kind="tonal",
            expand=True,
        ),
    ]


def _rank(others: list[Stocked], one: Stocked) -> int:
    same = [other for other in others if other.product.category == one.product.category]
    return same.index(one)


def _promo(ctx: Context) -> Widget:
    words = Column(
        [
            Text(ctx.t("10% off your order"), style="title", color="on_primary_container"),
            Text(
                ctx.t("Enter {code} at checkout", code=PROMO_CODE),
                style="small",
                color="on_primary_container",
            ),
        ],
        gap=4,
    )
    ink = "on_primary_container"
    row = Row([Expand(words), Icon("ticket-percent-outline", size=56, color=ink)], gap=16)
    return Card(row, color="primary_container", padding=(20, 16))


def _categories(ctx: Context) -> Widget:
    tiles = [
        Card(
            Column(
                [
                    Avatar("", icon=one.icon, color="secondary_container", size=52),
                    Text(one.title(ctx.locale), style="caption", align="center", max_lines=2),
                ],
                gap=6,
            ),
            on_tap=partial(parts.go, ctx, "Search", category=one.key),
            color="surface",
            padding=(0, 6),
            key=f"category_{one.key}",
        )
        for one in shelf.categories().values()
    ]
    return Grid(tiles, columns=8 if ctx.landscape else 4, gap=4)
