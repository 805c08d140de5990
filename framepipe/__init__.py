"""Turn a matplotlib animation into a movie, many times sooner.

framepipe takes the animation you already have and makes, frame for frame, the movie that
`matplotlib.animation.Animation.save` would have made: render workers draw the frames in
parallel, and one ffmpeg takes them in order through one pipe.

    >>> import framepipe
    >>> movie = framepipe.encode(ani, "movie.mp4")

It is not an animation library, a video editor or a player, and it changes nothing about how a
plot is made.
"""

from .api import encode
from .checking.check import check
from .checking.findings import Findings
from .drawing.figures import Figures
from .errors import (
    EncoderError,
    EncoderNotFound,
    FrameError,
    FrameMismatch,
    FramepipeError,
    HistoryWarning,
    ResumeError,
    RetainedWarning,
    StitchError,
    WorkerDied,
)
from .integrations.accelerate import accelerate
from .integrations.writer import Writer
from .movie import Movie
from .options import Segments, To
from .result import Report

__version__ = "0.1.0"

__all__ = [
    "EncoderError",
    "EncoderNotFound",
    "Figures",
    "Findings",
    "FrameError",
    "FrameMismatch",
    "FramepipeError",
    "HistoryWarning",
    "Movie",
    "Report",
    "ResumeError",
    "RetainedWarning",
    "Segments",
    "StitchError",
    "To",
    "WorkerDied",
    "Writer",
    "accelerate",
    "check",
    "encode",
]
