"""What the peers have in common: a case's figure frame by frame, the ffmpeg, what is missing."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from ..cases import CASES
from ..machine import ffmpeg_path
from ..one import neutral

#: The extra that installs most of them.
EXTRA = "bench"


def missing(*modules: str, extra: str = EXTRA) -> str | None:
    """Say how to install what is not there, or return None."""
    absent = [name for name in modules if importlib.util.find_spec(name) is None]
    return f"no {', '.join(absent)}: pip install 'framepipe[{extra}]'" if absent else None


@functools.cache
def still(case: str, frames: int) -> tuple[Figure, Callable[[int], object]]:
    """Build a case's figure; at most once in a process.

    This is how somebody without `FuncAnimation` would have written the case: a figure, and a
    function that changes it.  Nobody needs to make a figure for every frame, so no peer is made to.

    Parameters
    ----------
    case : str
        Its name, since that is what can be sent to other processes.
    frames : int
        How many frames the movie has.

    Returns
    -------
    tuple
        The figure, and the function that makes it show a frame.
    """
    neutral()  # in a process of somebody's pool nobody has done so yet
    animation: Any = CASES[case].build(frames)
    figure: Figure = animation._fig
    # The animation is never to run.  Without these it would want to stop when a peer closes the
    # figure, which it cannot without having started, and would complain of not having been drawn.
    for connection in ("_first_draw_id", "_close_id", "_resize_id"):
        if hasattr(animation, connection):
            figure.canvas.mpl_disconnect(getattr(animation, connection))
    animation._draw_was_started = True
    for artist in getattr(animation, "_drawn_artists", ()):
        artist.set_animated(False)  # as blitting has them; a plain draw leaves such artists out
    if animation._init_func is not None:
        animation._init_func()
    return figure, animation._func


def rgba(figure: Figure) -> Any:
    """Draw, and return the pixels as an array: height, width, 4."""
    canvas: Any = figure.canvas
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@contextlib.contextmanager
def ffmpeg_on_path() -> Iterator[None]:
    """Let ``ffmpeg``, without a path, mean the ffmpeg that everybody uses."""
    before = os.environ.get("PATH", "")
    with tempfile.TemporaryDirectory(prefix="benchmarks-ffmpeg-") as folder:
        (Path(folder) / "ffmpeg").symlink_to(ffmpeg_path())
        os.environ["PATH"] = os.pathsep.join((folder, before))
        try:
            yield
        finally:
            os.environ["PATH"] = before
