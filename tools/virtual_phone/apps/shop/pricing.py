"""What an order costs, and the ways to have it delivered and to pay for it."""

from dataclasses import dataclass

FREE_FROM_CENTS = 9900
"""Standard delivery costs nothing from this subtotal on."""
PROMO_CODE = "SAVE10"
PROMO_PERCENT = 10


@dataclass(frozen=True)
class Way:
    """A way of delivery or payment: its key, English title, icon, and for delivery fee and days."""

    key: str
    title: str
    icon: str
    fee: int = 0
    days: int = 0


DELIVERIES = (
    Way("standard", "Standard delivery", "truck-outline", 800, 3),
    Way("express", "Express delivery", "truck-fast-outline", 1800, 1),
    Way("pickup", "Pick up at the store", "store-outline", 0, 2),
)
PAYMENTS = (
    Way("card", "Visa •••• 4242", "credit-card-outline"),
    Way("wallet", "Shop wallet", "wallet-outline"),
    Way("cash", "Cash on delivery", "cash"),
)


@dataclass(frozen=True)
class Address:
    """Where orders go; `key` is what the table of orders says."""

    key: str
    label: str
    name: str
    name_zh: str
    phone: str
    line: str
    line_zh: str


ADDRESSES = (
    Address(
        *("home", "Home address", "Alex Chen", "陈亚历", "+86 138 0013 8000"),
        *("18 Minsheng Road, Yuzhong District, Chongqing", "重庆市渝中区民生路 18 号"),
    ),
    Address(
        *("work", "Work address", "Alex Chen", "陈亚历", "+86 138 0013 8000"),
        *("6 Jinyu Avenue, Liangjiang New Area, Chongqing", "重庆市两江新区金渝大道 6 号"),
    ),
)


@dataclass(frozen=True)
class Bill:
    """An order's sum; all amounts in cents.

    Attributes:
        subtotal: What the things cost.
        delivery: Key of one of `DELIVERIES`.
        payment: Key of one of `PAYMENTS`.
        promo_code: The code that gives the discount; empty for none.
    """

    subtotal: int
    delivery: str
    payment: str
    promo_code: str

    @property
    def discount(self) -> int:
        """What the code takes off, in whole yuan."""
        percent = PROMO_PERCENT if self.promo_code == PROMO_CODE else 0
        return self.subtotal * percent // 10_000 * 100

    @property
    def fee(self) -> int:
        """What the delivery costs."""
        return delivery_fee(self.delivery, self.subtotal)

    @property
    def total(self) -> int:
        """What is paid."""
        return self.subtotal - self.discount + self.fee


def delivery_fee(delivery: str, subtotal: int) -> int:
    """What a way of delivery costs for a subtotal, in cents."""
    fee = next(way.fee for way in DELIVERIES if way.key == delivery)
    return 0 if delivery == "standard" and subtotal >= FREE_FROM_CENTS else fee


def money(cents: int) -> str:
    """`¥1,234`; a fraction only where there is one."""
    yuan, rest = divmod(cents, 100)
    return f"¥{yuan:,}.{rest:02d}" if rest else f"¥{yuan:,}"
