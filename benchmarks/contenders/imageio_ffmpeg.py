"""A plain loop: one process draws into a buffer, imageio-ffmpeg writes it to a pipe.

What one writes by hand when `Animation.save` is too slow; it spares the second draw of every frame.
The encoder's quality and the size of its blocks are set to what `Animation.save` has.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..cases.case import Case
from ..measuring.clock import Clock
from ..measuring.installed import missing
from ._figure_by_frame import rgba, still

NAME = "imageio_ffmpeg"
promises_identity = True  # a promise of ours: so it came out in every case
drawing = "full"


def available() -> str | None:
    """Return how to install it, or None."""
    return missing("imageio_ffmpeg")


def run(case: Case, path: Path, frames: int) -> dict[str, Any]:
    """Draw and write frame after frame."""
    from imageio_ffmpeg import write_frames

    figure, show = still(case.name, frames)
    with Clock() as clock:
        writer = write_frames(
            path,
            figure.canvas.get_width_height(physical=True),
            pix_fmt_in="rgba",
            fps=case.save["fps"],
            codec="libx264",
            quality=None,  # else it asks for a quality of its own
            macro_block_size=2,  # else it stretches 1080 lines to 1088
        )
        writer.send(None)
        for i in range(frames):
            show(i)
            writer.send(rgba(figure))
        writer.close()  # waits for ffmpeg
    return {**clock.facts(), "frames": frames}
