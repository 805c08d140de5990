"""Engine 2: blocks of frames, each recorded by a process and an encoder of its own.

It ends with one file for each block; joining them is somebody else's work.  Every process replays
the animation from its beginning and draws the frames of its blocks, so the frames are those of any
other engine.  `framepipe.engines.executor.run` does the same on processes that others have started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial

from ..errors import FrameError, FramepipeError
from .protocols import NO_FRAMES, Painter, Progress, Tally
from .scheduling.block_ledger import BlockLedger
from .scheduling.blocks import Block
from .system.poller import Poller
from .workers.messages import Recorded, Took
from .workers.pool import Worker, WorkerPool
from .workers.supervisor import Supervisor, diverged
from .workers.tasks import MakeSink, Records, record

#: Returns the path of a block's file.
PathOf = Callable[[int], str]


class SegmentsRun:
    """One movie's blocks, recorded by render workers of ours or by the calling process.

    Parameters
    ----------
    make_painter : callable
        Returns the painter, in a worker; picklable unless `start_method` is "fork".
    make_sink : callable
        See `MakeSink`; as picklable.
    frame_bytes : int
        Bytes of a frame.
    blocks : iterable of Block
        What is to be recorded.
    total : int or None
        Number of frames; an upper bound will do.
    path_of : callable
        Returns the path of a block's file.
    workers : int
        Render processes; 0: this one.
    start_method : {"fork", "spawn", "forkserver"}
        How they are started.
    progress : callable, optional
        See `Progress`.

    Attributes
    ----------
    ledger : BlockLedger
        What has been recorded.
    """

    def __init__(
        self,
        make_painter: Callable[[], Painter],
        make_sink: MakeSink,
        frame_bytes: int,
        blocks: Iterable[Block],
        total: int | None,
        path_of: PathOf,
        *,
        workers: int,
        start_method: str,
        progress: Progress | None = None,
    ) -> None:
        self._make_painter = make_painter
        self._make_sink = make_sink
        self._frame_bytes = frame_bytes
        self._path_of = path_of
        self._count = workers
        self._method = start_method
        self._waiter = Poller()
        self.ledger = BlockLedger(blocks, total, progress)
        self.tally = Tally(workers=workers, slots=workers, slot_bytes=frame_bytes)
        self._supervisor = Supervisor(self._waiter, self.tally, "block")

    def run(self) -> Tally:
        """Record all blocks.

        Returns
        -------
        Tally
            What was done.

        Raises
        ------
        FrameError
            If the user's code, or drawing, raised.
        WorkerDied
            If a worker died, and so did the one that took its place.
        OSError
            If processes cannot be had.
        Exception
            What an encoder raises.
        """
        if self._count == 0:
            self._here()
        else:
            self._in_workers()
        if self.tally.frames == 0:
            raise FramepipeError(NO_FRAMES)
        return self.tally

    def _in_workers(self) -> None:
        make_work = partial(Records, self._make_painter, self._make_sink, self._frame_bytes)
        with ExitStack() as stack:
            pool = WorkerPool(self._count, None, make_work, self._method, groups=True)
            stack.callback(pool.kill)
            self._supervisor.watch(pool)
            while not self.ledger.finished:
                self._hand_out()
                readable, _ = self._waiter.wait(self._supervisor.patience())
                for connection in readable:
                    self._hear(self._supervisor.by(connection))
                if not readable:
                    self._supervisor.check_patience()
            pool.stop()

    def _hand_out(self) -> None:
        for worker in self._supervisor.workers:
            if worker.ready and not worker.given:
                block = self.ledger.claim(after=worker.last)
                if block is not None:
                    path = self._path_of(block.number)
                    worker.give(block.number, block.start, block.stop, path)

    def _hear(self, worker: Worker) -> None:
        message = self._supervisor.hear(worker, self.ledger.give_back)
        if isinstance(message, Took):
            self.ledger.took(message.block, message.frame)
        elif isinstance(message, Recorded):
            worker.given.remove(message.block)
            self.note(message)

    def note(self, message: Recorded) -> None:
        """Enter a recorded block into the ledger."""
        self.tally.merge(message.tally)
        wrong = self.ledger.recorded(message.block, message.tally.frames, message.ended)
        if wrong is not None:
            raise diverged(wrong, self.ledger.total or 0)

    def _here(self) -> None:
        """Record all blocks in this process, one after the other."""
        painter = self._make_painter()
        slot = memoryview(bytearray(self._frame_bytes))
        painter.open()
        try:
            while (block := self.ledger.claim()) is not None:
                sink = self._make_sink(painter, self._path_of(block.number))
                took = partial(self.ledger.took, block.number)
                tally = record(painter, sink, range(block.start, block.stop), slot, took)
                short = tally.frames < block.stop - block.start
                self.note(Recorded(block.number, tally, painter.frames if short else None))
        except FrameError as error:
            if isinstance(error.__cause__, KeyboardInterrupt):
                raise error.__cause__ from None
            raise
        finally:
            painter.close()
