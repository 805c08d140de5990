"""Engine 0: the calling process draws every frame itself and feeds the sink."""

from __future__ import annotations

import sys

from ..errors import FrameError, FramepipeError
from .protocols import NO_FRAMES, Painter, Progress, Sink, Tally
from .workers.tasks import record


def run_inline(painter: Painter, frame_bytes: int, sink: Sink, progress: Progress | None) -> Tally:
    """Draw all frames in this process.

    Parameters
    ----------
    painter : Painter
        What draws.
    frame_bytes : int
        Bytes of a frame.
    sink : Sink
        What takes the frames.
    progress : callable, optional
        Called as ``progress(i, n)`` when frame i has been taken.

    Returns
    -------
    Tally
        What was done.

    Raises
    ------
    FrameError
        If the user's code, or drawing, raised.
    KeyboardInterrupt
        If it was that: here Ctrl-C most often strikes in the middle of a drawing.
    Exception
        What the sink raises.
    """
    slot = memoryview(bytearray(frame_bytes))

    def took(frame: int) -> None:
        if progress is not None:
            progress(frame, painter.frames)

    painter.open()
    try:
        tally = record(painter, sink, range(sys.maxsize), slot, took)
    except FrameError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise error.__cause__ from None
        raise
    finally:
        painter.close()
    if tally.frames == 0:
        raise FramepipeError(NO_FRAMES)
    return tally
