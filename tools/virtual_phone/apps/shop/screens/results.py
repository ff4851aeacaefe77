"""Looking for products: a query, a sort order and filters."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from tools.virtual_phone.apps.shop import shelf, store
from tools.virtual_phone.apps.shop.screens import parts
from tools.virtual_phone.apps.shop.store import Stocked
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    BottomSheet,
    Button,
    Chip,
    Column,
    Expand,
    Gap,
    Overlay,
    Pad,
    Page,
    Progress,
    RadioRow,
    Row,
    Scroll,
    SwitchRow,
    Text,
    TextField,
    TopBar,
    Widget,
    Wrap,
)

SLOW_S = 3.0
"""Virtual seconds that the scenario `slow_results` takes."""
_SORTS: dict[str, tuple[str, Callable[[Stocked], float]]] = {
    "match": ("Best match", lambda _: 0),
    "cheap": ("Price: low to high", lambda one: one.price),
    "dear": ("Price: high to low", lambda one: -one.price),
    "rated": ("Top rated", lambda one: -one.rating),
}
_PRICES: dict[str, tuple[str, int, int]] = {
    "": ("Any price", 0, 10**9),
    "low": ("Under ¥50", 0, 4999),
    "middle": ("¥50 to ¥200", 5000, 20000),
    "high": ("Over ¥200", 20001, 10**9),
}
_WELL_RATED = 4.6
_NO_FILTERS = {"category": "", "prices": "", "well_rated": False, "in_stock": False}


def start(ctx: Context) -> None:
    """Begin with the query and category the page was opened with."""
    ctx.set_text("query", str(ctx.state.get("query", "")))
    for key, value in {**_NO_FILTERS, "sort": "match"}.items():
        ctx.state.setdefault(key, value)
    _look_anew(ctx)


def build(ctx: Context) -> Page:
    """Search field, sort and filter, and what was found."""

    def submit(_: str) -> None:
        ctx.scroll_to_start("list")
        _look_anew(ctx)

    def clear() -> None:
        ctx.set_text("query", "")
        submit("")

    search = TextField(
        "query",
        ctx.t("Search products"),
        kind="search",
        leading_icon="magnify",
        on_submit=submit,
        on_clear=clear,
    )
    found = _find(ctx)
    body: list[Widget]
    if ctx.now < datetime.fromisoformat(ctx.state["ready_at"]):
        body = [Gap(64), Progress(text=ctx.t("Searching…"))]
    else:
        body = _results(ctx, found)
    return Page(
        Scroll(Column([_tools(ctx), *body], gap=10, padding=(16, 4, 16, 24))),
        top=TopBar(ctx.t("Search"), search=search),
        nav=parts.nav_bar(ctx),
        overlay=_overlay(ctx, len(found)),
    )


def _look_anew(ctx: Context) -> None:
    wait_s = SLOW_S if ctx.scenario.has("slow_results") else 0.0
    ctx.state["ready_at"] = (ctx.now + timedelta(seconds=wait_s)).isoformat()


def _find(ctx: Context) -> list[Stocked]:
    state, query = ctx.state, ctx.text("query").strip()
    _, least, most = _PRICES[state["prices"]]
    found = [
        one
        for one in store.stocked(ctx.db)
        if shelf.matches(one.product, query)
        and state["category"] in ("", one.product.category)
        and least <= one.price <= most
        and (not state["well_rated"] or one.rating >= _WELL_RATED)
        and (not state["in_stock"] or one.stock)
    ]
    return sorted(found, key=_SORTS[state["sort"]][1])


def _results(ctx: Context, found: list[Stocked]) -> list[Widget]:
    if not found:
        text = ctx.t("Check the spelling or take away filters.")
        button = Button(ctx.t("Clear filters"), partial(_clear_filters, ctx), kind="tonal")
        some = _filters_on(ctx) > 0
        title = ctx.t("No products found")
        return [parts.notice("magnify", title, text, button if some else None)]
    words = ctx.t("1 product")
    if len(found) > 1:
        words = ctx.t("{count} products", count=len(found))
    count = Text(words, style="small", color="on_surface_variant")
    return [count, *(parts.product_row(ctx, one) for one in found)]


def _tools(ctx: Context) -> Widget:
    filters = _filters_on(ctx)
    words = ctx.t("Filter") if not filters else ctx.t("Filter ({count})", count=filters)
    sort = ctx.t("Sort: {order}", order=ctx.t(_SORTS[ctx.state["sort"]][0]))
    chips: list[Widget] = [
        Chip(sort, icon="swap-vertical", on_tap=lambda: _open(ctx, "sort"), key="sort"),
        Chip(words, icon="tune", on_tap=lambda: _open(ctx, "filter"), key="filter"),
    ]
    category = shelf.categories().get(ctx.state["category"])
    if category is not None:
        name = category.title(ctx.locale)
        chips.append(
            Chip(
                name,
                icon="close",
                on_tap=lambda: ctx.state.update(category=""),
                description=ctx.t("Remove filter {name}", name=name),
            )
        )
    return Wrap(chips)


def _open(ctx: Context, what: str) -> None:
    ctx.focus(None)
    ctx.state["open"] = what


def _filters_on(ctx: Context) -> int:
    return sum(bool(ctx.state[key]) for key in _NO_FILTERS)


def _clear_filters(ctx: Context) -> None:
    ctx.state.update(_NO_FILTERS)


def _overlay(ctx: Context, count: int) -> Overlay | None:
    def shut() -> None:
        ctx.state.pop("open", None)
        ctx.scroll_to_start("list")

    def choose(order: str) -> None:
        ctx.state["sort"] = order
        shut()

    if ctx.state.get("open") == "sort":
        rows = [
            RadioRow(ctx.t(title), order == ctx.state["sort"], partial(choose, order))
            for order, (title, _) in _SORTS.items()
        ]
        return BottomSheet(ctx.t("Sort by"), Column(rows), on_dismiss=shut)
    if ctx.state.get("open") == "filter":
        buttons = Row(
            [
                Button(ctx.t("Clear filters"), partial(_clear_filters, ctx), kind="text"),
                Expand(Button(ctx.t("Show {count} results", count=count), shut, expand=True)),
            ],
            gap=8,
            padding=(16, 8),
        )
        body = Column([*_filter_rows(ctx), buttons])
        return BottomSheet(ctx.t("Filter"), body, on_dismiss=shut)
    return None


def _filter_rows(ctx: Context) -> list[Widget]:
    def chips(key: str, options: dict[str, str]) -> Widget:
        made = [
            Chip(
                text,
                selected=ctx.state[key] == value,
                on_tap=partial(ctx.state.__setitem__, key, value),
            )
            for value, text in options.items()
        ]
        return Pad(Wrap(made), (16, 0))

    def label(text: str) -> Widget:
        return Pad(Text(text, style="label", color="primary"), (16, 8, 16, 0))

    categories = {key: one.title(ctx.locale) for key, one in shelf.categories().items()}
    return [
        label(ctx.t("Category")),
        chips("category", {"": ctx.t("All"), **categories}),
        label(ctx.t("Price")),
        chips("prices", {key: ctx.t(words[0]) for key, words in _PRICES.items()}),
        SwitchRow(
            ctx.t("{rating} stars and more", rating=_WELL_RATED),
            ctx.state["well_rated"],
            lambda on: ctx.state.update(well_rated=on),
            icon="star-outline",
        ),
        SwitchRow(
            ctx.t("In stock only"),
            ctx.state["in_stock"],
            lambda on: ctx.state.update(in_stock=on),
            icon="package-variant-closed",
        ),
    ]
