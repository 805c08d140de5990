"""How good and how large movies are whose format loses something."""
