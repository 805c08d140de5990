"""matplotloom: joblib's processes save PNG files, which ffmpeg then encodes.

As its documentation has it for parallel looms, but with one figure a process instead of one a
frame, which is faster.  Starting the processes and what they import is part of the time, for its
user waits for it, too.  The encoder's arguments are its own: those of `Animation.save`, and a scale
filter that does nothing to frames of even size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.clock import Clock
from ..measuring.ffmpeg import ffmpeg_on_path
from ..measuring.installed import missing
from ._figure_by_frame import still

NAME = "matplotloom"
promises_identity = False
drawing = "full"


def available() -> str | None:
    """Return how to install it, or None."""
    return missing("matplotloom", "joblib")


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Save every frame in a process for each CPU."""
    with ffmpeg_on_path():  # which it looks for when it is imported, and when it encodes
        import joblib
        from joblib.externals.loky import get_reusable_executor
        from matplotloom import Loom

        from framepipe.engines.system.resources import usable_cpus

        processes = usable_cpus()
        with Clock() as whole:
            with Clock() as clock, Loom(path, fps=case.save["fps"], parallel=True) as loom:
                joblib.Parallel(n_jobs=processes)(
                    joblib.delayed(_save)(loom, case.name, frames, i) for i in range(frames)
                )
            # They would wait for more; what they used is known only once they are gone.
            get_reusable_executor().shutdown(wait=True)
    return {**clock.facts(), "cpu": whole.cpu, "frames": frames, "processes": processes}


def _save(loom: Any, case: str, frames: int, i: int) -> None:
    """Save a frame, in one of the processes."""
    figure, show = still(case, frames)
    show(i)
    loom.save_frame(figure, i, close_fig=False)
