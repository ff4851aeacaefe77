"""Clips: which frames are shown, what is asked of them, and events with their times."""
