"""Engine 2: blocks of frames, each recorded by a process and an encoder of its own.

It ends with one file for each block; joining them is somebody else's work.  Every process replays
the animation from its beginning and draws the frames of its blocks, so the frames are those of any
other engine.  `framepipe.engines.executor.run` does the same on processes that others have started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial

from ..errors import FramepipeError
from ..result import Report
from ..user_output import OutputInOrder
from .protocols import NO_FRAMES, FrameSource, MakeSink, Progress
from .scheduling.block_ledger import BlockLedger
from .scheduling.blocks import Block
from .system.poller import Poller
from .workers.failures import interrupts_pass, replays_differ
from .workers.messages import BlockRecorded, FrameEncoded, Order, RecordBlock
from .workers.pool import Worker, WorkerPool
from .workers.supervisor import Supervisor
from .workers.tasks import BlockTask, record_frames

#: Returns the path of a block's file.
PathOf = Callable[[int], str]


class SegmentsRun:
    """One movie's blocks, recorded by render workers of ours or by the calling process.

    Parameters
    ----------
    make_source : callable
        Returns what draws, in a worker; picklable unless `start_method` is "fork".
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
    output : OutputInOrder, optional
        Takes what the user's code prints and warns.

    Attributes
    ----------
    ledger : BlockLedger
        What has been recorded.
    """

    def __init__(
        self,
        make_source: Callable[[], FrameSource],
        make_sink: MakeSink,
        frame_bytes: int,
        blocks: Iterable[Block],
        total: int | None,
        path_of: PathOf,
        *,
        workers: int,
        start_method: str,
        progress: Progress | None = None,
        output: OutputInOrder | None = None,
    ) -> None:
        self._make_source = make_source
        self._make_sink = make_sink
        self._frame_bytes = frame_bytes
        self._path_of = path_of
        self._count = workers
        self._method = start_method
        self._output = output or OutputInOrder()
        self._poller = Poller()
        self.ledger = BlockLedger(blocks, total, progress)
        self.report = Report(slots=workers, memory=workers * frame_bytes)
        self._supervisor = Supervisor(self._poller, self.report, "block")

    def run(self) -> Report:
        """Record all blocks.

        Returns
        -------
        Report
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
            self._record_here()
        else:
            self._in_workers()
        if self.report.frames == 0:
            raise FramepipeError(NO_FRAMES)
        return self.report

    def _in_workers(self) -> None:
        make_task = partial(BlockTask, self._make_source, self._make_sink, self._frame_bytes)
        with ExitStack() as stack:
            pool = WorkerPool(self._count, None, make_task, self._method, groups=True)
            stack.callback(pool.kill)
            self._supervisor.watch(pool)
            while not self.ledger.finished:
                self._give_orders()
                readable, _ = self._poller.wait(self._supervisor.time_to_get_ready())
                for connection in readable:
                    self._receive(self._supervisor.worker_at(connection))
                if not readable:
                    self._supervisor.check_all_get_ready()
            pool.stop()

    def _give_orders(self) -> None:
        for worker in self._supervisor.workers:
            if worker.ready and not worker.given:
                block = self.ledger.claim(after=worker.last)
                if block is not None:
                    path = self._path_of(block.number)
                    order = RecordBlock(block.number, block.start, block.stop, path)
                    worker.give(order, block.number)

    def _receive(self, worker: Worker) -> None:
        message = self._supervisor.receive(worker, self._give_back)
        if isinstance(message, FrameEncoded):
            self._output.arrived(message.frame, message.output)
            self.ledger.took(message.block, message.frame)
        elif isinstance(message, BlockRecorded):
            worker.given.popleft()
            self.note(message)

    def _give_back(self, order: Order) -> None:
        """Let another worker carry out an order whose worker is dead."""
        if isinstance(order, RecordBlock):
            self.ledger.give_back(order.block)

    def note(self, message: BlockRecorded) -> None:
        """Enter a recorded block into the ledger."""
        self.report.merge(message.report)
        wrong = self.ledger.recorded(message.block, message.report.frames, message.ended)
        if wrong is not None:
            raise replays_differ(wrong, self.ledger.total or 0)

    def _record_here(self) -> None:
        """Record all blocks in this process, one after the other."""
        source = self._output.of(self._make_source())
        memory = memoryview(bytearray(self._frame_bytes))
        source.open()
        try:
            with interrupts_pass():
                while (block := self.ledger.claim()) is not None:
                    sink = self._make_sink(source, self._path_of(block.number))
                    encoded = partial(self.ledger.took, block.number)
                    frames = range(block.start, block.stop)
                    report = record_frames(source, sink, frames, memory, encoded)
                    short = report.frames < len(frames)
                    self.note(BlockRecorded(block.number, report, source.frames if short else None))
        finally:
            source.close()
