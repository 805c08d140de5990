"""What a render process does with its orders: paint one frame, or record a whole block of them.

`workers.serve` hears the orders and sends the answers; what lies between is one of these two.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from ..protocols import Painter, Sink, Tally
from ..system.fork_safety import forget, start_sink
from ..system.poller import Poller
from ..system.ring import Ring
from ..system.signals import broken_pipes_raise
from .messages import Ended, Painted, Recorded, Took

#: Returns a sink that writes to a path what this painter paints.
MakeSink = Callable[[Painter, str], Sink]


class Abandoned(Exception):
    """Nobody waits any longer for the block that is being recorded."""


class Channel(Protocol):
    """The line to whoever gave the order."""

    def recv(self) -> Any:
        """Wait for the next order; None means to leave."""

    def send(self, message: Any) -> None:
        """Say something."""

    def poll(self) -> bool:
        """Tell whether something has come, or the other end is gone, while an order is worked on.

        Nothing comes from an end that still waits for the answer.
        """


class Work(Protocol):
    """Does what orders say, one after the other."""

    @property
    def frame(self) -> int:
        """The frame at hand, for the report of a failure."""

    def open(self) -> None:
        """Make ready, in the process that works."""

    def do(self, order: Any, waited: float, line: Channel) -> Any:
        """Do it; return the message that says so."""

    def finish(self) -> None:
        """Have a last look at what was done; raise if it was not right."""


class Paints:
    """Paints single frames into a ring.  Orders are (frame, slot).

    Parameters
    ----------
    make_painter : callable
        Returns what draws.
    ring : Ring
        Where frames go.
    """

    def __init__(self, make_painter: Callable[[], Painter], *, ring: Ring | None) -> None:
        if ring is None:
            raise TypeError("frames are painted into a ring")
        self._painter = make_painter()
        self._ring = ring
        self.frame = 0

    def open(self) -> None:
        """Open the painter."""
        self._painter.open()

    def do(self, order: tuple[int, int], waited: float, line: Channel) -> Painted | Ended:
        """Paint a frame."""
        self.frame, slot = order
        stats = self._painter.paint(self.frame, self._ring.slot(slot))
        if stats is None:
            return Ended(self.frame, self._painter.frames or 0)
        return Painted(self.frame, stats, waited)

    def finish(self) -> None:
        """Let the painter look back."""
        self._painter.finish()


class Records:
    """Records blocks of frames into files.  Orders are (block, first frame, end, path).

    Parameters
    ----------
    make_painter : callable
        Returns what draws.
    make_sink : callable
        See `MakeSink`.
    frame_bytes : int
        Bytes of a frame.
    ring : None
        What is painted goes straight into the sink.
    """

    def __init__(
        self,
        make_painter: Callable[[], Painter],
        make_sink: MakeSink,
        frame_bytes: int,
        *,
        ring: Ring | None = None,
    ) -> None:
        self._painter = make_painter()
        self._make_sink = make_sink
        self._slot = memoryview(bytearray(frame_bytes))
        self.frame = 0

    def open(self) -> None:
        """Open the painter."""
        self._painter.open()

    def do(self, order: tuple[int, int, int, str], waited: float, line: Channel) -> Recorded:
        """Record a block; say `Took` of every frame.

        Raises
        ------
        Abandoned
            If nobody waits for it any longer.
        """
        block, start, stop, path = order
        self.frame = start

        def took(frame: int) -> None:
            self.frame = frame + 1
            if line.poll():
                raise Abandoned
            line.send(Took(block, frame))

        sink = self._make_sink(self._painter, path)
        with broken_pipes_raise():
            tally = record(self._painter, sink, range(start, stop), self._slot, took)
        tally.wait += waited
        ended = self._painter.frames if tally.frames < stop - start else None
        return Recorded(block, tally, ended)

    def finish(self) -> None:
        """Do nothing: the painter has looked back at the end of every block."""


def record(
    painter: Painter,
    sink: Sink,
    frames: range,
    slot: memoryview,
    took: Callable[[int], object],
) -> Tally:
    """Paint frames in this process and feed them to a sink.

    Parameters
    ----------
    painter : Painter
        What draws; open.
    sink : Sink
        What takes the frames.
    frames : range
        Which; the animation may be over before their end.
    slot : memoryview
        Memory for one frame.
    took : callable
        Called as ``took(i)`` when frame i has been taken.

    Returns
    -------
    Tally
        What was done.  If it is no frame at all, the sink made nothing.

    Raises
    ------
    FrameError
        If the user's code, or drawing, raised.
    Exception
        What the sink raises, or `took`.
    """
    tally = Tally(slots=1, slot_bytes=len(slot))
    waiter = Poller()
    held: tuple[int, ...] = ()
    try:
        for frame in frames:
            if tally.frames:
                sink.check()
            stats = painter.paint(frame, slot)
            if stats is None:
                break
            tally.add(stats)
            begin = time.perf_counter()
            if not tally.frames:
                # Not before: the first frame may lie behind a long replay, in which nobody would
                # notice that the encoder is dead.
                held = start_sink(sink)
            sink.offer(slot)
            while not sink.pump():
                waiter.watch_sink(sink.fileno(), for_room=True)
                waiter.wait(None)
            tally.encode += time.perf_counter() - begin
            tally.frames += 1
            took(frame)
        if tally.frames:
            painter.finish()
            begin = time.perf_counter()
            forget(held)
            tally.encoder_cpu = sink.finish()
            tally.encode += time.perf_counter() - begin
    finally:
        forget(held)
        sink.abort()
    return tally
