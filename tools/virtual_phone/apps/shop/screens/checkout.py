"""The checkout: where to, how, paid with what; then the order is placed."""

from datetime import timedelta
from functools import partial

from tools.virtual_phone.apps.shop import store
from tools.virtual_phone.apps.shop.pricing import (
    ADDRESSES,
    DELIVERIES,
    PAYMENTS,
    PROMO_CODE,
    Address,
    Bill,
    delivery_fee,
    money,
)
from tools.virtual_phone.apps.shop.screens import parts
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
    RadioRow,
    Row,
    Scroll,
    Text,
    TextField,
    TopBar,
    Widget,
)

WALLET_CENTS = 10_000


def start(ctx: Context) -> None:
    """Begin with the home address, standard delivery and the saved card."""
    ctx.state.update(address="home", delivery="standard", payment="card", promo="")


def build(ctx: Context) -> Page:
    """Everything on one page, with the button to place the order below it."""
    lines = store.cart(ctx.db)
    top = TopBar(ctx.t("Checkout"), on_back=ctx.pop)
    if not lines:
        text = ctx.t("What you add to the cart appears here.")
        return Page(parts.notice("cart-outline", ctx.t("Your cart is empty"), text), top=top)
    subtotal = sum(line["quantity"] * line["unit_cents"] for line in lines)
    bill = Bill(subtotal, ctx.state["delivery"], ctx.state["payment"], ctx.state["promo"])
    body: list[Widget] = [
        parts.heading(ctx.t("Deliver to")),
        _address_card(ctx),
        parts.heading(ctx.t("Delivery option")),
        _ways_card(_deliveries(ctx, bill)),
        parts.heading(ctx.t("Payment method")),
        _ways_card(_payments(ctx)),
        _promo(ctx),
        parts.heading(ctx.t("Summary")),
        _summary(ctx, bill),
    ]
    text = ctx.t("Place order {sum}", sum=money(bill.total))
    button = Button(text, lambda: _place(ctx, bill), expand=True, key="place_order")
    return Page(
        Scroll(Column(body, gap=12, padding=(16, 8, 16, 24))),
        top=top,
        bottom=Column([button], padding=(16, 8)),
        overlay=_overlay(ctx),
    )


def address_lines(ctx: Context, address: Address) -> tuple[str, str]:
    """Who and where."""
    chinese = ctx.locale == "zh"
    name = address.name_zh if chinese else address.name
    return f"{name}  {address.phone}", address.line_zh if chinese else address.line


def arrival(ctx: Context, delivery: str) -> str:
    """The day a delivery arrives, counted from now."""
    way = next(way for way in DELIVERIES if way.key == delivery)
    return ctx.format_date((ctx.now + timedelta(days=way.days)).date())


def _chosen_address(ctx: Context) -> Address:
    return next(one for one in ADDRESSES if one.key == ctx.state["address"])


def _address_card(ctx: Context) -> Widget:
    address = _chosen_address(ctx)
    who, where = address_lines(ctx, address)
    change = Button(
        ctx.t("Change"),
        lambda: ctx.state.update(open="address"),
        kind="text",
        key="change_address",
    )
    words = Column(
        [
            Text(ctx.t(address.label), style="label", weight="medium", color="primary"),
            Text(who, style="small"),
            Text(where, style="small", color="on_surface_variant"),
        ],
        gap=2,
    )
    return Card(
        Row([Icon("map-marker-outline"), Expand(words), change], gap=12), padding=(16, 12, 8, 12)
    )


def _ways_card(rows: list[Widget]) -> Widget:
    return Card(Column(rows), padding=(0, 4))


def _deliveries(ctx: Context, bill: Bill) -> list[Widget]:
    rows: list[Widget] = []
    for way in DELIVERIES:
        fee = delivery_fee(way.key, bill.subtotal)
        words = ctx.t("{day} · {fee}", day=arrival(ctx, way.key), fee=_fee(ctx, fee))
        choose = partial(ctx.state.__setitem__, "delivery", way.key)
        chosen = way.key == bill.delivery
        rows.append(RadioRow(ctx.t(way.title), chosen, choose, subtitle=words))
    return rows


def _fee(ctx: Context, cents: int) -> str:
    return money(cents) if cents else ctx.t("Free")


def _payments(ctx: Context) -> list[Widget]:
    rows: list[Widget] = []
    for way in PAYMENTS:
        words = ""
        if way.key == "card":
            words = ctx.t("Expires 09/29")
        elif way.key == "wallet":
            words = ctx.t("Balance {sum}", sum=money(WALLET_CENTS))
        choose = partial(ctx.state.__setitem__, "payment", way.key)
        chosen = way.key == ctx.state["payment"]
        rows.append(RadioRow(ctx.t(way.title), chosen, choose, subtitle=words))
    return rows


def _promo(ctx: Context) -> Widget:
    def apply(_: str = "") -> None:
        code = ctx.text("promo").strip().upper()
        ctx.state["promo"] = code if code == PROMO_CODE else ""
        problem = ""
        if not code:
            problem = "Enter a promo code"
        elif code != PROMO_CODE:
            problem = "This code is not valid"
        ctx.state["promo_error"] = problem
        ctx.focus(None)
        if problem:
            ctx.scroll_to_end("list")  # the message is below the field
        else:
            ctx.toast(ctx.t("Promo code applied"))

    field = TextField(
        "promo",
        ctx.t("Promo code"),
        leading_icon="ticket-percent-outline",
        error=ctx.t(ctx.state.get("promo_error", "")),
        supporting=ctx.t("10% off") if ctx.state["promo"] else "",
        on_change=lambda _: ctx.state.update(promo_error=""),
        on_submit=apply,
    )
    button = Button(ctx.t("Apply"), apply, kind="tonal")
    return Row([Expand(field), button], gap=12, align="start")


def _summary(ctx: Context, bill: Bill) -> Widget:
    rows = [parts.fact(ctx.t("Subtotal"), money(bill.subtotal))]
    if bill.discount:
        rows.append(parts.fact(ctx.t("Discount"), f"-{money(bill.discount)}", color="success"))
    rows += [
        parts.fact(ctx.t("Delivery"), _fee(ctx, bill.fee)),
        Divider(),
        parts.fact(ctx.t("Total"), money(bill.total), strong=True),
    ]
    return Card(Column(rows, gap=8))


def _place(ctx: Context, bill: Bill) -> None:
    if bill.payment == "wallet" and bill.total > WALLET_CENTS:
        ctx.state["open"] = "wallet"
        return
    rng = ctx.random()
    taken = {order["number"] for order in store.orders(ctx.db)}
    number = f"TS{rng.randint(10_000_000, 99_999_999)}"
    while number in taken:
        number = f"TS{rng.randint(10_000_000, 99_999_999)}"
    order_id = store.place(ctx.db, number, ctx.state["address"], bill, ctx.now)
    ctx.pop_to("Home")
    ctx.push("Placed", order_id=order_id)


def _overlay(ctx: Context) -> Overlay | None:
    def shut() -> None:
        ctx.state.pop("open", None)

    def choose(key: str) -> None:
        ctx.state["address"] = key
        shut()

    if ctx.state.get("open") == "address":
        rows = [
            RadioRow(
                ctx.t(one.label),
                one.key == ctx.state["address"],
                partial(choose, one.key),
                subtitle=address_lines(ctx, one)[1],
            )
            for one in ADDRESSES
        ]
        cancel = Button(ctx.t("Cancel"), shut, kind="text")
        return Dialog(ctx.t("Choose an address"), Column(rows), [cancel], on_dismiss=shut)
    if ctx.state.get("open") == "wallet":
        text = ctx.t("There is not enough money in your wallet. Choose another way to pay.")
        close = Button(ctx.t("OK"), shut, kind="text")
        title = ctx.t("Payment failed")
        return Dialog(title, Text(text), [close], on_dismiss=shut, icon="alert-circle-outline")
    return None
