"""The drawing alone: framepipe's painter in one process, in full or retained, for no encoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..cases.case import Case
from ..measuring.clock import Clock

#: Kinds of drawing, as pseudo-contenders.
DRAWINGS = {"draw_full": "full", "draw_retained": "retained"}


def draw(
    case: Case, frames: int, kind: str, each: Callable[[memoryview], Any] | None = None
) -> dict[str, Any]:
    """Draw every frame in this process, into one buffer, for no encoder.

    Parameters
    ----------
    case : Case
        What to draw.
    frames : int
        How many frames.
    kind : {"full", "retained"}
        How.
    each : callable, optional
        Called with every frame.

    Returns
    -------
    dict
        Wall and CPU seconds, those of the animation's own updates included.
    """
    from framepipe.drawing.factory import open_animation
    from framepipe.drawing.settings import frame_settings
    from framepipe.engines.system.resources import keep_freed_memory

    keep_freed_memory()  # as the workers do
    animation = case.build(frames)
    with open_animation(animation) as opened:
        settings = frame_settings(
            opened.figure, dpi=None, codec="h264", suffix=".mp4", even=True, savefig_kwargs=None
        )
        painter = opened.painter_factory(settings, redraw="full" if kind == "full" else "auto")()
        out = memoryview(bytearray(settings.nbytes))
        painter.open()
        try:
            with Clock() as clock:
                for frame in range(frames):
                    painter.paint(frame, out)
                    if each is not None:
                        each(out)
        finally:
            painter.close()
    size = {"width": settings.width, "height": settings.height}
    return {**clock.facts(), **size, "frames": frames}
