"""The apps that come with the phone."""

from tools.virtual_phone.apps.bookings.app import BookingsApp
from tools.virtual_phone.apps.launcher import LauncherApp
from tools.virtual_phone.system.app import App


def all_apps() -> tuple[App, ...]:
    """One of each app, the launcher first."""
    return (
        LauncherApp(),
        BookingsApp(),
    )
