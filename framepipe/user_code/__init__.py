"""What the user's own code does to us: it raises, hangs, prints."""
