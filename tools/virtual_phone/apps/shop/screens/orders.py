"""Past orders, and one of them in full."""

import sqlite3
from datetime import datetime
from functools import partial

from tools.virtual_phone.apps.shop import shelf, store
from tools.virtual_phone.apps.shop.pricing import ADDRESSES, DELIVERIES, PAYMENTS, money
from tools.virtual_phone.apps.shop.screens import parts
from tools.virtual_phone.apps.shop.screens.checkout import address_lines
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Button,
    Card,
    Column,
    Dialog,
    Divider,
    Expand,
    Icon,
    Overlay,
    Page,
    Row,
    Scroll,
    Text,
    TopBar,
    Widget,
)

_STATUS = {
    "processing": ("Processing", "package-variant-closed", "primary"),
    "shipped": ("Shipped", "truck-outline", "tertiary"),
    "delivered": ("Delivered", "check-circle-outline", "success"),
    "cancelled": ("Canceled", "close-circle-outline", "error"),
}


def build_list(ctx: Context) -> Page:
    """All orders, the latest first."""
    found = store.orders(ctx.db)
    rows: list[Widget] = [_card(ctx, order) for order in found]
    if not found:
        text = ctx.t("Your orders appear here.")
        rows = [parts.notice("receipt-text-outline", ctx.t("No orders yet"), text)]
    return Page(
        Scroll(Column(rows, gap=10, padding=(16, 4, 16, 24))),
        top=TopBar(ctx.t("Orders")),
        nav=parts.nav_bar(ctx),
    )


def build_order(ctx: Context) -> Page:
    """What was ordered, where it goes and what it cost."""
    order = store.order(ctx.db, ctx.state.get("order_id", 0))
    if order is None:
        text = ctx.t("Your orders appear here.")
        body = parts.notice("receipt-text-outline", ctx.t("Order not found"), text)
        return Page(body, top=TopBar("", on_back=ctx.pop))
    lines = store.order_lines(ctx.db, order["id"])
    again = Button(ctx.t("Buy again"), lambda: _again(ctx, lines), kind="tonal", expand=True)
    buttons: list[Widget] = [again]
    if order["status"] == "processing":
        ask = partial(ctx.state.__setitem__, "open", "cancel")
        buttons.append(Button(ctx.t("Cancel order"), ask, kind="outlined", expand=True))
    items = Card(Column([_line(ctx, line) for line in lines], gap=12))
    parts_shown: list[Widget] = [
        _head(ctx, order),
        items,
        parts.heading(ctx.t("Deliver to")),
        _where(ctx, order),
        parts.heading(ctx.t("Summary")),
        _sums(ctx, order),
        *buttons,
    ]
    return Page(
        Scroll(Column(parts_shown, gap=12, padding=(16, 4, 16, 24))),
        top=TopBar(ctx.t("Order {number}", number=order["number"]), on_back=ctx.pop),
        overlay=_overlay(ctx, order),
    )


def _status(ctx: Context, order: sqlite3.Row) -> Widget:
    words, icon, color = _STATUS[order["status"]]
    text = Text(ctx.t(words), style="label", weight="medium", color=color)
    return Row([Icon(icon, size=18, color=color), text], gap=6)


def _day(ctx: Context, order: sqlite3.Row) -> str:
    return ctx.format_date(datetime.fromisoformat(order["created_at"]).date())


def _card(ctx: Context, order: sqlite3.Row) -> Widget:
    lines = store.order_lines(ctx.db, order["id"])
    first = shelf.products()[lines[0]["product_id"]]
    name = first.title(ctx.locale)
    if len(lines) > 1:
        name = ctx.t("{product} and {count} more", product=name, count=len(lines) - 1)
    words = Column(
        [
            _status(ctx, order),
            Text(name, style="subtitle", max_lines=2),
            Text(
                f"{order['number']} · {_day(ctx, order)}",
                style="caption",
                color="on_surface_variant",
            ),
            Text(money(order["total_cents"]), style="label", weight="medium"),
        ],
        gap=3,
    )
    return Card(
        Row([parts.small_tile(ctx, first), Expand(words), Icon("chevron-right")], gap=14),
        on_tap=partial(ctx.push, "Order", order_id=order["id"]),
        padding=12,
        key=f"order_{order['id']}",
    )


def _head(ctx: Context, order: sqlite3.Row) -> Widget:
    words = ctx.t("Ordered on {day}", day=_day(ctx, order))
    day = Text(words, style="small", color="on_surface_variant")
    return Row([_status(ctx, order), Expand(Column([day], align="end"))])


def _line(ctx: Context, line: sqlite3.Row) -> Widget:
    product = shelf.products()[line["product_id"]]
    variant = shelf.variant_title(product, line["variant"], ctx.locale)
    words: list[Widget] = [Text(product.title(ctx.locale), max_lines=2)]
    if variant:
        words.append(Text(variant, style="small", color="on_surface_variant"))
    words.append(
        Text(f"{line['quantity']} × {money(line['unit_cents'])}", style="small", weight="medium")
    )
    return Row([parts.small_tile(ctx, product), Expand(Column(words, gap=2))], gap=14)


def _where(ctx: Context, order: sqlite3.Row) -> Widget:
    address = next(one for one in ADDRESSES if one.key == order["address"])
    who, where = address_lines(ctx, address)
    delivery = next(way for way in DELIVERIES if way.key == order["delivery"])
    words = Column(
        [
            Text(who, style="small"),
            Text(where, style="small", color="on_surface_variant"),
            Text(ctx.t(delivery.title), style="small", color="on_surface_variant"),
        ],
        gap=2,
    )
    return Card(Row([Icon("map-marker-outline"), Expand(words)], gap=12))


def _sums(ctx: Context, order: sqlite3.Row) -> Widget:
    payment = next(way for way in PAYMENTS if way.key == order["payment"])
    rows = [
        parts.fact(ctx.t("Paid with"), ctx.t(payment.title)),
        parts.fact(ctx.t("Subtotal"), money(order["subtotal_cents"])),
    ]
    if order["discount_cents"]:
        rows.append(parts.fact(ctx.t("Discount"), f"-{money(order['discount_cents'])}"))
    fee = order["delivery_cents"]
    rows += [
        parts.fact(ctx.t("Delivery"), money(fee) if fee else ctx.t("Free")),
        Divider(),
        parts.fact(ctx.t("Total"), money(order["total_cents"]), strong=True),
    ]
    return Card(Column(rows, gap=8))


def _again(ctx: Context, lines: list[sqlite3.Row]) -> None:
    short = [
        line
        for line in lines
        if not store.add(
            ctx.db, store.find(ctx.db, line["product_id"]), line["variant"], line["quantity"]
        )
    ]
    if short:
        ctx.toast(ctx.t("Some products are not available in this number"))
    else:
        ctx.toast(ctx.t("Added to cart"))
    parts.go(ctx, "Cart")


def _overlay(ctx: Context, order: sqlite3.Row) -> Overlay | None:
    def shut() -> None:
        ctx.state.pop("open", None)

    def cancel() -> None:
        shut()
        store.cancel(ctx.db, order["id"])
        ctx.toast(ctx.t("Order canceled"))

    if ctx.state.get("open") != "cancel":
        return None
    text = ctx.t("You get {sum} back within three days.", sum=money(order["total_cents"]))
    return Dialog(
        ctx.t("Cancel this order?"),
        Text(text),
        [
            Button(ctx.t("Keep order"), shut, kind="text"),
            Button(ctx.t("Cancel order"), cancel, kind="text"),
        ],
        on_dismiss=shut,
    )
