"""The Shop app: products, a cart, orders."""
