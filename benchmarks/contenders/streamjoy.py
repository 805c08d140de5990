"""streamjoy: Dask's processes make JPEG files in memory, which PyAV encodes.

Asked for every frame (it stops at 50 by itself) and for no pause at the end.  One thread a process,
for matplotlib is not to be used by several, and one figure a process.  Starting the Dask cluster is
part of the time; ending it is not.  The movie has been through JPEG, and its libx264 is PyAV's.

It asks imageio for a writer of MP4, and expects the one of PyAV.  Where imageio-ffmpeg is installed
it would get that one, and fail; so PyAV's is made the only choice, in imageio's own configuration.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from ..cases.case import Case
from ..measuring.clock import Clock
from ..measuring.installed import missing
from ._figure_by_frame import still

NAME = "streamjoy"
promises_identity = False
drawing = "full"


def available() -> str | None:
    """Return how to install it, or None."""
    return missing("streamjoy", "av")


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Stream all frames to a file."""
    import imageio.config
    from streamjoy import stream, wrap_matplotlib

    for extension in imageio.config.known_extensions[".mp4"]:
        extension.priority = ["pyav"]
    still(case.name, frames)  # it tries the first frame in this process
    # In memory, since it would name files by figures, of which we have one for many frames.
    renderer = wrap_matplotlib(in_memory=True)(_draw)
    with Clock() as whole:
        with Clock() as clock:
            made = stream(
                list(range(frames)),
                renderer=renderer,
                renderer_kwargs={"case": case.name, "frames": frames},
                extension=".mp4",
                fps=case.save["fps"],
                max_frames=-1,
                ending_pause=0,
                threads_per_worker=1,
            )
            made.write(path)
        made.client.shutdown()  # what its processes used is known only once they are gone
    return {**clock.facts(), "cpu": whole.cpu, "frames": frames}


def _draw(i: int, case: str, frames: int) -> Figure:
    """Show a frame, in one of the processes."""
    figure, show = still(case, frames)
    show(i)
    return figure
