"""What a frame took."""

from __future__ import annotations

from dataclasses import dataclass

from .retained.compositor import Kept


@dataclass(slots=True)
class Cost:
    """Where the time of one frame went, in seconds, and what was kept.

    Parameters
    ----------
    update : float
        Running the animation's own functions, for all frames up to this one.
    draw : float
        Drawing.
    copy : float
        Copying the drawn bytes into the frame's memory.
    check : float
        Comparing with a full draw.
    kept : Kept or None
        What retained drawing did; None where the frame was drawn in full.
    """

    update: float = 0.0
    draw: float = 0.0
    copy: float = 0.0
    check: float = 0.0
    kept: Kept | None = None
