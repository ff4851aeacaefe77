"""The ADB protocol: the phone daemon and a small server."""
