"""The Settings app: every switch of the phone, found by browsing or by search."""
