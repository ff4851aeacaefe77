"""The phone itself: state, clock, storage, windows, input."""
