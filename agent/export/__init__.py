"""Recordings in other forms: films to show, data to train on. See ``agent export``."""
