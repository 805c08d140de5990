"""What an animation's frames depend on: `framepipe.check`."""
