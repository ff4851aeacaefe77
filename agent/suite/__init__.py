"""Task files as tests: their language, the doing of them, their checks and the runner."""
