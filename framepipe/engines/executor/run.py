"""Blocks recorded by an executor: processes that others have started, here or on other machines.

The executor shares no memory and no disk with us.  Segments come home as bytes and are written to
disk at once; a bounded number of blocks is out at a time.  The animation goes with the first
blocks only: a process that has not seen it answers `AnimationMissing`, and gets it with its next
block.
"""

from __future__ import annotations

import concurrent.futures
import logging
import os
import pickle
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

from ...errors import FramepipeError, HistoryMismatch, WorkerDied
from ...result import Report, free_lane
from ...user_output import OutputInOrder
from ..protocols import NO_FRAMES, FrameSource, MakeSink, Progress
from ..scheduling.block_ledger import BlockLedger
from ..scheduling.blocks import Block, KeptBlock
from ..scheduling.checks import BoundaryChecks
from ..segments import Keep, PathOf, changed_since
from ..workers.failures import Failed, replays_differ
from ..workers.tasks import BlockTask
from .task import (
    AnimationMissing,
    HelperDied,
    Outcome,
    SegmentReturned,
    VersionsDiffer,
    forget_job,
    record_block,
    versions,
)

_log = logging.getLogger(__name__)

#: Blocks out at a time for each of the executor's workers: one at hand, one to go on with.
IN_FLIGHT = 2
#: Deaths of helpers that a block may cause before it is given up.
DEATHS = 2
#: Seconds in which no block has come home after which it is said which ones are out: more than for
#: a worker of ours, as only whole blocks are heard of.
SILENT = 300.0
#: Times that Dask runs a block again which has failed for reasons of its own.
DASK_RETRIES = 3


def check_executor(executor: object) -> None:
    """Refuse what cannot run blocks.

    Raises
    ------
    TypeError
        If it is no executor.
    ValueError
        If it runs threads.
    """
    if isinstance(executor, ThreadPoolExecutor):
        raise ValueError(
            "a ThreadPoolExecutor cannot record blocks: pyplot's state, rcParams and the random "
            "generators belong to the whole process, so threads would draw into each other's "
            "frames. Use a ProcessPoolExecutor, or leave executor out"
        )
    if not isinstance(executor, Executor) and not hasattr(executor, "get_executor"):
        raise TypeError(
            "executor must be a concurrent.futures.Executor or a Dask distributed.Client, not "
            f"{type(executor).__name__}"
        )


def count_workers(executor: Any) -> int:
    """Return how many blocks an executor records at a time, as far as it tells.

    ``Client.nthreads`` is Dask's, ``num_workers`` mpi4py's, ``_max_workers`` that of
    `concurrent.futures` and of loky.
    """
    if hasattr(executor, "get_executor"):
        return max(1, sum(map(int, executor.nthreads().values())))
    for name in ("num_workers", "_max_workers"):
        count = getattr(executor, name, None)
        if isinstance(count, int) and count > 0:
            return count
    return os.cpu_count() or 1


class ExecutorRun:
    """One movie's blocks, recorded by an executor.

    Parameters
    ----------
    executor : Executor or distributed.Client
        Who records.  It is not shut down.
    make_source : callable
        Returns what draws, in one of its processes; can be pickled for another machine.
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
        How many blocks it records at a time.
    suffix : str
        Ending of the segments' names.
    max_in_flight : int, optional
        Most blocks that it has at a time.
    progress : callable, optional
        See `Progress`.
    output : OutputInOrder, optional
        Takes what the user's code prints and warns.
    keep, kept, seen
        See `SegmentsRun`.
    every : bool, default: False
        Whether it is wanted of all frames what they look like.

    Attributes
    ----------
    ledger : BlockLedger
        What has been recorded.
    digests : dict of int to bytes
        What frames look like, as far as it is known; see `digest_of`.
    """

    def __init__(
        self,
        executor: Any,
        make_source: Callable[[], FrameSource],
        make_sink: MakeSink,
        frame_bytes: int,
        blocks: Iterable[Block],
        total: int | None,
        path_of: PathOf,
        *,
        workers: int,
        suffix: str,
        max_in_flight: int | None = None,
        progress: Progress | None = None,
        output: OutputInOrder | None = None,
        keep: Keep | None = None,
        kept: Sequence[KeptBlock] = (),
        seen: Mapping[int, bytes] | None = None,
        every: bool = False,
    ) -> None:
        self._client = executor if hasattr(executor, "get_executor") else None
        self._executor = executor
        if self._client is not None:
            self._executor = executor.get_executor(pure=False, retries=DASK_RETRIES)
        self._packed = pickle.dumps(partial(BlockTask, make_source, make_sink, frame_bytes))
        self._path_of = path_of
        self._suffix = suffix
        self._workers = workers
        self._most = max_in_flight or IN_FLIGHT * workers
        self._job = secrets.token_hex(8)
        self._expected = versions()
        self._output = output or OutputInOrder()
        self._out: dict[Future[Outcome], Block] = {}
        self._sent = 0
        self._deaths: dict[int, int] = {}
        self._busy_until: dict[int, float] = {}  # lanes of the timeline
        self.ledger = BlockLedger(blocks, total, progress, kept)
        self.report = Report()
        self._boundaries = BoundaryChecks()
        self.as_expected = True
        self._keep = keep
        self._kept = kept
        self._every = every
        self.digests: dict[int, bytes] = {}
        self._found = dict(seen or {})  # digests of frames that another run drew

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
            If the executor broke, or a block has killed its process again and again.
        ResumeError
            If a frame is not what it was when another run recorded it.
        Exception
            What an encoder raises.
        """
        for one in self._kept:
            self.report.frames += one.frames
            self.report.resumed += one.frames
            self._compare(one.block, one.digests, one.before)
        for one in self._kept:
            self._found |= one.digests
            if one.before is not None:
                self._found.setdefault(one.block.start - 1, one.before)
        self.ledger.report_kept()
        try:
            while not self.ledger.finished:
                self._submit_blocks()
                done, _ = concurrent.futures.wait(
                    self._out, SILENT, return_when=concurrent.futures.FIRST_COMPLETED
                )
                if not done:
                    self._say_what_is_out()
                for future in done:
                    self._receive(future, self._out.pop(future))
        finally:
            for future in self._out:
                future.cancel()
            self._release()
        if self.report.frames == 0:
            raise FramepipeError(NO_FRAMES)
        self.report.against_worker = self._boundaries.against_worker
        return self.report

    def _say_what_is_out(self) -> None:
        """Tell the user for whom the movie waits, as far as an executor tells."""
        out = "; ".join(
            f"{_frames(block)} ({'running' if future.running() else 'not begun'})"
            for future, block in self._out.items()
        )
        _log.warning(
            "no block has come home from the executor for %.0f s. It has %s. They are waited for; "
            "Ctrl-C ends the movie",
            SILENT,
            out,
        )

    def _submit_blocks(self) -> None:
        while len(self._out) < self._most:
            block = self.ledger.claim()
            if block is None:
                break
            # Once for each worker; whoever has not been reached by that will say so.
            self._submit(block, with_animation=self._sent < self._workers)

    def _submit(self, block: Block, *, with_animation: bool) -> None:
        self._sent += with_animation
        try:
            future = self._executor.submit(
                record_block,
                self._job,
                self._packed if with_animation else None,
                self._expected,
                block,
                self._suffix,
                self._every,
            )
        except BrokenExecutor as error:
            raise self._broken(error, block) from error
        self._out[future] = block

    def _receive(self, future: Future[Outcome], block: Block) -> None:
        try:
            answer = future.result()
        except Exception as error:
            raise self._broken(error, block) from error
        if isinstance(answer, SegmentReturned):
            self._store(answer, block)
        elif isinstance(answer, AnimationMissing):
            self._submit(block, with_animation=True)
        elif isinstance(answer, Failed):
            raise answer.error()
        elif isinstance(answer, HelperDied):
            self._again(answer, block)
        elif isinstance(answer, VersionsDiffer):
            raise FramepipeError(
                "the executor's process has "
                f"{_differences(answer.versions, self._expected)}: frames could come out "
                "different. Install the same versions everywhere"
            )
        else:
            raise TypeError(f"a block was answered by {answer!r}")

    def _again(self, died: HelperDied, block: Block) -> None:
        """Have a block recorded again, once, whose process has died."""
        deaths = self._deaths[block.number] = self._deaths.get(block.number, 0) + 1
        if deaths >= DEATHS:
            raise WorkerDied(
                f"the process that recorded {_frames(block)} died twice (exit code "
                f"{died.exitcode}, on {died.where}). A crash in compiled code shows with "
                "workers=0 and python -X faulthandler; signal 9 is most often the system's "
                "answer to memory running out",
                died.exitcode,
                None,
            )
        self.report.restarts += 1
        self._submit(block, with_animation=False)

    def _compare(self, block: Block, digests: Mapping[int, bytes], before: bytes | None) -> None:
        """Compare a block's frames with what is known of them."""
        self.digests |= digests
        drawn = [(block.start - 1, before, self._boundaries.before)]
        drawn += [(frame, digest, self._boundaries.recorded) for frame, digest in digests.items()]
        for frame, digest, compare in drawn:
            if digest is None:
                continue
            differs = compare(frame, digest) is not None
            if self._found.get(frame, digest) != digest:
                raise changed_since(frame)
            if differs:
                raise HistoryMismatch(frame, None, "", as_saved=False, truth={})

    def _store(self, segment: SegmentReturned, block: Block) -> None:
        """Put a segment into its file."""
        for frame, said in segment.output.items():
            self._output.arrived(frame, said)
        if segment.data:
            with open(self._path_of(block.number), "wb") as file:
                file.write(segment.data)
        self._compare(block, segment.digests, segment.before)
        recorded = segment.recorded
        # Whose clock it is, and which process recorded it, is not known: it is put where it came
        # home, into the first lane that was free.
        now, took = time.perf_counter(), recorded.report.timeline.duration
        lane = free_lane(self._busy_until, now - took, range(self._workers))
        self._busy_until[lane] = now
        self.report.merge(recorded.report, lane, until=now)
        wrong = self.ledger.recorded(block.number, recorded.report.frames, recorded.ended)
        if wrong is not None:
            raise replays_differ(wrong, self.ledger.total or 0)
        if self._keep is not None and (frames := recorded.report.frames):
            self._keep(
                KeptBlock(block, frames, recorded.ended, segment.digests, segment.before), True
            )

    def _broken(self, error: BaseException, block: Block) -> WorkerDied:
        name = type(self._client or self._executor).__name__
        what = "broke" if isinstance(error, BrokenExecutor) else "failed"
        return WorkerDied(
            f"the executor, a {name}, {what} while {_frames(block)} were being recorded: "
            f"{type(error).__name__}: {error}. One of its processes may have been killed; the "
            "movie must be made again, with a new executor if this one is broken",
            None,
            None,
        )

    def _release(self) -> None:
        """Let every process forget the job, where there is a way to reach it."""
        if self._client is not None:
            with suppress(Exception):  # workers come and go; those left forget it by themselves
                self._client.run(forget_job, self._job, on_error="ignore")


def _frames(block: Block) -> str:
    return f"frames {block.start} to {block.stop - 1}"


def _differences(theirs: dict[str, str], ours: dict[str, str]) -> str:
    return ", ".join(
        f"{name} {theirs.get(name)} (here {version})"
        for name, version in ours.items()
        if theirs.get(name) != version
    )
