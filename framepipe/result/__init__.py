"""The result of `framepipe.encode`: where the movie is, and what it took."""

from .movie import Movie
from .report import Report
from .stats import FrameStats

__all__ = ["FrameStats", "Movie", "Report"]
