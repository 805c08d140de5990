"""parallel-matplotlib-animation: forked processes save raw frames, which imageio-ffmpeg encodes.

The nearest to what framepipe does: a figure for every process, frames handed out one by one, but
raw files on the disk between drawing and encoding, one after the other.  Quality and preset of the
encoder are set to the defaults of libx264, which are those of `Animation.save`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from ..cases.case import Case
from ..measuring.clock import Clock
from ..measuring.installed import missing
from ._figure_by_frame import still

NAME = "parallel_animate"
promises_identity = True  # a promise of ours: so it came out in every case
drawing = "full"


def available() -> str | None:
    """Return how to install it, or None."""
    if sys.platform != "linux":
        return "needs fork, for what it is handed cannot be pickled"
    return missing("parallel_animate", extra="bench-torch")


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Make a video with a process for each CPU."""
    from parallel_animate import Animator

    from framepipe.engines.system.resources import usable_cpus

    figure, show = still(case.name, frames)

    class Shown(Animator):  # type: ignore[misc]
        """The figure that the processes inherit."""

        def setup(self) -> Figure:
            return figure

        def update(self, frame_idx: int, params: object) -> None:
            show(frame_idx)

    # It stretches what is no multiple of 16, unless told the size; then nothing is scaled.
    width, height = figure.canvas.get_width_height(physical=True)
    processes = usable_cpus()
    with Clock() as clock:
        Shown().make_video(
            path,
            range(frames),
            fps=case.save["fps"],
            num_workers=processes,
            disable_progress_bar=True,
            video_mode="cpu",  # libx264, also where there is a GPU
            video_quality=23,
            video_preset="medium",
            video_extra_ffmpeg_params=["-vf", f"scale={width}:{height}"],
        )
    return {**clock.facts(), "frames": frames, "processes": processes}
