"""Doors into other people's houses: matplotlib's writer registry, executors, the notebook."""
