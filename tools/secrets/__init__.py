"""Secrets: typed into the device by name, and painted over before anybody sees the screen."""
