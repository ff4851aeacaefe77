"""Recordings in other forms: films, and samples to train models on."""
