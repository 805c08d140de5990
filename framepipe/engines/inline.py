"""Engine 0: the calling process draws every frame itself and feeds the sink."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..errors import FramepipeError
from ..result import Report
from ..user_output import OutputInOrder
from .protocols import NO_FRAMES, FrameSource, Progress, Sink
from .workers.failures import interrupts_pass
from .workers.tasks import record_frames


def run_inline(
    source: FrameSource,
    frame_bytes: int,
    sink: Sink,
    progress: Progress | None,
    output: OutputInOrder | None = None,
    look: Callable[[int, memoryview], object] | None = None,
) -> Report:
    """Draw all frames in this process.

    Parameters
    ----------
    source : FrameSource
        What draws.
    frame_bytes : int
        Bytes of a frame.
    sink : Sink
        What takes the frames.
    progress : callable, optional
        Called as ``progress(i, n)`` when frame i has been taken.
    output : OutputInOrder, optional
        Knows what the user's code has printed before, if the movie is begun again.
    look : callable, optional
        Called as ``look(i, pixels)`` with each frame that has been taken.

    Returns
    -------
    Report
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
    memory = memoryview(bytearray(frame_bytes))
    if output is not None:
        source = output.of(source)

    def encoded(frame: int) -> None:
        if look is not None:
            look(frame, memory)
        if progress is not None:
            progress(frame, source.frames)

    source.open()
    try:
        with interrupts_pass():
            report = record_frames(source, sink, range(sys.maxsize), memory, encoded)
    finally:
        source.close()
    if report.frames == 0:
        raise FramepipeError(NO_FRAMES)
    return report
