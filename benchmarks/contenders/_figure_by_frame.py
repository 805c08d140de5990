"""A case as somebody without `FuncAnimation` would have it: a figure, changed frame by frame."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from ..cases import find
from ..measuring.ffmpeg import same_defaults


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
    same_defaults()  # in a process of somebody's pool nobody has done so yet
    built = find(case).build(frames)
    if not isinstance(built, FuncAnimation):
        raise RuntimeError(f"{case} has no function that draws a frame")
    animation: Any = built
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
