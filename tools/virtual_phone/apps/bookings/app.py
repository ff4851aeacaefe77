"""The Bookings app as the phone installs it."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from tools.virtual_phone.apps.bookings import store
from tools.virtual_phone.apps.bookings.screens import (
    account,
    airport,
    checkout,
    details,
    passengers,
    results,
    search,
    seats,
    trips,
)
from tools.virtual_phone.system.app import App, Seed
from tools.virtual_phone.system.context import Context
from tools.virtual_phone.ui.widgets import Page


class BookingsApp(App):
    """Search, choose, pay, and look after flights."""

    package = "com.tapwright.bookings"
    label = "Bookings"
    icon = "airplane"
    color = "#1a73e8"
    home = "Search"
    permission = "access this device's location"
    translations = Path(__file__).with_name("translations.yaml")
    screens: ClassVar[Mapping[str, Callable[[Context], Page]]] = {
        "Search": search.build,
        "Airport": airport.build,
        "Results": results.build,
        "FlightDetails": details.build,
        "Seats": seats.build,
        "Passengers": passengers.build,
        "Review": checkout.build_review,
        "Payment": checkout.build_payment,
        "Confirmation": trips.build_confirmation,
        "Trips": trips.build_trips,
        "TripDetails": trips.build_details,
        "Account": account.build,
    }
    on_open: ClassVar[Mapping[str, Callable[[Context], None]]] = {
        "Airport": airport.opened,
        "Results": results.opened,
        "Passengers": passengers.opened,
    }

    def create(self, db: sqlite3.Connection, seed: Seed) -> None:
        """Make the tables and fill in what is there before the first booking."""
        store.create(db, salt=seed.rng.getrandbits(31))

    def tables(self) -> tuple[str, ...]:
        """Every table but the timetable's salt."""
        return ("bookings", "passengers", "airports", "saved_travellers")
