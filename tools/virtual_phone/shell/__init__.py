"""A small shell and the commands Android has."""
