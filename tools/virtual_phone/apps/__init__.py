"""The apps that come with the virtual phone, each with real state."""
