"""The order is placed."""

from functools import partial

from tools.virtual_phone.apps.shop import store
from tools.virtual_phone.apps.shop.pricing import money
from tools.virtual_phone.apps.shop.screens import parts
from tools.virtual_phone.apps.shop.screens.checkout import arrival
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import (
    Avatar,
    Button,
    Card,
    Column,
    Gap,
    Page,
    Scroll,
    Text,
    TopBar,
    Widget,
)


def build(ctx: Context) -> Page:
    """The order's number, its sum, and the ways on."""
    order_id = ctx.state.get("order_id", 0)
    order = store.order(ctx.db, order_id)
    home = partial(parts.go, ctx, "Home")
    top = TopBar("", on_back=home)
    if order is None:
        text = ctx.t("Have a look at the other products.")
        return Page(parts.notice("magnify", ctx.t("Order not found"), text), top=top)
    facts = Card(
        Column(
            [
                parts.fact(ctx.t("Order number"), order["number"], strong=True),
                parts.fact(ctx.t("Total"), money(order["total_cents"])),
                parts.fact(ctx.t("Arrives"), arrival(ctx, order["delivery"])),
            ],
            gap=8,
        )
    )

    def show() -> None:
        parts.go(ctx, "Orders")
        ctx.push("Order", order_id=order_id)

    thanks = ctx.t("Thank you. We will tell you when it is on its way.")
    body: list[Widget] = [
        Gap(8 if ctx.landscape else 32),
        Avatar("", icon="check", color="success", size=96),
        Text(ctx.t("Order placed"), style="headline", align="center"),
        Text(thanks, color="on_surface_variant", align="center"),
        Gap(4),
        facts,
        Gap(4),
        Button(ctx.t("View order"), show, expand=True),
        Button(ctx.t("Continue shopping"), home, kind="outlined", expand=True),
    ]
    return Page(Scroll(Column(body, gap=10, padding=(24, 8, 24, 24))), top=top)
