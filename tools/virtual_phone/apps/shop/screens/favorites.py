"""The products with a heart."""

from tools.virtual_phone.apps.shop import store
from tools.virtual_phone.apps.shop.screens import parts
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Button, Column, Page, Scroll, TopBar, Widget


def build(ctx: Context) -> Page:
    """Favourite products, the latest first."""
    found = [store.find(ctx.db, product_id) for product_id in store.favourites(ctx.db)]
    body: Widget = Column(
        [parts.product_row(ctx, one) for one in found], gap=10, padding=(16, 4, 16, 24)
    )
    if not found:
        body = parts.notice(
            "heart-outline",
            ctx.t("No favorites yet"),
            ctx.t("Tap the heart of a product to find it here again."),
            Button(ctx.t("Start shopping"), lambda: parts.go(ctx, "Home")),
        )
    return Page(Scroll(body), top=TopBar(ctx.t("Favorites"), on_back=ctx.pop))
