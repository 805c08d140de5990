"""The shortest time in which a movie can be made."""

from __future__ import annotations

from collections.abc import Mapping


def limit(encode: Mapping[str, float], drawing: Mapping[str, float], cores: int) -> float:
    """Return the shortest time, in seconds, in which a movie can be made.

    Parameters
    ----------
    encode, drawing : mapping
        ``wall`` and ``cpu`` seconds of the encoding alone, and of the drawing alone.
    cores : int
        How many CPUs there are to use.
    """
    return max(encode["wall"], (drawing["cpu"] + encode["cpu"]) / cores)
