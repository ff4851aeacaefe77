"""The Shop app as the phone knows it."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from tools.virtual_phone.apps.shop import store
from tools.virtual_phone.apps.shop.screens import (
    cart,
    checkout,
    favorites,
    front,
    orders,
    placed,
    product,
    results,
)
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Page


class ShopApp(App):
    """A shop: search, cart, checkout, orders.

    Tables `products`, `cart_items`, `orders`, `order_items`, `favourites`. Products and variants
    are written in English there, whatever the phone's language.
    """

    package = "com.tapwright.shop"
    label = "Shop"
    icon = "shopping"
    color = "#c5221f"
    home = "Home"
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "Home": front.build,
        "Search": results.build,
        "Product": product.build,
        "Cart": cart.build,
        "Checkout": checkout.build,
        "Placed": placed.build,
        "Orders": orders.build_list,
        "Order": orders.build_order,
        "Favorites": favorites.build,
    }
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {
        "Search": results.start,
        "Product": product.start,
        "Checkout": checkout.start,
    }
    translations = Path(__file__).with_name("zh.yaml")

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        """Fill the shelves and make some past orders; the cart is empty."""
        store.create(db, seed)
