"""The Contacts app: people, their numbers, calling and writing to them."""
