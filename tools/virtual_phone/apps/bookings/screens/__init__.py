"""The screens of Bookings, one file for each step of the way."""
