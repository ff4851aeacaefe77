"""The Files app: what is on the phone's storage."""
