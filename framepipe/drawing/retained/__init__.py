"""Retained drawing: the same bytes as a full draw, drawing only what changed."""
