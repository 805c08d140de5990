"""Agg, as framepipe uses it: the canvas, recorded calls, and what a draw leaves behind."""
