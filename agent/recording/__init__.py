"""Recordings: the format, the writer and the reader."""
