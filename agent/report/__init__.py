"""Recordings as one page to look at in a browser, without any network. See ``agent report``."""
