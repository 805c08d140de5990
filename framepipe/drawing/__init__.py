"""The only room that knows matplotlib: animations in, RGBA bytes out."""
