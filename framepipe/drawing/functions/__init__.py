"""What an animation's functions refer to: what cannot be shared, and what tells it from others."""
