"""What `framepipe.encode` returns: a finished movie, which shows itself in a notebook."""

from .finished import Movie

__all__ = ["Movie"]
