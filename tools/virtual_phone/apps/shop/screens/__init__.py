"""The screens of the Shop app."""
