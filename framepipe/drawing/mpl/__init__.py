"""The wall around matplotlib's private names."""
