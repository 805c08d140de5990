"""Engine 0: the calling process draws every frame itself and feeds the sink."""

from __future__ import annotations

import time

from ..errors import FrameError, FramepipeError
from .starting import forget, start_sink
from .terms import NO_FRAMES, Painter, Progress, Sink, Tally
from .waiting import Waiter


def run_here(painter: Painter, frame_bytes: int, sink: Sink, progress: Progress | None) -> Tally:
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
    tally = Tally(slots=1, slot_bytes=frame_bytes)
    slot = memoryview(bytearray(frame_bytes))
    waiter = Waiter()
    held: tuple[int, ...] = ()
    painter.open()
    try:
        held = start_sink(sink)
        while True:
            sink.check()
            cost = painter.paint(tally.frames, slot)
            if cost is None:
                break
            tally.add(cost)
            begin = time.perf_counter()
            sink.offer(slot)
            while not sink.pump():
                waiter.watch_sink(sink.fileno(), for_room=True)
                waiter.wait(None)
            tally.encode += time.perf_counter() - begin
            tally.frames += 1
            if progress is not None:
                progress(tally.frames - 1, painter.frames)
        if tally.frames == 0:
            raise FramepipeError(NO_FRAMES)
        painter.finish()
        begin = time.perf_counter()
        forget(held)
        tally.encoder_cpu = sink.finish()
        tally.encode += time.perf_counter() - begin
    except FrameError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise error.__cause__ from None
        raise
    finally:
        forget(held)
        painter.close()
    return tally
