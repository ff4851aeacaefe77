"""Bookings: a flight booking app, from search to boarding reference."""
