"""The result of `framepipe.encode`: where the movie is, and what it took."""

from .advice import Facts
from .movie import Movie
from .report import Report
from .stats import FrameStats
from .timeline import ENCODER, Timeline, free_lane
from .worker_use import WorkerUse

__all__ = [
    "ENCODER", "Facts", "FrameStats", "Movie", "Report", "Timeline", "WorkerUse", "free_lane",
]  # fmt: skip
