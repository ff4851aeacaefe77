"""The apps that come with the phone."""

from tools.virtual_phone.apps.bookings.app import BookingsApp
from tools.virtual_phone.apps.clock.app import ClockApp
from tools.virtual_phone.apps.contacts.app import ContactsApp
from tools.virtual_phone.apps.files.app import FilesApp
from tools.virtual_phone.apps.launcher import LauncherApp
from tools.virtual_phone.apps.messages.app import MessagesApp
from tools.virtual_phone.apps.notes.app import NotesApp
from tools.virtual_phone.apps.settings.app import SettingsApp
from tools.virtual_phone.apps.shop.app import ShopApp
from tools.virtual_phone.system.app import App


def all_apps() -> tuple[App, ...]:
    """One of each app, the launcher first."""
    return (
        LauncherApp(),
        BookingsApp(),
        SettingsApp(),
        ContactsApp(),
        MessagesApp(),
        ClockApp(),
        NotesApp(),
        ShopApp(),
        FilesApp(),
    )
