"""What a movie took: counted where it is made, told and drawn where it is asked for."""

from .advice import Facts
from .report import Report
from .stats import FrameStats
from .timeline import ENCODER, Timeline, free_lane
from .worker_use import WorkerUse

__all__ = [
    "ENCODER", "Facts", "FrameStats", "Report", "Timeline", "WorkerUse", "free_lane",
]  # fmt: skip
