"""Two drawings of a frame, compared pixel by pixel."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from matplotlib.figure import Figure

from ..mpl.describe import describe

Pixels = bytes | bytearray | memoryview


def where_they_differ(one: Pixels, other: Pixels, width: int) -> tuple[int, int, int, int] | None:
    """Find the pixels that differ.

    Parameters
    ----------
    one, other : bytes-like
        RGBA bytes of two frames of the same size.
    width : int
        Pixels in a row.

    Returns
    -------
    tuple of int or None
        Left, top, right and bottom of the smallest box around them, in pixels from the upper left
        corner, right and bottom exclusive; None if the frames are the same.
    """
    ours, theirs = (np.frombuffer(each, np.uint32).reshape(-1, width) for each in (one, other))
    if np.array_equal(ours, theirs):
        return None
    rows, columns = np.nonzero(ours != theirs)
    return (
        int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1,
    )  # fmt: skip


def artist_at(figure: Figure, bbox: tuple[int, int, int, int], height: int) -> str:
    """Name the artist that lies where two drawings differ.

    Parameters
    ----------
    figure : Figure
        At the dpi of the drawings.
    bbox : tuple of int
        See `where_they_differ`.
    height : int
        Of the drawings, in pixels.

    Returns
    -------
    str
        Of the artists that have no others in them, the one whose place is most like that box;
        empty if none lies there.
    """
    left, top, right, bottom = bbox
    best, name = 0.0, ""
    backgrounds = {figure.patch, *(axes.patch for axes in figure.axes)}
    for artist in figure.findobj():
        if artist.get_children() or not artist.get_visible() or artist in backgrounds:
            continue
        with suppress(Exception):  # whatever an artist raises that was never drawn
            place = artist.get_window_extent()
            wide = min(right, place.x1 + 1) - max(left, place.x0 - 1)
            high = min(bottom, height - place.y0 + 1) - max(top, height - place.y1 - 1)
            if wide > 0 and high > 0:
                common = wide * high
                both = (right - left) * (bottom - top) + (place.width + 2) * (place.height + 2)
                if common / (both - common) > best:
                    best, name = common / (both - common), describe(artist, figure)
    return name
