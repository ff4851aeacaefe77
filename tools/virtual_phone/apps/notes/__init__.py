"""The Notes app: short texts to keep."""
