"""Render processes: start them, give them orders, watch over them, carry their errors home."""
