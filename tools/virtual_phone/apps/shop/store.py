"""The shop's tables: seeding them, the cart, favourites and orders."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tools.virtual_phone.apps.shop.pricing import Bill
from tools.virtual_phone.apps.shop.shelf import Product, products
from tools.virtual_phone.system.app import Seed

MOST = 9
"""The most of one product and variant that a cart takes."""
_OUT_OF_STOCK = 2
_PAST_ORDERS = (("shipped", 2), ("delivered", 9), ("delivered", 33))


@dataclass(frozen=True)
class Stocked:
    """A product with its price and stock of today; prices are in cents."""

    product: Product
    price: int
    was: int
    rating: float
    reviews: int
    stock: int


def create(db: sqlite3.Connection, seed: Seed) -> None:
    """Make the schema; the seed decides prices within 10 %, stock and past orders."""
    db.executescript(Path(__file__).with_name("schema.sql").read_text(encoding="utf-8"))
    rng = seed.rng
    scarce = [one.id for one in products().values() if one.scarce]
    gone = set(rng.sample(scarce, _OUT_OF_STOCK))
    for one in products().values():
        price = round(one.yuan * rng.uniform(0.9, 1.1)) * 100
        was = max(price + 500, one.was_yuan * 100) if one.was_yuan else 0
        stock = 0 if one.id in gone else rng.randint(12, 80)
        if one.scarce and stock:
            stock = rng.randint(1, 3)
        reviews = rng.randint(18, 3200)
        row = (one.id, one.en, one.zh, one.category, price, was, one.rating, reviews, stock)
        db.execute("INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    available = [one.id for one in products().values() if not one.scarce]
    for status, days in _PAST_ORDERS:
        lines = rng.sample(available, rng.randint(1, 2))
        moment = seed.now - timedelta(days=days, minutes=rng.randint(0, 600))
        number = f"TS{rng.randint(10_000_000, 99_999_999)}"
        items = [(product_id, rng.randint(1, 2)) for product_id in lines]
        _past_order(db, (number, status), items, moment)


def stocked(db: sqlite3.Connection) -> list[Stocked]:
    """Everything in the shop, in its order."""
    return [_stocked(row) for row in db.execute("SELECT * FROM products ORDER BY id")]


def find(db: sqlite3.Connection, product_id: int) -> Stocked:
    """One product.

    Raises:
        KeyError: If there is no such product.
    """
    row = db.execute("SELECT * FROM products WHERE id = ?", (product_id,)).fetchone()
    if row is None:
        raise KeyError(product_id)
    return _stocked(row)


# The cart.


def cart(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """The lines of the cart, the oldest first."""
    return db.execute("SELECT * FROM cart_items ORDER BY id").fetchall()


def count(db: sqlite3.Connection) -> int:
    """How many things are in the cart."""
    return int(db.execute("SELECT COALESCE(SUM(quantity), 0) FROM cart_items").fetchone()[0])


def add(db: sqlite3.Connection, one: Stocked, variant: str, quantity: int) -> bool:
    """Put some of a product into the cart; False, and nothing put, where there are too few."""
    row = db.execute(
        "SELECT * FROM cart_items WHERE product_id = ? AND variant = ?", (one.product.id, variant)
    ).fetchone()
    there = row["quantity"] if row is not None else 0
    if there + quantity > most(one):
        return False
    if row is not None:
        set_quantity(db, row["id"], there + quantity)
    else:
        db.execute(
            "INSERT INTO cart_items (product_id, product, variant, quantity, unit_cents) "
            "VALUES (?, ?, ?, ?, ?)",
            (one.product.id, one.product.en, variant, quantity, one.price),
        )
    return True


def most(one: Stocked) -> int:
    """How many of a product a cart may hold."""
    return min(MOST, one.stock)


def set_quantity(db: sqlite3.Connection, line_id: int, quantity: int) -> None:
    """Change a line of the cart; 0 removes it."""
    if quantity <= 0:
        db.execute("DELETE FROM cart_items WHERE id = ?", (line_id,))
    else:
        db.execute("UPDATE cart_items SET quantity = ? WHERE id = ?", (quantity, line_id))


# Favourites.


def favourites(db: sqlite3.Connection) -> list[int]:
    """Numbers of the favourite products, the latest first."""
    rows = db.execute("SELECT product_id FROM favourites ORDER BY id DESC")
    return [row["product_id"] for row in rows]


def set_favourite(db: sqlite3.Connection, product_id: int, now: datetime, *, on: bool) -> None:
    """Add a product to the favourites or take it from them."""
    db.execute("DELETE FROM favourites WHERE product_id = ?", (product_id,))
    if on:
        db.execute(
            "INSERT INTO favourites (product_id, created_at) VALUES (?, ?)",
            (product_id, stamp(now)),
        )


# Orders.


def orders(db: sqlite3.Connection) -> list[sqlite3.Row]:
    """All orders, the latest first."""
    return db.execute("SELECT * FROM orders ORDER BY created_at DESC, id DESC").fetchall()


def order(db: sqlite3.Connection, order_id: int) -> sqlite3.Row | None:
    """One order; None if there is none."""
    found: sqlite3.Row | None = db.execute(
        "SELECT * FROM orders WHERE id = ?", (order_id,)
    ).fetchone()
    return found


def order_lines(db: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    """What was ordered."""
    query = "SELECT * FROM order_items WHERE order_id = ? ORDER BY id"
    return db.execute(query, (order_id,)).fetchall()


def place(db: sqlite3.Connection, number: str, address: str, bill: Bill, now: datetime) -> int:
    """Turn the cart into an order; returns its id."""
    order_id = _insert_order(db, (number, "processing", address), bill, now)
    db.execute(
        "INSERT INTO order_items (order_id, product_id, product, variant, quantity, unit_cents) "
        "SELECT ?, product_id, product, variant, quantity, unit_cents FROM cart_items ORDER BY id",
        (order_id,),
    )
    db.execute(
        "UPDATE products SET stock = stock - (SELECT SUM(quantity) FROM cart_items "
        "WHERE product_id = products.id) WHERE id IN (SELECT product_id FROM cart_items)"
    )
    db.execute("DELETE FROM cart_items")
    return order_id


def cancel(db: sqlite3.Connection, order_id: int) -> None:
    """Cancel an order; what was ordered goes back on the shelf."""
    db.execute("UPDATE orders SET status = 'cancelled' WHERE id = ?", (order_id,))
    for line in order_lines(db, order_id):
        db.execute(
            "UPDATE products SET stock = stock + ? WHERE id = ?",
            (line["quantity"], line["product_id"]),
        )


def stamp(moment: datetime) -> str:
    """A moment as the tables hold it."""
    return moment.isoformat(sep=" ", timespec="seconds")


def _insert_order(
    db: sqlite3.Connection, head: tuple[str, str, str], bill: Bill, now: datetime
) -> int:
    number, status, address = head
    made = db.execute(
        "INSERT INTO orders (number, status, address, delivery, payment, promo_code, "
        "subtotal_cents, discount_cents, delivery_cents, total_cents, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(number, status, address, bill.delivery, bill.payment, bill.promo_code),
            *(bill.subtotal, bill.discount, bill.fee, bill.total, stamp(now)),
        ),
    )
    return int(made.lastrowid or 0)


def _past_order(
    db: sqlite3.Connection, head: tuple[str, str], items: list[tuple[int, int]], moment: datetime
) -> None:
    lines = [(find(db, product_id), quantity) for product_id, quantity in items]
    subtotal = sum(one.price * quantity for one, quantity in lines)
    bill = Bill(subtotal, "standard", "card", "")
    order_id = _insert_order(db, (*head, "home"), bill, moment)
    for one, quantity in lines:
        variant = ", ".join(values[0] for values in one.product.options.values())
        db.execute(
            "INSERT INTO order_items (order_id, product_id, product, variant, quantity, "
            "unit_cents) VALUES (?, ?, ?, ?, ?, ?)",
            (order_id, one.product.id, one.product.en, variant, quantity, one.price),
        )


def _stocked(row: sqlite3.Row) -> Stocked:
    return Stocked(
        product=products()[row["id"]],
        price=row["price_cents"],
        was=row["was_cents"],
        rating=row["rating"],
        reviews=row["reviews"],
        stock=row["stock"],
    )
