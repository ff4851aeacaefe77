"""The cart: what is in it, how many of each, and the way to the checkout."""

import sqlite3
from functools import partial

from tools.virtual_phone.apps.shop import shelf, store
from tools.virtual_phone.apps.shop.pricing import FREE_FROM_CENTS, money
from tools.virtual_phone.apps.shop.screens import parts
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Banner,
    Button,
    Card,
    Column,
    Dialog,
    Expand,
    IconButton,
    Overlay,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)


def build(ctx: Context) -> Page:
    """The lines, and pinned below them the subtotal and Checkout."""
    lines = store.cart(ctx.db)
    if not lines:
        empty = parts.notice(
            "cart-outline",
            ctx.t("Your cart is empty"),
            ctx.t("What you add to the cart appears here."),
            Button(ctx.t("Start shopping"), partial(parts.go, ctx, "Home")),
        )
        return Page(Scroll(empty), top=TopBar(ctx.t("Cart")), nav=parts.nav_bar(ctx))
    subtotal = sum(line["quantity"] * line["unit_cents"] for line in lines)
    words = ctx.t("Free standard delivery")
    if subtotal < FREE_FROM_CENTS:
        rest = money(FREE_FROM_CENTS - subtotal)
        words = ctx.t("{sum} more for free standard delivery", sum=rest)
    note = Banner(words, icon="truck-outline", color="secondary_container")
    rows = [note, *(_line(ctx, line) for line in lines)]
    empty_cart = IconButton(
        "delete-sweep-outline", ctx.t("Empty the cart"), lambda: ctx.state.update(open="empty")
    )
    return Page(
        Scroll(Column(rows, gap=10, padding=(16, 4, 16, 24))),
        top=TopBar(ctx.t("Cart"), subtitle=_count(ctx), actions=[empty_cart]),
        bottom=_bottom(ctx, subtotal),
        nav=parts.nav_bar(ctx),
        overlay=_overlay(ctx),
    )


def _count(ctx: Context) -> str:
    count = store.count(ctx.db)
    return ctx.t("1 item") if count == 1 else ctx.t("{count} items", count=count)


def _line(ctx: Context, line: sqlite3.Row) -> Widget:
    one = store.find(ctx.db, line["product_id"])
    name = one.product.title(ctx.locale)
    variant = shelf.variant_title(one.product, line["variant"], ctx.locale)
    words: list[Widget] = [Text(name, style="subtitle", weight="medium", max_lines=2)]
    if variant:
        words.append(Text(variant, style="small", color="on_surface_variant"))
    words.append(Text(money(line["unit_cents"]), style="small", color="on_surface_variant"))

    def remove() -> None:
        store.set_quantity(ctx.db, line["id"], 0)
        ctx.toast(ctx.t("{product} removed", product=name))

    total = Text(money(line["quantity"] * line["unit_cents"]), weight="medium", align="end")
    controls = Row(
        [
            parts.quantity(
                ctx,
                line["quantity"],
                partial(store.set_quantity, ctx.db, line["id"]),
                most=store.most(one),
                what=name,
            ),
            Expand(total),
            IconButton("delete-outline", ctx.t("Remove {product}", product=name), remove),
        ],
        gap=8,
    )
    head = Row([parts.small_tile(ctx, one.product), Expand(Column(words, gap=2))], gap=14)
    return Card(
        Column([head, controls], gap=10),
        on_tap=partial(ctx.push, "Product", product_id=one.product.id),
        padding=(12, 12, 8, 8),
        key=f"line_{line['id']}",
    )


def _bottom(ctx: Context, subtotal: int) -> Widget:
    sums = Column(
        [
            Text(ctx.t("Subtotal"), style="caption", color="on_surface_variant"),
            Text(money(subtotal), style="title", key="subtotal"),
        ]
    )
    button = Button(ctx.t("Checkout"), lambda: ctx.push("Checkout"), key="checkout")
    return Row([Expand(sums), button], gap=16, padding=(16, 8))


def _overlay(ctx: Context) -> Overlay | None:
    def shut() -> None:
        ctx.state.pop("open", None)

    def empty() -> None:
        shut()
        ctx.db.execute("DELETE FROM cart_items")

    if ctx.state.get("open") != "empty":
        return None
    return Dialog(
        ctx.t("Empty the cart?"),
        Text(ctx.t("Everything will be removed from it.")),
        [
            Button(ctx.t("Cancel"), shut, kind="text"),
            Button(ctx.t("Empty"), empty, kind="text"),
        ],
        on_dismiss=shut,
    )
