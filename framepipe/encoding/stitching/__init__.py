"""Segments joined into one movie, and looked into."""
