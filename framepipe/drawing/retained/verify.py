"""Two drawings of a frame, compared pixel by pixel."""

from __future__ import annotations

import numpy as np

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
