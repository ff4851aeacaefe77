"""Pieces that several screens of the shop show."""

from collections.abc import Callable, Sequence
from functools import partial

from tools.virtual_phone.apps.shop import store
from tools.virtual_phone.apps.shop.pricing import money
from tools.virtual_phone.apps.shop.shelf import Product
from tools.virtual_phone.apps.shop.store import Stocked
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Card,
    Column,
    Expand,
    Gap,
    Grid,
    Icon,
    IconButton,
    NavBar,
    Pad,
    Row,
    Text,
    Weight,
    Widget,
)

_TABS = ("Home", "Search", "Cart", "Orders")
_TINTS = {
    "kitchen": ("#fdeed8", "#a8610c", "#3d2c14", "#f2b66a"),
    "electronics": ("#dfe9fb", "#2b5fb8", "#1d2f4d", "#9dc0f7"),
    "home": ("#efe3f7", "#7a4a9c", "#36264a", "#d2aeef"),
    "clothing": ("#fbe1e6", "#b23a5a", "#45222c", "#f3a6b8"),
    "sports": ("#dcf1e3", "#23794b", "#1c3a2a", "#8fd6ac"),
    "stationery": ("#e2efee", "#2a6f6a", "#1c3835", "#8fd0c9"),
    "care": ("#e0f2f8", "#1f7597", "#183844", "#8dcfe6"),
    "food": ("#edf3d6", "#5f7a16", "#2f3815", "#c3dc77"),
}
"""Background and ink of a category's pictures by day, then by night."""
_FEW = 3


def go(ctx: Context, tab: str, **args: object) -> None:
    """Show a tab of the bottom navigation over Home."""
    ctx.pop_to("Home")
    if tab != "Home":
        ctx.push(tab, **args)


def nav_bar(ctx: Context) -> NavBar:
    """Home | Search | Cart | Orders; the cart says how much is in it."""
    count = store.count(ctx.db)

    def select(index: int) -> None:
        if _TABS[index] != ctx.screen:
            go(ctx, _TABS[index])

    return NavBar(
        items=(
            ("home-outline", ctx.t("Home")),
            ("magnify", ctx.t("Search")),
            ("cart-outline", ctx.t("Cart")),
            ("receipt-text-outline", ctx.t("Orders")),
        ),
        selected=_TABS.index(ctx.screen),
        on_select=select,
        badges=(0, 0, count),
        descriptions=("", "", cart_words(ctx)),
    )


def cart_words(ctx: Context) -> str:
    """`Cart, 2 items`."""
    count = store.count(ctx.db)
    if count == 0:
        return ctx.t("Cart, empty")
    return ctx.t("Cart, 1 item") if count == 1 else ctx.t("Cart, {count} items", count=count)


def tile(ctx: Context, product: Product, *, icon_size: float, padding: float) -> Widget:
    """The drawn picture of a product: its icon on a tinted tile as wide as it may be."""
    fill, ink = _tint(ctx, product)
    icon = Icon(product.icon, size=icon_size, color=ink)
    return Card(Row([icon], justify="center"), color=fill, padding=padding)


def small_tile(ctx: Context, product: Product) -> Widget:
    """The picture in a row of a list, a square of 72 dp."""
    fill, ink = _tint(ctx, product)
    return Card(Icon(product.icon, size=40, color=ink), color=fill, padding=16)


def _tint(ctx: Context, product: Product) -> tuple[str, str]:
    light, light_ink, dark, dark_ink = _TINTS[product.category]
    return (dark, dark_ink) if ctx.settings.dark else (light, light_ink)


def product_grid(ctx: Context, shown: Sequence[Stocked]) -> Widget:
    """Cards side by side."""
    columns = 4 if ctx.landscape else 2
    return Grid([_card(ctx, one) for one in shown], columns=columns, gap=12)


def _card(ctx: Context, one: Stocked) -> Widget:
    words = Column(
        [
            Text(one.product.title(ctx.locale), style="label", weight="medium", max_lines=2),
            rating(ctx, one, short=True),
            price(ctx, one),
            *_stock_note(ctx, one),
        ],
        gap=4,
    )
    picture = tile(ctx, one.product, icon_size=64, padding=24)
    return Card(
        Column([picture, Pad(words, (12, 10, 12, 14))]),
        on_tap=partial(ctx.push, "Product", product_id=one.product.id),
        padding=0,
        key=f"product_{one.product.id}",
    )


def product_row(ctx: Context, one: Stocked) -> Widget:
    """A product as a row of results."""
    words = Column(
        [
            Text(one.product.title(ctx.locale), style="subtitle", max_lines=2),
            rating(ctx, one),
            price(ctx, one),
            *_stock_note(ctx, one),
        ],
        gap=3,
    )
    return Card(
        Row([small_tile(ctx, one.product), Expand(words)], gap=16),
        on_tap=partial(ctx.push, "Product", product_id=one.product.id),
        padding=12,
        key=f"product_{one.product.id}",
    )


def rating(ctx: Context, one: Stocked, *, short: bool = False) -> Widget:
    """A star, the mean rating, and how many rated."""
    words = f"{one.rating} ({one.reviews:,})"
    if not short:
        words = ctx.t("{rating} · {count} reviews", rating=one.rating, count=f"{one.reviews:,}")
    text = Text(words, style="caption", color="on_surface_variant", max_lines=1)
    return Row([Icon("star", size=16, color="warning"), text], gap=4)


def price(_ctx: Context, one: Stocked, *, large: bool = False) -> Widget:
    """The price, and the one before a sale."""
    parts: list[Widget] = [
        Text(
            money(one.price),
            style="headline" if large else "subtitle",
            weight="medium",
            color="error" if one.was else "on_surface",
            key="price" if large else "",
        )
    ]
    if one.was:
        percent = 100 - round(100 * one.price / one.was)
        parts.append(Text(f"-{percent}%", style="caption", color="error", weight="medium"))
    return Row(parts, gap=8)


def stock_words(ctx: Context, one: Stocked) -> tuple[str, str]:
    """What is said about the stock, and its colour."""
    if one.stock == 0:
        return ctx.t("Out of stock"), "error"
    if one.stock <= _FEW:
        return ctx.t("Only {count} left", count=one.stock), "warning"
    return ctx.t("In stock"), "success"


def _stock_note(ctx: Context, one: Stocked) -> list[Widget]:
    words, color = stock_words(ctx, one)
    if one.stock > _FEW:
        return []
    return [Text(words, style="caption", color=color, weight="medium")]


def quantity(
    ctx: Context, value: int, on_change: Callable[[int], object], *, most: int, what: str = ""
) -> Widget:
    """Minus, the number, plus; `what` names the product where there are several."""
    fewer, more = ctx.t("Decrease quantity"), ctx.t("Increase quantity")
    if what:
        fewer = ctx.t("Decrease quantity of {product}", product=what)
        more = ctx.t("Increase quantity of {product}", product=what)
    least = 1
    number = Text(str(value), style="subtitle", align="center", weight="medium", key="quantity")
    return Card(
        Row(
            [
                IconButton("minus", fewer, partial(on_change, value - 1), enabled=value > least),
                Pad(number, (8, 0)),
                IconButton("plus", more, partial(on_change, value + 1), enabled=value < most),
            ]
        ),
        color="surface_container_highest",
        padding=0,
    )


def heading(text: str) -> Widget:
    """The heading of a section."""
    return Text(text, style="subtitle", weight="medium")


def fact(label: str, value: str, *, strong: bool = False, color: str = "") -> Widget:
    """A label on the left, its value on the right."""
    weight: Weight = "medium" if strong else "regular"
    style = "on_surface" if strong else "on_surface_variant"
    return Row(
        [
            Text(label, color=style, weight=weight),
            Expand(Text(value, align="end", weight=weight, color=color or "on_surface")),
        ],
        gap=12,
        align="start",
    )


def notice(icon: str, title: str, text: str, button: Button | None = None) -> Widget:
    """What a page says when there is nothing to show."""
    children: list[Widget] = [
        Gap(40),
        Avatar("", icon=icon, color="secondary_container", size=88),
        Gap(8),
        Text(title, style="title", align="center"),
        Text(text, color="on_surface_variant", align="center"),
    ]
    if button is not None:
        children += [Gap(8), button]
    return Column(children, gap=8, padding=(32, 16), align="center")
