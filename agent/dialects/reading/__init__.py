"""Readers of replies: tolerant of form, strict about meaning; nothing is ever evaluated."""
