"""What a render process does with its orders: draw single frames, or record blocks of them.

`framepipe.engines.workers.serve` hears the orders and sends the answers; what lies between is one
of these two.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from ...result import FrameStats, Report
from ...user_output import taken_output
from ..protocols import FrameSource, MakeSink, Sink
from ..system.fork_safety import release_private, start_sink
from ..system.poller import Poller
from ..system.ring import Ring
from ..system.signals import broken_pipes_raise
from .messages import (
    AnimationEnded,
    Answer,
    BlockRecorded,
    CheckFrame,
    DifferenceLocated,
    DrawFrame,
    FrameChecked,
    FrameDrawn,
    FrameEncoded,
    LocateDifference,
    Order,
    RecordBlock,
    digest_of,
)

#: Checked frames that a worker remembers: those on which the main process may come back when it
#: has given orders ahead.
CHECKED = 3


class Abandoned(Exception):
    """Nobody waits any longer for the block that is being recorded."""


class OrderChannel(Protocol):
    """A render process's connection to whoever gives it orders."""

    def recv(self) -> Order:
        """Wait for the next order; `EOFError` or `OSError` when nobody is there any longer."""

    def send(self, message: Answer, /) -> None:
        """Send an answer."""

    def poll(self) -> bool:
        """Tell whether something has come, or the other end is gone, while an order is worked on.

        Nothing comes from an end that still waits for the answer.
        """


class Task(Protocol):
    """Carries out orders, one after the other."""

    @property
    def frame(self) -> int:
        """The frame at hand, for the report of a failure."""

    def open(self) -> None:
        """Make ready, in the process that works."""

    def do(self, order: Order, waited: float, channel: OrderChannel) -> Answer:
        """Carry out an order; return the answer."""

    def finish(self) -> None:
        """Look back at what was done; raise if it was not right."""


class FrameTask:
    """Draws single frames into a ring.

    Parameters
    ----------
    make_source : callable
        Returns what draws.
    frame_bytes : int
        Bytes of a frame.
    ring : Ring, optional
        Where frames go; a witness that draws none for the movie needs none.
    """

    def __init__(
        self, make_source: Callable[[], FrameSource], frame_bytes: int, ring: Ring | None = None
    ) -> None:
        self._source = make_source()
        self._frame_bytes = frame_bytes
        self._ring = ring
        self._checked: dict[int, memoryview] = {}
        self.frame = 0

    def open(self) -> None:
        """Open the source."""
        self._source.open()

    def do(self, order: Order, waited: float, channel: OrderChannel) -> Answer:
        """Draw a frame, for the movie or to check it."""
        if isinstance(order, CheckFrame):
            return self._check(order, waited)
        if isinstance(order, LocateDifference):
            return self._locate(order)
        if not isinstance(order, DrawFrame) or self._ring is None:
            raise TypeError(f"a worker that draws frames was told {order!r}")
        self.frame = order.frame
        stats = self._source.paint(order.frame, self._ring.slot(order.slot))
        if stats is None:
            return AnimationEnded(order.frame, self._source.frames or 0)
        stats.ended = time.perf_counter()
        return FrameDrawn(order.frame, stats, waited, taken_output())

    def _check(self, order: CheckFrame, waited: float) -> Answer:
        """Draw a frame into memory of our own."""
        check = order.check
        self.frame = check.frame
        memory = memoryview(bytearray(self._frame_bytes))
        if len(self._checked) >= CHECKED:
            memory = self._checked.pop(min(self._checked))
        if check.manner == "compared":
            stats = self._source.check(check.frame, memory)
        else:
            as_saved = check.manner == "as_saved"
            stats = self._source.paint(check.frame, memory, as_saved=as_saved)
        if stats is None:
            return AnimationEnded(check.frame, self._source.frames or 0)
        stats.ended = time.perf_counter()
        taken_output()  # whoever draws the frame for the movie says the same
        self._checked[check.frame] = memory
        pixels = bytes(memory) if order.pixels else None
        return FrameChecked(check.frame, digest_of(memory), stats, waited, pixels)

    def _locate(self, order: LocateDifference) -> DifferenceLocated:
        mine = self._checked.get(order.frame)
        if mine is None:
            return DifferenceLocated(order.frame, None, "")
        bbox, artist = self._source.locate_difference(mine, memoryview(order.pixels))
        return DifferenceLocated(order.frame, bbox, artist)

    def finish(self) -> None:
        """Let the source look back."""
        self._source.finish()


class BlockTask:
    """Records blocks of frames into files.

    Parameters
    ----------
    make_source : callable
        Returns what draws.
    make_sink : callable
        See `MakeSink`.
    frame_bytes : int
        Bytes of a frame.
    ring : None
        What is drawn goes straight into the sink.
    """

    def __init__(
        self,
        make_source: Callable[[], FrameSource],
        make_sink: MakeSink,
        frame_bytes: int,
        ring: Ring | None = None,
    ) -> None:
        self._source = make_source()
        self._make_sink = make_sink
        self._memory = memoryview(bytearray(frame_bytes))
        self._next = 0  # the frame after the one recorded last
        self.frame = 0

    def open(self) -> None:
        """Open the source."""
        self._source.open()

    def do(self, order: Order, waited: float, channel: OrderChannel) -> Answer:
        """Record a block; say `FrameEncoded` of every frame.

        Raises
        ------
        Abandoned
            If nobody waits for it any longer.
        """
        if not isinstance(order, RecordBlock):
            raise TypeError(f"a worker that records blocks was told {order!r}")
        self.frame = order.start
        self._draw_before(order, channel)

        def encoded(frame: int) -> None:
            wanted = order.every or frame in order.digests
            digest = digest_of(self._memory) if wanted else None
            self.frame = self._next = frame + 1
            if channel.poll():
                raise Abandoned
            channel.send(FrameEncoded(order.block, frame, taken_output(), digest))

        sink = self._make_sink(self._source, order.path)
        frames = range(order.start, order.stop)
        with broken_pipes_raise():
            report = record_frames(self._source, sink, frames, self._memory, encoded)
        report.wait += waited
        ended = self._source.frames if report.frames < len(frames) else None
        return BlockRecorded(order.block, report, ended)

    def _draw_before(self, order: RecordBlock, channel: OrderChannel) -> None:
        """Draw the frame before a block, to compare it with what was recorded of it."""
        if self._next == order.start or not (order.before or order.every_draw):
            return
        first = self._next if order.every_draw else order.start - 1

        def passed() -> None:
            if channel.poll():
                raise Abandoned

        stats = draw_passed(self._source, range(first, order.start), self._memory, passed)
        if stats is not None and order.before:
            channel.send(FrameChecked(order.start - 1, digest_of(self._memory), stats, 0.0))

    def finish(self) -> None:
        """Do nothing: the source has looked back at the end of every block."""


def draw_passed(
    source: FrameSource,
    frames: range,
    memory: memoryview,
    passed: Callable[[], object] = lambda: None,
) -> FrameStats | None:
    """Draw frames that are recorded elsewhere.

    Parameters
    ----------
    source : FrameSource
        What draws; open.
    frames : range
        Which.
    memory : memoryview
        Memory for one frame; holds the last one afterwards.
    passed : callable, optional
        Called after each.

    Returns
    -------
    FrameStats or None
        What the last one took; None if the animation is over before it.
    """
    stats = None
    for frame in frames:
        stats = source.paint(frame, memory)
        taken_output()  # whoever records the frame says the same
        if stats is None:
            break
        passed()
    return stats


def record_frames(
    source: FrameSource,
    sink: Sink,
    frames: range,
    memory: memoryview,
    encoded: Callable[[int], object],
    *,
    lane: int = 0,
) -> Report:
    """Draw frames in this process and feed them to a sink.

    Parameters
    ----------
    source : FrameSource
        What draws; open.
    sink : Sink
        What takes the frames.
    frames : range
        Which; the animation may be over before their end.
    memory : memoryview
        Memory for one frame.
    encoded : callable
        Called as ``encoded(i)`` when frame i has been taken.
    lane : int, default: 0
        The timeline's lane for what the sink takes: that of this process, which waits for it.

    Returns
    -------
    Report
        What was done.  If it is no frame at all, the sink made nothing.

    Raises
    ------
    FrameError
        If the user's code, or drawing, raised.
    Exception
        What the sink raises, or `encoded`.
    """
    report = Report(slots=1, memory=len(memory))
    poller = Poller()
    held: tuple[int, ...] = ()
    try:
        for frame in frames:
            if report.frames:
                sink.check()
            stats = source.paint(frame, memory)
            if stats is None:
                break
            begin = stats.ended = time.perf_counter()
            report.add(stats)
            if not report.frames:
                # Not before: the first frame may lie behind a long replay, in which nobody would
                # notice that the encoder is dead.
                held = start_sink(sink)
            sink.offer(memory)
            while not sink.pump():
                poller.watch_sink(sink.fileno(), for_room=True)
                poller.wait(None)
            report.add_encoding(begin, time.perf_counter(), lane)
            report.frames += 1
            encoded(frame)
        if report.frames:
            source.finish()
            begin = time.perf_counter()
            release_private(held)
            report.encoder_cpu = sink.finish()
            report.add_encoding(begin, time.perf_counter(), lane)
    finally:
        release_private(held)
        sink.abort()
    return report
