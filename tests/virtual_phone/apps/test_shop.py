"""The shop as its user meets it: every test goes by what the UI tree says."""

import pytest

from tests.virtual_phone.driver import NotOnScreenError, PhoneDriver
from tools.virtual_phone.apps.launcher import LauncherApp
from tools.virtual_phone.apps.shop import shelf
from tools.virtual_phone.apps.shop.app import ShopApp
from tools.virtual_phone.apps.shop.pricing import Bill, money
from tools.virtual_phone.system.phone import Phone

PACKAGE = ShopApp.package
MUG = "Ceramic coffee mug"
Row = dict[str, object]


def start(scenario: str = "default", seed: int = 0) -> PhoneDriver:
    phone = Phone(apps=(LauncherApp(), ShopApp()), scenario=scenario, seed=seed)
    driver = PhoneDriver(phone)
    driver.open(PACKAGE)
    return driver


def cart(driver: PhoneDriver) -> list[tuple[object, object, object]]:
    rows = driver.rows("cart_items", PACKAGE)
    return [(row["product"], row["variant"], row["quantity"]) for row in rows]


def price(driver: PhoneDriver, name: str) -> int:
    found = next(row for row in driver.rows("products", PACKAGE) if row["name"] == name)
    return int(str(found["price_cents"]))


def open_product(driver: PhoneDriver, query: str, name: str) -> None:
    driver.field("Search products", query)
    driver.tap_text(name)
    assert driver.screen() == "Product"


def fill_cart(driver: PhoneDriver, more: int = 1) -> None:
    open_product(driver, "coffee", MUG)
    for _ in range(more):
        driver.tap_desc("Increase quantity")
    driver.tap_text("Add to cart")
    driver.tap_text("View cart")
    assert driver.screen() == "Cart"


@pytest.mark.parametrize("scenario", ["default", "dark", "large_font", "landscape"])
def test_two_of_a_product_go_into_the_cart(scenario: str) -> None:
    driver = start(scenario)
    open_product(driver, "coffee", MUG)
    driver.tap_desc("Increase quantity")
    driver.tap_text("Add to cart")
    assert driver.shows("Added to cart")
    assert cart(driver) == [(MUG, "White", 2)]
    driver.tap_text("View cart")
    assert driver.shows(MUG)
    assert driver.shows("Cart, 2 items")
    driver.tap_desc(f"Increase quantity of {MUG}")
    assert cart(driver) == [(MUG, "White", 3)]
    assert driver.shows(money(3 * price(driver, MUG)))


def test_two_of_a_product_go_into_the_cart_in_chinese() -> None:
    driver = start("zh")
    driver.field("搜索商品", "咖啡杯")
    driver.tap_text("陶瓷咖啡杯")
    driver.tap_text("蓝色")
    driver.tap_desc("增加数量")
    driver.tap_text("加入购物车")
    driver.tap_text("查看购物车")
    assert driver.shows("陶瓷咖啡杯")
    assert driver.shows("蓝色")
    assert driver.shows("购物车，2 件商品")
    assert cart(driver) == [(MUG, "Blue", 2)]


def test_the_checkout_makes_one_order_and_empties_the_cart() -> None:
    driver = start()
    fill_cart(driver)
    before = len(driver.rows("orders", PACKAGE))
    subtotal = 2 * price(driver, MUG)
    driver.tap_text("Checkout")
    driver.tap_text("Change")
    driver.tap_text("Work address")
    driver.tap_text("Express delivery")
    driver.tap_text("Cash on delivery")
    driver.tap_text(f"Place order {money(subtotal + 1800)}")
    assert driver.shows("Order placed")
    orders = driver.rows("orders", PACKAGE)
    assert len(orders) == before + 1
    order = orders[-1]
    assert driver.shows(str(order["number"]))
    assert (order["status"], order["address"]) == ("processing", "work")
    assert (order["delivery"], order["payment"]) == ("express", "cash")
    assert order["total_cents"] == subtotal + 1800
    assert cart(driver) == []
    line = driver.rows("order_items", PACKAGE)[-1]
    assert (line["product"], line["quantity"], line["order_id"]) == (MUG, 2, order["id"])
    driver.tap_text("View order")
    assert driver.screen() == "Order"
    driver.back()
    assert driver.screen() == "Orders"


def test_the_checkout_in_chinese_and_large_print() -> None:
    driver = start("zh,large_font")
    driver.field("搜索商品", "台灯")
    driver.tap_text("台灯")
    driver.tap_text("加入购物车")
    driver.tap_text("查看购物车")
    driver.tap_text("去结算")
    driver.tap_text("门店自提")
    driver.tap_text("提交订单", exact=False)
    assert driver.shows("下单成功")
    assert driver.rows("orders", PACKAGE)[-1]["delivery"] == "pickup"


def test_a_promo_code_is_checked_and_takes_a_tenth_off() -> None:
    driver = start()
    fill_cart(driver)
    driver.tap_text("Checkout")
    driver.tap_text("Apply")
    assert driver.shows("Enter a promo code")
    driver.field("Promo code", "NOPE")
    driver.tap_text("Apply")
    assert driver.shows("This code is not valid")
    driver.field("Promo code", "save10")
    driver.tap_text("Apply")
    bill = Bill(2 * price(driver, MUG), "standard", "card", "SAVE10")
    assert bill.discount > 0
    driver.tap_text(f"Place order {money(bill.total)}")
    assert driver.rows("orders", PACKAGE)[-1]["discount_cents"] == bill.discount


def test_a_wallet_with_too_little_pays_nothing() -> None:
    driver = start()
    open_product(driver, "watch", "Smart watch")
    driver.tap_text("Add to cart")
    driver.tap_text("View cart")
    driver.tap_text("Checkout")
    driver.tap_text("Shop wallet")
    before = len(driver.rows("orders", PACKAGE))
    driver.tap_text("Place order", exact=False)
    assert driver.shows("Payment failed")
    driver.tap_text("OK")
    assert len(driver.rows("orders", PACKAGE)) == before
    assert len(cart(driver)) == 1


def test_lines_merge_by_variant_and_can_be_removed() -> None:
    driver = start()
    open_product(driver, "coffee", MUG)
    for color in ("White", "Blue", "White"):
        driver.tap_text(color)
        driver.tap_text("Add to cart")
        driver.tap_text("Keep shopping")
    assert cart(driver) == [(MUG, "White", 2), (MUG, "Blue", 1)]
    driver.tap_text("View cart")
    driver.tap_desc(f"Remove {MUG}")
    assert cart(driver) == [(MUG, "Blue", 1)]
    driver.tap_desc("Empty the cart")
    driver.tap_text("Empty")
    assert driver.shows("Your cart is empty")


def test_a_product_out_of_stock_cannot_be_ordered() -> None:
    driver = start()
    gone = next(row for row in driver.rows("products", PACKAGE) if row["stock"] == 0)
    open_product(driver, str(gone["name"]), str(gone["name"]))
    assert driver.shows("Out of stock")
    with pytest.raises(NotOnScreenError):
        driver.tap_text("Add to cart")


def test_a_cart_takes_no_more_than_there_is() -> None:
    driver = start()
    few = next(row for row in driver.rows("products", PACKAGE) if row["stock"] in (1, 2, 3))
    open_product(driver, str(few["name"]), str(few["name"]))
    for _ in range(int(str(few["stock"])) - 1):
        driver.tap_desc("Increase quantity")
    with pytest.raises(NotOnScreenError, match="disabled"):
        driver.tap_desc("Increase quantity")
    driver.tap_text("Add to cart")
    driver.tap_text("Keep shopping")
    driver.tap_text("Add to cart")
    assert driver.phone.events[-1].detail != "Added to cart"
    assert sum(int(str(line[2])) for line in cart(driver)) == few["stock"]


def test_results_are_sorted_and_filtered() -> None:
    driver = start()
    driver.field("Search products", "kitchen")
    driver.phone.ime_action()
    assert driver.screen() == "Search"
    driver.tap_text("Sort: Best match")
    driver.tap_text("Price: low to high")
    shown = [node.text for node in driver.everything() if node.text.startswith("¥")]
    prices = [int(text.removeprefix("¥").replace(",", "")) for text in shown]
    assert prices == sorted(prices)
    assert len(prices) == 6
    while driver.scroll(up=True):
        pass
    driver.tap_text("Filter")
    driver.tap_text("Under ¥50")
    driver.tap_text("Show", exact=False)
    assert driver.shows("2 products")
    driver.tap_text("Filter (1)")
    driver.tap_text("Clear filters")
    driver.back()
    assert driver.shows("6 products")


def test_slow_results_come_after_a_while() -> None:
    driver = start("slow_results")
    driver.tap_desc("Search")
    assert driver.shows("Searching…")
    driver.wait(5)
    assert not driver.shows("Searching…")
    assert driver.shows(f"{len(shelf.products())} products")


def test_a_search_without_a_match_says_so() -> None:
    driver = start()
    driver.field("Search products", "zeppelin")
    assert driver.shows("No products found")


def test_an_order_is_canceled_after_a_question() -> None:
    driver = start()
    fill_cart(driver)
    stock = next(row for row in driver.rows("products", PACKAGE) if row["name"] == MUG)["stock"]
    driver.tap_text("Checkout")
    driver.tap_text("Place order", exact=False)
    driver.tap_text("View order")
    driver.tap_text("Cancel order")
    driver.tap_text("Keep order")
    assert driver.rows("orders", PACKAGE)[-1]["status"] == "processing"
    driver.tap_text("Cancel order")
    driver.tap_text("Cancel order")
    assert driver.rows("orders", PACKAGE)[-1]["status"] == "cancelled"
    assert driver.shows("Canceled")
    after = next(row for row in driver.rows("products", PACKAGE) if row["name"] == MUG)["stock"]
    assert after == stock


def test_favorites_come_and_go() -> None:
    driver = start()
    open_product(driver, "yoga", "Yoga mat")
    driver.tap_desc("Add to favorites")
    driver.back()
    driver.tap_desc("Clear text")
    driver.tap_desc("Favorites")
    driver.tap_text("Yoga mat")
    driver.tap_desc("Remove from favorites")
    driver.back()
    assert driver.shows("No favorites yet")


def test_buying_again_fills_the_cart() -> None:
    driver = start()
    driver.tap_desc("Orders")
    driver.tap_text("Delivered")
    driver.tap_text("Buy again")
    assert driver.screen() == "Cart"
    assert cart(driver)


@pytest.mark.parametrize("query", ["mugs", "Coffee MUG", "咖啡杯", "dishes", "watches", "zeppelin"])
def test_words_find_products_in_any_form(query: str) -> None:
    found = [one.en for one in shelf.products().values() if shelf.matches(one, query)]
    assert bool(found) == (query not in ("dishes", "zeppelin"))


def test_every_product_has_both_languages_and_known_options() -> None:
    for one in shelf.products().values():
        assert one.title("zh") != one.title("en")
        assert one.category in shelf.categories()
        variant = ", ".join(values[0] for values in one.options.values())
        assert shelf.variant_title(one, variant, "en") == variant
        assert bool(shelf.variant_title(one, variant, "zh")) == bool(one.options)


def test_seeded_rows_depend_on_the_seed_alone() -> None:
    one, same, other = (start(seed=seed).rows("products", PACKAGE) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_back_from_a_tab_goes_to_the_first_page() -> None:
    driver = start()
    driver.tap_desc("Orders")
    driver.tap_desc("Cart, empty")
    driver.back()
    assert driver.screen() == "Home"
