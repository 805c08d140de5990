"""Cases and contenders brought together: single runs in fresh processes, and taking turns."""
