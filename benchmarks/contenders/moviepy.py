"""MoviePy: one process draws into a buffer, its video clip goes to ffmpeg through a pipe.

Its encoder's arguments are libx264's defaults, as `Animation.save` has them; it is handed RGB
instead of RGBA, for a clip has no alpha.  The first frame is drawn once more, to learn its size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..cases.case import Case
from ..measuring.clock import Clock
from ..measuring.installed import missing
from ._figure_by_frame import rgba, still

NAME = "moviepy"
promises_identity = True  # a promise of ours: so it came out in every case
drawing = "full"


def available() -> str | None:
    """Return how to install it, or None."""
    return missing("moviepy")


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Write a clip whose frames are drawn when it wants them."""
    from moviepy import VideoClip

    figure, show = still(case.name, frames)
    fps = case.save["fps"]

    def frame(seconds: float) -> Any:
        show(round(seconds * fps))
        return np.ascontiguousarray(rgba(figure)[:, :, :3])

    with Clock() as clock:
        # It rounds the number of frames down: half a frame more keeps it from losing the last.
        clip = VideoClip(frame, duration=(frames + 0.5) / fps)
        clip.write_videofile(str(path), fps=fps, audio=False, logger=None)
    return {**clock.facts(), "frames": frames}
