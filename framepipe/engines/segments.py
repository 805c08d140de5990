"""Engine 2: blocks of frames, each recorded by a process and an encoder of its own.

It ends with one file for each block; joining them is somebody else's work.  Every process replays
the animation from its beginning and draws the frames of its blocks, so the frames are those of any
other engine.  `framepipe.engines.executor.run` does the same on processes that others have started.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Literal

from ..errors import FramepipeError, HistoryMismatch, ResumeError
from ..result import Report
from ..user_output import OutputInOrder
from .protocols import NO_FRAMES, FrameSource, MakeSink, Progress
from .scheduling.block_ledger import BlockLedger
from .scheduling.blocks import Block, KeptBlock
from .scheduling.checks import AFTER_A_GAP, AS_SAVED, BoundaryChecks, Difference, HistoryChecks
from .system.poller import Poller
from .workers.failures import interrupts_pass, replays_differ
from .workers.messages import (
    AnimationEnded,
    BlockRecorded,
    CheckFrame,
    FrameChecked,
    FrameEncoded,
    Order,
    RecordBlock,
    digest_of,
)
from .workers.pool import AHEAD, WITNESS_PATIENCE, Worker, WorkerPool
from .workers.supervisor import Supervisor
from .workers.tasks import BlockTask, FrameTask, draw_passed, record_frames

#: Returns the path of a block's file.
PathOf = Callable[[int], str]
#: Takes a block that is in its file, and whether another run may go on with it.
Keep = Callable[[KeptBlock, bool], object]


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
    checks : {"some", "every"} or None, default: None
        Which frames are drawn by two workers of different histories, and compared.
    expected : mapping of int to bytes, optional
        What some frames looked like in another run; see `as_expected`.
    every_draw : bool, default: False
        Whether a frame may only be drawn where all frames before it were.
    keep : callable, optional
        Told of every block that is in its file, so that another run may go on with it.
    kept : sequence of KeptBlock, optional
        Blocks that another run has recorded: they are not recorded again.  Frames next to them
        are drawn again, and must be what they were.
    seen : mapping of int to bytes, optional
        Digests of frames that another run has drawn and this one records again.

    Attributes
    ----------
    ledger : BlockLedger
        What has been recorded.
    as_expected : bool
        Whether all frames looked as they were expected to.
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
        checks: Literal["some", "every"] | None = None,
        expected: Mapping[int, bytes] | None = None,
        every_draw: bool = False,
        keep: Keep | None = None,
        kept: Sequence[KeptBlock] = (),
        seen: Mapping[int, bytes] | None = None,
    ) -> None:
        self._make_source = make_source
        self._make_sink = make_sink
        self._frame_bytes = frame_bytes
        self._path_of = path_of
        self._count = workers
        self._method = start_method
        self._output = output or OutputInOrder()
        self._poller = Poller()
        self.ledger = BlockLedger(blocks, total, progress, kept)
        self.report = Report(slots=workers, memory=workers * frame_bytes)
        self._supervisor = Supervisor(self._poller, self.report, "block")
        # The witness draws nothing for the movie: as where there is but one worker.
        checked = 1 if checks and workers else 0
        slots = total or AFTER_A_GAP
        self._checks = HistoryChecks(checked, slots=slots, total=total, every=checks == "every")
        self._boundaries = BoundaryChecks()
        self._every = checks == "every"
        self._checked = bool(checked)
        self._witness = Supervisor(self._poller, self.report, "frame")
        self._expected = dict(expected or {})
        self.as_expected = True
        self._every_draw = every_draw
        self._keep = keep
        self._digests: dict[int, dict[int, bytes]] = {}  # of the blocks being recorded
        self._kept = kept
        self._found = dict(seen or {})  # digests of frames that the other run drew

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
        ResumeError
            If a frame is not what it was when another run recorded it.
        OSError
            If processes cannot be had.
        Exception
            What an encoder raises.
        """
        self._go_on()
        if self._count == 0:
            self._record_here()
        else:
            self._in_workers()
        if self.report.frames == 0:
            raise FramepipeError(NO_FRAMES)
        return self.report

    def _go_on(self) -> None:
        """Take what another run has recorded."""
        for one in self._kept:
            self.report.frames += one.frames
            self.report.resumed += one.frames
            for frame, digest in one.digests.items():
                self._look_at(frame, digest)
            if one.before is not None:
                self._settle(self._boundaries.before(one.block.start - 1, one.before))
        # Not before: what the other run found to differ is no sign that something has changed.
        for one in self._kept:
            self._found |= one.digests
            if one.before is not None:
                self._found.setdefault(one.block.start - 1, one.before)
        self.ledger.report_kept()

    def _in_workers(self) -> None:
        make_task = partial(BlockTask, self._make_source, self._make_sink, self._frame_bytes)
        with ExitStack() as stack:
            pool = WorkerPool(self._count, None, make_task, self._method, groups=True)
            stack.callback(pool.kill)
            self._supervisor.watch(pool)
            if self._checked and (self._checks.undecided or self._every):
                make_witness = partial(FrameTask, self._make_source, self._frame_bytes)
                witness = WorkerPool(1, None, make_witness, self._method, first=self._count)
                stack.callback(witness.kill)
                self._witness.watch(witness)
            while not self.ledger.finished or self._witness_works():
                self._give_orders()
                readable, _ = self._poller.wait(self._patience())
                for connection in readable:
                    if any(one.connection is connection for one in self._witness.workers):
                        self._hear_witness(self._witness.worker_at(connection))
                    else:
                        self._receive(self._supervisor.worker_at(connection))
                self._supervisor.look_at_silent()
                self._witness.look_at_silent()
                if not readable:
                    self._supervisor.check_all_get_ready()
            pool.stop()
        self.report.against_save = self._checks.against_save
        self.report.against_worker = self._boundaries.against_worker

    def _witness_works(self) -> bool:
        """Tell whether the movie, if it is recorded, has to wait for the witness."""
        return any(
            not one.done and (one.ready or time.monotonic() - one.started < WITNESS_PATIENCE)
            for one in self._witness.workers
        )

    def _patience(self) -> float | None:
        """Return the seconds after which something must be looked at, though nothing happened."""
        waits = [self._supervisor.patience(), self._witness.until_silent()]
        if any(not one.ready for one in self._witness.workers):
            waits.append(WITNESS_PATIENCE)
        return min((wait for wait in waits if wait is not None), default=None)

    def _give_orders(self) -> None:
        for worker in self._supervisor.workers:
            if worker.ready and not worker.given:
                block = self.ledger.claim(after=worker.last)
                if block is not None:
                    path = self._path_of(block.number)
                    order = RecordBlock(
                        block.number,
                        block.start,
                        block.stop,
                        path,
                        digests=self._wanted(block),
                        every=self._every,
                        before=block.start > 0 and self._is_checked_before(block),
                        every_draw=self._every_draw,
                    )
                    worker.give(order, block.number)
        for worker in self._witness.workers:
            while worker.ready and not worker.leaving and len(worker.given) < AHEAD:
                check = self._checks.next_check(self._checks.witness, worker.last)
                if check is None:
                    break
                worker.give(CheckFrame(check), check.frame)
            through = self._checks.is_through(self._checks.witness, worker.last)
            if worker.ready and not worker.leaving and not worker.given and through:
                worker.leave()

    def _is_checked_before(self, block: Block) -> bool:
        """Tell whether the frame before a block is compared with what others drew of it."""
        return self._checked or block.start - 1 in self._found

    def _wanted(self, block: Block) -> frozenset[int]:
        """Return the frames of a block of which must be known what they look like."""
        frames = {frame for frame in self._expected if block.start <= frame < block.stop}
        if self._checked:
            first = range(block.start, min(block.stop, AFTER_A_GAP))
            frames |= {frame for frame in first if self._checks.wanted(frame)}
        if self._keep is not None:
            frames |= set(range(block.start, min(block.stop, AS_SAVED)))
        if self._checked or self._keep is not None:
            frames.add(block.stop - 1)
        return frozenset(frames)

    def _hear_witness(self, worker: Worker) -> None:
        message = self._witness.receive(worker, lambda _: None)
        if worker not in self._witness.workers:
            self._checks.lost(self._checks.witness)
        if isinstance(message, FrameChecked):
            order = worker.given.popleft()
            self.report.add_check(message.stats, message.waited, worker.index)
            if isinstance(order, CheckFrame):
                witness = self._checks.witness
                self._settle(self._checks.checked(witness, order.check, message.digest))
        elif isinstance(message, AnimationEnded):
            worker.given.popleft()
            self._checks.ended(message.total)

    def _look_at(self, frame: int, digest: bytes) -> None:
        """Compare a recorded frame with whatever it is to be compared with."""
        if frame in self._expected:
            self.as_expected = self.as_expected and digest == self._expected[frame]
        if self._checks.wanted(frame):
            self._settle(self._checks.drawn(frame, digest))
        self._settle(self._boundaries.recorded(frame, digest))

    def _frame_recorded(self, block: int, frame: int, digest: bytes) -> None:
        """Note what a frame looks like that was recorded for a block, or drawn before it."""
        self._digests.setdefault(block, {})[frame] = digest
        if self._found.get(frame, digest) != digest:
            raise changed_since(frame)

    def _settle(self, difference: Difference | None) -> None:
        if difference is not None:
            if difference.frame in self._found:
                raise changed_since(difference.frame)
            raise HistoryMismatch(
                difference.frame,
                None,
                "",
                as_saved=difference.as_saved,
                truth=self._checks.truth,
            )

    def _receive(self, worker: Worker) -> None:
        message = self._supervisor.receive(worker, self._give_back)
        if isinstance(message, FrameEncoded):
            self._output.arrived(message.frame, message.output)
            self.ledger.took(message.block, message.frame)
            if message.digest is not None:
                self._frame_recorded(message.block, message.frame, message.digest)
                self._look_at(message.frame, message.digest)
        elif isinstance(message, FrameChecked):
            self.report.add_check(message.stats, message.waited, worker.index)
            order = worker.given[0]
            if isinstance(order, RecordBlock):
                self._frame_recorded(order.block, message.frame, message.digest)
            self._settle(self._boundaries.before(message.frame, message.digest))
        elif isinstance(message, BlockRecorded):
            worker.given.popleft()
            self.note(message, worker.index)

    def _give_back(self, order: Order) -> None:
        """Let another worker carry out an order whose worker is dead."""
        if isinstance(order, RecordBlock):
            self.ledger.give_back(order.block)

    def note(self, message: BlockRecorded, lane: int = 0) -> None:
        """Enter a recorded block, by the worker of that number, into the ledger."""
        block = self.ledger.block(message.block)
        frames = message.report.frames
        self.report.merge(message.report, lane)
        wrong = self.ledger.recorded(message.block, frames, message.ended)
        if wrong is not None:
            raise replays_differ(wrong, self.ledger.total or 0)
        digests = self._digests.pop(message.block, {})
        if self._keep is not None and frames:
            before = digests.pop(block.start - 1, None)
            recorded = KeptBlock(block, frames, message.ended, digests, before)
            # What is not the same twice cannot be gone on with.
            self._keep(recorded, self.as_expected)

    def _record_here(self) -> None:
        """Record all blocks in this process, one after the other."""
        source = self._output.of(self._make_source())
        memory = memoryview(bytearray(self._frame_bytes))
        source.open()
        try:
            with interrupts_pass():
                drawn = 0
                while (block := self.ledger.claim()) is not None:
                    self._draw_before(source, block, drawn, memory)
                    sink = self._make_sink(source, self._path_of(block.number))
                    encoded = partial(self._recorded_here, block, self._wanted(block), memory)
                    frames = range(block.start, block.stop)
                    drawn = block.stop
                    report = record_frames(source, sink, frames, memory, encoded)
                    short = report.frames < len(frames)
                    self.note(BlockRecorded(block.number, report, source.frames if short else None))
        finally:
            source.close()

    def _draw_before(
        self, source: FrameSource, block: Block, drawn: int, memory: memoryview
    ) -> None:
        """Draw what is between the blocks recorded here: what must be, and what is compared."""
        first = drawn if self._every_draw else block.start - 1
        compared = block.start - 1 in self._found
        if block.start == drawn or not (compared or self._every_draw):
            return
        stats = draw_passed(source, range(first, block.start), memory)
        if stats is not None and compared:
            self._frame_recorded(block.number, block.start - 1, digest_of(memory))

    def _recorded_here(
        self, block: Block, wanted: frozenset[int], memory: memoryview, frame: int
    ) -> None:
        self.ledger.took(block.number, frame)
        if frame in wanted:
            digest = digest_of(memory)
            self._frame_recorded(block.number, frame, digest)
            self._look_at(frame, digest)


def changed_since(frame: int) -> ResumeError:
    """Return the error to raise where a frame is not what the interrupted run drew."""
    return ResumeError(
        f"frame {frame} of the movie is not what the interrupted run drew: the "
        "animation is another one (its data, a file that it reads, random numbers without a "
        "seed), or a frame depends on what drawing the frames before it left behind"
    )
