"""One product: variants, quantity, and into the cart with it."""

from functools import partial

from tools.virtual_phone.apps.shop import shelf, store
from tools.virtual_phone.apps.shop.pricing import FREE_FROM_CENTS, money
from tools.virtual_phone.apps.shop.screens import parts
from tools.virtual_phone.apps.shop.store import Stocked
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Banner,
    BottomSheet,
    Button,
    Card,
    Chip,
    Column,
    Expand,
    Icon,
    IconButton,
    Overlay,
    Pad,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
    Wrap,
)


def start(ctx: Context) -> None:
    """Choose the first value of each option, and one piece."""
    product_id = ctx.state.setdefault("product_id", 1)
    known = shelf.products().get(product_id)
    options = known.options if known is not None else {}
    ctx.state["chosen"] = {name: values[0] for name, values in options.items()}
    ctx.state["quantity"] = 1


def build(ctx: Context) -> Page:
    """Picture, price, variants, quantity, description; the buttons are pinned below."""
    if ctx.state["product_id"] not in shelf.products():
        text = ctx.t("Have a look at the other products.")
        body = parts.notice("magnify", ctx.t("This product is no longer sold"), text)
        return Page(body, top=TopBar("", on_back=ctx.pop))
    one = store.find(ctx.db, ctx.state["product_id"])
    picture = parts.tile(ctx, one.product, icon_size=112, padding=32 if not ctx.landscape else 20)
    words = Column(_words(ctx, one), gap=14)
    content: Widget = Column([picture, words], gap=16, padding=(16, 4, 16, 24))
    if ctx.landscape:
        sides = [Expand(picture, weight=0.7), Expand(words)]
        content = Row(sides, gap=20, align="start", padding=(16, 4, 16, 24))
    return Page(
        Scroll(content),
        top=TopBar("", on_back=ctx.pop, actions=_bar(ctx, one)),
        bottom=_buttons(ctx, one),
        overlay=_added(ctx, one),
    )


def _words(ctx: Context, one: Stocked) -> list[Widget]:
    stock, color = parts.stock_words(ctx, one)
    shown: list[Widget] = [
        Column(
            [
                Text(one.product.title(ctx.locale), style="headline", key="name"),
                parts.rating(ctx, one),
                parts.price(ctx, one, large=True),
                Text(stock, style="label", color=color, weight="medium", key="stock"),
            ],
            gap=6,
        )
    ]
    if one.stock == 0:
        text = ctx.t("This product is out of stock. We will tell you when it is back.")
        shown.append(Banner(text, icon="alert-circle-outline", color="error_container"))
    shown += [_option(ctx, one, name) for name in one.product.options]
    if one.stock:
        shown.append(
            Row(
                [
                    Expand(parts.heading(ctx.t("Quantity"))),
                    parts.quantity(
                        ctx,
                        ctx.state["quantity"],
                        lambda value: ctx.state.update(quantity=value),
                        most=store.most(one),
                    ),
                ]
            )
        )
    shown += [
        _delivery(ctx),
        parts.heading(ctx.t("Description")),
        Text(one.product.description(ctx.locale), color="on_surface_variant"),
    ]
    return shown


def _option(ctx: Context, one: Stocked, name: str) -> Widget:
    chosen = ctx.state["chosen"]
    chips = [
        Chip(
            shelf.value_title(name, value, ctx.locale),
            selected=chosen[name] == value,
            on_tap=partial(chosen.__setitem__, name, value),
        )
        for value in one.product.options[name]
    ]
    title = ctx.t(
        "{option}: {value}",
        option=shelf.option_title(name, ctx.locale),
        value=shelf.value_title(name, chosen[name], ctx.locale),
    )
    return Column([parts.heading(title), Wrap(chips)], gap=2)


def _delivery(ctx: Context) -> Widget:
    words = ctx.t("Free standard delivery from {sum}", sum=money(FREE_FROM_CENTS))
    text = Text(words, style="small")
    returns = Text(ctx.t("Free returns within 30 days"), style="small")
    return Card(
        Column(
            [
                Row([Icon("truck-outline", size=20), Expand(text)], gap=12),
                Row([Icon("restore", size=20), Expand(returns)], gap=12),
            ],
            gap=10,
        ),
        padding=(16, 12),
    )


def _bar(ctx: Context, one: Stocked) -> list[Widget]:
    product_id = one.product.id
    loved = product_id in store.favourites(ctx.db)

    def love() -> None:
        store.set_favourite(ctx.db, product_id, ctx.now, on=not loved)
        ctx.toast(ctx.t("Removed from favorites") if loved else ctx.t("Added to favorites"))

    def share() -> None:
        ctx.clipboard = f"{one.product.title(ctx.locale)} {money(one.price)}"
        ctx.toast(ctx.t("Copied, ready to share"))

    words = ctx.t("Remove from favorites") if loved else ctx.t("Add to favorites")
    return [
        IconButton("heart" if loved else "heart-outline", words, love, key="favorite"),
        IconButton("share-variant-outline", ctx.t("Share"), share, key="share"),
        IconButton(
            "cart-outline", parts.cart_words(ctx), partial(parts.go, ctx, "Cart"), key="cart"
        ),
    ]


def _buttons(ctx: Context, one: Stocked) -> Widget:
    def add() -> None:
        variant = ", ".join(ctx.state["chosen"].values())
        if store.add(ctx.db, one, variant, ctx.state["quantity"]):
            ctx.state["added"] = ctx.state["quantity"]
        else:
            ctx.toast(ctx.t("You can order {count} at most", count=store.most(one)))

    def remember() -> None:
        store.set_favourite(ctx.db, one.product.id, ctx.now, on=True)
        ctx.toast(ctx.t("Added to favorites"))

    if one.stock == 0:
        notify = Button(ctx.t("Tell me when it is back"), remember, kind="tonal", expand=True)
        return Column([notify], padding=(16, 8))
    text = ctx.t("Add to cart")
    button = Button(text, add, icon="cart-plus", expand=True, key="add_to_cart")
    parts_shown: list[Widget] = [Expand(button)]
    if store.count(ctx.db):
        view = Button(ctx.t("View cart"), partial(parts.go, ctx, "Cart"), kind="outlined")
        parts_shown.insert(0, view)
    return Row(parts_shown, gap=12, padding=(16, 8))


def _added(ctx: Context, one: Stocked) -> Overlay | None:
    """Says what went into the cart; a toast alone would be gone before it is read."""
    count = ctx.state.get("added", 0)
    if not count:
        return None

    def shut() -> None:
        ctx.state.pop("added", None)

    def view() -> None:
        shut()
        parts.go(ctx, "Cart")

    variant = ", ".join(ctx.state["chosen"].values())
    words: list[Widget] = [Text(one.product.title(ctx.locale), style="subtitle", max_lines=2)]
    if variant:
        named = shelf.variant_title(one.product, variant, ctx.locale)
        words.append(Text(named, style="small", color="on_surface_variant"))
    words.append(Text(f"{count} × {money(one.price)}", style="small", weight="medium"))
    tile = parts.small_tile(ctx, one.product)
    buttons = Row(
        [
            Expand(Button(ctx.t("Keep shopping"), shut, kind="outlined", expand=True)),
            Expand(Button(ctx.t("View cart"), view, expand=True)),
        ],
        gap=12,
    )
    body = Column([Row([tile, Expand(Column(words, gap=2))], gap=16), buttons], gap=16)
    return BottomSheet(ctx.t("Added to cart"), Pad(body, (16, 8)), on_dismiss=shut)
