"""A whole Android phone in software behind a real ADB port."""
